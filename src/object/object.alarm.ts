// The schedule of an object that holds its workspace: an alarm, set when there is something to do, and no other time.
import { type SQL, sql } from 'drizzle-orm'
import { type Config, configOf } from '../config'
import type { Db } from '../db/client'
import {
  customers,
  imports,
  interactions,
  jobs,
  leads,
  outbox,
  users,
  webhookDeliveries,
  webhooks,
  workspaces,
} from '../db/schema'
import { continueImports } from '../imports/imports.http'
import { JOB_KINDS } from '../job-kinds'
import { scheduledJobs } from '../jobs/jobs.dispatch'
import { sendDueMail } from '../mail/mail.dispatch'
import { canMail } from '../mail/mail.settings'
import { purge } from '../purge/purge.service'
import { queueReminders } from '../reminders/reminders.service'
import { type Job, runJobs } from '../schedule'
import { DAY_MS, HOUR_MS } from '../time'
import { sendDueWebhooks } from '../webhooks/webhooks.dispatch'
import { hasNews } from '../webhooks/webhooks.queue'
import { rereadPhones } from '../workspaces/phones.reread'

const BY_ALARM: readonly Job[] = [
  { name: 'mail', run: sendDueMail },
  { name: 'jobs', run: scheduledJobs(async () => JOB_KINDS) },
  { name: 'webhooks', run: sendDueWebhooks },
  { name: 'phones', run: rereadPhones },
  { name: 'reminders', run: queueReminders },
  { name: 'imports', run: continueImports },
]
const NIGHTLY: readonly Job[] = [{ name: 'purge', run: purge }]

/** The hour of the night, in UTC, at which a workspace is purged, and for how long after its last change: what lasts longest. */
const PURGE_HOUR_MS = HOUR_MS
const PURGED_DAYS = 40

/** Runs the jobs of a workspace in its object, whose database `env` has. */
export async function runAlarm(env: Env, now: string, isNight: boolean): Promise<void> {
  // No plan limits the statements of an object.
  const unlimited = { ...env, IMPORT_STATEMENTS: '1000' }
  await runJobs(isNight ? [...BY_ALARM, ...NIGHTLY] : BY_ALARM, unlimited, now)
}

/** When the jobs of a workspace have something to do, which may be over; undefined if they have nothing. */
export async function nextWork(db: Db, config: Config): Promise<string | undefined> {
  const mailed = [
    sql`(SELECT min(${outbox.nextAttemptAt}) FROM ${outbox} WHERE state = 'QUEUED')`,
    sql`(SELECT min(${users.digestDue}) FROM ${users} WHERE ${users.digestDue} IS NOT NULL)`,
    ...[interactions, leads, customers].map(
      ({ remindAt }) => sql`(SELECT min(${remindAt}) FROM ${remindAt.table} WHERE ${remindAt} IS NOT NULL)`,
    ),
  ]
  const instants = [
    ...(canMail(config) ? mailed : []),
    sql`(SELECT min(${jobs.dueAt}) FROM ${jobs} WHERE state = 'RUNNING')`,
    sql`(SELECT min(${imports.updatedAt}) FROM ${imports} WHERE status IN ('UPLOADING', 'RUNNING', 'REVERTING'))`,
    sql`(SELECT min('') FROM ${workspaces} WHERE ${workspaces.unreadCustomersAfter} IS NOT NULL
      OR ${workspaces.unreadLeadsAfter} IS NOT NULL)`,
    nextSend(),
  ]
  const [row] = await db
    .select({ at: sql<string | null>`min(work.value)`.as('at') })
    .from(sql`json_each(json_array(${sql.join(instants, sql`, `)})) AS work`)
    .where(sql`work.value IS NOT NULL`)
  return row?.at ?? undefined
}

// When the next webhook sends; null if none has something to send.
function nextSend(): SQL<string | null> {
  const firstDue = sql`(SELECT min(d.due_at) FROM ${webhookDeliveries} AS d WHERE d.webhook_id = ${webhooks.id} AND d.state = 'PENDING')`
  const hasMore = sql`(${hasNews()} OR ${webhooks.replayEnd} IS NOT NULL)`
  const rest = sql`max(coalesce(${webhooks.leaseUntil}, ''), coalesce(${webhooks.heldUntil}, ''))`
  return sql`(SELECT min(max(${rest}, CASE WHEN ${hasMore} THEN '' ELSE ${firstDue} END)) FROM ${webhooks}
    WHERE ${webhooks.state} IN ('ACTIVE', 'FAILING') AND (${hasMore} OR ${firstDue} IS NOT NULL))`
}

/** The next night in which a workspace is purged that was last changed at an instant; undefined if all has expired. */
export function nextNight(env: Env, changedAt: number, now: number): number | undefined {
  const days = Math.max(PURGED_DAYS, configOf(env).EVENTS_KEEP_DAYS + 1)
  const night = Math.ceil((now - PURGE_HOUR_MS + 1) / DAY_MS) * DAY_MS + PURGE_HOUR_MS
  return night < changedAt + days * DAY_MS ? night : undefined
}
