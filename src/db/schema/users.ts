// Users, their sessions (each a family of refresh tokens), single-use tokens sent by mail, and calendar feeds.
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { computed, id, instant, stamps, version } from '../columns'
import { LANGUAGES, workspaces } from './workspaces'

export const ROLES = ['ADMIN', 'MANAGER', 'SALES', 'CUSTOMER'] as const
export const USER_STATUSES = ['ACTIVE', 'INACTIVE'] as const

export const DIGESTS = ['single', 'daily'] as const

const TOKEN_KINDS = ['INVITATION', 'VERIFICATION', 'RESET', 'EMAIL'] as const

const workspaceId = () =>
  text()
    .notNull()
    .references(() => workspaces.id)

export const users = sqliteTable(
  'users',
  {
    id: id(),
    workspaceId: workspaceId(),
    email: text().notNull(),
    username: text(),
    name: text().notNull(),
    passwordHash: text(),
    role: text({ enum: ROLES }).notNull(),
    status: text({ enum: USER_STATUSES }).notNull().default('ACTIVE'),
    emailVerifiedAt: instant(),
    emailVerified: integer({ mode: 'boolean' }).generatedAlwaysAs(sql`email_verified_at IS NOT NULL`, {
      mode: 'virtual',
    }),
    timeZone: text().notNull().default('UTC'),
    /** The language of pages and mails; null for that of the browser, and for mails that of the workspace. */
    language: text({ enum: LANGUAGES }),
    /** The notifications that the user has switched off; null for none. */
    muted: text({ mode: 'json' }).$type<string[]>(),
    /** Between these times, `HH:MM` in the user's zone, no reminder is sent; null for no quiet hours. */
    quietFrom: text().default('21:00'),
    quietTo: text().default('07:00'),
    digest: text({ enum: DIGESTS }).notNull().default('single'),
    digestHour: integer().notNull().default(8),
    /** When the next daily digest is due; null until it is planned, and after a setting has changed. */
    nextDigestAt: instant(),
    digestDue: computed(
      `CASE WHEN digest = 'daily' AND status = 'ACTIVE' AND deleted_at IS NULL THEN coalesce(next_digest_at, '') END`,
    ),
    version: version(),
    ...stamps(),
    deletedAt: instant(),
  },
  (t) => [
    uniqueIndex('users_email').on(t.email).where(sql`deleted_at IS NULL`),
    uniqueIndex('users_username').on(t.username).where(sql`deleted_at IS NULL AND username IS NOT NULL`),
    index('users_digest').on(t.digestDue).where(sql`digest_due IS NOT NULL`),
    index('users_role').on(t.workspaceId, t.role, t.id).where(sql`deleted_at IS NULL`),
    index('users_inactive').on(t.workspaceId, t.role, t.id).where(sql`status = 'INACTIVE' AND deleted_at IS NULL`),
  ],
)

/** A session: the hashes of its present and its previous refresh token. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: id(),
    workspaceId: workspaceId(),
    userId: text()
      .notNull()
      .references(() => users.id),
    refreshHash: text().notNull(),
    previousHash: text(),
    rotatedAt: instant().notNull(),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
    userAgent: text(),
    address: text(),
    createdAt: instant().notNull(),
  },
  (t) => [index('sessions_user').on(t.userId, t.createdAt), index('sessions_expires').on(t.expiresAt)],
)

/** Invitations, and tokens that verify an address, reset a password or change the address. */
export const oneTimeTokens = sqliteTable(
  'one_time_tokens',
  {
    id: id(),
    kind: text({ enum: TOKEN_KINDS }).notNull(),
    workspaceId: workspaceId(),
    tokenHash: text().notNull(),
    email: text().notNull(),
    role: text({ enum: ROLES }),
    createdBy: text(),
    /** The user whose address or password the token is for; null for an invitation. */
    userId: text(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    usedBy: text(),
  },
  (t) => [
    uniqueIndex('one_time_tokens_hash').on(t.tokenHash),
    index('one_time_tokens_user').on(t.userId, t.kind).where(sql`user_id IS NOT NULL`),
    // At most one open invitation of an address to a workspace.
    uniqueIndex('one_time_tokens_pending')
      .on(t.workspaceId, t.email)
      .where(sql`kind = 'INVITATION' AND used_at IS NULL`),
    index('one_time_tokens_expires').on(t.expiresAt),
    index('one_time_tokens_invitations').on(t.workspaceId, t.id).where(sql`kind = 'INVITATION'`),
  ],
)

/** The calendar feed of a user, one for each. Its token gives access to the user's own entries. */
export const calendarFeeds = sqliteTable('calendar_feeds', {
  userId: text()
    .primaryKey()
    .references(() => users.id),
  workspaceId: workspaceId(),
  tokenHash: text().notNull().unique(),
  createdAt: instant().notNull(),
})
