// To whom a mail goes, and what follows from it: whether words that people chose may stand in it, and how many go out in
// a day. Both are decided in the statement that queues it; the outbox itself is what is counted.

import { eq, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import { type Actor, rolesReaching } from '../access/policy'
import type { Config } from '../config'
import type { Ctx } from '../context'
import { leastIdAt } from '../db/arrival'
import { secondsToMidnight } from '../db/daily-counters'
import { users } from '../db/schema'
import type { Bound } from '../db/schema/outbox'
import { anyOf } from '../db/sql'
import { AppError } from '../errors'
import { canMail } from './mail.settings'

export type Audience = {
  /** Whether people's words, the workspace's name among them, may stand in it. */
  isTold: SQL
  /** What it counts as among its recipient's mails of the day; null where these have no cap. */
  bound: Bound | SQL | null
  /** After how many mails of its workspace in a day it is not sent. */
  most: number
}
type Settings = { config: Config }

const isAddressVerified = sql`${users.emailVerifiedAt} IS NOT NULL`
const noticeUnlessVerified = sql`CASE WHEN ${isAddressVerified} THEN NULL ELSE 'notice' END`

/** The user at hand, of what happens in the workspace. An address that has not proved itself is told no words. */
export function members({ config }: Settings): Audience {
  return { isTold: isAddressVerified, bound: noticeUnlessVerified, most: config.TEAM_MAILS_PER_WORKSPACE_A_DAY }
}

/** The user at hand, of the own account: they get through when the team's mails are used up. */
export function owners({ config }: Settings): Audience {
  return { isTold: isAddressVerified, bound: noticeUnlessVerified, most: 2 * config.TEAM_MAILS_PER_WORKSPACE_A_DAY }
}

/** The user at hand, who asked for a link, or for whom a stranger did. */
export function askers({ config }: Settings): Audience {
  return { isTold: isAddressVerified, bound: 'link', most: 2 * config.TEAM_MAILS_PER_WORKSPACE_A_DAY }
}

/** An address that somebody in the workspace chose: words reach it from people alone whose own address is verified. */
export function outsiders({ config, actor }: Pick<Ctx, 'config' | 'actor'>): Audience {
  return { isTold: isVouchedFor(actor), bound: 'outside', most: config.MAILS_PER_WORKSPACE_A_DAY }
}

/** Who wrote in by the public form, which counts by address itself. */
export function enquirers({ config }: Settings, workspaceId: SQL): Audience {
  return { isTold: hasHead(workspaceId), bound: null, most: config.MAILS_PER_WORKSPACE_A_DAY }
}

function isVouchedFor(actor: Actor): SQL {
  if (actor.type !== 'user') return hasHead(sql`${actor.workspaceId}`)
  return sql`EXISTS (SELECT 1 FROM ${users} AS sender WHERE sender.id = ${actor.id} AND sender.email_verified_at IS NOT NULL)`
}

// Somebody answers for the workspace: who may rename it and has a verified address.
function hasHead(workspaceId: SQL): SQL {
  const heads = sql`SELECT 1 FROM ${users} WHERE ${eq(users.workspaceId, workspaceId)} AND ${isActive} AND ${isAddressVerified}`
  return sql`EXISTS (${heads} AND ${anyOf(users.role, rolesReaching('workspace:write'))})`
}

type Day = { config: Config; now: string }

/** Whether the day of this recipient has room for another one. */
export function recipientHasRoom({ config, now }: Day, bound: Audience['bound'], to: string | SQL): SQL {
  if (bound === null) return sql`true`
  const most = config.MAILS_PER_RECIPIENT_A_DAY
  return sql`(SELECT count(*) FROM (SELECT 1 FROM outbox AS sent WHERE sent.recipient = ${to} AND sent.bound = ${bound}
    AND sent.id >= ${startOfDay(now)} LIMIT ${most})) < ${most}`
}

/** How many more mails the workspace's day has room for, out of `most`. */
export function workspaceRoom({ now }: Pick<Day, 'now'>, most: number, workspaceId: string | SQL): SQL {
  return sql`max(0, ${most} - (SELECT count(*) FROM (SELECT 1 FROM outbox AS sent
    WHERE sent.workspace_id = ${workspaceId} AND sent.id >= ${startOfDay(now)} LIMIT ${most})))`
}

/** Whether a mail to this address may go out today; always true where mail is not configured. */
export function hasRoomForMail(
  day: Day,
  { bound, most }: Audience,
  { to, workspaceId }: { to: string | SQL; workspaceId: string | SQL },
): SQL {
  if (!canMail(day.config)) return sql`true`
  return sql`(${recipientHasRoom(day, bound, to)} AND ${workspaceRoom(day, most, workspaceId)} > 0)`
}

/** The refusal of a request whose point is a mail that may not go out today. */
export function mailLimitError({ config, now }: Day): AppError {
  const { MAILS_PER_RECIPIENT_A_DAY: mails, MAILS_PER_WORKSPACE_A_DAY: all } = config
  const detail = `A day has room for ${mails} such mails to an address, and a workspace's for ${all}: try again after midnight UTC.`
  return new AppError('mail_limit', { retryAfter: secondsToMidnight(now), detail })
}

function startOfDay(now: string): string {
  return leastIdAt(`${now.slice(0, 10)}T00:00:00.000Z`, 0)
}

/** The mails that users can switch off. */
export const NOTIFICATIONS = [
  'leadAssigned',
  'leadClaimed',
  'enquiryReceived',
  'ticketUpdated',
  'followUpDue',
  'meetingLogged',
] as const
export type Notification = (typeof NOTIFICATIONS)[number]

/** The user at hand is active and has not switched this notification off. */
export function hasEnabled(notification: Notification): SQL {
  return sql`(${isActive} AND ${isNotMuted(sql`${users.muted}`, notification)})`
}

/** The same of a user's `muted` by any name; nothing muted where there is no user. */
export function isNotMuted(muted: SQL, notification: Notification): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${muted}) AS switched_off WHERE switched_off.value = ${notification})`
}
