// A user's notification settings: which mails the user gets, and when reminders come.
import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import type { Ctx } from '../context'
import { users } from '../db/schema'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import { NOTIFICATIONS, type Notification } from '../mail/mail.audience'
import { changeRecord, type RecordKind } from '../records/change'

type ReminderSettings = Pick<typeof users.$inferSelect, 'digest' | 'digestHour'> & {
  quietHours: { from: string; to: string } | null
}
type Settings = Record<Notification, boolean> & ReminderSettings
const { muted, quietFrom, quietTo, digest, digestHour, version } = getTableColumns(users)
const columns = { muted, quietFrom, quietTo, digest, digestHour, version }
type Row = Pick<typeof users.$inferSelect, keyof typeof columns>

const ACCOUNT: RecordKind<typeof columns> = {
  subject: 'user',
  table: users,
  columns,
  etag: etagOf,
  reads: 'account:read',
  isInReach: ({ id }) => and(eq(users.id, id), isActive),
}

/** The notification settings of the actor; `version` is that of the account. */
export async function getNotifications({ db, actor }: Ctx): Promise<Settings & { version: number }> {
  const [row] = await db
    .select(columns)
    .from(users)
    .where(and(eq(users.id, actor.id), isActive))
  if (!row) throw new AppError('unauthenticated')
  return toSettings(row)
}

/**
 * Changes the given settings; concurrent changes of other settings are kept. A patch without changes leaves the version.
 * Throws `stale`.
 */
export async function setNotifications(ctx: Ctx, patch: Partial<Settings>, ifVersion?: number) {
  const given = NOTIFICATIONS.filter((name) => patch[name] !== undefined)
  const mutedNow = given.filter((name) => patch[name] === false)
  const remaining = sql`(SELECT nullif(json_group_array(value), '[]') FROM (
    SELECT value FROM json_each(${users.muted}) WHERE value NOT IN (SELECT value FROM json_each(${JSON.stringify(given)}))
    UNION ALL SELECT value FROM json_each(${JSON.stringify(mutedNow)}) ORDER BY value))`
  const row = await changeRecord(ctx, ACCOUNT, ctx.actor.id, {
    verb: 'notifications_changed',
    permission: 'account:write',
    set: { ...(given.length === 0 ? {} : { muted: remaining }), ...reminderColumns(patch) },
    ifVersion,
  })
  return toSettings(row)
}

function reminderColumns({ quietHours, digest, digestHour }: Partial<ReminderSettings>) {
  const quiet = { quietFrom: quietHours?.from ?? null, quietTo: quietHours?.to ?? null }
  return {
    ...(quietHours === undefined ? {} : quiet),
    ...(digest === undefined ? {} : { digest }),
    ...(digestHour === undefined ? {} : { digestHour }),
  }
}

function toSettings({ muted, quietFrom, quietTo, digest, digestHour, version }: Row): Settings & { version: number } {
  const isOn = (name: Notification) => !muted?.includes(name)
  return {
    leadAssigned: isOn('leadAssigned'),
    leadClaimed: isOn('leadClaimed'),
    enquiryReceived: isOn('enquiryReceived'),
    ticketUpdated: isOn('ticketUpdated'),
    followUpDue: isOn('followUpDue'),
    meetingLogged: isOn('meetingLogged'),
    quietHours: quietFrom === null || quietTo === null ? null : { from: quietFrom, to: quietTo },
    digest,
    digestHour,
    version,
  }
}
