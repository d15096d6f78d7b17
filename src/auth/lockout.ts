// Limits password guessing: ten failures of an account or an address within 15 minutes lock it for 15 minutes. Each
// attempt is counted before the password is checked, so that concurrent guesses cannot exceed the limit. An attempt that
// is still being checked is no failure: where ten are, the next one waits for their results.
import { and, eq, or, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import type { PublicCtx } from '../context'
import { one, runBatch } from '../db/batch'
import { loginAttempts, sessions, users } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { MINUTE_MS, SECOND_MS } from '../time'
import { readRefreshToken } from './tokens'

const MAX_FAILURES = 10
const LOCKOUT_MS = 15 * MINUTE_MS
/** After this long an attempt without a result is a failure: its Worker died. */
const PENDING_MS = 30 * SECOND_MS
/** How long an attempt waits in all for others from the same place, and at first. */
const PATIENCE_MS = 10 * SECOND_MS
const FIRST_WAIT_MS = 25

type Subjects = { account: SQL; address: SQL }
type Attempt = typeof loginAttempts.$inferSelect

/** Where a sign-in comes from. `device` is the last refresh token of a device that has signed in before. */
export type Origin = { login: SQL; userId: SQL; device?: string }

/**
 * The keys under which attempts are counted: account and address. A device with a session of this account, expired or
 * not, counts by itself: failures of strangers do not lock it out.
 */
export async function attemptSubjects(ctx: PublicCtx, { login, userId, device }: Origin): Promise<Subjects> {
  const [account, address] = [sql`'account ' || ${login}`, sql`${`address ${ctx.address}`}`]
  const token = device === undefined ? undefined : await readRefreshToken(ctx.config, device)
  if (!token) return { account, address }
  const isKnown = sql`EXISTS (SELECT 1 FROM ${sessions} WHERE ${sessions.id} = ${token.sessionId}
    AND ${sessions.workspaceId} = ${token.workspaceId} AND ${sessions.userId} = ${userId} AND ${sessions.revokedAt} IS NULL)`
  const own = (kind: string, otherwise: SQL) =>
    sql`CASE WHEN ${isKnown} THEN ${`${kind} ${token.sessionId}`} ELSE ${otherwise} END`
  return { account: own('device', account), address: own('address of device', address) }
}

/** The subjects of a signed-in person who repeats the password: strangers cannot lock that out. */
export function ownSubjects(userId: string, sessionId: string): Subjects {
  return { account: sql`${`change ${userId}`}`, address: sql`${`change by ${sessionId}`}` }
}

/**
 * Counts an attempt and reads the active account that `isAccount` selects, in one round trip; waits while ten others of
 * the same account or address are being checked. Throws `locked_out`, with the seconds to wait.
 */
export async function beginAttempt(ctx: PublicCtx, subjects: Subjects, isAccount: SQL) {
  for (let waited = 0, wait = FIRST_WAIT_MS; ; waited += wait, wait = Math.min(2 * wait, SECOND_MS)) {
    const now = new Date(Date.parse(ctx.now) + waited).toISOString()
    const { counted, attempts, account } = await runBatch(ctx.db, {
      ...attemptCounts(ctx, subjects, now),
      account: one(ctx.db.select().from(users).where(and(isAccount, isActive))),
    })
    if (counted.length === 1) return account
    const full = attempts.filter(({ count, lockedUntil }) => count >= MAX_FAILURES || lockedUntil !== null)
    const isBusy = full.length > 0 && full.every((attempt) => isPending(attempt, now))
    if (!isBusy) throw lockedOutError(full, now)
    if (waited >= PATIENCE_MS) {
      throw new AppError('locked_out', { retryAfter: 1, detail: 'Many sign-ins are being checked: try again at once.' })
    }
    await scheduler.wait(wait)
  }
}

function isPending({ pending, pendingUntil, lockedUntil }: Attempt, now: string): boolean {
  return (lockedUntil === null || lockedUntil <= now) && pending > 0 && pendingUntil > now
}

function lockedOutError(locked: Attempt[], now: string): AppError {
  const until = Math.max(...locked.map(({ lockedUntil, windowEndsAt }) => Date.parse(lockedUntil ?? windowEndsAt)))
  const retryAfter = Math.max(1, Math.ceil((until - Date.parse(now)) / 1000))
  return new AppError('locked_out', { retryAfter, detail: `Try again in ${Math.ceil(retryAfter / 60)} minutes.` })
}

/** Statements for an attempt that was right: they clear the account's failures, and take the attempt off the address. */
export function attemptSuccess({ db }: PublicCtx, { account, address }: Subjects) {
  return [
    db.delete(loginAttempts).where(eq(loginAttempts.subject, account)),
    db
      .update(loginAttempts)
      .set({
        count: sql`max(${loginAttempts.count} - 1, 0)`,
        pending: sql`max(${loginAttempts.pending} - 1, 0)`,
      })
      .where(eq(loginAttempts.subject, address)),
  ] as const
}

/** The statement for an attempt that was wrong: it locks account or address if that was the tenth failure. */
export function attemptFailure({ db, now }: PublicCtx, { account, address }: Subjects) {
  const lockedUntil = sql`${new Date(Date.parse(now) + LOCKOUT_MS).toISOString()}`
  const isTenth = sql`${loginAttempts.count} - max(${loginAttempts.pending} - 1, 0) >= ${MAX_FAILURES}`
  const ifTenth = (then: SQL, column: SQL) => sql`CASE WHEN ${isTenth} THEN ${then} ELSE ${column} END`
  return db
    .update(loginAttempts)
    .set({
      pending: sql`max(${loginAttempts.pending} - 1, 0)`,
      lockedUntil: ifTenth(lockedUntil, sql`${loginAttempts.lockedUntil}`),
      windowEndsAt: ifTenth(lockedUntil, sql`${loginAttempts.windowEndsAt}`),
    })
    .where(or(eq(loginAttempts.subject, account), eq(loginAttempts.subject, address)))
}

// Counts both or neither; `counted` has a row if it did. `attempts` are both as they then stand.
function attemptCounts({ db }: PublicCtx, { account, address }: Subjects, now: string) {
  const isFull = sql`EXISTS (SELECT 1 FROM ${loginAttempts} WHERE ${loginAttempts.subject} = ${account}
    AND NOT ${hasRoom(now)})`
  return {
    address: attemptIncrement(db, now, address, sql`NOT ${isFull}`),
    counted: attemptIncrement(db, now, account, ifChanged),
    attempts: db
      .select()
      .from(loginAttempts)
      .where(or(eq(loginAttempts.subject, account), eq(loginAttempts.subject, address))),
  }
}

function hasRoom(now: string): SQL {
  return sql`((${loginAttempts.lockedUntil} IS NULL OR ${loginAttempts.lockedUntil} <= ${now})
    AND (${loginAttempts.count} < ${MAX_FAILURES} OR ${loginAttempts.windowEndsAt} <= ${now}))`
}

// Returns a row if the subject has room.
function attemptIncrement(db: PublicCtx['db'], now: string, subject: SQL, when: SQL) {
  const later = (ms: number) => new Date(Date.parse(now) + ms).toISOString()
  const isWindowOver = sql`${loginAttempts.windowEndsAt} <= ${now}`
  const isPendingOver = sql`${loginAttempts.pendingUntil} <= ${now}`
  const windowEndsAt = later(LOCKOUT_MS)
  const row = { subject, count: 1, pending: 1, pendingUntil: later(PENDING_MS), windowEndsAt, lockedUntil: null }
  return insertFrom(db, loginAttempts, row, sql`WHERE ${when}`)
    .onConflictDoUpdate({
      target: loginAttempts.subject,
      set: {
        count: sql`CASE WHEN ${isWindowOver} THEN 1 ELSE ${loginAttempts.count} + 1 END`,
        pending: sql`CASE WHEN ${isPendingOver} THEN 1 ELSE ${loginAttempts.pending} + 1 END`,
        pendingUntil: later(PENDING_MS),
        windowEndsAt: sql`CASE WHEN ${isWindowOver} THEN ${windowEndsAt} ELSE ${loginAttempts.windowEndsAt} END`,
        lockedUntil: null,
      },
      setWhere: hasRoom(now),
    })
    .returning({ subject: loginAttempts.subject })
}
