// The plan of a list for a request: the indexes that return the rows, their ranges, and the conditions left to check.
import { and, type SQL, sql } from 'drizzle-orm'
import type { Owners } from '../access/visible'
import type { Ctx } from '../context'
import { arrivedBetween } from '../db/arrival'
import { afterCursor, afterCursorInParts, remainingRange } from '../db/cursor'
import type { Position } from '../db/page'
import { allOf } from '../db/sql'
import type { ListPlan, NarrowPlan } from '../db/window'
import { isMap, namesOf } from './fields'
import type { ListDefinition, ListRequest, Order, Search, Walk } from './list.definition'
import { within } from './list.filters'
import { type FieldOrder, fieldOrderOf, fieldSources } from './list.indexed'
import { orderOf, type RequestFilter, requestFilters } from './list.request'

export type RequestPlan<Row> = ListPlan & {
  filters: RequestFilter[]
  order: Order<Row>
  positionOf: (row: Row) => Position
  /** How many rows a page scans if a filter has no index. */
  windowRows: number
  /** The filters that no index answers. */
  checked: RequestFilter[]
  /** The newest rows of the trash or of a search, which are sorted: no index has them in the order of the list. */
  newest?: RequestPlan<Row>
  /** Whether the rows can be counted. They cannot if a search has no index. */
  isCountable: boolean
  isSmall: boolean
  /** The custom field by which it is sorted. */
  field?: string
  /** Its sources have only what a search or the trash has. */
  isNarrow: boolean
}

/** The most rows of a window, and the most rows that a scan of it reads in all tables. */
const WINDOW = { rows: 5_000, reads: 10_000 }
/** The most values in filters for which other indexes are tried: D1 binds at most 100 parameters. */
const MAX_NARROW_VALUES = 8

/** How many of the newest hits of a search, or rows of the trash, are sorted in another order. */
const NEWEST = 1_000

/** The plan for a request whose filter was read. */
export function planOf<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  ownerIds: Owners,
  sort: string | undefined = request.sort ?? request.viewed?.sort,
): RequestPlan<Row> {
  const filters = requestFilters(ctx, list, request)
  const byField = list.indexed && sort !== undefined && fieldOrderOf(ctx, list.indexed, sort)
  if (byField) return fieldPlan(ctx, list, request, ownerIds, filters, byField)
  const { order, isDown } = orderOf(list, request, filters)
  const plan = planInOrder(ctx, list, request, ownerIds, filters, { order, isDown })
  const arrival = Object.values<Order<Row>>(list.orders).find(({ arrivedAt }) => arrivedAt)
  const isByArrival = !plan.isSmall && filters.some((filter) => filter.isByArrival)
  if (order.arrivedAt || !arrival || !isByArrival) return plan
  const newest = planInOrder(ctx, list, { ...request, after: undefined }, ownerIds, filters, {
    order: arrival,
    isDown: true,
  })
  // A word that the search index does not find is looked for row by row, in any order.
  if (!newest.isNarrow) return plan
  const rest = and(newest.rest, order.only, afterCursor(plan.keys, request.after, isDown))
  return { ...plan, rest, checked: newest.checked, isCountable: newest.isCountable, newest, windowRows: NEWEST }
}

/** The plan in the order of an indexed field. Searches and the trash, which its index does not have, are sorted. */
function fieldPlan<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  ownerIds: Owners,
  filters: RequestFilter[],
  by: FieldOrder,
): RequestPlan<Row> {
  const { indexed } = list
  const arrival = Object.values<Order<Row>>(list.orders).find(({ arrivedAt }) => arrivedAt)
  if (!indexed || !arrival) throw new Error(`No field orders ${list.name}`)
  const { after } = request
  const hasValue = sql`${by.value} IS NOT NULL`
  const order: Order<Row> = { by: [], only: hasValue }
  const newest = planInOrder(ctx, list, { ...request, after: undefined }, ownerIds, filters, {
    order: arrival,
    isDown: true,
  })
  const shared = {
    ...newest,
    ...{ order, isDown: by.isDown, field: by.key, isSmall: false },
    positionOf: (row: Row) => fieldPosition(list, row, by.key),
  }
  if (newest.isNarrow || newest.isSmall) {
    const keys = [by.value, sql`${indexed.seq}`]
    const rest = and(newest.rest, hasValue, afterCursor(keys, after, by.isDown))
    return { ...shared, keys, rest, newest: { ...newest, windowRows: NEWEST }, windowRows: NEWEST }
  }
  const bounds = and(...filters.flatMap((each) => (each.indexed?.key === by.key ? [each.indexed.bounds] : [])))
  const table = sql`${list.table}`
  const rest = and(...filters.map(({ where }) => where), list.check?.(ctx, order))
  return { ...shared, ...fieldSources(ctx, indexed, table, ownerIds, by, after, bounds), rest, checked: filters }
}

function fieldPosition<Row, Q>({ columns }: ListDefinition<Row, Q>, row: Row, key: string): Position {
  const { customFields, seq } = Object.fromEntries(namesOf(columns).map((name) => [name, row[name]]))
  const held = isMap(customFields) ? customFields[key] : undefined
  return [positionValue(held), positionValue(seq)]
}

/**
 * The plan in another order whose indexes answer more filters of the request, and whose rows are to be sorted. Undefined
 * if there is none.
 */
