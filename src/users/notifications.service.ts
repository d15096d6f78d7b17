// Reading and switching the mails that the actor gets.
import { and, eq, sql } from 'drizzle-orm'
import { isActive } from '../auth/sessions.service'
import { users } from '../db/schema'
import { AppError } from '../errors'
import { record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { demandVersion } from '../http/etag'
import { NOTIFICATIONS, type Notification } from './notifications'

type Switches = Record<Notification, boolean>
const columns = { muted: users.muted, version: users.version }

/** What the actor gets; `version` is the account's. */
export async function getNotifications({ db, actor }: Ctx): Promise<Switches & { version: number }> {
  const [mine] = await db
    .select(columns)
    .from(users)
    .where(and(eq(users.id, actor.id), isActive))
  if (!mine) throw new AppError('unauthenticated')
  return shown(mine)
}

/** Switches notifications on and off; those not named stay as they are, whoever else is switching. Throws `stale`. */
export async function setNotifications(ctx: Ctx, patch: Partial<Switches>, ifVersion?: number) {
  const { db, actor, now } = ctx
  const named = NOTIFICATIONS.filter((name) => patch[name] !== undefined)
  const off = named.filter((name) => patch[name] === false)
  const muted = sql`(SELECT json_group_array(value) FROM (
    SELECT value FROM json_each(${users.muted}) WHERE value NOT IN (SELECT value FROM json_each(${JSON.stringify(named)}))
    UNION ALL SELECT value FROM json_each(${JSON.stringify(off)})))`
  const me = and(eq(users.id, actor.id), isActive)
  const where = and(me, ifVersion === undefined ? undefined : eq(users.version, ifVersion)) ?? sql`false`
  const [, [changed], [present]] = await db.batch([
    record(ctx, {
      verb: 'user.notifications_changed',
      subject: 'user',
      id: actor.id,
      changes: sql`json_object('muted', json_array(json(coalesce(${users.muted}, '[]')), json(${muted})))`,
      from: sql`${users}`,
      when: where,
    }),
    db
      .update(users)
      .set({ muted, updatedAt: now, version: sql`${users.version} + 1` })
      .where(where)
      .returning(columns),
    db.select(columns).from(users).where(me),
  ])
  if (changed) return shown(changed)
  if (!present) throw new AppError('unauthenticated')
  demandVersion(present, ifVersion)
  throw new AppError('internal')
}

function shown({ muted, version }: { muted: string[] | null; version: number }): Switches & { version: number } {
  const isOn = (name: Notification) => !muted?.includes(name)
  return {
    leadAssigned: isOn('leadAssigned'),
    leadClaimed: isOn('leadClaimed'),
    enquiryReceived: isOn('enquiryReceived'),
    ticketUpdated: isOn('ticketUpdated'),
    followUpDue: isOn('followUpDue'),
    meetingLogged: isOn('meetingLogged'),
    version,
  }
}
