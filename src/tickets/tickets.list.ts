// Listing tickets: the plain list walks along their parts, a narrowed one streams what it wants out of the index.
import { and, gte, isNull, lt, type SQL, sql } from 'drizzle-orm'
import { requirePersonId } from '../access/person'
import { isPortal, owners, ownRecord, ticketParts, ticketsInReach } from '../access/visible'
import type { Ctx } from '../context'
import {
  afterCursor,
  arrivedBetween,
  cappedCount,
  offsetOf,
  orderByKeys,
  remainingRange,
  withTotal,
} from '../db/listing'
import { cut, type Page, type PageRequest } from '../db/page'
import { tickets } from '../db/schema'
import { type TicketRow, ticketColumns } from './tickets.record'

type Facets = {
  status?: TicketRow['status']
  priority?: TicketRow['priority']
  assignee?: string
  customer?: string
}
export type TicketRequest = PageRequest &
  Facets & {
    createdAfter?: string
    createdBefore?: string
    total?: boolean
    /** Newest first unless said otherwise. */
    oldestFirst?: boolean
  }

/** A page of the tickets that the actor sees, newest first. */
export async function listTickets(ctx: Ctx, request: TicketRequest): Promise<Page<TicketRow>> {
  const { db } = ctx
  const { limit, total } = request
  const page = rowsOf(ctx, { ...request, limit: limit + 1 }).offset(offsetOf(request))
  if (!total) return cut(await page, limit, (row) => [row.seq])
  const where = isHit(ctx, { ...request, after: undefined })
  const counted = cappedCount(db, [{ rows: sql`tickets_fts CROSS JOIN ${tickets}`, where }])
  const [rows, [sum]] = await db.batch([page, counted])
  return withTotal(
    cut(rows, limit, (row) => [row.seq]),
    sum,
  )
}

/** What is asked for, as the SELECT of a page of any size, oldest first: for exports. */
export function ticketRows(ctx: Ctx, request: TicketRequest): SQL {
  return rowsOf(ctx, { ...request, oldestFirst: true }).getSQL()
}

function rowsOf(ctx: Ctx, request: TicketRequest) {
  return isNarrowed(request) ? hits(ctx, request) : walks(ctx, request)
}

const isNarrowed = ({ status, priority, assignee, customer }: Facets) =>
  [status, priority, assignee, customer].some((facet) => facet !== undefined)

// SQLite merges the walks, taking from each only what the page needs.
function walks({ db, actor }: Ctx, request: TicketRequest) {
  const seq = sql`${tickets.seq}`
  const [first, second] = ticketParts(actor, 'tickets:read').map((part) =>
    db
      .select(ticketColumns)
      .from(tickets)
      .where(and(part, isNull(tickets.deletedAt), inSpan(seq, request))),
  )
  if (!first) return db.select(ticketColumns).from(tickets).where(sql`false`)
  return (second ? first.unionAll(second) : first)
    .orderBy(...orderByKeys([seq], !request.oldestFirst))
    .limit(request.limit)
}

function hits(ctx: Ctx, request: TicketRequest) {
  const found = ctx.db.select(ticketColumns).from(sql`tickets_fts`).crossJoin(tickets)
  return found
    .where(isHit(ctx, request))
    .orderBy(...orderByKeys([sql`tickets_fts.rowid`], !request.oldestFirst))
    .limit(request.limit)
}

function isHit({ actor }: Ctx, request: TicketRequest): SQL | undefined {
  const seq = sql`tickets_fts.rowid`
  return and(
    sql`tickets_fts MATCH ${matchOf({ actor }, request)} AND ${tickets.seq} = tickets_fts.rowid`,
    ticketsInReach(actor, 'tickets:read'),
    inSpan(seq, request),
  )
}

function inSpan(seq: SQL, request: TicketRequest): SQL | undefined {
  const { after, createdAfter, createdBefore } = request
  const isDown = !request.oldestFirst
  const [from, to] = remainingRange([createdAfter, createdBefore], after, isDown)
  return and(
    createdAfter === undefined ? undefined : gte(tickets.createdAt, createdAfter),
    createdBefore === undefined ? undefined : lt(tickets.createdAt, createdBefore),
    arrivedBetween(sql`${tickets}`, seq, { createdAfter: from, createdBefore: to }),
    afterCursor([seq], after, isDown),
  )
}

// The words of the view tickets_facets.
function matchOf({ actor }: Pick<Ctx, 'actor'>, { status, priority, assignee, customer }: Facets): SQL {
  const { workspaceId } = actor
  const word = (letter: string, ...parts: string[]) => letter + parts.join('').replaceAll(/[-_]/g, '')
  const whose = assignee === 'none' ? workspaceId : assignee === 'me' ? requirePersonId(actor) : assignee
  const words = [
    word('w', workspaceId),
    ...(status ? [word('s', workspaceId, status)] : []),
    ...(priority ? [word('p', workspaceId, priority)] : []),
    ...(customer ? [word('c', customer)] : []),
    ...(whose ? [word('a', whose)] : []),
  ]
  const all = words.join(' AND ')
  if (owners(actor, 'tickets:read') === 'all') return sql`${all}`
  if (!isPortal(actor)) return sql`${`${all} AND (${word('o', actor.id)} OR ${word('a', actor.id)})`}`
  return sql`${all} || ' AND c' || coalesce(replace(${ownRecord(actor)}, '-', ''), '')`
}
