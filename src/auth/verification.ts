// Single-use tokens that prove an address: 256 random bits, sent by mail, stored as a hash.

import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import type { PublicCtx } from '../context'
import { randomToken, sha256 } from '../crypto'
import { oneTimeTokens as tokens, users } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { askers, hasRoomForMail } from '../mail/mail.audience'
import { enqueue, sealedLink } from '../mail/mail.enqueue'
import { canMail } from '../mail/mail.settings'
import { HOUR_MS } from '../time'

const KINDS = {
  VERIFICATION: { lives: 24 * HOUR_MS, template: 'verification', page: 'verify-email' },
  RESET: { lives: HOUR_MS, template: 'reset', page: 'reset-password' },
} as const

/**
 * Statements that give the active user whom `whose` picks a token and queue the mail with its link, for the end of a
 * batch; none where mail is not configured, and nothing happens where the day has no room for the mail.
 */
export async function sendToken(ctx: PublicCtx, kind: keyof typeof KINDS, whose: SQL | undefined) {
  const { db, now, config } = ctx
  if (!canMail(config)) return []
  const { lives, template, page } = KINDS[kind]
  const token = randomToken()
  const expiresAt = new Date(Date.parse(now) + lives).toISOString()
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
  const link = await sealedLink(config, page, token)
  const hasRoom = hasRoomForMail(ctx, askers(ctx), { to: row.email, workspaceId: row.workspaceId })
  return [
    insertFrom(db, tokens, row, sql`FROM ${users} WHERE ${and(whose, isActive, hasRoom)}`),
    ...enqueue(ctx, {
      template,
      to: sql`${users.email}`,
      audience: askers(ctx),
      payload: { expiresAt, ...link },
      from: sql`${users}`,
      when: sql`${ifChanged} AND ${users.id} = (SELECT user_id FROM one_time_tokens WHERE id = ${row.id})`,
      workspaceId: sql`(SELECT workspace_id FROM one_time_tokens WHERE id = ${row.id})`,
      until: expiresAt,
    }),
  ]
}

/** The statement that uses a token up, once, while its account is active and still has the address it was sent to. */
export function useToken({ db, now }: PublicCtx, kind: keyof typeof KINDS, tokenHash: string) {
  const isTheirs = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = one_time_tokens.user_id
    AND ${users.email} = one_time_tokens.email AND ${isActive})`
  const isGood = and(
    eq(tokens.tokenHash, tokenHash),
    eq(tokens.kind, kind),
    isNull(tokens.usedAt),
    gt(tokens.expiresAt, now),
    isTheirs,
  )
  return db
    .update(tokens)
    .set({ usedAt: now, usedBy: sql`${tokens.userId}` })
    .where(isGood)
    .returning({ id: tokens.id })
}
