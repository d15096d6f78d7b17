// Provider accounts with which users sign in. `subject` is the user's id at the provider; it never changes.
import { primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { instant } from '../columns'
import { users } from './users'
import { workspaces } from './workspaces'

export const PROVIDERS = ['google', 'github'] as const

export const oauthAccounts = sqliteTable(
  'oauth_accounts',
  {
    provider: text({ enum: PROVIDERS }).notNull(),
    subject: text().notNull(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    userId: text()
      .notNull()
      .references(() => users.id),
    /** The address that the provider had verified when the account was linked; null if there was none. */
    email: text(),
    createdAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.provider, t.subject] }),
    uniqueIndex('oauth_accounts_user').on(t.userId, t.provider),
  ],
)
