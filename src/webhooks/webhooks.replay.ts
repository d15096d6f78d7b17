// Sending again: one delivery, those that have failed, or every event of a span. Each keeps its id.
import { type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { events, webhookDeliveries, webhooks } from '../db/schema'
import { insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { seqOf } from '../events/event-envelope'
import { isWantedType } from './webhooks.queue'
import { isMine, lastSeq } from './webhooks.service'

/** After a sequence, or from one instant to before another. */
type Span = { after?: string; from?: string; to?: string; only: 'failed' | 'all' }

/** Up to how many replayed events are counted, and how many failed deliveries one request takes up again. */
const COUNTED = 10_000

/**
 * Sends events again, in their order: of the deliveries those that have failed, or every event of the span that the
 * webhook wants. Says how many, before its filter. Throws `not_found`.
 */
export function replay(ctx: Ctx, id: string, { after, from, to, only }: Span) {
  const { workspaceId } = ctx.actor
  const start = after === undefined ? seqBefore(workspaceId, from ?? ctx.now) : sql`CAST(${seqOf(after)} AS INTEGER)`
  const end = to === undefined ? lastSeq(workspaceId) : seqBefore(workspaceId, to)
  return only === 'failed' ? replayFailed(ctx, id, start, end) : replayAll(ctx, id, start, end)
}

async function replayFailed({ db, actor, now }: Ctx, id: string, start: SQL, end: SQL) {
  const isFailed = sql`webhook_id = ${id} AND workspace_id = ${actor.workspaceId} AND state <> 'DELIVERED'`
  const { found, renewed } = await runBatch(db, {
    found: one(db.select({ id: webhooks.id }).from(webhooks).where(isMine(actor, id))),
    renewed: db
      .update(webhookDeliveries)
      .set({ state: 'PENDING', attempts: 0, dueAt: now })
      .where(
        sql`(webhook_id, seq) IN (SELECT webhook_id, seq FROM ${webhookDeliveries} WHERE ${isFailed}
          AND seq > ${start} AND seq <= ${end} ORDER BY seq LIMIT ${COUNTED})`,
      )
      .returning({ renewed: sql<number>`1` }),
  })
  if (!found) throw new AppError('not_found')
  return { count: renewed.length, countCapped: renewed.length === COUNTED }
}

// A second cursor walks through the span, so that new events do not wait. A replay that runs is widened.
async function replayAll({ db, actor }: Ctx, id: string, start: SQL, end: SQL) {
  const { workspaceId } = actor
  const from = sql`min(coalesce(${webhooks.replayCursor}, ${start}), ${start})`
  const to = sql`max(coalesce(${webhooks.replayEnd}, 0), min(${end}, ${webhooks.cursor}))`
  const counted = sql`SELECT 1 FROM ${events} AS e WHERE e.workspace_id = ${workspaceId} AND e.seq > ${start}
    AND e.seq <= ${end} AND ${isWantedType(sql`e.verb`)} LIMIT ${COUNTED + 1}`
  const { found } = await runBatch(db, {
    found: one(
      db
        .update(webhooks)
        .set({ replayCursor: from, replayEnd: to })
        .where(isMine(actor, id))
        .returning({ count: sql<number>`(SELECT count(*) FROM (${counted}))` }),
    ),
  })
  if (!found) throw new AppError('not_found')
  return { count: Math.min(found.count, COUNTED), countCapped: found.count > COUNTED }
}

/** Tries a delivery again at once, from the first of ten tries on. Throws `not_found`. */
export async function retryDelivery({ db, actor, now }: Ctx, id: string, delivery: string): Promise<void> {
  const { workspaceId } = actor
  // What is no sequence is the number of no event.
  const seq = sql`CAST(${/^[0-9a-f]{14}$/.test(delivery) ? seqOf(delivery) : -1} AS INTEGER)`
  const values = {
    webhookId: sql`${webhooks.id}`,
    seq: sql`e.seq`,
    workspaceId,
    eventId: sql`e.id`,
    type: sql`e.verb`,
    subjectId: sql`e.subject_id`,
    state: 'PENDING' as const,
    dueAt: now,
    createdAt: now,
  }
  const isSent = sql`FROM ${webhooks} CROSS JOIN ${events} AS e WHERE ${isMine(actor, id)}
    AND e.workspace_id = ${webhooks.workspaceId} AND e.seq = ${seq} AND e.seq <= ${webhooks.cursor}`
  const { inserted } = await runBatch(db, {
    inserted: one(
      insertFrom(db, webhookDeliveries, values, isSent)
        .onConflictDoUpdate({
          target: [webhookDeliveries.webhookId, webhookDeliveries.seq],
          set: { state: 'PENDING', attempts: 0, dueAt: now },
        })
        .returning({ seq: webhookDeliveries.seq }),
    ),
  })
  if (!inserted) throw new AppError('not_found')
}

// SQL: the number of the last event before an instant, by halving: numbers ascend with time.
function seqBefore(workspaceId: string, instant: string): SQL {
  const middle = sql`(part.low + part.high + 1) / 2`
  const isBefore = sql`(SELECT e.created_at < ${instant} FROM ${events} AS e WHERE e.workspace_id = ${workspaceId}
    AND e.seq >= ${middle} ORDER BY e.seq LIMIT 1)`
  return sql`(WITH RECURSIVE part(low, high) AS (SELECT 0, ${lastSeq(workspaceId)} UNION ALL
    SELECT iif(${isBefore}, ${middle}, part.low), iif(${isBefore}, part.high, ${middle} - 1) FROM part WHERE part.low < part.high)
    SELECT max(low) FROM part)`
}
