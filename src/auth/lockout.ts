// Limits password guessing: ten failures of an account or an address within 15 minutes lock it for 15 minutes. Each
// attempt is counted before the password is checked, so that concurrent guesses cannot exceed the limit.
import { eq, or, type SQL, sql } from 'drizzle-orm'
import type { PublicCtx } from '../context'
import { loginAttempts } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { MINUTE_MS } from '../time'

const MAX_FAILURES = 10
const LOCKOUT_MS = 15 * MINUTE_MS

type Subjects = { account: SQL; address: string }
type Attempt = typeof loginAttempts.$inferSelect

/** The keys under which attempts are counted; `login` names the account, as text or as SQL that yields text. */
export function attemptSubjects(login: string | SQL, address: string): Subjects {
  return { account: sql`'account ' || ${login}`, address: `address ${address}` }
}

/** Statements that count an attempt: of the address, then of the account if the address is not locked; and both rows. */
export function attemptCounts({ db, now }: PublicCtx, { account, address }: Subjects) {
  return {
    addressAttempt: attemptIncrement(db, now, address, sql`true`),
    accountAttempt: attemptIncrement(db, now, account, ifChanged),
    attempts: db
      .select()
      .from(loginAttempts)
      .where(or(eq(loginAttempts.subject, account), eq(loginAttempts.subject, address))),
  }
}

type Counted = { addressAttempt: unknown[]; accountAttempt: unknown[]; attempts: Attempt[] }

/** Throws `locked_out`, with the seconds to wait, unless the attempt was counted for both address and account. */
export function requireNotLocked({ addressAttempt, accountAttempt, attempts }: Counted, now: string): void {
  if (addressAttempt.length === 1 && accountAttempt.length === 1) return
  const until = Math.max(...attempts.map(({ lockedUntil }) => (lockedUntil ? Date.parse(lockedUntil) : 0)))
  const retryAfter = Math.max(1, Math.ceil((until - Date.parse(now)) / 1000))
  throw new AppError('locked_out', { retryAfter, detail: `Try again in ${Math.ceil(retryAfter / 60)} minutes.` })
}

/** Statements for a successful attempt: they clear the account's failures, and take one off the address. */
export function attemptReset({ db }: PublicCtx, { account, address }: Subjects) {
  return [
    db.delete(loginAttempts).where(eq(loginAttempts.subject, account)),
    db
      .update(loginAttempts)
      .set({
        count: sql`max(${loginAttempts.count} - 1, 0)`,
        lockedUntil: sql`CASE WHEN ${loginAttempts.count} - 1 < ${MAX_FAILURES} THEN NULL
          ELSE ${loginAttempts.lockedUntil} END`,
      })
      .where(eq(loginAttempts.subject, address)),
  ] as const
}

// Returns a row unless the subject is locked.
function attemptIncrement(db: PublicCtx['db'], now: string, subject: string | SQL, when: SQL) {
  const windowEndsAt = new Date(Date.parse(now) + LOCKOUT_MS).toISOString()
  const isWindowOver = sql`${loginAttempts.windowEndsAt} <= ${now}`
  const row = { subject, count: 1, windowEndsAt, lockedUntil: null }
  return insertFrom(db, loginAttempts, row, sql`WHERE ${when}`)
    .onConflictDoUpdate({
      target: loginAttempts.subject,
      set: {
        count: sql`CASE WHEN ${isWindowOver} THEN 1 ELSE ${loginAttempts.count} + 1 END`,
        windowEndsAt: sql`CASE WHEN ${isWindowOver} THEN ${windowEndsAt} ELSE ${loginAttempts.windowEndsAt} END`,
        lockedUntil: sql`CASE WHEN NOT ${isWindowOver} AND ${loginAttempts.count} + 1 >= ${MAX_FAILURES}
          THEN ${windowEndsAt} END`,
      },
      setWhere: sql`${loginAttempts.lockedUntil} IS NULL OR ${loginAttempts.lockedUntil} <= ${now}`,
    })
    .returning({ subject: loginAttempts.subject })
}
