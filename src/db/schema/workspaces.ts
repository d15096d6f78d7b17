// Workspaces, the tenants, each with its subscription at Stripe. Public forms name a workspace by its slug.
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, stamps, version } from '../columns'

/** The languages in which the desk and mails are written. A new one has its words in src/desk/words and src/mail. */
export const LANGUAGES = ['en', 'de'] as const

export const workspaces = sqliteTable('workspaces', {
  /** 12 hexadecimal digits (`workspaceIdOf`), short because every index of every table begins with it. */
  id: id(),
  name: text().notNull(),
  slug: text().notNull().unique(),
  plan: text({ enum: ['FREE', 'PRO'] })
    .notNull()
    .default('FREE'),
  /** When an unpaid PRO ends; null while it is paid. */
  planUntil: instant(),
  timeZone: text().notNull().default('UTC'),
  /** The language of mails whose reader has chosen none. */
  language: text({ enum: LANGUAGES }).notNull().default('en'),
  defaultCountry: text(),
  /** Since the country changed, phone numbers past these rows that cannot be read are to be read again; null for none. */
  unreadCustomersAfter: integer(),
  unreadLeadsAfter: integer(),
  /** The highest number of a purged ticket, kept by a trigger, so that no number is used twice. */
  purgedTicketNumber: integer().notNull().default(0),
  /** Whether a stream is open or a webhook may send, kept by triggers: each event that is written says so. */
  isHeard: integer({ mode: 'boolean' }).notNull().default(false),
  version: version(),
  ...stamps(),
})

/** The subscription of a workspace, as Stripe reported it. */
export const subscriptions = sqliteTable('subscriptions', {
  workspaceId: text()
    .primaryKey()
    .references(() => workspaces.id),
  stripeCustomerId: text().notNull().unique(),
  /** Stripe's status of the subscription; null before there is one. */
  status: text(),
  renewsAt: instant(),
  endsAt: instant(),
  /** When the request to Stripe for this state began: an older answer never replaces a newer one. */
  askedAt: instant().notNull(),
  createdAt: instant().notNull(),
})

/** The events of Stripe's webhook that have been processed. */
export const stripeEvents = sqliteTable('stripe_events', {
  id: id(),
  type: text().notNull(),
  createdAt: instant().notNull(),
})
