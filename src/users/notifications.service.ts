// The actor's notifications: which mails they get, and when reminders come.

import { and, eq, getTableColumns, or, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { users } from '../db/schema'
import { allOf } from '../db/sql'
import { AppError } from '../errors'
import { changesOf, eventInsert, hasChanges } from '../events/event-insert'
import { NOTIFICATIONS, type Notification } from '../mail/mail.audience'
import { requireVersion, versionStamp } from '../records/version'

type Reminding = Pick<typeof users.$inferSelect, 'digest' | 'digestHour'> & {
  quietHours: { from: string; to: string } | null
}
type Settings = Record<Notification, boolean> & Reminding
const { muted, quietFrom, quietTo, digest, digestHour, version } = getTableColumns(users)
const columns = { muted, quietFrom, quietTo, digest, digestHour, version }
type Row = Pick<typeof users.$inferSelect, keyof typeof columns>

/** The notifications of the actor; `version` is the account's. */
export async function getNotifications({ db, actor }: Ctx): Promise<Settings & { version: number }> {
  const [mine] = await db
    .select(columns)
    .from(users)
    .where(and(eq(users.id, actor.id), isActive))
  if (!mine) throw new AppError('unauthenticated')
  return toSettings(mine)
}

/**
 * Sets the notifications that are named; two requests at once do not undo one another. A patch that changes nothing
 * leaves the version. Throws `stale`.
 */
export async function setNotifications(ctx: Ctx, patch: Partial<Settings>, ifVersion?: number) {
  const { db, actor, now } = ctx
  const named = NOTIFICATIONS.filter((name) => patch[name] !== undefined)
  const off = named.filter((name) => patch[name] === false)
  const mutes = sql`(SELECT json_group_array(value) FROM (
    SELECT value FROM json_each(${users.muted}) WHERE value NOT IN (SELECT value FROM json_each(${JSON.stringify(named)}))
    UNION ALL SELECT value FROM json_each(${JSON.stringify(off)}) ORDER BY value))`
  const reminding = columnsOf(patch)
  const me = and(eq(users.id, actor.id), isActive)
  const isNews = or(sql`${mutes} IS NOT coalesce(${users.muted}, '[]')`, hasChanges(users, reminding))
  const where = allOf(me, ifVersion === undefined ? undefined : eq(users.version, ifVersion), isNews)
  const { changed, present } = await runBatch(db, {
    event: eventInsert(ctx, {
      verb: 'user.notifications_changed',
      subject: 'user',
      id: actor.id,
      changes: sql`json_patch(json_object('muted', json_array(json(coalesce(${users.muted}, '[]')), json(${mutes}))),
        coalesce(${changesOf(users, reminding)}, '{}'))`,
      from: sql`${users}`,
      when: where,
    }),
    changed: one(
      db
        .update(users)
        .set({ muted: mutes, ...reminding, ...versionStamp(users, now) })
        .where(where)
        .returning(columns),
    ),
    present: one(db.select(columns).from(users).where(me)),
  })
  if (changed) return toSettings(changed)
  if (!present) throw new AppError('unauthenticated')
  requireVersion(present, ifVersion)
  return toSettings(present)
}

function columnsOf({ quietHours, digest, digestHour }: Partial<Reminding>) {
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
