// Single-use tokens that verify an address or reset a password: 256 random bits, sent by mail, stored as a hash.
import { and, type Column, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import type { PublicCtx } from '../context'
import { type Credential, newSecret } from '../credentials'
import { oneTimeTokens, users } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { askers, hasRoomForMail } from '../mail/mail.audience'
import { enqueue, sealedLink } from '../mail/mail.enqueue'
import { canMail } from '../mail/mail.settings'
import { HOUR_MS } from '../time'

const KINDS = {
  VERIFICATION: { lifetimeMs: 24 * HOUR_MS, template: 'verification', page: 'verify-email' },
  RESET: { lifetimeMs: HOUR_MS, template: 'reset', page: 'reset-password' },
  EMAIL: { lifetimeMs: HOUR_MS, template: 'emailChange', page: 'change-email' },
} as const

/**
 * Statements for the end of a batch: they store a token for the active user that `isRecipient` selects, and queue the
 * mail with its link, to the user's address or to `newEmail`. There are none without a mail transport; they do nothing if a daily mail limit is reached.
 */
export async function tokenStatements(
  ctx: PublicCtx,
  kind: keyof typeof KINDS,
  isRecipient: SQL | undefined,
  newEmail?: string,
) {
  const { db, now, config } = ctx
  if (!canMail(config)) return []
  const { lifetimeMs, template, page } = KINDS[kind]
  const { secret, hash: tokenHash } = await newSecret()
  const expiresAt = new Date(Date.parse(now) + lifetimeMs).toISOString()
  const row = {
    id: ctx.newId(),
    kind,
    workspaceId: sql`${users.workspaceId}`,
    tokenHash,
    email: newEmail === undefined ? sql`${users.email}` : sql`${newEmail}`,
    userId: sql`${users.id}`,
    createdAt: now,
    expiresAt,
  }
  const fieldOfRow = (column: Column) =>
    sql`(SELECT ${column} FROM ${oneTimeTokens} WHERE ${oneTimeTokens.id} = ${row.id})`
  const link = await sealedLink(config, page, secret)
  const hasRoom = hasRoomForMail(ctx, askers(ctx), { to: row.email, workspaceId: row.workspaceId })
  return [
    insertFrom(db, oneTimeTokens, row, sql`FROM ${users} WHERE ${and(isRecipient, isActive, hasRoom)}`),
    ...enqueue(ctx, {
      template,
      to: row.email,
      audience: newEmail === undefined ? askers(ctx) : { ...askers(ctx), allowsUserText: sql`false` },
      payload: { expiresAt, ...link },
      from: sql`${users}`,
      when: sql`${ifChanged} AND ${users.id} = ${fieldOfRow(oneTimeTokens.userId)}`,
      workspaceId: fieldOfRow(oneTimeTokens.workspaceId),
      until: expiresAt,
    }),
  ]
}

/** The row of `one_time_tokens` that a credential names. */
export function isToken({ workspaceId, hash }: Credential): SQL {
  return sql`(${oneTimeTokens.tokenHash} = ${hash} AND +${oneTimeTokens.workspaceId} = ${workspaceId})`
}

/** A field of the row that a credential names, as SQL. */
export function fieldOfToken(credential: Credential, column: Column): SQL<string> {
  return sql<string>`(SELECT ${column} FROM ${oneTimeTokens} WHERE ${isToken(credential)})`
}

/** The statement that uses a token, once, if its account is active and still has the address that the token went to. */
export function tokenUse(
  { db, now }: PublicCtx,
  kind: keyof typeof KINDS,
  credential: Credential,
  usedBy: string | SQL = sql`${oneTimeTokens.userId}`,
) {
  // Only a change of address goes to one that the account does not have yet.
  const isSameAddress = kind === 'EMAIL' ? sql`true` : sql`${users.email} = ${oneTimeTokens.email}`
  const hasSameAddress = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = ${oneTimeTokens.userId}
    AND ${isSameAddress} AND ${isActive})`
  return db
    .update(oneTimeTokens)
    .set({ usedAt: now, usedBy })
    .where(
      and(
        isToken(credential),
        eq(oneTimeTokens.kind, kind),
        isNull(oneTimeTokens.usedAt),
        gt(oneTimeTokens.expiresAt, now),
        hasSameAddress,
      ),
    )
    .returning({ id: oneTimeTokens.id })
}
