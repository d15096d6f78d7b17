// Signing in, reading the own account, and changing its password.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { isActive, requirePerson } from '../access/person'
import type { Ctx, PublicCtx } from '../context'
import { customerColumns } from '../customers/customers.record'
import { one, runBatch } from '../db/batch'
import { customers, users } from '../db/schema'
import { allOf, ifChanged } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { text } from '../field-schemas'
import { versionStamp } from '../records/version'
import { foldText } from '../text/fold'
import { attemptCounts, attemptReset, attemptSubjects, requireNotLocked } from './lockout'
import { hashPassword, isPasswordOf, needsRehash } from './passwords'
import { type Client, prepareSession, sessionRevocation, userAndWorkspace } from './sessions.service'

type Credentials = {
  email?: string
  username?: string
  password: string
  /** Whether to return the customer record of a portal login as well. */
  withCustomer?: boolean
}

/**
 * Signs in, in two round trips: counts the attempt and reads the account, then opens the session. Throws `locked_out`,
 * or `invalid_credentials` for any other failure, after the same work for known and unknown accounts.
 */
export async function login(ctx: PublicCtx, credentials: Credentials, client: Client) {
  const { email, username, password, withCustomer } = credentials
  const { db, config } = ctx
  const name = email === undefined ? accountName(username ?? '', foldText) : accountName(email)
  if (name === undefined) throw new AppError('invalid_credentials')
  const isNamed = eq(email === undefined ? users.username : users.email, name)
  // Attempts count by e-mail address even for a username: two names must not give twice as many guesses.
  const emailOfAccount = sql`(SELECT ${users.email} FROM ${users} WHERE ${and(isNamed, isNull(users.deletedAt))})`
  const subjects = attemptSubjects(sql`coalesce(${emailOfAccount}, ${name})`, ctx.address)
  const { account, ...counted } = await runBatch(db, {
    ...attemptCounts(ctx, subjects),
    account: one(db.select().from(users).where(and(isNamed, isActive))),
  })
  requireNotLocked(counted, ctx.now)
  const isRight = await isPasswordOf(account?.passwordHash, password, config.BCRYPT_COST)
  if (!isRight || !account) throw new AppError('invalid_credentials')
  const session = await prepareSession(ctx, account.id, client)
  const hash = account.passwordHash ?? ''
  const newHash = needsRehash(hash, config.BCRYPT_COST) ? await hashPassword(password, config.BCRYPT_COST) : hash
  const hasSameHash = and(eq(users.id, account.id), eq(users.passwordHash, hash))
  const { user, workspace, customer } = await runBatch(db, {
    attempts: attemptReset(ctx, subjects),
    rehash: db.update(users).set({ passwordHash: newHash }).where(hasSameHash),
    session: session.insert,
    ...userAndWorkspace(ctx, account.id),
    customer: withCustomer ? one(customerOfLogin(ctx, account.id)) : undefined,
  })
  if (!user || !workspace) throw new AppError('invalid_credentials')
  return { user, workspace, customer, ...(await session.issueTokens(user, workspace)) }
}

const AccountName = text(254)

/** An e-mail address or username in the form in which accounts store it; undefined if no account can have it. */
function accountName(input: string, fold = (text: string) => text.toLowerCase()): string | undefined {
  const text = AccountName.safeParse(input).data
  return text === undefined ? undefined : fold(text)
}

/** The customer record of a portal login. */
function customerOfLogin({ db }: PublicCtx, userId: string) {
  return db
    .select(customerColumns)
    .from(customers)
    .where(and(eq(customers.userId, userId), isNull(customers.deletedAt)))
    .orderBy(customers.seq)
    .limit(1)
}

/** Whether an active account has this username, for APIs that distinguish an unknown username from a wrong password. */
export async function isUsername({ db }: PublicCtx, username: string): Promise<boolean> {
  const name = accountName(username, foldText)
  if (name === undefined) return false
  const found = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.username, name), isActive))
  return found.length > 0
}

/** The actor's account and workspace. Throws `unauthenticated` if the account is removed or inactive. */
export async function getMe(ctx: Ctx) {
  const { user, workspace } = await runBatch(ctx.db, userAndWorkspace(ctx, ctx.actor.id))
  if (!user || !workspace) throw new AppError('unauthenticated')
  return { user, workspace }
}

/**
 * Changes the actor's password and ends all other sessions, in two round trips. Attempts are counted as at sign-in.
 * Throws `locked_out`, `invalid`, `unauthenticated`.
 */
export async function changePassword(ctx: Ctx, input: { currentPassword: string; newPassword: string }): Promise<void> {
  const { db, config, now } = ctx
  const actor = requirePerson(ctx.actor, 'A password')
  const isActor = eq(users.id, actor.id)
  const subjects = attemptSubjects(`change ${actor.id}`, ctx.address)
  const { user, ...counted } = await runBatch(db, {
    ...attemptCounts(ctx, subjects),
    user: one(db.select().from(users).where(and(isActor, isActive))),
  })
  requireNotLocked(counted, now)
  if (!user) throw new AppError('unauthenticated')
  if (user.passwordHash === null) {
    throw currentPasswordError('You have no password yet: choose one by forgot-password', 'no_password')
  }
  const wrongPasswordError = currentPasswordError('This is not your current password', 'wrong_password')
  if (!(await isPasswordOf(user.passwordHash, input.currentPassword, config.BCRYPT_COST))) throw wrongPasswordError
  const passwordHash = await hashPassword(input.newPassword, config.BCRYPT_COST)
  const { changed } = await runBatch(db, {
    attempts: attemptReset(ctx, subjects),
    changed: one(
      db
        .update(users)
        .set({ passwordHash, ...versionStamp(users, now) })
        .where(and(isActor, eq(users.passwordHash, user.passwordHash)))
        .returning({ id: users.id }),
    ),
    event: eventInsert(ctx, { verb: 'user.password_changed', subject: 'user', id: actor.id, when: ifChanged }),
    sessions: sessionRevocation(ctx, actor.id, { except: actor.sessionId, when: hasHash(isActor, passwordHash) }),
  })
  // A concurrent request changed the password first.
  if (!changed) throw wrongPasswordError
}

function currentPasswordError(message: string, code: string): AppError {
  return invalidError('body.currentPassword', message, code)
}

/** The user has this hash. Each hash has a new salt, so that it is true only after the batch's own change. */
export function hasHash(isUser: SQL, passwordHash: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} WHERE ${allOf(isUser, eq(users.passwordHash, passwordHash))})`
}
