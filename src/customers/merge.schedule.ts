// Rows of merged customers that have not settled yet: they do so in pieces, after the response (merge.http.ts) and by the schedule.
import { eq, sql } from 'drizzle-orm'
import { configOf } from '../config'
import { runBatch } from '../db/batch'
import { connect, type Db } from '../db/client'
import { merges } from '../db/schema'
import { SECOND_MS } from '../time'
import { A_PIECE, settlementStatements } from './merge.settlement'

/** How long an invocation settles rows, in milliseconds. */
const RUN_MS = 20 * SECOND_MS
/** The statements of a piece, and of finding the merge. */
const A_PIECE_STATEMENTS = 7

const longestUnsettled = sql`(SELECT seq FROM ${merges} INDEXED BY merges_unsettled WHERE settled_at IS NULL ORDER BY seq LIMIT 1)`

/**
 * Settles rows until none are left, or time or statements have ended. A piece is one transaction and finds its rows anew: after
 * a kill, the next run goes on. The merge that has waited longest is first.
 */
export async function settleMerges(db: Db, { statements }: { statements: number }): Promise<void> {
  const until = Date.now() + RUN_MS
  for (let left = statements; left >= A_PIECE_STATEMENTS && Date.now() < until; left -= A_PIECE_STATEMENTS) {
    const [merge] = await db
      .select({ id: merges.id, mergedId: merges.mergedId })
      .from(merges)
      .where(eq(merges.seq, longestUnsettled))
    if (!merge) return
    const now = new Date().toISOString()
    const piece = { mergeId: merge.id, customerId: merge.mergedId, now, most: A_PIECE, when: sql`true` }
    await runBatch(db, { piece: settlementStatements(db, piece) })
  }
}

/** The run of the schedule. */
export async function settleScheduled(env: Env, _planned: string, spent: { statements: number }): Promise<void> {
  const { db, cost } = connect(env.DB, 'first-primary')
  await settleMerges(db, { statements: Math.floor((configOf(env).IMPORT_STATEMENTS - spent.statements) / 2) })
  spent.statements += cost.statements
}
