// When mail is sent: right after the answer to the request that queued it; what is left then, every minute by the cron.
import { createMiddleware } from 'hono/factory'
import { configOf } from '../config'
import { connect, type Db } from '../db/client'
import { type AppEnv, runAfter } from '../http/context'
import { type Outcome, sendDue } from './mail.delivery'

// A request sends a few; a team of hundreds that must hear of an enquiry is the cron's work.
const PER_REQUEST = 10
// With what taking and giving back cost, a run stays within the 50 statements that D1's free plan allows an invocation.
const PER_RUN = 45

/** Sends, once the answer is out, what the request has queued. */
export const dispatch = createMiddleware<AppEnv>(async function dispatch(c, next) {
  await next()
  const { outgoing, config } = c.var
  if (outgoing.size === 0 || c.res.status >= 400) return
  // On a connection of its own: sending is no part of what the request costs.
  runAfter(c, sendEach(connect(c.env.DB, 'first-primary').db, config, [...outgoing]))
})

/** The cron's run; adds what it asked of D1 to what the invocation has `spent`. */
export async function sweep(env: Env, _planned: string, spent: { statements: number }): Promise<Outcome> {
  const config = configOf(env)
  const { db, cost } = connect(env.DB, 'first-primary')
  try {
    return await sendDue(db, config, { now: new Date().toISOString(), limit: PER_RUN })
  } finally {
    spent.statements += cost.statements
  }
}

// The request has been answered and the mail is queued: what fails here is tried again by the cron.
async function sendEach(db: Db, config: AppEnv['Variables']['config'], instants: string[]): Promise<void> {
  for (const queuedAt of instants) {
    try {
      await sendDue(db, config, { now: new Date().toISOString(), limit: PER_REQUEST, queuedAt })
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown'
      console.error(JSON.stringify({ level: 'error', event: 'mail_left_to_cron', name }))
    }
  }
}
