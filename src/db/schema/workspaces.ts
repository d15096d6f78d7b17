// Tenants: a whole company or one person's account. Public forms name a workspace by its slug.
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, stamps, version } from '../columns'

export const workspaces = sqliteTable('workspaces', {
  id: id(),
  name: text().notNull(),
  slug: text().notNull().unique(),
  plan: text({ enum: ['FREE', 'PRO'] })
    .notNull()
    .default('FREE'),
  /** Until when PRO holds without being paid; null while it is paid. */
  planUntil: instant(),
  timeZone: text().notNull().default('UTC'),
  defaultCountry: text(),
  /** The highest number of a ticket that was purged, kept by a trigger: no number is given twice. */
  purgedTicketNumber: integer().notNull().default(0),
  version: version(),
  ...stamps(),
})
