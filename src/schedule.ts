// The schedule: what runs by the clock, by the cron expressions of wrangler.toml (in UTC). Each is an invocation of its own.
import { AppError } from './errors'
import { sweep } from './mail/mail.dispatch'
import { purge } from './purge/purge.service'
import { remind } from './reminders/reminders.service'
import { continueImports } from './transfer/imports.continue'

/**
 * A verb that ends by itself, with bounds of its own: the jobs of one expression share the 50 statements that D1's free
 * plan allows an invocation. `now` is the instant for which the run was planned, ISO-8601 UTC.
 */
export type Job = { name: string; run: (env: Env, now: string) => Promise<unknown> }

export const SCHEDULE: Readonly<Record<string, readonly Job[]>> = {
  '* * * * *': [
    { name: 'mail', run: sweep },
    { name: 'imports', run: continueImports },
  ],
  '*/5 * * * *': [{ name: 'reminders', run: remind }],
  '*/10 1-4 * * *': [{ name: 'purge', run: purge }],
}

/** Runs jobs one after the other; one that fails is logged and stops no other, for its next run makes up for it. */
export async function runJobs(jobs: readonly Job[], env: Env, now: string): Promise<void> {
  for (const { name, run } of jobs) {
    try {
      await run(env, now)
    } catch (error) {
      console.error(JSON.stringify({ level: 'error', event: 'job_failed', job: name, ...said(error) }))
    }
  }
}

// Drizzle wraps what a statement throws, in a message that holds the parameters: only the cause is told.
function said(error: unknown) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof AppError) return { code: cause.code, detail: cause.extras.detail }
  return cause instanceof Error ? { name: cause.name, stack: cause.stack } : { name: 'unknown' }
}
