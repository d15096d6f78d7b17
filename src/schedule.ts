// The schedule: the jobs of each cron expression of wrangler.toml (in UTC). Each expression is one invocation.
import { configOf } from './config'
import { AppError } from './errors'
import { continueImports } from './imports/imports.http'
import { scheduledJobs } from './jobs/jobs.dispatch'
import { loadBackground, loadObjects } from './late'
import { HOST } from './late/background.host.mjs'
import { tellBusy } from './live/live.presence'
import { sendDueMail } from './mail/mail.dispatch'
import { sendDueWebhooks } from './webhooks/webhooks.dispatch'
import { rereadPhones } from './workspaces/phones.reread'

/** The statements that an invocation has sent to D1. Its jobs share the 50 that D1's free plan allows. */
export type Spent = { statements: number }

/**
 * A job bounds its own work. `now` is the instant for which the run was planned, ISO-8601 UTC. Jobs of one expression
 * share `spent`: each adds its statements, or stays within the rest.
 */
export type Job = { name: string; run: (env: Env, now: string, spent: Spent) => Promise<unknown> }

const jobKinds = async () => (await loadBackground(HOST)).JOB_KINDS

export const SCHEDULE: Readonly<Record<string, readonly Job[]>> = {
  '* * * * *': [
    { name: 'mail', run: sendDueMail },
    { name: 'jobs', run: scheduledJobs(jobKinds) },
    { name: 'streams', run: tellBusy },
    { name: 'webhooks', run: sendDueWebhooks },
    { name: 'phones', run: rereadPhones },
    // The last: it takes all statements that are left.
    { name: 'imports', run: continueImports },
  ],
  '*/5 * * * *': [
    { name: 'reminders', run: async (env, now) => (await loadBackground(HOST)).queueReminders(env, now) },
  ],
  '*/10 1-4 * * *': [{ name: 'purge', run: async (env, now) => (await loadBackground(HOST)).purge(env, now) }],
}

/** What is done beside where workspaces have objects, which run their own jobs: D1 may hold others. */
const BESIDE_OBJECTS: Readonly<Record<string, readonly Job[]>> = {
  '*/5 * * * *': [{ name: 'directory', run: async (env) => (await loadObjects()).sweepDirectory(env) }],
}

/** The jobs of a cron expression. */
export function jobsOf(cron: string, env: Env): readonly Job[] {
  const beside = configOf(env).STORAGE === 'objects' ? BESIDE_OBJECTS[cron] : undefined
  return [...(SCHEDULE[cron] ?? []), ...(beside ?? [])]
}

/** Runs jobs one after the other. A failed one is logged and does not stop the others: its next run does the work. */
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

// Drizzle wraps the error of a statement in a message that contains the parameters: only its cause is logged.
function errorFields(error: unknown) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof AppError) return { code: cause.code, detail: cause.extras.detail }
  return cause instanceof Error ? { name: cause.name, stack: cause.stack } : { name: 'unknown' }
}
