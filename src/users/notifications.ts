// Which mails a user gets: all, but for those that were switched off.
import { type SQL, sql } from 'drizzle-orm'
import { isActive } from '../auth/sessions.service'
import { users } from '../db/schema'

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
export function wants(notification: Notification): SQL {
  return sql`(${isActive} AND ${notMuted(sql`${users.muted}`, notification)})`
}

/** The same of a user's `muted` by any name; nothing muted where there is no user. */
export function notMuted(muted: SQL, notification: Notification): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${muted}) AS switched_off WHERE switched_off.value = ${notification})`
}
