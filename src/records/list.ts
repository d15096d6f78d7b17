// Running a list: a page of the rows that the actor sees, and how many there are if that is asked for.
import { type AnyColumn, and, eq, type SQL, Subquery, sql } from 'drizzle-orm'
import type { Owners } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cappedCount, counterTotal, withTotal } from '../db/counts'
import { offsetOf, type Page, type Position } from '../db/page'
import { anyOf, columnIn } from '../db/sql'
import {
  indexedPage,
  indexedRows,
  type ListPlan,
  numberedPage,
  numberedWindow,
  scanWindow,
  windowPage,
  withinReach,
} from '../db/window'
import type { Counter, ListDefinition, ListRequest, Query } from './list.definition'
import { type GivenFilter, planOf, type RequestPlan } from './list.plan'

/** How many rows a page looks through for what no index knows. */
const WINDOW_ROWS = 250

/**
 * A page of the list. If a filter is known to no index, a window of rows is looked through, so that the page may be
 * short and still have a `next`. Throws `forbidden`, or `invalid` for an order or a page that the list cannot have.
 */
export async function runList<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
): Promise<Page<Row>> {
  const { limit, total, offset } = request
  const whose = list.owners(ctx, request)
  if (isNobody(whose)) return { rows: [], ...(total ? { total: 0 } : {}) }
  const plan = planOf(ctx, list, request, whose)
  const skipped = offsetOf(request)
  if (plan.rest && offset !== undefined && !list.isCountCapped) {
    return numberedPage(await list.read(ctx.db, rowsIn(list, numberedWindow(plan, limit, offset))), offset)
  }
  const isCounted = total && plan.isCountable
  const { rows, count } = await runBatch(ctx.db, {
    rows: list.read(ctx.db, rowsIn(list, pageOf(list, plan, request, skipped))),
    count: isCounted ? one(countOf(ctx, list, request, whose, plan)) : undefined,
  })
  const page = windowPage(rows, limit, plan.positionOf)
  return isCounted ? withTotal(page, count) : page
}

/** A page of the list as a statement for a batch; it holds marks beside its rows. */
export function listQuery<Row, Q>(ctx: Ctx, list: ListDefinition<Row, Q>, request: ListRequest<Q>): Query<Row> {
  const plan = planOf(ctx, list, request, list.owners(ctx, request))
  return list.read(ctx.db, rowsIn(list, pageOf(list, plan, request, offsetOf(request))))
}

/** The SELECT of a page of any size, for exports. They read every row, so that no word is too short to be found. */
export function listSelect<Row, Q>(ctx: Ctx, list: ListDefinition<Row, Q>, request: ListRequest<Q>): SQL {
  const whose = list.owners(ctx, request)
  if (isNobody(whose)) return sql`SELECT * FROM ${list.table} WHERE false`
  const columns = Object.values<AnyColumn>(list.columns).map((column) => columnIn(list.name, column))
  return indexedRows(planOf(ctx, list, request, whose), sql.join(columns, sql`, `), request.limit)
}

/** Where a row stands in the list, as the position of a cursor. */
export function positionIn<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  row: Row,
): Position {
  return planOf(ctx, list, request, list.owners(ctx, request)).positionOf(row)
}

// A page by number has no cursor, and so needs no row more to tell whether there is a next one.
function pageOf<Row, Q>(
  list: ListDefinition<Row, Q>,
  plan: ListPlan,
  { limit, offset }: ListRequest<Q>,
  skipped: number,
): SQL {
  if (offset !== undefined) return indexedPage(plan.rest ? withinReach(plan) : plan, limit, skipped)
  return plan.rest ? scanWindow(plan, list.windowRows ?? WINDOW_ROWS, limit + 1) : indexedPage(plan, limit + 1, 0)
}

function rowsIn<Row, Q>(list: ListDefinition<Row, Q>, rows: SQL): Subquery {
  return new Subquery(rows, list.columns, list.name)
}

// The order changes nothing about how many rows there are, unless it has only some of them.
function countOf<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  whose: Owners,
  { given, order, isSmall }: RequestPlan<Row>,
) {
  const { counter } = list
  const isKept = !isSmall && !order.only && given.every(({ name }) => name in (counter?.by ?? {}))
  if (counter && isKept) return counterQuery(ctx, counter, whose, given)
  const all = planOf(ctx, list, { ...request, sort: order.only && request.sort, after: undefined }, whose)
  const { sources, rest } = all.rest && list.isCountCapped ? withinReach(all) : all
  return cappedCount(ctx.db, sources, rest)
}

// The owner `*` is everybody, and the empty one nobody.
function counterQuery({ db, actor }: Ctx, { table, by }: Counter, whose: Owners, given: GivenFilter[]) {
  const owners = whose === 'all' ? ['*'] : whose.map((owner) => owner ?? '')
  const others = given.flatMap(({ name, value }) => {
    const column = name === 'owner' ? undefined : by[name]
    return column ? [eq(column, value)] : []
  })
  return db
    .select(counterTotal)
    .from(sql`${table}`)
    .where(and(eq(table.workspaceId, actor.workspaceId), anyOf(table.owner, owners), ...others))
}

function isNobody(whose: Owners): boolean {
  return whose !== 'all' && whose.length === 0
}
