// Purges what expires by itself: sessions, tokens, kept answers, counters, old mail, merges too old to undo; and
// deleted tags, which nobody sees any more.
import { type SQL, sql } from 'drizzle-orm'
import { leastIdAt } from '../db/arrival'
import { runBatch } from '../db/batch'
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
import { isDeletedAndUnused } from '../tags/tags.service'
import { DAY_MS } from '../time'
import type { Purged } from './purge.rows'

/** How many rows of a table go in a run at most. */
const ROWS = 2_000
const MAIL_MS = 30 * DAY_MS

/** A round over everything that expires. Each condition follows an index, so that only rows that go are read. */
export async function purgeExpired(db: Db, now: string): Promise<Purged> {
  const dayAgo = new Date(Date.parse(now) - DAY_MS).toISOString()
  const lastDay = dayAgo.slice(0, 10)
  const voidMerges = sql`${merges.createdAt} < ${purgedBefore(now)}`
  const deletion = (table: Parameters<Db['delete']>[0], where: SQL) =>
    db
      .delete(table)
      .where(sql`rowid IN (SELECT rowid FROM ${table} WHERE ${where} LIMIT ${ROWS})`)
      .returning({ gone: sql<number>`1` })
  const deleted = await runBatch(db, {
    sessions: deletion(sessions, sql`${sessions.expiresAt} < ${now}`),
    tokens: deletion(oneTimeTokens, sql`${oneTimeTokens.expiresAt} < ${now}`),
    idempotencyKeys: deletion(idempotencyKeys, sql`${idempotencyKeys.expiresAt} < ${now}`),
    // A lock lasts 15 minutes longer than its window at the most.
    loginAttempts: deletion(loginAttempts, sql`${loginAttempts.windowEndsAt} < ${dayAgo}`),
    // Spans are days, and may be hours or months: each is over when it is before yesterday's.
    dailyCounts: deletion(dailyCounts, sql`day < ${lastDay} AND day < substr(${lastDay}, 1, length(day))`),
    mails: deletion(outbox, sql`${outbox.id} < ${leastIdAt(now, -MAIL_MS)} AND ${outbox.giveUpAt} < ${now}`),
    mergedRows: deletion(mergedRows, sql`merge_id IN (SELECT id FROM ${merges} WHERE ${voidMerges})`),
    merges: deletion(
      merges,
      sql`${voidMerges} AND NOT EXISTS (SELECT 1 FROM ${mergedRows} AS noted WHERE noted.merge_id = ${merges}.id)`,
    ),
    customerTags: deletion(customerTags, sql`tag_id IN (SELECT id FROM ${tags} WHERE deleted_at IS NOT NULL)`),
    tags: deletion(tags, isDeletedAndUnused),
  })
  const counts = Object.fromEntries(Object.entries(deleted).map(([kind, rows]) => [kind, rows.length]))
  return { counts, isFull: Object.values(counts).some((count) => count >= ROWS) }
}
