// Jobs in tests: what hangs on records in number, and runs that are cut off in the middle.

import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { configOf } from '../../src/config'
import { connect } from '../../src/db/client'
import { JOB_KINDS } from '../../src/job-kinds'
import { runDueJobs } from '../../src/jobs/jobs.runner'
import { api, worker } from './api'
import { rows } from './database'
import { metered } from './metered'

/** Where jobs run: this database, with the settings of the tests. */
export const jobsIn = (DB: D1Database) => ({ db: connect(DB, 'first-primary').db, config: configOf(env) })

const budget = () => ({ statements: 5_000, until: Date.now() + 60_000 })

/** Lets a job that another run has, or that has failed, be due at once. */
export const makeJobsDue = () => rows(`UPDATE jobs SET due_at = '2000-01-01' WHERE state = 'RUNNING'`)

/** Runs all jobs to their end, and holds that no transaction reads over 25,000 rows or writes over 5,000. */
export async function runJobsToTheEnd(): Promise<void> {
  const most = { rowsRead: 0, rowsWritten: 0 }
  const { DB, cost } = metered({
    after: () => {
      most.rowsRead = Math.max(most.rowsRead, cost.rowsRead)
      most.rowsWritten = Math.max(most.rowsWritten, cost.rowsWritten)
      Object.assign(cost, { rowsRead: 0, rowsWritten: 0 })
    },
  })
  await makeJobsDue()
  await runDueJobs(jobsIn(DB), JOB_KINDS, budget())
  expect(most.rowsRead).toBeLessThanOrEqual(25_000)
  expect(most.rowsWritten).toBeLessThanOrEqual(5_000)
}

/** Runs jobs that are cut off five times, each time at another piece, before or after the database has written it. */
export async function runJobsKilledFiveTimes(): Promise<void> {
  for (let kill = 0; kill < 5; kill += 1) {
    const hook = kill % 2 === 0 ? 'before' : 'after'
    const { DB } = metered({
      [hook]: (trip: number) => {
        if (trip === 2 + kill) throw new Error('killed')
      },
    })
    await makeJobsDue()
    await runDueJobs(jobsIn(DB), JOB_KINDS, budget()).catch(() => {})
  }
  await runJobsToTheEnd()
  expect(await rows(`SELECT id FROM jobs WHERE state = 'RUNNING' OR last_error IS NOT NULL`)).toEqual([])
}

/** A client whose Worker has a database for so many round trips, so that the jobs of a request wait for the schedule. */
export function withWaitingJobs(token: string, trips = 1) {
  const { DB } = metered({
    before: (trip) => {
      if (trip > trips) throw new Error('killed')
    },
  })
  return api(token, worker({ DB }))
}
