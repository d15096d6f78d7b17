// The audience of a mail decides whether the mail may quote text that people wrote, and how many go out in a day.
// The statement that queues the mail checks both; it counts the rows of the outbox.
import { eq, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isActive } from '../access/person'
import { type Actor, rolesReaching } from '../access/policy'
import type { Config } from '../config'
import type { Ctx, PublicCtx } from '../context'
import { leastIdAt } from '../db/arrival'
import { secondsToMidnight } from '../db/daily-counters'
import { outbox, users } from '../db/schema'
import type { Bound } from '../db/schema/outbox'
import { anyOf } from '../db/sql'
import { AppError } from '../errors'
import type { Language } from '../languages'
import { canMail } from './mail.settings'

export type Audience = {
  /** Whether the mail may contain text that people wrote, such as the name of the workspace. */
  allowsUserText: SQL
  /** The daily limit of the recipient for which the mail counts; null if there is none. */
  bound: Bound | SQL | null
  /** How many mails of the workspace a day allows. */
  max: number
  /** The language of the request, for a reader whose profile has none; unset where colleagues read what another one did. */
  language?: Language | SQL
  /** The address that an answer goes to, if a person reads it. */
  replyTo?: SQL
}
type Settings = Pick<PublicCtx, 'config' | 'language'>

const isAddressVerified = sql`${users.emailVerifiedAt} IS NOT NULL`
const noticeUnlessVerified = sql`CASE WHEN ${isAddressVerified} THEN NULL ELSE 'notice' END`

/** The user of the row, about events of the workspace. An unverified address gets no text that people wrote. */
export function members({ config, actor, language }: Settings & { actor?: Actor }): Audience {
  return {
    allowsUserText: isAddressVerified,
    bound: noticeUnlessVerified,
    max: config.TEAM_MAILS_PER_WORKSPACE_A_DAY,
    ...(actor && language ? { language: sql`CASE WHEN ${users.id} = ${actor.id} THEN ${language} END` } : {}),
  }
}

/** The user of the row, about their own account. The limit is higher, so that team mail does not use it up. */
export function owners({ config, language }: Settings): Audience {
  return {
    allowsUserText: isAddressVerified,
    bound: noticeUnlessVerified,
    max: 2 * config.TEAM_MAILS_PER_WORKSPACE_A_DAY,
    language,
  }
}

/** The user of the row, with a link that they, or a stranger in their name, requested. */
export function askers({ config, language }: Settings): Audience {
  return {
    allowsUserText: isAddressVerified,
    bound: 'link',
    max: 2 * config.TEAM_MAILS_PER_WORKSPACE_A_DAY,
    language,
  }
}

/** An address that the actor chose. It gets text that people wrote only if the actor's own address is verified. */
export function outsiders({ config, actor, language }: Pick<Ctx, 'config' | 'actor' | 'language'>): Audience {
  return {
    allowsUserText: isSenderVerified(actor),
    bound: 'outside',
    max: config.MAILS_PER_WORKSPACE_A_DAY,
    language,
    replyTo: addressOfSender(actor),
  }
}

/** The sender of a public form. The form has its own limit for each address. */
export function enquirers({ config, language }: Settings, workspaceId: SQL): Audience {
  return {
    allowsUserText: hasVerifiedAdmin(workspaceId),
    bound: null,
    max: config.MAILS_PER_WORKSPACE_A_DAY,
    language,
  }
}

function isSenderVerified(actor: Actor): SQL {
  if (actor.type !== 'user') return hasVerifiedAdmin(sql`${actor.workspaceId}`)
  return sql`EXISTS (SELECT 1 FROM ${users} AS sender WHERE ${sender.id} = ${actor.id} AND ${sender.emailVerifiedAt} IS NOT NULL)`
}

// Null for an API key, which reads no mail, and for an address that is not verified.
function addressOfSender(actor: Actor): SQL {
  if (actor.type !== 'user') return sql`NULL`
  return sql`(SELECT ${sender.email} FROM ${users} AS sender WHERE ${sender.id} = ${actor.id} AND ${sender.emailVerifiedAt} IS NOT NULL)`
}

// The workspace has an active user with a verified address who may rename it.
function hasVerifiedAdmin(workspaceId: SQL): SQL {
  const admins = sql`SELECT 1 FROM ${users} WHERE ${eq(users.workspaceId, workspaceId)} AND ${isActive} AND ${isAddressVerified}`
  return sql`EXISTS (${admins} AND ${anyOf(users.role, rolesReaching('workspace:write'))})`
}

const [sent, sender] = [alias(outbox, 'sent'), alias(users, 'sender')]

type Day = { config: Config; now: string }

/** Whether the recipient may get another mail today. */
export function recipientHasRoom({ config, now }: Day, bound: Audience['bound'], to: string | SQL): SQL {
  if (bound === null) return sql`true`
  const max = config.MAILS_PER_RECIPIENT_A_DAY
  return sql`(SELECT count(*) FROM (SELECT 1 FROM ${outbox} AS sent WHERE ${sent.recipient} = ${to} AND ${sent.bound} = ${bound}
    AND ${sent.id} >= ${startOfDay(now)} LIMIT ${max})) < ${max}`
}

/** How many more mails the workspace may send today, out of `max`. */
export function workspaceRoom({ now }: Pick<Day, 'now'>, max: number, workspaceId: string | SQL): SQL {
  return sql`max(0, ${max} - (SELECT count(*) FROM (SELECT 1 FROM ${outbox} AS sent
    WHERE ${sent.workspaceId} = ${workspaceId} AND ${sent.id} >= ${startOfDay(now)} LIMIT ${max})))`
}

/** Whether a mail to this address may go out today; always true where mail is not configured. */
export function hasRoomForMail(
  day: Day,
  { bound, max }: Audience,
  { to, workspaceId }: { to: string | SQL; workspaceId: string | SQL },
): SQL {
  if (!canMail(day.config)) return sql`true`
  return sql`(${recipientHasRoom(day, bound, to)} AND ${workspaceRoom(day, max, workspaceId)} > 0)`
}

/** The error of a request that needs a mail, if the day has no room for it. */
export function mailLimitError({ config, now }: Day): AppError {
  const { MAILS_PER_RECIPIENT_A_DAY: perAddress, MAILS_PER_WORKSPACE_A_DAY: perWorkspace } = config
  const detail = `The limit is ${perAddress} such mails a day to an address, and ${perWorkspace} for a workspace: try again after midnight UTC.`
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
