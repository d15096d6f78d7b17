// Exact counts, which KV cannot give: how often a subject has done something in a span of time.
import { type SQL, sql } from 'drizzle-orm'
import { DAY_MS } from '../time'
import type { Db } from './client'
import { dailyCounts } from './schema'
import { insertFrom } from './sql'

/** The statement that counts, if `tail` holds and the subject is below `max`. `ifChanged` in the next statement tells whether it did. */
export function dailyCountIncrement(db: Db, span: string, subject: string, max: number, tail: SQL) {
  return insertFrom(db, dailyCounts, { day: span, subject, count: 1 }, tail).onConflictDoUpdate({
    target: [dailyCounts.day, dailyCounts.subject],
    set: { count: sql`${dailyCounts.count} + 1` },
    setWhere: sql`${dailyCounts.count} < ${max}`,
  })
}

/** The seconds from an instant until midnight UTC, when the counts start again. */
export function secondsToMidnight(now: string): number {
  const day = DAY_MS
  return Math.ceil((day - (Date.parse(now) % day)) / 1000)
}
