// Invitations: a token lets one e-mail address join with one role, for seven days. It is shown once and stored as a hash.
import { and, desc, eq, gt, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { actorName, authorOf } from '../access/person'
import { rolesReaching, TEAM } from '../access/policy'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Config } from '../config'
import type { Ctx } from '../context'
import { type Credential, credentialOf, credentialText, newSecret } from '../credentials'
import { isMac, mac } from '../crypto'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { oneTimeTokens, users } from '../db/schema'
import type { ROLES } from '../db/schema/users'
import { anyOf, ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { hasRoomForMail, mailLimitError, outsiders } from '../mail/mail.audience'
import { enqueue, sealedLink } from '../mail/mail.enqueue'
import { canMail } from '../mail/mail.settings'
import { DAY_MS } from '../time'

const LIFETIME_MS = 7 * DAY_MS

/** An invitation as its token names it; `isMailed` if the token came by mail, which proves the invited address. */
export type InvitationToken = Credential & { isMailed: boolean }

// What is mailed has a third part, which the inviter does not see.
function proofOfMail(config: Config, hash: string): Promise<string> {
  return mac(config, 'mailed invitation', hash)
}

/** What the token of an invitation names. */
export async function invitationOf(config: Config, token: string): Promise<InvitationToken> {
  const [workspaceId = '', secret = '', proof = ''] = token.split('.', 3)
  const credential = await credentialOf(credentialText(workspaceId, secret))
  const isMailed = proof !== '' && (await isMac(config, 'mailed invitation', credential.hash, proof))
  return { ...credential, isMailed }
}

/**
 * Invites an address. A new invitation replaces an open one of the same address. An account elsewhere that never verified the
 * address does not stand in the way, if the invitation goes there by mail. Throws `email_taken`, `plan_limit` if the
 * team has no free seat, and `mail_limit` if a daily limit of mails is reached.
 */
export async function invite(ctx: Ctx, { email, role }: { email: string; role: (typeof ROLES)[number] }) {
  const { db, actor, now, config } = ctx
  const { secret, hash } = await newSecret()
  const expiresAt = new Date(Date.parse(now) + LIFETIME_MS).toISOString()
  const invitation = { id: ctx.newId(), email, role, createdAt: now, expiresAt }
  const holdsAddress = and(
    eq(users.email, email),
    isNull(users.deletedAt),
    canMail(config) ? or(isNotNull(users.emailVerifiedAt), eq(users.workspaceId, actor.workspaceId)) : undefined,
  )
  const isTaken = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${holdsAddress})`
  const needsSeat = TEAM.includes(role)
  const hasSeat = needsSeat ? isWithinLimit(ctx, 'users') : sql`true`
  const hasMailToday = hasRoomForMail(ctx, outsiders(ctx), { to: email, workspaceId: actor.workspaceId })
  const row = {
    ...invitation,
    kind: 'INVITATION' as const,
    workspaceId: actor.workspaceId,
    tokenHash: hash,
    createdBy: authorOf(actor),
  }
  const link = await sealedLink(config, 'register', `${secret}.${await proofOfMail(config, hash)}`)
  const { created, state, exceeded } = await runBatch(db, {
    created: one(
      insertFrom(db, oneTimeTokens, row, sql`WHERE NOT ${isTaken} AND ${hasSeat} AND ${hasMailToday}`)
        .onConflictDoUpdate({
          target: [oneTimeTokens.workspaceId, oneTimeTokens.email],
          targetWhere: sql`kind = 'INVITATION' AND used_at IS NULL`,
          set: {
            id: sql`excluded.id`,
            role: sql`excluded.role`,
            tokenHash: sql`excluded.token_hash`,
            createdBy: sql`excluded.created_by`,
            createdAt: sql`excluded.created_at`,
            expiresAt: sql`excluded.expires_at`,
          },
        })
        .returning({ id: oneTimeTokens.id }),
    ),
    event: eventInsert(ctx, {
      verb: 'invitation.created',
      subject: 'invitation',
      id: invitation.id,
      changes: { email: [null, email], role: [null, role] },
      when: ifChanged,
    }),
    state: one(
      db
        .select({
          isTaken: sql<number>`${isTaken}`.as('is_taken'),
          hasMailToday: sql<number>`${hasMailToday}`.as('has_mail_today'),
        })
        .from(sql`(SELECT 1)`),
    ),
    exceeded: one(limitExceeded(ctx, 'users', { when: needsSeat ? sql`true` : sql`false` })),
    mail: enqueue(ctx, {
      template: 'invitation',
      to: email,
      audience: outsiders(ctx),
      payload: { inviter: actorName(actor), role, expiresAt, ...link },
      when: ifChanged,
    }),
  })
  if (created) return { ...invitation, token: credentialText(actor.workspaceId, secret) }
  if (state?.isTaken) throw new AppError('email_taken')
  if (exceeded) throw limitExceededError(ctx, 'users', exceeded)
  throw state?.hasMailToday ? new AppError('forbidden') : mailLimitError(ctx)
}

type InvitationRow = typeof oneTimeTokens.$inferSelect

/** The invitations that can still be accepted, newest first. */
export async function listInvitations(
  { db, actor, now }: Ctx,
  { limit, after }: PageRequest,
): Promise<Page<InvitationRow>> {
  const rows = await db
    .select()
    .from(oneTimeTokens)
    .where(and(isPending(actor.workspaceId, now), after && lt(oneTimeTokens.id, String(after[0]))))
    .orderBy(desc(oneTimeTokens.id))
    .limit(limit + 1)
  return cut(rows, limit, (row) => [row.id])
}

/** Withdraws an invitation that has not been accepted. Throws `not_found`. */
export async function withdrawInvitation(ctx: Ctx, id: string): Promise<void> {
  const { db, actor, now } = ctx
  const where = and(eq(oneTimeTokens.id, id), isPending(actor.workspaceId, now))
  const { withdrawn } = await runBatch(db, {
    withdrawn: one(db.delete(oneTimeTokens).where(where).returning({ id: oneTimeTokens.id })),
    event: eventInsert(ctx, { verb: 'invitation.withdrawn', subject: 'invitation', id, when: ifChanged }),
  })
  if (!withdrawn) throw new AppError('not_found')
}

const inviter = alias(users, 'inviter')

/** The inviter of the token's row may still invite, or was an API key. Otherwise the invitation is no longer valid. */
export const isInviterActive = sql`(${oneTimeTokens.createdBy} IS NULL OR EXISTS (
  SELECT 1 FROM ${users} AS ${inviter} WHERE ${inviter.id} = ${oneTimeTokens.createdBy}
    AND ${inviter.workspaceId} = ${oneTimeTokens.workspaceId} AND ${inviter.status} = 'ACTIVE'
    AND ${inviter.deletedAt} IS NULL AND ${anyOf(inviter.role, rolesReaching('invitations:write'))}))`

function isPending(workspaceId: string, now: string) {
  return and(
    eq(oneTimeTokens.workspaceId, workspaceId),
    // A literal, because SQLite does not use the partial index with a parameter.
    sql`${oneTimeTokens.kind} = 'INVITATION'`,
    isNull(oneTimeTokens.usedAt),
    gt(oneTimeTokens.expiresAt, now),
    isInviterActive,
  )
}
