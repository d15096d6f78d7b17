// Invitations: a token, shown once and stored hashed, that lets one address join with one role for seven days.
import { and, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm'
import { authorOf, nameOf } from '../access/person'
import { rolesReaching, TEAM } from '../access/policy'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { randomToken, sha256 } from '../crypto'
import { cut, type Page, type PageRequest } from '../db/page'
import { oneTimeTokens as tokens, users } from '../db/schema'
import type { ROLES } from '../db/schema/users'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { hasRoomForMail, mailLimitError, outsiders } from '../mail/mail.audience'
import { enqueue, sealedLink } from '../mail/mail.enqueue'
import { DAY_MS } from '../time'

const DAYS_7 = 7 * DAY_MS

/**
 * Invites an address; who was invited and has not come is invited anew, and the old token ends. Throws `email_taken`
 * where an account has it already, `plan_limit` where the team is full, `mail_limit` where the day has no room for the mail.
 */
export async function invite(ctx: Ctx, input: { email: string; role: (typeof ROLES)[number] }) {
  const { db, actor, now } = ctx
  const token = randomToken()
  const invitation = {
    id: ctx.newId(),
    email: input.email,
    role: input.role,
    createdAt: now,
    expiresAt: new Date(Date.parse(now) + DAYS_7).toISOString(),
  }
  const isTaken = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${and(eq(users.email, input.email), isNull(users.deletedAt))})`
  const takesSeat = TEAM.includes(input.role)
  const isSeated = takesSeat ? isWithinLimit(ctx, 'users') : sql`true`
  const hasRoomToday = hasRoomForMail(ctx, outsiders(ctx), { to: input.email, workspaceId: actor.workspaceId })
  const row = {
    ...invitation,
    kind: 'INVITATION' as const,
    workspaceId: actor.workspaceId,
    tokenHash: await sha256(token),
    createdBy: authorOf(actor),
  }
  const [made, , [state], [lack]] = await db.batch([
    insertFrom(db, tokens, row, sql`WHERE NOT ${isTaken} AND ${isSeated} AND ${hasRoomToday}`)
      .onConflictDoUpdate({
        target: [tokens.workspaceId, tokens.email],
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
      .returning({ id: tokens.id }),
    eventInsert(ctx, {
      verb: 'invitation.created',
      subject: 'invitation',
      id: invitation.id,
      changes: { email: [null, input.email], role: [null, input.role] },
      when: ifChanged,
    }),
    db
      .select({
        isTaken: sql<number>`${isTaken}`.as('is_taken'),
        hasRoomToday: sql<number>`${hasRoomToday}`.as('has_room_today'),
      })
      .from(sql`(SELECT 1)`),
    limitExceeded(ctx, 'users', { when: takesSeat ? sql`true` : sql`false` }),
    ...enqueue(ctx, {
      template: 'invitation',
      to: input.email,
      audience: outsiders(ctx),
      payload: {
        inviter: nameOf(actor),
        role: input.role,
        expiresAt: invitation.expiresAt,
        ...(await sealedLink(ctx.config, 'register', token)),
      },
      when: ifChanged,
    }),
  ])
  if (made.length === 0 && state?.isTaken) throw new AppError('email_taken')
  if (made.length === 0 && lack) throw limitExceededError(ctx, 'users', lack)
  if (made.length === 0) throw state?.hasRoomToday ? new AppError('forbidden') : mailLimitError(ctx)
  return { ...invitation, token }
}

/** The invitations that can still be accepted, newest first. */
export async function listInvitations({ db, actor, now }: Ctx, { limit, after }: PageRequest): Promise<Page<Row>> {
  const rows = await db
    .select()
    .from(tokens)
    .where(and(isPending(actor.workspaceId, now), after && lt(tokens.id, String(after[0]))))
    .orderBy(desc(tokens.id))
    .limit(limit + 1)
  return cut(rows, limit, (row) => [row.id])
}

type Row = typeof tokens.$inferSelect

/** Withdraws an invitation that has not been accepted. */
export async function withdrawInvitation(ctx: Ctx, id: string): Promise<void> {
  const { db, actor, now } = ctx
  const where = and(eq(tokens.id, id), isPending(actor.workspaceId, now))
  const [gone] = await db.batch([
    db.delete(tokens).where(where).returning({ id: tokens.id }),
    eventInsert(ctx, { verb: 'invitation.withdrawn', subject: 'invitation', id, when: ifChanged }),
  ])
  if (gone.length === 0) throw new AppError('not_found')
}

/** Whoever made the invitation at hand may still invite: it goes with them. An API key's has nobody to go with. */
export const isInviterActive = sql`(one_time_tokens.created_by IS NULL OR EXISTS (SELECT 1 FROM ${users} AS inviter WHERE inviter.id = one_time_tokens.created_by
  AND inviter.workspace_id = one_time_tokens.workspace_id AND inviter.status = 'ACTIVE' AND inviter.deleted_at IS NULL
  AND inviter.role IN (SELECT value FROM json_each(${JSON.stringify(rolesReaching('invitations:write'))}))))`

function isPending(workspaceId: string, now: string) {
  return and(
    eq(tokens.workspaceId, workspaceId),
    eq(tokens.kind, 'INVITATION'),
    isNull(tokens.usedAt),
    gt(tokens.expiresAt, now),
    isInviterActive,
  )
}
