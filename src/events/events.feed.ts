// The feed: events after a sequence, oldest first. The numbers of a workspace have no gaps and are given in the order of
// commits, so that a reader who goes on by the last number gets each event exactly once.
import { and, eq, getTableColumns, type SQL, Subquery, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { events } from '../db/schema'
import { allOf } from '../db/sql'
import { type EventRow, seqOf } from './event-envelope'
import { meetsPatterns } from './event-types'

/** How many events a page looks through for those that the filters let pass. */
export const FEED_WINDOW = 1_000

export type FeedFilter = { types?: readonly string[]; subject?: string; actor?: string }
export type FeedRequest = FeedFilter & { after: string; limit: number }
/** `next` is the number after which the next page begins; `purged` is how many numbers up to it have no event any more. */
export type FeedPage = { rows: EventRow[]; next: number; isMore: boolean; purged: number }

const { workspaceId: _, ...columns } = getTableColumns(events)
/** The columns of an event as readers see it. */
export const EVENT_COLUMNS = columns

/** A page of the feed of the actor's workspace. */
export async function feedPage({ db, actor }: Ctx, { after, limit, ...filter }: FeedRequest): Promise<FeedPage> {
  const start = seqOf(after)
  const { found, edge } = await runBatch(db, feedStatements(db, actor.workspaceId, start, limit, filter))
  const seqs: number[] = JSON.parse(edge?.seqs ?? '[]')
  const rows = found.slice(0, limit)
  const isCut = found.length > limit
  const next = (isCut ? rows.at(-1)?.seq : seqs.at(-1)) ?? start
  const seen = seqs.filter((seq) => seq <= next).length
  return { rows, next, isMore: isCut || seqs.length === FEED_WINDOW, purged: Math.max(0, next - start - seen) }
}

function feedStatements(db: Db, workspaceId: string, start: number, limit: number, filter: FeedFilter) {
  const { types, subject, actor } = filter
  const isWanted = and(
    types && meetsPatterns(types),
    subject === undefined ? undefined : eq(events.subjectId, subject),
    actor === undefined ? undefined : eq(events.actorId, actor),
  )
  // Without a filter, a page needs no more rows than it has.
  const size = isWanted ? FEED_WINDOW : limit + 1
  const window = feedWindow(workspaceId, start, size)
  return {
    found: db
      .select(columns)
      .from(new Subquery(window, columns, 'events'))
      .where(isWanted)
      .orderBy(events.seq)
      .limit(limit + 1),
    edge: one(
      db
        .select({ seqs: sql<string>`json_group_array(seq)`.as('seqs') })
        .from(sql`(${feedWindow(workspaceId, start, size, sql`seq`)})`),
    ),
  }
}

/** SQL: the next events of a workspace after a number, at most `size` of them. */
export function feedWindow(workspaceId: string, start: number | SQL, size: number, selected = sql`*`): SQL {
  const from = typeof start === 'number' ? sql`CAST(${start} AS INTEGER)` : start
  const where = allOf(eq(events.workspaceId, workspaceId), sql`${events.seq} > ${from}`)
  return sql`SELECT ${selected} FROM ${events} WHERE ${where} ORDER BY seq LIMIT ${sql.raw(String(size))}`
}

/** The next events of a workspace after a number, at most `limit`. */
export function eventsAfter(db: Db, workspaceId: string, start: number, limit: number) {
  return db
    .select(columns)
    .from(new Subquery(feedWindow(workspaceId, start, limit), columns, 'events'))
    .orderBy(events.seq)
}

/** The number of the last event of a workspace; 0 if there is none. */
export function lastSeqSelect(db: Db, workspaceId: string) {
  return db
    .select({ seq: sql<number>`coalesce(max(${events.seq}), 0)`.as('last_seq') })
    .from(events)
    .where(eq(events.workspaceId, workspaceId))
}
