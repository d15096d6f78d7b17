// Sends mail after the response to the request that queued it; the cron sends the rest every minute.
import { createMiddleware } from 'hono/factory'
import { configOf } from '../config'
import { connect, type Db } from '../db/client'
import { type AppEnv, databasesAfter, runAfter } from '../http/context'
import { type Outcome, sendDue } from './mail.delivery'

// A request sends a few mails; the cron sends the rest of a large number, such as for a team of hundreds.
const PER_REQUEST = 10
// With leasing and releasing, a run stays within the 50 statements that D1's free plan allows.
const PER_RUN = 45

/** Middleware that sends the mail of a request after its response. */
export const dispatch = createMiddleware<AppEnv>(async function dispatch(c, next) {
  await next()
  const { outgoing, config } = c.var
  if (outgoing.size === 0 || c.res.status >= 400) return
  // A new connection, so that these statements do not count for the request.
  for (const { database } of databasesAfter(c)) {
    runAfter(c, sendEach(connect(database, 'first-primary').db, config, [...outgoing]))
  }
})

/** The cron's run: sends due mail, and adds its statements to those that the invocation has `spent`. */
export async function sendDueMail(env: Env, _planned: string, spent: { statements: number }): Promise<Outcome> {
  const config = configOf(env)
  const { db, cost } = connect(env.DB, 'first-primary')
  try {
    return await sendDue(db, config, { now: new Date().toISOString(), limit: PER_RUN })
  } finally {
    spent.statements += cost.statements
  }
}

// The mail is queued, so the cron tries again whatever fails here.
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
