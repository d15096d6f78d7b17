// When webhooks send: right after the response to a request that caused events, and every minute by the schedule.
import { createMiddleware } from 'hono/factory'
import { type Config, configOf } from '../config'
import { type Connection, connect } from '../db/client'
import { type AppEnv, runAfter, statementsAfter } from '../http/context'
import { tellWatchers, watchedAmong } from '../live/live.presence'
import { databaseOf } from '../objects/place'
import { outboundOf } from '../outbound/outbound.call'
import { SECOND_MS } from '../time'
import { dueWebhooks } from './webhooks.queue'
import { PER_BATCH, type Run, runWebhook } from './webhooks.run'

/** How many webhooks send at once: a Worker has six connections, and one of them asks the database. */
const AT_ONCE = 5
/** How long it begins sends, after a response and by the schedule. */
const AFTER_RESPONSE_MS = 15 * SECOND_MS
const BY_SCHEDULE_MS = 45 * SECOND_MS
/** The statement that finds the webhooks that have something to send. */
const LOOKING = 1

/** Middleware that tells streams and webhooks what a request has caused, after its response: one round trip finds both. */
export const notify = createMiddleware<AppEnv>(async function notify(c, next) {
  await next()
  const { happened, config } = c.var
  if (happened.size === 0 || c.res.status >= 400) return
  const { WORKSPACES: objects } = c.env
  const statements = statementsAfter(c)
  const run = async (database: D1Database, places: readonly string[]) => {
    const connection = connect(database, 'first-primary')
    const { watched, due } = await connection.together(() => ({
      watched: objects ? watchedAmong(connection.db, places) : Promise.resolve([]),
      due: dueWebhooks(connection.db, new Date().toISOString(), places),
    }))
    await Promise.all([
      objects && tellWatchers(objects, watched),
      sendDue(connection, config, due, { forMs: AFTER_RESPONSE_MS, statements }),
    ])
  }
  const runAll = async () => {
    if (config.STORAGE === 'd1') return run(c.env.DB, [...happened])
    for (const place of happened) await run(databaseOf(c.env, place), [place])
  }
  // The wait lets the response go first: in development the database runs in this thread and would delay it.
  runAfter(c, scheduler.wait(1).then(runAll))
})

/** The run of the schedule. It takes half of the statements that are left, for imports share them. */
export async function sendDueWebhooks(env: Env, _planned: string, spent: { statements: number }): Promise<void> {
  const config = configOf(env)
  const statements = Math.floor((config.IMPORT_STATEMENTS - spent.statements) / 2)
  if (statements < LOOKING + PER_BATCH) return
  const connection = connect(env.DB, 'first-primary')
  const due = await dueWebhooks(connection.db, new Date().toISOString())
  await sendDue(connection, config, due, { forMs: BY_SCHEDULE_MS, statements })
  spent.statements += connection.cost.statements
}

type Part = { forMs: number; statements: number }

/** Sends what these webhooks have to send, within the statements that the connection may have sent in the end. */
async function sendDue(
  { db, cost }: Connection,
  config: Config,
  due: readonly string[],
  { forMs, statements }: Part,
): Promise<void> {
  // Those that send at this moment may each spend a whole batch before they look again.
  let sending = 0
  const hasRoom = (others: number) => statements - cost.statements >= PER_BATCH * (1 + others)
  const run: Run = {
    db,
    config,
    sending: { outbound: outboundOf(config), patienceMs: config.WEBHOOK_TIMEOUT_SECONDS * SECOND_MS, now: Date.now },
    sends: { left: config.WEBHOOK_SENDS },
    until: Date.now() + forMs,
    hasRoom: () => hasRoom(sending - 1),
  }
  const ids = [...due]
  // Each takes the next webhook when it is through with one: a dead one keeps one of them for two tries, and no other.
  const take = async () => {
    while (ids.length > 0 && hasRoom(sending)) {
      const id = ids.shift() ?? ''
      sending += 1
      await runWebhook(run, id).catch((error) => logFailure(id, error))
      sending -= 1
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, take))
}

// Its lease ends by itself, and the next run takes it up.
function logFailure(webhook: string, error: unknown): void {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { name, message } = cause instanceof Error ? cause : { name: 'unknown', message: '' }
  console.error(
    JSON.stringify({ level: 'error', event: 'webhook_run_failed', webhook, name, message: message.slice(0, 200) }),
  )
}
