// Signing in, knowing oneself, changing the password.
import { and, eq, isNull, sql } from 'drizzle-orm'
import { isActive, requirePerson } from '../access/person'
import type { Ctx, PublicCtx } from '../context'
import { customerColumns } from '../customers/customers.record'
import { customers, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { text } from '../field-schemas'
import { countAttempt, forgiveAttempt, requireAdmission, subjectsOf } from './lockout'
import { hashPassword, needsRehash, passwordMatches } from './passwords'
import { type Client, endSessionsOf, openSession, userAndWorkspace } from './sessions.service'

type Credentials = {
  email?: string
  username?: string
  password: string
  /** Whether the customer whose portal login this is shall be given as well. */
  withCustomer?: boolean
}

/**
 * Signs in, in two round trips: count the attempt and read the account, then open the session. Throws `locked_out`,
 * and one `invalid_credentials` for whatever is wrong, after the same work whether or not the account exists.
 */
export async function login(ctx: PublicCtx, credentials: Credentials, client: Client) {
  const { email, username, password, withCustomer } = credentials
  const { db, config } = ctx
  const name = nameOf(email ?? username ?? '')
  if (name === undefined) throw new AppError('invalid_credentials')
  const named = eq(email === undefined ? users.username : users.email, name)
  // Whoever is named by username is counted by e-mail as well: two names are not twice as many looks.
  const theirEmail = sql`(SELECT ${users.email} FROM ${users} WHERE ${and(named, isNull(users.deletedAt))})`
  const subjects = subjectsOf(sql`coalesce(${theirEmail}, ${name})`, ctx.address)
  const [address, account, standing, [known]] = await db.batch([
    ...countAttempt(ctx, subjects),
    db.select().from(users).where(and(named, isActive)),
  ])
  requireAdmission([address, account], standing, ctx.now)
  if (!(await passwordMatches(password, known?.passwordHash, config.BCRYPT_COST)) || !known) {
    throw new AppError('invalid_credentials')
  }
  const session = await openSession(ctx, known.id, client)
  const hash = known.passwordHash ?? ''
  const renewed = needsRehash(hash, config.BCRYPT_COST) ? await hashPassword(password, config.BCRYPT_COST) : hash
  const isUnchanged = and(eq(users.id, known.id), eq(users.passwordHash, hash))
  const [, , , , [user], [workspace], customer] = await db.batch([
    ...forgiveAttempt(ctx, subjects),
    db.update(users).set({ passwordHash: renewed }).where(isUnchanged),
    session.statement,
    ...userAndWorkspace(ctx, known.id),
    ...(withCustomer ? [recordOf(ctx, known.id)] : []),
  ])
  if (!user || !workspace) throw new AppError('invalid_credentials')
  return { user, workspace, customer: customer?.[0], ...(await session.tokens(user, workspace)) }
}

const Name = text(254)

/** A name as an account has it; undefined where no account can have it. */
function nameOf(given: string): string | undefined {
  return Name.safeParse(given).data?.toLowerCase()
}

/** The customer whose portal login an account is, if it is one. */
function recordOf({ db }: PublicCtx, userId: string) {
  return db
    .select(customerColumns)
    .from(customers)
    .where(and(eq(customers.userId, userId), isNull(customers.deletedAt)))
    .orderBy(customers.seq)
    .limit(1)
}

/** Whether there is an active account with this username, for systems that tell an unknown one from a wrong password. */
export async function isUsername({ db }: PublicCtx, username: string): Promise<boolean> {
  const name = nameOf(username)
  if (name === undefined) return false
  const found = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.username, name), isActive))
  return found.length > 0
}

/** The actor's own account and workspace; `unauthenticated` once the account is gone or inactive. */
export async function getMe(ctx: Ctx) {
  const [[user], [workspace]] = await ctx.db.batch([...userAndWorkspace(ctx, ctx.actor.id)])
  if (!user || !workspace) throw new AppError('unauthenticated')
  return { user, workspace }
}

/** Changes the actor's password and ends every other session, in two round trips; guesses are counted like sign-ins. */
export async function changePassword(ctx: Ctx, input: { currentPassword: string; newPassword: string }): Promise<void> {
  const { db, config } = ctx
  const actor = requirePerson(ctx.actor, 'A password')
  const subjects = subjectsOf(`change ${actor.id}`, ctx.address)
  const [address, account, standing, [user]] = await db.batch([
    ...countAttempt(ctx, subjects),
    db
      .select()
      .from(users)
      .where(and(eq(users.id, actor.id), isActive)),
  ])
  requireAdmission([address, account], standing, ctx.now)
  if (!user) throw new AppError('unauthenticated')
  const path = 'body.currentPassword'
  if (user.passwordHash === null) {
    const message = 'You have no password yet: choose one by forgot-password'
    throw invalidError(path, message, 'no_password')
  }
  const wrongPassword = invalidError(path, 'This is not your current password', 'wrong_password')
  if (!(await passwordMatches(input.currentPassword, user.passwordHash, config.BCRYPT_COST))) throw wrongPassword
  const passwordHash = await hashPassword(input.newPassword, config.BCRYPT_COST)
  const isDone = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${and(eq(users.id, actor.id), eq(users.passwordHash, passwordHash))})`
  const [, , [changed]] = await db.batch([
    ...forgiveAttempt(ctx, subjects),
    db
      .update(users)
      .set({ passwordHash, updatedAt: ctx.now, version: sql`${users.version} + 1` })
      .where(and(eq(users.id, actor.id), eq(users.passwordHash, user.passwordHash)))
      .returning({ id: users.id }),
    eventInsert(ctx, { verb: 'user.password_changed', subject: 'user', id: actor.id, when: ifChanged }),
    endSessionsOf(ctx, actor.id, { except: actor.sessionId, when: isDone }),
  ])
  // Another change came in between: the password that was sent is the current one no more.
  if (!changed) throw wrongPassword
}
