// When jobs run: right after the response to the request that began them, and every minute by the schedule.
import { createMiddleware } from 'hono/factory'
import { configOf } from '../config'
import { connect } from '../db/client'
import { type AppEnv, runAfter, statementsAfter } from '../http/context'
import { databaseOf } from '../objects/place'
import { SECOND_MS } from '../time'
import type { JobKinds } from './jobs.kind'
import { runDueJobs } from './jobs.runner'

const RUN_MS = 25 * SECOND_MS

/** Middleware that runs the jobs of a workspace after the response, if the request may have begun some. */
export const continueJobs = (loadKinds: () => Promise<JobKinds>) =>
  createMiddleware<AppEnv>(async function continueJobs(c, next) {
    await next()
    const { begun, config } = c.var
    if (begun.size === 0 || c.res.status >= 400) return
    const budget = { statements: statementsAfter(c), until: Date.now() + RUN_MS }
    const run = async () => {
      const kinds = await loadKinds()
      for (const workspaceId of begun) {
        // A new connection, so that these statements do not count for the request.
        const { db } = connect(databaseOf(c.env, workspaceId), 'first-primary')
        await runDueJobs({ db, config }, kinds, budget, workspaceId)
      }
    }
    // The wait lets the response go first: in development the database runs in this thread and would delay it.
    runAfter(c, scheduler.wait(1).then(run))
  })

/** The run of the schedule. It takes half of the statements that are left, for imports share them. */
export const scheduledJobs = (loadKinds: () => Promise<JobKinds>) =>
  async function runScheduledJobs(env: Env, _planned: string, spent: { statements: number }): Promise<void> {
    const { db, cost } = connect(env.DB, 'first-primary')
    const config = configOf(env)
    const statements = Math.floor((config.IMPORT_STATEMENTS - spent.statements) / 2)
    try {
      await runDueJobs({ db, config }, await loadKinds(), { statements, until: Date.now() + RUN_MS })
    } finally {
      spent.statements += cost.statements
    }
  }
