// What a webhook has to send now: deliveries that are due again, then new events, then events that are replayed.
import { and, asc, eq, lte, type SQL, Subquery, sql } from 'drizzle-orm'
import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { events, webhookDeliveries, webhooks } from '../db/schema'
import type { EventRow } from '../events/event-envelope'
import { meetsPatterns, UNASKED } from '../events/event-types'
import { EVENT_COLUMNS, feedWindow } from '../events/events.feed'

export type WebhookRow = typeof webhooks.$inferSelect
export type DeliveryRow = typeof webhookDeliveries.$inferSelect

/** How many deliveries a batch has of each part, and how many events it looks through for them. */
const BATCH = 50
const WINDOW = 500
/** How many events that it does not want a webhook lets pass before its cursor follows. */
const LAG = 50

/** A part of the feed: the wanted events, and the number up to which all that are wanted are among them. */
export type Stretch = { rows: EventRow[]; end: number; isMore: boolean }
export type Due = { delivery: DeliveryRow; event: EventRow | undefined }
export type Queue = {
  due: Due[]
  fresh: Stretch
  replayed: Stretch
  /** What the first try of a replayed event sent, sealed, by its number. */
  bodies: Map<number, string | null>
  isMore: boolean
}

/** Reads the queue in one round trip. `now` is an instant. */
export async function readQueue(db: Db, hook: WebhookRow, now: string): Promise<Queue> {
  const { id, workspaceId, cursor, replayCursor, replayEnd } = hook
  const isDue = sql`${webhookDeliveries.webhookId} = ${id} AND ${webhookDeliveries.state} = 'PENDING'
    AND ${webhookDeliveries.dueAt} <= ${now}`
  const dueRows = sql`SELECT seq FROM ${webhookDeliveries} WHERE ${isDue} ORDER BY due_at LIMIT ${BATCH}`
  const isReplaying = replayCursor !== null && replayEnd !== null
  const start = replayCursor ?? 0
  const { due, dueEvents, fresh, freshEdge, replayed, replayedEdge, bodies } = await runBatch(db, {
    due: db.select().from(webhookDeliveries).where(isDue).orderBy(asc(webhookDeliveries.dueAt)).limit(BATCH),
    dueEvents: db
      .select(EVENT_COLUMNS)
      .from(events)
      .where(and(eq(events.workspaceId, workspaceId), sql`${events.seq} IN (SELECT seq FROM (${dueRows}))`)),
    fresh: wantedSelect(db, hook, cursor),
    freshEdge: one(edgeSelect(db, workspaceId, cursor)),
    replayed: isReplaying ? wantedSelect(db, hook, start, lte(events.seq, replayEnd)) : undefined,
    replayedEdge: isReplaying ? one(edgeSelect(db, workspaceId, start)) : undefined,
    bodies: isReplaying
      ? db
          .select({ seq: webhookDeliveries.seq, body: webhookDeliveries.body })
          .from(webhookDeliveries)
          .where(
            and(
              eq(webhookDeliveries.webhookId, id),
              sql`${webhookDeliveries.seq} > CAST(${start} AS INTEGER)`,
              lte(webhookDeliveries.seq, Math.min(replayEnd, start + WINDOW)),
            ),
          )
      : undefined,
  })
  const bySeq = new Map(dueEvents.map((event) => [event.seq, event]))
  const freshStretch = stretchOf(fresh, freshEdge, cursor)
  const replayStretch = stretchOf(replayed ?? [], replayedEdge, start, replayEnd ?? start)
  return {
    due: due.toSorted((a, b) => a.seq - b.seq).map((delivery) => ({ delivery, event: bySeq.get(delivery.seq) })),
    fresh: freshStretch,
    replayed: replayStretch,
    bodies: new Map((bodies ?? []).map(({ seq, body }) => [seq, body])),
    isMore: due.length === BATCH || freshStretch.isMore || replayStretch.isMore,
  }
}

