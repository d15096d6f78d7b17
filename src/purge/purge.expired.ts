// What expires by itself: sessions, tokens, kept answers, counters of attempts, old mail, notes of merges past undoing; and
// deleted tags, which are out of sight already.
import { type SQL, sql } from 'drizzle-orm'
import { leastIdAt } from '../db/arrival'
import type { Db } from '../db/client'
import {
  customerTags,
  dailyCounts,
  idempotencyKeys,
  loginAttempts,
  mergedRows,
  merges,
  oneTimeTokens,
  outbox,
  sessions,
  tags,
} from '../db/schema'
import { purgedBefore } from '../db/trash'
import { isOffAll } from '../tags/tags.service'
import { DAY_MS } from '../time'
import type { Purged } from './purge.rows'

/** At most so many rows of a table in a run. */
const ROWS = 2_000
const MAIL_MS = 30 * DAY_MS

/** A round over everything that expires. Each condition follows an index, so that only what goes is read. */
export async function purgeExpired(db: Db, now: string): Promise<Purged> {
  const dayAgo = new Date(Date.parse(now) - DAY_MS).toISOString()
  const lastDay = dayAgo.slice(0, 10)
  const voidMerges = sql`${merges.createdAt} < ${purgedBefore(now)}`
  const deleteExpired = (table: Parameters<Db['delete']>[0], where: SQL) =>
    db
      .delete(table)
      .where(sql`rowid IN (SELECT rowid FROM ${table} WHERE ${where} LIMIT ${ROWS})`)
      .returning({ gone: sql<number>`1` })
  const results = await db.batch([
    deleteExpired(sessions, sql`${sessions.expiresAt} < ${now}`),
    deleteExpired(oneTimeTokens, sql`${oneTimeTokens.expiresAt} < ${now}`),
    deleteExpired(idempotencyKeys, sql`${idempotencyKeys.expiresAt} < ${now}`),
    // A lock lasts 15 minutes longer than its window at the most.
    deleteExpired(loginAttempts, sql`${loginAttempts.windowEndsAt} < ${dayAgo}`),
    // Spans are days, and may be hours or months: each is over when it is before yesterday's.
    deleteExpired(dailyCounts, sql`day < ${lastDay} AND day < substr(${lastDay}, 1, length(day))`),
    deleteExpired(outbox, sql`${outbox.id} < ${leastIdAt(now, -MAIL_MS)} AND ${outbox.giveUpAt} < ${now}`),
    deleteExpired(mergedRows, sql`merge_id IN (SELECT id FROM ${merges} WHERE ${voidMerges})`),
    deleteExpired(
      merges,
      sql`${voidMerges} AND NOT EXISTS (SELECT 1 FROM ${mergedRows} AS noted WHERE noted.merge_id = ${merges}.id)`,
    ),
    deleteExpired(customerTags, sql`tag_id IN (SELECT id FROM ${tags} WHERE deleted_at IS NOT NULL)`),
    deleteExpired(tags, isOffAll),
  ])
  const [ended, tokens, answers, attempts, days, mails, notes, undone, tagged, deletedTags] = results.map(
    (rows) => rows.length,
  )
  return {
    counts: {
      sessions: ended ?? 0,
      tokens: tokens ?? 0,
      idempotencyKeys: answers ?? 0,
      loginAttempts: attempts ?? 0,
      dailyCounts: days ?? 0,
      mails: mails ?? 0,
      mergedRows: notes ?? 0,
      merges: undone ?? 0,
      customerTags: tagged ?? 0,
      tags: deletedTags ?? 0,
    },
    isFull: results.some((rows) => rows.length >= ROWS),
  }
}
