// Signing in, reading the own account, and changing its password.
import { and, type Column, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { isActive, requirePerson } from '../access/person'
import { type Ctx, located, type PublicCtx } from '../context'
import { customerColumns } from '../customers/customers.record'
import { one, runBatch } from '../db/batch'
import { customers, oneTimeTokens, users } from '../db/schema'
import { allOf, ifChanged } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { text, usernameForm } from '../field-schemas'
import { versionStamp } from '../records/version'
import { mailAddress } from '../text/address'
import { attemptFailure, attemptSubjects, attemptSuccess, beginAttempt, ownSubjects } from './lockout'
import { hashPassword, isPasswordOf, needsRehash } from './passwords'
import { type Client, prepareSession, sessionRevocation, userAndWorkspace } from './sessions.service'

type Credentials = {
  email?: string
  username?: string
  password: string
  /** The last refresh token of this device, also an expired one: strangers cannot lock the device out. */
  refreshToken?: string
  /** Whether to return the customer record of a portal login as well. */
  withCustomer?: boolean
  /** Whether an unknown name is `not_found`, for APIs that distinguish it from a wrong password. */
  tellsUnknown?: boolean
}

/**
 * Signs in, in two round trips: counts the attempt and reads the account, then opens the session or counts the failure.
 * Throws `locked_out`, or `invalid_credentials` for any other failure, after the same work for known and unknown accounts.
 */
export async function login(caller: PublicCtx, credentials: Credentials, client: Client) {
  const { email, username, password, refreshToken, withCustomer, tellsUnknown } = credentials
  const name = accountName(email ?? username ?? '')
  const unknownError = new AppError(tellsUnknown ? 'not_found' : 'invalid_credentials')
  if (name === undefined) throw unknownError
  const ctx = await located(caller, { names: [{ kind: email === undefined ? 'username' : 'email', name }] })
  const { db, config } = ctx
  const isNamed = eq(email === undefined ? users.username : users.email, name)
  // Attempts count by e-mail address even for a username: two names must not give twice as many guesses.
  const ofAccount = (column: Column) =>
    sql`(SELECT ${column} FROM ${users} WHERE ${and(isNamed, isNull(users.deletedAt))})`
  const login = sql`coalesce(${ofAccount(users.email)}, ${name})`
  const subjects = await attemptSubjects(ctx, { login, userId: ofAccount(users.id), device: refreshToken })
  const account = await beginAttempt(ctx, subjects, isNamed)
  const isRight = await isPasswordOf(account?.passwordHash, password, config.BCRYPT_COST)
  if (!isRight || !account) {
    await attemptFailure(ctx, subjects)
    throw account ? new AppError('invalid_credentials') : unknownError
  }
  const session = await prepareSession(ctx, account.id, client)
  const hash = account.passwordHash ?? ''
  const newHash = needsRehash(hash, config.BCRYPT_COST) ? await hashPassword(password, config.BCRYPT_COST) : hash
  const hasSameHash = and(eq(users.id, account.id), eq(users.passwordHash, hash))
  const { user, workspace, customer } = await runBatch(db, {
    attempts: attemptSuccess(ctx, subjects),
    rehash: db.update(users).set({ passwordHash: newHash }).where(hasSameHash),
    session: session.insert,
    ...userAndWorkspace(ctx, account.id),
    customer: withCustomer ? one(customerOfLogin(ctx, account.id)) : undefined,
  })
  if (!user || !workspace) throw new AppError('invalid_credentials')
  return { user, workspace, customer, ...(await session.issueTokens(user, workspace)) }
}

const AccountName = text(255)

/** An e-mail address or username in the form in which accounts store it; undefined if no account can have it. */
function accountName(input: string): string | undefined {
  const name = AccountName.safeParse(input).data
  if (name === undefined) return undefined
  return name.includes('@') ? (mailAddress(name) ?? name.toLowerCase()) : usernameForm(name)
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
export async function isUsername(ctx: PublicCtx, username: string): Promise<boolean> {
  const name = accountName(username)
  if (name === undefined) return false
  const { db } = await located(ctx, { names: [{ kind: 'username', name }] })
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
  const subjects = ownSubjects(actor.id, actor.sessionId)
  const user = await beginAttempt(ctx, subjects, isActor)
  if (!user) throw new AppError('unauthenticated')
  if (user.passwordHash === null) {
    throw currentPasswordError('You have no password yet: choose one by forgot-password', 'no_password')
  }
  const wrongPasswordError = currentPasswordError('This is not your current password', 'wrong_password')
  if (!(await isPasswordOf(user.passwordHash, input.currentPassword, config.BCRYPT_COST))) {
    await attemptFailure(ctx, subjects)
    throw wrongPasswordError
  }
  const passwordHash = await hashPassword(input.newPassword, config.BCRYPT_COST)
  const { changed } = await runBatch(db, {
    attempts: attemptSuccess(ctx, subjects),
    changed: one(
      db
        .update(users)
        .set({ passwordHash, ...versionStamp(users, now) })
        .where(and(isActor, eq(users.passwordHash, user.passwordHash)))
        .returning({ id: users.id }),
    ),
    event: eventInsert(ctx, { verb: 'user.password_changed', subject: 'user', id: actor.id, when: ifChanged }),
    sessions: sessionRevocation(ctx, actor.id, { except: actor.sessionId, when: hasHash(isActor, passwordHash) }),
    // A change of address that somebody else may have begun.
    emailChanges: db
      .update(oneTimeTokens)
      .set({ usedAt: now })
      .where(
        and(
          eq(oneTimeTokens.userId, actor.id),
          eq(oneTimeTokens.kind, 'EMAIL'),
          isNull(oneTimeTokens.usedAt),
          hasHash(isActor, passwordHash),
        ),
      ),
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
