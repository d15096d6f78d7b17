// Runs a list: a page of the rows that the actor sees, and the total if the request asks for it.
import { type AnyColumn, and, eq, inArray, type SQL, Subquery, sql } from 'drizzle-orm'
import type { Owners } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cappedCount, counterTotal, withTotal } from '../db/counts'
import { offsetOf, type Page, type Position, type Scanned } from '../db/page'
import { columnIn } from '../db/sql'
import {
  indexedPage,
  indexedRows,
  newestRows,
  numberedPage,
  numberedWindow,
  scanWindow,
  windowPage,
  withinReach,
} from '../db/window'
import { AppError, invalidError } from '../errors'
import { namesOf } from './fields'
import { includedColumns } from './included'
import { withFilterRead } from './list.asked'
import type { Counter, ListDefinition, ListRequest, Query } from './list.definition'
import { type IndexedFields, isIndexed, unlessIndexed } from './list.indexed'
import { narrowPlanOf, planOf, type RequestPlan } from './list.plan'

/**
 * A page of the list. If a filter has no index, a window of rows is scanned, so the page may be short and still have a
 * `next`; `scanned` then says how far it has looked. Throws `forbidden`, or `invalid` for an order or a page that the list cannot have.
 */
export async function runList<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  given: ListRequest<Q>,
): Promise<Page<Row>> {
  const request = withFilterRead(ctx, list, given)
  const { limit, total, offset } = request
  const ownerIds = list.owners(ctx, request)
  if (hasNoOwner(ownerIds)) return { rows: [], ...(total ? { total: 0 } : {}) }
  const plan = planOf(ctx, list, request, ownerIds)
  const byField = fieldAsked(list, request, plan)
  if (byField) return listByField(ctx, list, request, ownerIds, plan, byField)
  const skipped = offsetOf(request)
  if (plan.rest && offset !== undefined && !list.isCountCapped) {
    return numberedPage(await list.read(ctx.db, rowsIn(list, numberedWindow(plan, limit, offset)), {}), offset)
  }
  const isCounted = total && plan.isCountable
  const { rows, count } = await runBatch(ctx.db, {
    rows: list.read(
      ctx.db,
      rowsIn(list, pageOf(ctx, list, plan, request, ownerIds, skipped)),
      includedIn(ctx, list, request),
    ),
    count: isCounted ? one(countOf(ctx, list, request, ownerIds, plan)) : undefined,
  })
  const page = windowPage(rows, limit, plan.positionOf, (row) => scannedTo(list, plan, row))
  return isCounted ? withTotal(page, count) : page
}

// The field whose index answers the request: the one that it is sorted by, or without an order one that it asks for.
function fieldAsked<Row, Q>({ indexed }: ListDefinition<Row, Q>, request: ListRequest<Q>, plan: RequestPlan<Row>) {
  const { sort, viewed, asked = [], after, offset } = request
  if (!indexed) return undefined
  if (plan.field !== undefined) return { indexed, key: plan.field, isSorted: true }
  const [condition] = asked.flatMap((each) => each.indexed ?? [])
  const isFree =
    sort === undefined && viewed?.sort === undefined && offset === undefined && !plan.newest && !plan.isSmall
  // The cursor of a page in the order of a field has the value and the row.
  const isOpen = after === undefined || after.length === 2
  return condition && isFree && isOpen && !plan.isNarrow ? { indexed, key: condition.key, isSorted: false } : undefined
}

// Each statement looks itself whether the field is indexed: one of the two ways gives rows, and the other none.
async function listByField<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  ownerIds: Owners,
  plan: RequestPlan<Row>,
  { indexed, key, isSorted }: { indexed: IndexedFields; key: string; isSorted: boolean },
): Promise<Page<Row>> {
  const { limit, after, total, viewed } = request
  const byKey = isSorted ? plan : planOf(ctx, list, request, ownerIds, `customFields.${key}`)
  const included = includedIn(ctx, list, request)
  const page = (sqlOf: SQL) => list.read(ctx.db, rowsIn(list, sqlOf), included)
  const isEither = !isSorted && after === undefined
  const { rows, others, count } = await runBatch(ctx.db, {
    rows: page(pageOf(ctx, list, byKey, request, ownerIds, 0)),
    others: isEither
      ? page(scanWindow(plan, plan.windowRows, limit + 1, undefined, unlessIndexed(ctx, indexed, key)))
      : undefined,
    count: total ? one(countOf(ctx, list, request, ownerIds, plan)) : undefined,
  })
  // A page of a field that is not indexed is empty: only then it is asked which of the two it is.
  if (rows.length === 0 && !isEither && !byKey.newest && !(await isIndexed(ctx, indexed, key))) {
    if (!isSorted) throw new AppError('invalid_cursor')
    const message = `customFields.${key} is not indexed: an order needs a field with "indexed": true, whose values are all taken in`
    throw (request.sort === undefined && viewed?.refuse()) || invalidError('query.sort', message, 'not_indexed')
  }
  const [found, by] = rows.length === 0 && others ? [others, plan] : [rows, byKey]
  const shown = windowPage(found, limit, by.positionOf, (row) => scannedTo(list, by, row))
  return total ? withTotal(shown, count) : shown
}

/** A page of the list as a statement for a batch. The rows have page marks. */
export function listQuery<Row, Q>(ctx: Ctx, list: ListDefinition<Row, Q>, given: ListRequest<Q>): Query<Row> {
  const request = withFilterRead(ctx, list, given)
  const ownerIds = list.owners(ctx, request)
  const plan = planOf(ctx, list, request, ownerIds)
  const rows = rowsIn(list, pageOf(ctx, list, plan, request, ownerIds, offsetOf(request)))
  return list.read(ctx.db, rows, includedIn(ctx, list, request))
}

