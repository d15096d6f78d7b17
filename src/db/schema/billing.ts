// What Stripe told about workspaces: whose customer is whose, how the subscription stands, and the events already applied.
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant } from '../columns'
import { workspaces } from './workspaces'

export const subscriptions = sqliteTable('subscriptions', {
  workspaceId: text()
    .primaryKey()
    .references(() => workspaces.id),
  stripeCustomerId: text().notNull().unique(),
  /** The subscription's status in Stripe's words; null before there is one. */
  status: text(),
  renewsAt: instant(),
  endsAt: instant(),
  /** When asking Stripe for this state began: an older answer never overwrites a newer one. */
  askedAt: instant().notNull(),
  createdAt: instant().notNull(),
})

export const stripeEvents = sqliteTable('stripe_events', {
  id: id(),
  type: text().notNull(),
  createdAt: instant().notNull(),
})
