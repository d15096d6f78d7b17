// When jobs run: right after the answer to the request that began them, and every minute by the schedule.
import { createMiddleware } from 'hono/factory'
import { configOf } from '../config'
import { connect } from '../db/client'
import { type AppEnv, runAfter } from '../http/context'
import { SECOND_MS } from '../time'
import { JOB_KINDS } from './jobs.kinds'
import { runDueJobs } from './jobs.runner'

const RUN_MS = 25 * SECOND_MS
/** What the request itself, and the mail that it sends, may have spent of the invocation's statements. */
const SPENT_BEFORE = 15

/** Goes on with the jobs of a workspace, if the request began some, once the answer is out. */
export const continueJobs = createMiddleware<AppEnv>(async function continueJobs(c, next) {
  await next()
  const { begun, config } = c.var
  if (begun.size === 0 || c.res.status >= 400) return
  // On a connection of its own: the request does not pay for it.
  const { db } = connect(c.env.DB, 'first-primary')
  const budget = { statements: config.IMPORT_STATEMENTS - SPENT_BEFORE, until: Date.now() + RUN_MS }
  runAfter(
    c,
    scheduler.wait(1).then(async () => {
      for (const workspaceId of begun) await runDueJobs(db, JOB_KINDS, budget, workspaceId)
    }),
  )
})

/** The run of the schedule: half of the statements that are left to the invocation, for imports share them. */
export async function runScheduledJobs(env: Env, _planned: string, spent: { statements: number }): Promise<void> {
  const { db, cost } = connect(env.DB, 'first-primary')
  const statements = Math.floor((configOf(env).IMPORT_STATEMENTS - spent.statements) / 2)
  try {
    await runDueJobs(db, JOB_KINDS, { statements, until: Date.now() + RUN_MS })
  } finally {
    spent.statements += cost.statements
  }
}
