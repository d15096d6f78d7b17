// When webhooks send: right after the response to a request that caused events, and every minute by the schedule.
import { createMiddleware } from 'hono/factory'
import { type Config, configOf } from '../config'
import { connect } from '../db/client'
import { type AppEnv, databasesAfter, runAfter } from '../http/context'
import { outboundOf } from '../outbound/outbound.call'
import { SECOND_MS } from '../time'
import { dueWebhooks, type Place } from './webhooks.queue'
import { PER_BATCH, type Run, runWebhook } from './webhooks.run'

/** How many webhooks send at once: a Worker has six connections, and one of them asks the database. */
const AT_ONCE = 5
/** How long it begins sends, after a response and by the schedule. */
const AFTER_RESPONSE_MS = 15 * SECOND_MS
const BY_SCHEDULE_MS = 45 * SECOND_MS
/** What the request, its mail and its jobs may have spent of the statements of the invocation. */
const SPENT_BEFORE = 15
/** The statement that finds the webhooks that have something to send. */
const LOOKING = 1

/** Middleware that sends what a request has caused, after its response. */
export const notify = createMiddleware<AppEnv>(async function notify(c, next) {
  await next()
  const { happened, config } = c.var
  if (happened.size === 0 || c.res.status >= 400) return
  const run = async () => {
    for (const { database, of } of databasesAfter(c)) {
      for (const workspaceId of of === undefined ? happened : [of]) {
        await sendDue({ ...c.env, DB: database }, config, {
          forMs: AFTER_RESPONSE_MS,
          statements: config.IMPORT_STATEMENTS - SPENT_BEFORE,
          workspaceId,
        })
      }
    }
  }
  // The wait lets the response go first: in development the database runs in this thread and would delay it.
  runAfter(c, scheduler.wait(1).then(run))
})

/** The run of the schedule. It takes half of the statements that are left, for imports share them. */
export async function sendDueWebhooks(env: Env, _planned: string, spent: { statements: number }): Promise<void> {
  const config = configOf(env)
  const statements = Math.floor((config.IMPORT_STATEMENTS - spent.statements) / 2)
  if (statements < LOOKING + PER_BATCH) return
  spent.statements += await sendDue(env, config, { forMs: BY_SCHEDULE_MS, statements })
}

type Part = { forMs: number; statements: number; workspaceId?: Place }

/** Sends what webhooks have to send, those that work first; gives the number of statements that it took. */
async function sendDue(env: Env, config: Config, { forMs, statements, workspaceId }: Part): Promise<number> {
  const { db, cost } = connect(env.DB, 'first-primary')
  const run: Run = {
    db,
    config,
    sending: { outbound: outboundOf(config), patienceMs: config.WEBHOOK_TIMEOUT_SECONDS * SECOND_MS, now: Date.now },
    sends: { left: config.WEBHOOK_SENDS },
    until: Date.now() + forMs,
    statementsLeft: () => statements - cost.statements,
  }
  const ids = await dueWebhooks(db, new Date().toISOString(), workspaceId)
  // Each takes the next webhook when it is through with one: a dead one keeps one of them for two tries, and no other.
  const take = async () => {
    for (let id = ids.shift(); id !== undefined && run.statementsLeft() >= PER_BATCH; id = ids.shift()) {
      await runWebhook(run, id).catch((error) => logFailure(id, error))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, take))
  return cost.statements
}

// Its lease ends by itself, and the next run takes it up.
function logFailure(webhook: string, error: unknown): void {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { name, message } = cause instanceof Error ? cause : { name: 'unknown', message: '' }
  console.error(
    JSON.stringify({ level: 'error', event: 'webhook_run_failed', webhook, name, message: message.slice(0, 200) }),
  )
}
