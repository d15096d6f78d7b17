// Proving an address and getting back in: verification and reset tokens, asked for and used.
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Ctx, PublicCtx } from '../context'
import { sha256 } from '../crypto'
import { dailyCountIncrement } from '../db/daily-counters'
import { calendarFeeds, oneTimeTokens as tokens, users } from '../db/schema'
import { loginAttempts } from '../db/schema/limits'
import { ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { owners } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import { linkTo, requireMail } from '../mail/mail.settings'
import { HOUR_MS } from '../time'
import { hashPassword } from './passwords'
import { endSessionsOf } from './sessions.service'
import { sendToken, useToken } from './verification'

const PER_ACCOUNT = 3
const PER_ADDRESS = 20

/** Confirms the address that a verification token was sent to. Throws `invalid_token`. */
export async function verifyEmail(ctx: PublicCtx, token: string): Promise<void> {
  const { db, now } = ctx
  const hash = await sha256(token)
  const theirs = eq(users.id, ownerOf(hash))
  const [used] = await db.batch([
    useToken(ctx, 'VERIFICATION', hash),
    db
      .update(users)
      .set({ emailVerifiedAt: sql`coalesce(${users.emailVerifiedAt}, ${now})`, updatedAt: now, version: nextVersion })
      .where(and(theirs, ifChanged)),
    eventInsert(ctx, {
      verb: 'user.email_verified',
      subject: 'user',
      id: ownerOf(hash),
      workspaceId: homeOf(hash),
      when: ifChanged,
    }),
  ])
  if (used.length === 0) throw new AppError('invalid_token')
}

/** Sends the actor another verification mail, unless the address is verified. Throws `mail_limit`, `not_configured`. */
export async function resendVerification(ctx: Ctx): Promise<void> {
  requireMail(ctx.config)
  const isUnverified = and(eq(users.id, ctx.actor.id), isNull(users.emailVerifiedAt))
  await sendWithinLimits(ctx, 'VERIFICATION', ctx.actor.id, isUnverified)
}

/**
 * Sends another verification mail to an address that is not verified, for who is not signed in. Gives no hint whether
 * there is such an account. Throws `mail_limit`, `not_configured`.
 */
export async function resendVerificationTo(ctx: PublicCtx, email: string): Promise<void> {
  requireMail(ctx.config)
  await sendWithinLimits(ctx, 'VERIFICATION', email, and(eq(users.email, email), isNull(users.emailVerifiedAt)))
}

/**
 * Sends whoever has this address a link to choose a new password. Gives no hint whether there is such an account: the
 * statements are the same, and an unknown address is counted like a known one. Throws `mail_limit`, `not_configured`.
 */
export async function forgotPassword(ctx: PublicCtx, email: string): Promise<void> {
  requireMail(ctx.config)
  await sendWithinLimits(ctx, 'RESET', email, eq(users.email, email))
}

/**
 * Sets a new password by a reset token: ends every session and the link to the calendar, lifts the lockout, tells the
 * owner which accounts of providers sign in as them. Throws `invalid_token`.
 */
export async function resetPassword(ctx: PublicCtx, input: { token: string; newPassword: string }): Promise<void> {
  const { db, now, config } = ctx
  const hash = await sha256(input.token)
  const passwordHash = await hashPassword(input.newPassword, config.BCRYPT_COST)
  const owner = ownerOf(hash)
  // Its salt is new: nobody has this hash but by this very change.
  const isDone = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${and(eq(users.id, owner), eq(users.passwordHash, passwordHash))})`
  const lockouts = sql`SELECT 'account ' || ${users.email} FROM ${users} WHERE ${users.id} = ${owner}
    UNION ALL SELECT 'change ' || ${owner}`
  const [used] = await db.batch([
    useToken(ctx, 'RESET', hash),
    db
      .update(users)
      .set({
        passwordHash,
        emailVerifiedAt: sql`coalesce(${users.emailVerifiedAt}, ${now})`,
        updatedAt: now,
        version: nextVersion,
      })
      .where(and(eq(users.id, owner), ifChanged)),
    eventInsert(ctx, {
      verb: 'user.password_reset',
      subject: 'user',
      id: owner,
      workspaceId: homeOf(hash),
      when: isDone,
    }),
    db
      .update(tokens)
      .set({ usedAt: now })
      .where(and(eq(tokens.userId, owner), eq(tokens.kind, 'RESET'), isNull(tokens.usedAt), isDone)),
    endSessionsOf(ctx, owner, { when: isDone }),
    db.delete(calendarFeeds).where(and(eq(calendarFeeds.userId, owner), isDone)),
    eventInsert(ctx, {
      verb: 'user.calendar_closed',
      subject: 'user',
      id: owner,
      workspaceId: homeOf(hash),
      when: ifChanged,
    }),
    db.delete(loginAttempts).where(sql`${loginAttempts.subject} IN (${lockouts}) AND ${isDone}`),
    ...enqueue(ctx, {
      template: 'passwordReset',
      to: sql`${users.email}`,
      audience: owners(ctx),
      payload: { user: sql`${users.name}`, at: now, linked, link: linkTo(config, 'forgot-password') },
      from: sql`${users}`,
      when: sql`${and(eq(users.id, owner), isDone)}`,
      workspaceId: homeOf(hash),
    }),
  ])
  if (used.length === 0) throw new AppError('invalid_token')
}

// Counts first, the account only if the address may still ask: then the token and its mail, if both may.
async function sendWithinLimits(
  ctx: PublicCtx,
  kind: 'VERIFICATION' | 'RESET',
  account: string,
  whose: ReturnType<typeof and>,
): Promise<void> {
  const hour = ctx.now.slice(0, 13)
  const subject = { count: sql<number>`1` }
  const [, within] = await ctx.db.batch([
    dailyCountIncrement(ctx.db, hour, `${kind} from ${ctx.address}`, PER_ADDRESS, sql`WHERE true`),
    dailyCountIncrement(ctx.db, hour, `${kind} of ${account}`, PER_ACCOUNT, sql`WHERE ${ifChanged}`).returning(subject),
    ...(await sendToken(ctx, kind, and(whose, ifChanged))),
  ])
  if (within.length > 0) return
  const untilNextHour = Math.ceil((HOUR_MS - (Date.parse(ctx.now) % HOUR_MS)) / 1000)
  throw new AppError('mail_limit', { retryAfter: untilNextHour })
}

// Such as `google (ada@example.com), github`; empty where there are none.
const linked = sql`coalesce((SELECT group_concat(way.provider || coalesce(' (' || way.email || ')', ''), ', ')
  FROM oauth_accounts AS way WHERE way.user_id = users.id), '')`

const nextVersion = sql`${users.version} + 1`

function ownerOf(hash: string) {
  return sql<string>`(SELECT user_id FROM one_time_tokens WHERE token_hash = ${hash})`
}

function homeOf(hash: string) {
  return sql<string>`(SELECT workspace_id FROM one_time_tokens WHERE token_hash = ${hash})`
}