export function narrowPlanOf<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  ownerIds: Owners,
  { filters, checked, order, field }: RequestPlan<Row>,
): NarrowPlan | undefined {
  if (field !== undefined) return undefined
  const values = filters.flatMap(({ value }) => (typeof value === 'object' && value ? Object.values(value) : [value]))
  if (values.length > MAX_NARROW_VALUES) return undefined
  const plans = (list.narrowOrders ?? []).map((name) =>
    planInOrder(ctx, list, { ...request, after: undefined }, ownerIds, filters, {
      order: list.orders[name],
      isDown: true,
    }),
  )
  const others = plans.filter((plan) => checked.some(({ name }) => !plan.checked.some((each) => each.name === name)))
  const [best] = others.sort((a, b) => a.checked.length - b.checked.length)
  const keys = order.by.map((name) => sql`${list.columns[name]}`)
  return best && { sources: best.sources, rest: best.rest, keys, only: order.only }
}

function planInOrder<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  ownerIds: Owners,
  filters: RequestFilter[],
  { order, isDown }: { order: Order<Row>; isDown: boolean },
): RequestPlan<Row> {
  const search = usableSearch(ctx, list, request, filters, order)
  const seq = search ? sql.raw(`${search.index}.rowid`) : undefined
  const keys = order.by.map((name) => (name === 'seq' && seq ? seq : sql`${list.columns[name]}`))
  const { after } = request
  const parts = afterCursorInParts(keys, after, isDown)
  const walks = search ? [searchWalk(ctx, search, ownerIds, filters)] : list.walks(ctx, request, ownerIds, order)
  const isSmall = walks.some((walk) => walk.isSmall)
  const walkConditions = and(...filters.map(walkCondition))
  const checked = filters.filter((filter) => placeOf(filter) === 'check')
  return {
    filters,
    order,
    table: list.name,
    sources: walks.flatMap((walk) =>
      parts.map((part) => ({ rows: rowsOf(list, search, walk), where: allOf(walk.where, walkConditions, part) })),
    ),
    keys,
    isDown,
    rest: and(...checked.map(({ where }) => where), list.check?.(ctx, order)),
    isSmall,
    isNarrow: filters.some((filter) => filter.isByArrival && placeOf(filter) !== 'check'),
    windowRows: Math.min(WINDOW.rows, Math.floor(WINDOW.reads / readsPerRow())),
    checked,
    isCountable: !checked.some(({ isByArrival }) => isByArrival),
    positionOf: (row) => order.by.map((name) => positionValue(row[name])),
  }

  function readsPerRow(): number {
    return checked.reduce((sum, { reads = 0 }) => sum + reads, (search ? 2 : 1) + (list.checkReads ?? 0))
  }

  // The range of an order, a query of the search index, a condition of each walk, or a check of each row.
  function placeOf({ name, range, match }: RequestFilter): 'range' | 'search' | 'walk' | 'check' {
    if (range !== undefined && range.of === rangedColumn(list, order)) return 'range'
    if (search && match !== undefined) return 'search'
    return isSmall || walks.some(({ answers }) => answers?.includes(name)) ? 'walk' : 'check'
  }

  // The part of a filter that every walk has as a condition.
  function walkCondition(filter: RequestFilter): SQL | undefined {
    const { where, range, isCoarse } = filter
    const place = placeOf(filter)
    if (place === 'search') return isCoarse ? where : undefined
    if (place !== 'range' || !range) return place === 'walk' ? where : undefined
    const ends = remainingRange(range.ends, after, isDown)
    if (!order.arrivedAt) return and(isCoarse ? where : undefined, within(range.of, ends))
    return and(where, arrivedBetween(sql`${list.table}`, keys[0] ?? sql`seq`, ends))
  }
}

// A scan with filters might read a million rows to find twenty. The search index does not.
function usableSearch<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  filters: RequestFilter[],
  order: Order<Row>,
): Search<Q> | undefined {
  const search = typeof list.search === 'function' ? list.search(request) : list.search
  const isUsed = order.arrivedAt !== undefined && filters.some(({ match }) => match !== undefined)
  return isUsed && (search?.isUsable?.(ctx, request) ?? true) ? search : undefined
}

function searchWalk<Q>(ctx: Ctx, search: Search<Q>, ownerIds: Owners, filters: RequestFilter[]): Walk {
  const parts = [...search.scope(ctx, ownerIds), ...filters.flatMap(({ match }) => match ?? [])]
  const texts = parts.flatMap((part) => (typeof part === 'string' ? [`(${part})`] : []))
  const computed = parts.flatMap((part) => (typeof part === 'string' ? [] : [sql` || ' AND (' || ${part} || ')'`]))
  const match = sql`(${texts.join(' AND ')}${sql.join(computed)})`
  const index = sql.raw(search.index)
  return {
    where: and(sql`${index} MATCH ${match} AND ${search.seq} = ${index}.rowid`, search.where(ctx)),
    answers: search.answers,
  }
}

function rowsOf<Row, Q>({ table, name }: ListDefinition<Row, Q>, search: Search<Q> | undefined, { index }: Walk): SQL {
  if (search) return sql`${sql.raw(search.index)} CROSS JOIN ${table}`
  return index === undefined ? sql`${table}` : sql`${sql.raw(name)} INDEXED BY ${sql.raw(index)}`
}

function rangedColumn<Row, Q>({ columns }: ListDefinition<Row, Q>, { by, arrivedAt }: Order<Row>) {
  const [first] = by
  return arrivedAt ?? (first && columns[first])
}

function positionValue(value: unknown): string | number {
  return typeof value === 'number' ? value : String(value ?? '')
}
