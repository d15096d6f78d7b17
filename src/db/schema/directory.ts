// The directory: which workspace has a name that is unique over the installation. It is empty where one D1 holds all workspaces.
import { sql } from 'drizzle-orm'
import { index, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant } from '../columns'

export const directory = sqliteTable(
  'directory',
  {
    kind: text({ enum: ['email', 'username', 'slug', 'oauth', 'stripe'] }).notNull(),
    name: text().notNull(),
    workspaceId: text().notNull(),
    /** Until when the workspace may take the name that it has reserved; null once it is known to have it. */
    reservedUntil: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.name] }),
    index('directory_reserved').on(t.reservedUntil).where(sql`reserved_until IS NOT NULL`),
  ],
)
