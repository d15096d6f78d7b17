// Other ways in: keys for machines, accounts at OAuth providers.
import { index, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { id, instant } from '../columns'
import { users } from './users'
import { workspaces } from './workspaces'

const workspaceId = () =>
  text()
    .notNull()
    .references(() => workspaces.id)

/** A key is `ecrm_<prefix>_<secret>`: found by its prefix, proved by the hash of the whole. */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text().notNull(),
    prefix: text().notNull(),
    keyHash: text().notNull(),
    scopes: text({ mode: 'json' }).$type<string[]>().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant(),
    lastUsedAt: instant(),
    revokedAt: instant(),
  },
  (t) => [uniqueIndex('api_keys_prefix').on(t.prefix), index('api_keys_workspace').on(t.workspaceId, t.id)],
)

export const PROVIDERS = ['google', 'github'] as const

/** An account at a provider, by the id that the provider gives it. */
export const oauthAccounts = sqliteTable(
  'oauth_accounts',
  {
    provider: text({ enum: PROVIDERS }).notNull(),
    subject: text().notNull(),
    userId: text()
      .notNull()
      .references(() => users.id),
    workspaceId: workspaceId(),
    createdAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.subject] }), index('oauth_accounts_user').on(t.userId)],
)
