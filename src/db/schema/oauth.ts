// Accounts at providers by which a user signs in: `subject` is the provider's own id, which no address can replace.
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
    /** The address that the provider vouched for when the account was linked; null where it vouched for none. */
    email: text(),
    createdAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.provider, t.subject] }),
    uniqueIndex('oauth_accounts_user').on(t.userId, t.provider),
  ],
)
