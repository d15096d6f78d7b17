// The schedule: what runs by the clock, by the cron expressions of wrangler.toml (in UTC). Each is an invocation of its own.
import { AppError } from './errors'
import { continueImports } from './imports/imports.http'
import { runJobsOfSchedule } from './jobs/jobs.dispatch'
import { sweep } from './mail/mail.dispatch'
import { purge } from './purge/purge.service'
import { remind } from './reminders/reminders.service'

/** How many statements an invocation has sent to D1: its jobs share the 50 that D1's free plan allows. */
export type Spent = { statements: number }

/**
 * A verb that ends by itself, with bounds of its own. `now` is the instant for which the run was planned, ISO-8601 UTC;
 * a job that shares its expression adds to `spent`, or keeps to what is left.
 */
export type Job = { name: string; run: (env: Env, now: string, spent: Spent) => Promise<unknown> }

export const SCHEDULE: Readonly<Record<string, readonly Job[]>> = {
  '* * * * *': [
    { name: 'mail', run: sweep },
    { name: 'jobs', run: runJobsOfSchedule },
    { name: 'imports', run: continueImports },
  ],
  '*/5 * * * *': [{ name: 'reminders', run: remind }],
  '*/10 1-4 * * *': [{ name: 'purge', run: purge }],
}

/** Runs jobs one after the other; one that fails is logged and stops no other, for its next run makes up for it. */
export async function runJobs(jobs: readonly Job[], env: Env, now: string): Promise<void> {
  const spent: Spent = { statements: 0 }
  for (const { name, run } of jobs) {
    try {
      await run(env, now, spent)
    } catch (error) {
      console.error(JSON.stringify({ level: 'error', event: 'job_failed', job: name, ...errorFields(error) }))
    }
  }
}

// Drizzle wraps what a statement throws, in a message that holds the parameters: only the cause is told.
function errorFields(error: unknown) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof AppError) return { code: cause.code, detail: cause.extras.detail }
  return cause instanceof Error ? { name: cause.name, stack: cause.stack } : { name: 'unknown' }
}
