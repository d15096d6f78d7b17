// Streams: the workspaces of which somebody watches what changes, so that writes of others tell no object of it.
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant } from '../columns'

export const streams = sqliteTable('streams', {
  workspaceId: text().primaryKey(),
  openedAt: instant().notNull(),
})
