// The links to calendars.
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant } from '../columns'
import { users } from './users'
import { workspaces } from './workspaces'

/** The calendar feed of a user: whoever has its token reads what the user would see. One for each user. */
export const calendarFeeds = sqliteTable('calendar_feeds', {
  userId: text()
    .primaryKey()
    .references(() => users.id),
  workspaceId: text()
    .notNull()
    .references(() => workspaces.id),
  tokenHash: text().notNull().unique(),
  createdAt: instant().notNull(),
})