function wantedSelect(db: Db, hook: WebhookRow, start: number, isWithin?: SQL) {
  const { workspaceId, types, skipOwn, createdBy } = hook
  return db
    .select(EVENT_COLUMNS)
    .from(new Subquery(feedWindow(workspaceId, start, WINDOW), EVENT_COLUMNS, 'events'))
    .where(and(meetsPatterns(types), skipOwn ? sql`${events.actorId} IS NOT ${createdBy}` : undefined, isWithin))
    .orderBy(events.seq)
    .limit(BATCH)
}

function edgeSelect(db: Db, workspaceId: string, start: number) {
  return db
    .select({ last: sql<number | null>`max(seq)`.as('last_seq'), count: sql<number>`count(*)`.as('seen') })
    .from(sql`(${feedWindow(workspaceId, start, WINDOW, sql`seq`)})`)
}

function stretchOf(
  rows: EventRow[],
  edge: { last: number | null; count: number } | undefined,
  start: number,
  most = Number.POSITIVE_INFINITY,
): Stretch {
  const isFull = rows.length === BATCH
  const last = isFull ? rows.at(-1)?.seq : edge?.last
  const end = Math.min(last ?? start, most)
  return { rows, end, isMore: end < most && (isFull || edge?.count === WINDOW) }
}

/** How many webhooks a run takes up at most. */
const PER_RUN = 50

/** The ids of webhooks that have something to send, those that work first; of these workspaces, if they are named. */
export async function dueWebhooks(db: Db, now: string, places?: readonly string[]): Promise<string[]> {
  const list = sql.join(places?.map((place) => sql`${place}`) ?? [], sql`, `)
  const isThere = places === undefined ? sql`true` : sql`${webhooks.workspaceId} IN (${list})`
  const rows = await db
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(sql`${isThere} AND ${hasWork(now)}`)
    .orderBy(sql`${webhooks.failures} > 0, ${webhooks.lastTriedAt}`)
    .limit(PER_RUN)
  return rows.map(({ id }) => id)
}

/** SQL: the webhook may send, and has something to send. */
export function hasWork(now: string): SQL {
  const isDue = sql`EXISTS (SELECT 1 FROM ${webhookDeliveries} AS d WHERE d.webhook_id = ${webhooks.id} AND d.state = 'PENDING'
    AND d.due_at <= ${now})`
  return sql`${isSendable(now)} AND (${hasNews()} OR ${webhooks.replayEnd} IS NOT NULL OR ${isDue})`
}

/** SQL: the webhook has not seen all events. */
export function hasNews(): SQL {
  const next = sql`SELECT verb FROM ${events} AS e WHERE e.workspace_id = ${webhooks.workspaceId} AND e.seq > ${webhooks.cursor}
    ORDER BY e.seq LIMIT ${LAG}`
  // The cursor stays where it is while nothing is wanted, but not for long, so that this reads little.
  return sql`(EXISTS (SELECT 1 FROM (${next}) AS next WHERE ${isWantedType(sql`next.verb`)})
    OR (SELECT count(*) FROM (${next})) = ${LAG})`
}

/** SQL: the webhook at hand wants events of this type. */
export function isWantedType(verb: SQL): SQL {
  const subject = sql`substr(${verb}, 1, instr(${verb}, '.') - 1)`
  return sql`EXISTS (SELECT 1 FROM json_each(${webhooks.types}) AS pattern WHERE pattern.value IN (${verb}, ${subject} || '.*')
    OR (pattern.value = '*' AND ${subject} NOT IN (${sql.join(
      UNASKED.map((each) => sql`${each}`),
      sql`, `,
    )})))`
}

// No run has the webhook, and it neither rests, nor was paused or disabled.
function isSendable(now: string): SQL {
  return sql`${webhooks.state} IN ('ACTIVE', 'FAILING') AND coalesce(${webhooks.leaseUntil}, '') <= ${now}
    AND coalesce(${webhooks.heldUntil}, '') <= ${now}`
}
