// Purges rows that expire by themselves: sessions, tokens, kept answers, counters, old mail, jobs that are over, and merges
// that are too old to undo.
import { type SQL, sql } from 'drizzle-orm'
import { DEVICE_MS } from '../auth/tokens'
import { leastIdAt } from '../db/arrival'
import { runBatch } from '../db/batch'
import type { Db } from '../db/client'
import {
  bulkResults,
  bulkSelections,
  dailyCounts,
  idempotencyKeys,
  jobs,
  loginAttempts,
  mergedRows,
  merges,
  oneTimeTokens,
  outbox,
  sessions,
  webhookDeliveries,
} from '../db/schema'
import { primaryKeyOf } from '../db/sql'
import { purgedBefore } from '../db/trash'
import { DAY_MS } from '../time'
import type { Purged } from './purge.trash'

/** How many rows of a table a round deletes at most. */
const ROWS = 5_000
const MAIL_MS = 30 * DAY_MS
const JOB_MS = 30 * DAY_MS
const DELIVERY_MS = 30 * DAY_MS

/** What a round has deleted, and the kinds of which there may be more. */
export type PurgedKinds = Purged & { full: string[] }

/**
 * A round over everything that expires, or over these kinds of it. Each condition follows an index, so that only rows to
 * delete are read.
 */
export async function purgeExpired(db: Db, now: string, kinds?: readonly string[]): Promise<PurgedKinds> {
  const dayAgo = new Date(Date.parse(now) - DAY_MS).toISOString()
  const lastDay = dayAgo.slice(0, 10)
  const voidMerges = sql`${merges.createdAt} < ${purgedBefore(now)} AND ${merges.fields} <> '{}'`
  const isUnnoted = sql`NOT EXISTS (SELECT 1 FROM ${mergedRows} AS noted WHERE noted.merge_id = ${merges}.id)`
  const deletion = (table: Parameters<Db['delete']>[0], where: SQL) =>
    db
      .delete(table)
      .where(
        sql`(${primaryKeyOf(table)}) IN (SELECT ${primaryKeyOf(table)} FROM ${table} WHERE ${where} LIMIT ${ROWS})`,
      )
      .returning({ gone: sql<number>`1` })
  const deletions = {
    // A session that is over still tells a device that is known.
    sessions: deletion(sessions, sql`${sessions.expiresAt} < ${new Date(Date.parse(now) - DEVICE_MS).toISOString()}`),
    tokens: deletion(oneTimeTokens, sql`${oneTimeTokens.expiresAt} < ${now}`),
    idempotencyKeys: deletion(idempotencyKeys, sql`${idempotencyKeys.expiresAt} < ${now}`),
    // A lock lasts at most 15 minutes longer than its window.
    loginAttempts: deletion(loginAttempts, sql`${loginAttempts.windowEndsAt} < ${dayAgo}`),
    // A span is a day, an hour or a month. It is over if it lies before yesterday's.
    dailyCounts: deletion(dailyCounts, sql`day < ${lastDay} AND day < substr(${lastDay}, 1, length(day))`),
    mails: deletion(outbox, sql`${outbox.id} < ${leastIdAt(now, -MAIL_MS)} AND ${outbox.giveUpAt} < ${now}`),
    mergedRows: deletion(mergedRows, sql`merge_id IN (SELECT id FROM ${merges} WHERE ${voidMerges})`),
    merges: deletion(merges, sql`${voidMerges} AND ${merges.undoneAt} IS NOT NULL AND ${isUnnoted}`),
    // The merge itself stays: it still says to whom rows go back if the survivor's own merge is undone.
    mergeFields: db
      .update(merges)
      .set({ fields: '{}' })
      .where(
        sql`${merges.seq} IN (SELECT seq FROM ${merges} WHERE ${voidMerges} AND ${isUnnoted} LIMIT ${ROWS})
          AND ${merges.undoneAt} IS NULL`,
      )
      .returning({ gone: sql<number>`1` }),
    // Those of a deleted webhook go as well.
    webhookDeliveries: deletion(
      webhookDeliveries,
      sql`${webhookDeliveries.createdAt} < ${new Date(Date.parse(now) - DELIVERY_MS).toISOString()}`,
    ),
    bulkSelections: deletion(bulkSelections, sql`${bulkSelections.jobId} < ${leastIdAt(now, -JOB_MS)}`),
    bulkResults: deletion(bulkResults, sql`${bulkResults.jobId} < ${leastIdAt(now, -JOB_MS)}`),
    jobs: deletion(jobs, sql`${jobs.id} < ${leastIdAt(now, -JOB_MS)} AND ${jobs.state} <> 'RUNNING'`),
  }
  const chosen = Object.entries(deletions).filter(([kind]) => kinds?.includes(kind) ?? true)
  const deleted = await runBatch(db, Object.fromEntries(chosen))
  const counts = Object.fromEntries(Object.entries(deleted).map(([kind, rows]) => [kind, rows.length]))
  const full = Object.keys(counts).filter((kind) => (counts[kind] ?? 0) >= ROWS)
  return { counts, full, isFull: full.length > 0, statements: chosen.length }
}
