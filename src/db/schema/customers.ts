// Customers (contacts are the same record): who the team does business with. An e-mail is unique among the living.
import { sql } from 'drizzle-orm'
import { index, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { idBesideSeq, instant, seq, stamps, version } from '../columns'
import { users } from './users'
import { workspaces } from './workspaces'

export const customers = sqliteTable(
  'customers',
  {
    seq: seq(),
    id: idBesideSeq(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    name: text().notNull(),
    email: text(),
    phone: text(),
    company: text(),
    ownerId: text().references(() => users.id),
    version: version(),
    ...stamps(),
    deletedAt: instant(),
  },
  (t) => [
    uniqueIndex('customers_email').on(t.workspaceId, t.email).where(sql`deleted_at IS NULL AND email IS NOT NULL`),
    index('customers_owner').on(t.workspaceId, t.ownerId).where(sql`deleted_at IS NULL`),
  ],
)
