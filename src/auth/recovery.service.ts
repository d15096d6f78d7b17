// Verifying an address, and resetting a forgotten password: tokens are sent by mail and used once.
import { and, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { linkTo } from '../config'
import { type Ctx, located, type PublicCtx } from '../context'
import { type Credential, credentialOf } from '../credentials'
import { one, runBatch, type Statement } from '../db/batch'
import { dailyCountIncrement } from '../db/daily-counters'
import { calendarFeeds, loginAttempts, oauthAccounts, oneTimeTokens, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { owners } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import { requireMail } from '../mail/mail.settings'
import { versionStamp } from '../records/version'
import { HOUR_MS } from '../time'
import { hasHash } from './auth.service'
import { hashPassword } from './passwords'
import { sessionRevocation } from './sessions.service'
import { fieldOfToken, tokenStatements, tokenUse } from './verification'

/** How many mails of a kind are sent in an hour to one account, and on request of one address. */
const MAX_PER_ACCOUNT = 3
const MAX_PER_ADDRESS = 20

/** Confirms the address that a verification token was sent to. Throws `invalid_token`. */
export async function verifyEmail(caller: PublicCtx, token: string): Promise<void> {
  const credential = await credentialOf(token)
  const ctx = await located(caller, { workspace: credential.workspaceId })
  const { db, now } = ctx
  const owner = tokenOwner(credential)
  const { used } = await runBatch(db, {
    used: one(tokenUse(ctx, 'VERIFICATION', credential)),
    verified: db
      .update(users)
      .set({ ...verification(now), ...versionStamp(users, now) })
      .where(and(eq(users.id, owner), ifChanged)),
    event: eventInsert(ctx, {
      verb: 'user.email_verified',
      subject: 'user',
      id: owner,
      workspaceId: tokenWorkspace(credential),
      when: ifChanged,
    }),
  })
  if (!used) throw new AppError('invalid_token')
}

/** Sends the actor another verification mail if the address is not verified. Throws `mail_limit`, `not_configured`. */
export async function resendVerification(ctx: Ctx): Promise<void> {
  requireMail(ctx.config)
  const isUnverified = and(eq(users.id, ctx.actor.id), isNull(users.emailVerifiedAt))
  await sendWithinLimits(ctx, 'VERIFICATION', ctx.actor.id, isUnverified)
}

/**
 * The same for a client that has not signed in. The answer does not reveal whether there is such an account. Throws
 * `mail_limit`, `not_configured`.
 */
export async function resendVerificationTo(ctx: PublicCtx, email: string): Promise<void> {
  requireMail(ctx.config)
  const here = await located(ctx, { names: [{ kind: 'email', name: email }] })
  await sendWithinLimits(here, 'VERIFICATION', email, and(eq(users.email, email), isNull(users.emailVerifiedAt)))
}

/**
 * Sends a link for choosing a new password, if an account has this address. Unknown addresses run the same statements
 * and are counted as well, so that the answer reveals nothing. Throws `mail_limit`, `not_configured`.
 */
export async function forgotPassword(ctx: PublicCtx, email: string): Promise<void> {
  requireMail(ctx.config)
  const here = await located(ctx, { names: [{ kind: 'email', name: email }] })
  await sendWithinLimits(here, 'RESET', email, eq(users.email, email))
}

/**
 * Sets a new password with a reset token. Ends all sessions and the calendar link, clears the lockout, and mails the
 * owner which provider accounts can still sign in. Throws `invalid_token`.
 */
export async function resetPassword(caller: PublicCtx, input: { token: string; newPassword: string }): Promise<void> {
  const credential = await credentialOf(input.token)
  const ctx = await located(caller, { workspace: credential.workspaceId })
  const { db, now, config } = ctx
  const passwordHash = await hashPassword(input.newPassword, config.BCRYPT_COST)
  const [owner, workspaceId] = [tokenOwner(credential), tokenWorkspace(credential)]
  const isOwner = eq(users.id, owner)
  const isReset = hasHash(isOwner, passwordHash)
  const lockouts = sql`SELECT 'account ' || ${users.email} FROM ${users} WHERE ${isOwner}
    UNION ALL SELECT 'change ' || ${owner}`
  const { used } = await runBatch(db, {
    used: one(tokenUse(ctx, 'RESET', credential)),
    reset: db
      .update(users)
      .set({ passwordHash, ...verification(now), ...versionStamp(users, now) })
      .where(and(isOwner, ifChanged)),
    resetEvent: eventInsert(ctx, {
      verb: 'user.password_reset',
      subject: 'user',
      id: owner,
      workspaceId,
      when: isReset,
    }),
    otherTokens: db
      .update(oneTimeTokens)
      .set({ usedAt: now })
      .where(
        and(
          eq(oneTimeTokens.userId, owner),
          inArray(oneTimeTokens.kind, ['RESET', 'EMAIL']),
          isNull(oneTimeTokens.usedAt),
          isReset,
        ),
      ),
    sessions: sessionRevocation(ctx, owner, { when: isReset }),
    calendarFeed: db.delete(calendarFeeds).where(and(eq(calendarFeeds.userId, owner), isReset)),
    calendarEvent: eventInsert(ctx, {
      verb: 'user.calendar_closed',
      subject: 'user',
      id: owner,
      workspaceId,
      when: ifChanged,
    }),
    lockouts: db.delete(loginAttempts).where(sql`${loginAttempts.subject} IN (${lockouts}) AND ${isReset}`),
    mail: enqueue(ctx, {
      template: 'passwordReset',
      to: sql`${users.email}`,
      audience: owners(ctx),
      payload: { user: sql`${users.name}`, at: now, linked: linkedAccounts, link: linkTo(config, 'forgot-password') },
      from: sql`${users}`,
      when: sql`${and(isOwner, isReset)}`,
      workspaceId,
    }),
  })
  if (!used) throw new AppError('invalid_token')
}

/**
 * Counts the request by address and account, and sends the token if both are within their limits: to the account's
 * address, or to a new one, of which `notice` tells the account's. Throws `mail_limit`.
 */
export async function sendWithinLimits(
  ctx: PublicCtx,
  kind: 'VERIFICATION' | 'RESET' | 'EMAIL',
  account: string,
  isRecipient: SQL | undefined,
  { to, notice = [] }: { to?: string; notice?: readonly Statement[] } = {},
): Promise<void> {
  const { db, now, address } = ctx
  const hour = now.slice(0, 13)
  const { byAccount } = await runBatch(db, {
    byAddress: dailyCountIncrement(db, hour, `${kind} from ${address}`, MAX_PER_ADDRESS, sql`WHERE true`),
    byAccount: one(
      dailyCountIncrement(db, hour, `${kind} of ${account}`, MAX_PER_ACCOUNT, sql`WHERE ${ifChanged}`).returning({
        count: sql<number>`1`,
      }),
    ),
    token: await tokenStatements(ctx, kind, and(isRecipient, ifChanged), to),
    notice,
  })
  if (byAccount) return
  const retryAfter = Math.ceil((HOUR_MS - (Date.parse(now) % HOUR_MS)) / 1000)
  throw new AppError('mail_limit', { retryAfter })
}

const linked = alias(oauthAccounts, 'linked')

// Text such as `google (ada@example.com), github`; empty without linked accounts.
const linkedAccounts = sql`coalesce((
  SELECT group_concat(${linked.provider} || coalesce(' (' || ${linked.email} || ')', ''), ', ')
  FROM ${oauthAccounts} AS ${linked} WHERE ${linked.userId} = ${users.id}), '')`

/** Columns that verify an address; one that is verified keeps its instant. */
function verification(now: string) {
  return { emailVerifiedAt: sql`coalesce(${users.emailVerifiedAt}, ${now})` }
}

function tokenOwner(credential: Credential): SQL<string> {
  return fieldOfToken(credential, oneTimeTokens.userId)
}

function tokenWorkspace(credential: Credential): SQL<string> {
  return fieldOfToken(credential, oneTimeTokens.workspaceId)
}