function includedIn<Row, Q>(ctx: Ctx, { includes = {} }: ListDefinition<Row, Q>, { include }: ListRequest<Q>) {
  return includedColumns(ctx, includes, include)
}

/** The SELECT of a page of any size, for exports. It reads every row, so it finds words of any length. */
export function listSelect<Row, Q>(ctx: Ctx, list: ListDefinition<Row, Q>, given: ListRequest<Q>): SQL {
  const request = withFilterRead(ctx, list, given)
  const ownerIds = list.owners(ctx, request)
  if (hasNoOwner(ownerIds)) return sql`SELECT * FROM ${list.table} WHERE false`
  const columns = Object.values<AnyColumn>(list.columns).map((column) => columnIn(list.name, column))
  return indexedRows(planOf(ctx, list, request, ownerIds), sql.join(columns, sql`, `), request.limit)
}

/**
 * The SELECT of the `id` and `version` of the first rows that the request finds, at most `limit`, newest first. If no index
 * answers the filter, it looks through `reach` rows; `isCut` is SQL: whether there are more.
 */
export function listIds<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  given: ListRequest<Q>,
  reach: number,
): { rows: SQL; isCut: SQL } {
  const request = withFilterRead(ctx, list, given)
  const ownerIds = list.owners(ctx, request)
  if (hasNoOwner(ownerIds)) return { rows: sql`SELECT NULL AS id, NULL AS version WHERE false`, isCut: sql`false` }
  const plan = planOf(ctx, list, request, ownerIds)
  const name = sql.raw(list.name)
  const columns = sql`${name}.id, ${name}.version`
  if (!plan.rest) return { rows: indexedRows(plan, columns, request.limit), isCut: sql`false` }
  const edge = indexedRows({ ...plan, rest: undefined }, sql`1`, 1, reach)
  return { rows: indexedRows(withinReach(plan, reach), columns, request.limit), isCut: sql`EXISTS (${edge})` }
}

/** The position of a row in the list, for a cursor. */
export function positionIn<Row, Q>(ctx: Ctx, list: ListDefinition<Row, Q>, given: ListRequest<Q>, row: Row): Position {
  const request = withFilterRead(ctx, list, given)
  return planOf(ctx, list, request, list.owners(ctx, request)).positionOf(row)
}

// A page by number has no cursor, so it needs no extra row to know whether there is a next page.
function pageOf<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  plan: RequestPlan<Row>,
  request: ListRequest<Q>,
  ownerIds: Owners,
  skipped: number,
): SQL {
  const { limit, offset } = request
  const { newest, windowRows } = plan
  if (newest) return newestRows(plan, newest, windowRows, offset === undefined ? limit + 1 : limit, skipped)
  if (offset !== undefined) return indexedPage(plan.rest ? withinReach(plan) : plan, limit, skipped)
  if (!plan.rest) return indexedPage(plan, limit + 1, 0)
  return scanWindow(plan, plan.windowRows, limit + 1, narrowPlanOf(ctx, list, request, ownerIds, plan))
}

function scannedTo<Row, Q>(
  { columns }: ListDefinition<Row, Q>,
  { windowRows, order, newest }: RequestPlan<Row>,
  row: Row,
): Scanned {
  const [first] = order.by
  const names = namesOf(columns)
  const arrivedAt = newest?.order.arrivedAt ?? order.arrivedAt
  const key = arrivedAt ? names.find((name) => columns[name] === arrivedAt) : first
  return { rows: windowRows, to: key && String(row[key]) }
}

function rowsIn<Row, Q>(list: ListDefinition<Row, Q>, rows: SQL): Subquery {
  return new Subquery(rows, list.columns, list.name)
}

// The order does not change the number of rows, unless it contains only some of them.
function countOf<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  ownerIds: Owners,
  { filters, order, isSmall }: RequestPlan<Row>,
) {
  const { counter } = list
  const isCounterUsable =
    !isSmall && !order.only && filters.every(({ name }) => counter?.answers.some((each) => each === name))
  if (counter && isCounterUsable) return counterQuery(ctx, counter, ownerIds, request)
  const whole = planOf(ctx, list, { ...request, sort: order.only && request.sort, after: undefined }, ownerIds)
  const wholePlan = whole.newest ? { ...whole.newest, rest: and(whole.newest.rest, order.only) } : whole
  const { sources, rest } = wholePlan.rest && list.isCountCapped ? withinReach(wholePlan) : wholePlan
  return cappedCount(ctx.db, sources, rest)
}

// Nobody's count is everybody's less that of each owner.
function counterQuery<Q>({ db, actor }: Ctx, { table, count }: Counter<Q>, ownerIds: Owners, request: ListRequest<Q>) {
  const ids = ownerIds === 'all' ? ['*'] : ownerIds.filter((id) => id !== null)
  const isRequested = inArray(table.owner, ids)
  const isWithNobody = ownerIds !== 'all' && ownerIds.includes(null)
  const sign = isWithNobody ? sql`CASE WHEN ${table.owner} = '*' THEN 1 ELSE -(NOT ${isRequested}) END` : sql`1`
  return db
    .select(counterTotal(sql`${sign} * ${count(request)}`))
    .from(sql`${table}`)
    .where(and(eq(table.workspaceId, actor.workspaceId), isWithNobody ? undefined : isRequested))
}

function hasNoOwner(ownerIds: Owners): boolean {
  return ownerIds !== 'all' && ownerIds.length === 0
}
