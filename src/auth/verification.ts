// Single-use tokens that verify an address or reset a password: 256 random bits, sent by mail, stored as a hash.
import { and, type Column, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import type { PublicCtx } from '../context'
import { randomToken, sha256 } from '../crypto'
import { oneTimeTokens, users } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { askers, hasRoomForMail } from '../mail/mail.audience'
import { enqueue, sealedLink } from '../mail/mail.enqueue'
import { canMail } from '../mail/mail.settings'
import { HOUR_MS } from '../time'

const KINDS = {
  VERIFICATION: { lifetimeMs: 24 * HOUR_MS, template: 'verification', page: 'verify-email' },
  RESET: { lifetimeMs: HOUR_MS, template: 'reset', page: 'reset-password' },
} as const

/**
 * Statements for the end of a batch: they store a token for the active user that `isRecipient` selects, and queue the
 * mail with its link. There are none without a mail transport; they do nothing if a daily mail limit is reached.
 */
export async function tokenStatements(ctx: PublicCtx, kind: keyof typeof KINDS, isRecipient: SQL | undefined) {
  const { db, now, config } = ctx
  if (!canMail(config)) return []
  const { lifetimeMs, template, page } = KINDS[kind]
  const token = randomToken()
  const expiresAt = new Date(Date.parse(now) + lifetimeMs).toISOString()
  const row = {
    id: ctx.newId(),
    kind,
    workspaceId: sql`${users.workspaceId}`,
    tokenHash: await sha256(token),
    email: sql`${users.email}`,
    userId: sql`${users.id}`,
    createdAt: now,
    expiresAt,
  }
  const fieldOfToken = (column: Column) =>
    sql`(SELECT ${column} FROM ${oneTimeTokens} WHERE ${oneTimeTokens.id} = ${row.id})`
  const link = await sealedLink(config, page, token)
  const hasRoom = hasRoomForMail(ctx, askers(ctx), { to: row.email, workspaceId: row.workspaceId })
  return [
    insertFrom(db, oneTimeTokens, row, sql`FROM ${users} WHERE ${and(isRecipient, isActive, hasRoom)}`),
    ...enqueue(ctx, {
      template,
      to: sql`${users.email}`,
      audience: askers(ctx),
      payload: { expiresAt, ...link },
      from: sql`${users}`,
      when: sql`${ifChanged} AND ${users.id} = ${fieldOfToken(oneTimeTokens.userId)}`,
      workspaceId: fieldOfToken(oneTimeTokens.workspaceId),
      until: expiresAt,
    }),
  ]
}

/** The statement that uses a token, once, if its account is active and still has the address that the token went to. */
export function tokenUse({ db, now }: PublicCtx, kind: keyof typeof KINDS, tokenHash: string) {
  const hasSameAddress = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = ${oneTimeTokens.userId}
    AND ${users.email} = ${oneTimeTokens.email} AND ${isActive})`
  return db
    .update(oneTimeTokens)
    .set({ usedAt: now, usedBy: sql`${oneTimeTokens.userId}` })
    .where(
      and(
        eq(oneTimeTokens.tokenHash, tokenHash),
        eq(oneTimeTokens.kind, kind),
        isNull(oneTimeTokens.usedAt),
        gt(oneTimeTokens.expiresAt, now),
        hasSameAddress,
      ),
    )
    .returning({ id: oneTimeTokens.id })
}
