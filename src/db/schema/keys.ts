// API keys of machines, stored as hashes. The prefix finds the row, and shows people which key it is.
import { sql } from 'drizzle-orm'
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant } from '../columns'
import { workspaces } from './workspaces'

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: id(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    name: text().notNull(),
    prefix: text().notNull().unique(),
    keyHash: text().notNull(),
    scopes: text({ mode: 'json' }).$type<string[]>().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant(),
    /** Precise to a minute: it is written at most once a minute. */
    lastUsedAt: instant(),
    revokedAt: instant(),
  },
  (t) => [index('api_keys_workspace').on(t.workspaceId, t.id).where(sql`revoked_at IS NULL`)],
)
