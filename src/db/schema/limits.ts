// Rows that must be exact where KV cannot be: sign-in attempts, daily caps of the public form, idempotency keys.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant } from '../columns'

/** One row for each account or address that tried to sign in lately. */
export const loginAttempts = sqliteTable(
  'login_attempts',
  {
    subject: text().primaryKey(),
    /** Attempts that failed, and those whose password is being checked. */
    count: integer().notNull(),
    /** Of these, those that are being checked, and until when that is believed. */
    pending: integer().notNull(),
    pendingUntil: instant().notNull(),
    windowEndsAt: instant().notNull(),
    lockedUntil: instant(),
  },
  (t) => [index('login_attempts_ends').on(t.windowEndsAt)],
)

/** How often a subject has done something on a day, or in an hour (UTC, `YYYY-MM-DD` or `YYYY-MM-DDTHH`). */
export const dailyCounts = sqliteTable(
  'daily_counts',
  { day: text().notNull(), subject: text().notNull(), count: integer().notNull() },
  (t) => [primaryKey({ columns: [t.day, t.subject] })],
)

/** How far a job has come that looks at a whole table again and again: the window of its last round. */
export const sweeps = sqliteTable('sweeps', {
  name: text().primaryKey(),
  start: text().notNull(),
  /** Null once the window was the last one. */
  end: text(),
})

/** A POST that was sent with an Idempotency-Key, and, once it is done, its sealed answer. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    keyHash: text().primaryKey(),
    fingerprint: text().notNull(),
    attempt: text().notNull(),
    startedAt: instant().notNull(),
    expiresAt: instant().notNull(),
    answer: text(),
  },
  (t) => [index('idempotency_keys_expires').on(t.expiresAt)],
)
