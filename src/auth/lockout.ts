// Guessing passwords: ten failures on an account or from an address within 15 minutes lock it for 15. An attempt is
// counted before the password is looked at, so that any number of guesses at once still gets ten looks and no more.
import { eq, or, type SQL, sql } from 'drizzle-orm'
import type { PublicCtx } from '../context'
import { loginAttempts as attempts } from '../db/schema'
import { insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { MINUTE_MS } from '../time'

const MAX_FAILURES = 10
const MINUTES_15 = 15 * MINUTE_MS

export type Subjects = { account: SQL; address: string }

/** What a sign-in counts against; `login` names the account, in text or in SQL that yields text. */
export function subjectsOf(login: string | SQL, address: string): Subjects {
  return { account: sql`'account ' || ${login}`, address: `address ${address}` }
}

/** Statements that count an attempt of both subjects; the account only if the address is not locked. Then how they stand. */
export function countAttempt({ db, now }: PublicCtx, { account, address }: Subjects) {
  return [
    attempt(db, now, address, sql`true`),
    attempt(db, now, account, sql`changes() = 1`),
    db
      .select()
      .from(attempts)
      .where(or(eq(attempts.subject, account), eq(attempts.subject, address))),
  ] as const
}

/** Throws `locked_out`, with the seconds to wait, unless both subjects were admitted. */
export function requireAdmission(admitted: unknown[][], standing: (typeof attempts.$inferSelect)[], now: string): void {
  if (admitted.every((rows) => rows.length === 1)) return
  const until = Math.max(...standing.map(({ lockedUntil }) => (lockedUntil ? Date.parse(lockedUntil) : 0)))
  const retryAfter = Math.max(1, Math.ceil((until - Date.parse(now)) / 1000))
  throw new AppError('locked_out', { retryAfter, detail: `Try again in ${Math.ceil(retryAfter / 60)} minutes.` })
}

/** Statements that take a successful attempt back: the account is clean again, the address has one failure less. */
export function forgiveAttempt({ db }: PublicCtx, { account, address }: Subjects) {
  return [
    db.delete(attempts).where(eq(attempts.subject, account)),
    db
      .update(attempts)
      .set({
        count: sql`max(${attempts.count} - 1, 0)`,
        lockedUntil: sql`CASE WHEN ${attempts.count} - 1 < ${MAX_FAILURES} THEN NULL ELSE ${attempts.lockedUntil} END`,
      })
      .where(eq(attempts.subject, address)),
  ] as const
}

function attempt(db: PublicCtx['db'], now: string, subject: string | SQL, when: SQL) {
  const end = new Date(Date.parse(now) + MINUTES_15).toISOString()
  const isOver = sql`${attempts.windowEndsAt} <= ${now}`
  return insertFrom(db, attempts, { subject, count: 1, windowEndsAt: end, lockedUntil: null }, sql`WHERE ${when}`)
    .onConflictDoUpdate({
      target: attempts.subject,
      set: {
        count: sql`CASE WHEN ${isOver} THEN 1 ELSE ${attempts.count} + 1 END`,
        windowEndsAt: sql`CASE WHEN ${isOver} THEN ${end} ELSE ${attempts.windowEndsAt} END`,
        lockedUntil: sql`CASE WHEN NOT ${isOver} AND ${attempts.count} + 1 >= ${MAX_FAILURES} THEN ${end} END`,
      },
      setWhere: sql`${attempts.lockedUntil} IS NULL OR ${attempts.lockedUntil} <= ${now}`,
    })
    .returning({ subject: attempts.subject })
}
