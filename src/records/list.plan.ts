// How a list is read for a request: which index gives the rows, where it starts and ends, and what is left to check.
import { and, type SQL, sql } from 'drizzle-orm'
import type { Owners } from '../access/visible'
import type { Ctx } from '../context'
import { arrivedBetween } from '../db/arrival'
import { afterCursorInParts, remainingRange } from '../db/cursor'
import type { Position } from '../db/page'
import { allOf } from '../db/sql'
import type { ListPlan } from '../db/window'
import { invalidError } from '../errors'
import type {
  Condition,
  FilterName,
  FilterValues,
  ListDefinition,
  ListRequest,
  Order,
  Search,
  Walk,
} from './list.definition'
import { within } from './list.filters'

/** A filter of the request, with the condition of its value. */
export type GivenFilter = Condition & { name: string; value: unknown }

export type RequestPlan<Row> = ListPlan & {
  given: GivenFilter[]
  order: Order<Row>
  positionOf: (row: Row) => Position
  /** Whether the rows can be counted: not if a search is checked row by row. */
  isCountable: boolean
  isSmall: boolean
}

/** Throws `invalid` for an order that a search or the trash cannot have. */
export function planOf<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  whose: Owners,
): RequestPlan<Row> {
  const given = givenFilters(ctx, list, request)
  const { order, isDown } = orderOf(list, request, given)
  const search = usableSearch(ctx, list, request, given, order)
  const seq = search ? sql.raw(`${search.index}.rowid`) : undefined
  const keys = order.by.map((name) => (name === 'seq' && seq ? seq : sql`${list.columns[name]}`))
  const { after } = request
  const parts = afterCursorInParts(keys, after, isDown)
  const walks = search ? [searchWalk(ctx, search, whose, given)] : list.walks(ctx, request, whose, order)
  const isSmall = walks.some((walk) => walk.isSmall)
  const walked = and(...given.map(walkCondition))
  const checked = given.filter((filter) => useOf(filter) === 'checked')
  return {
    given,
    order,
    table: list.name,
    sources: walks.flatMap((walk) =>
      parts.map((part) => ({ rows: rowsOf(list, search, walk), where: allOf(walk.where, walked, part) })),
    ),
    keys,
    isDown,
    rest: and(...checked.map(({ where }) => where), list.check?.(ctx)),
    isSmall,
    isCountable: !checked.some(({ isByArrival }) => isByArrival),
    positionOf: (row) => order.by.map((name) => positionValue(row[name])),
  }

  function useOf({ name, range, match }: GivenFilter): 'bound' | 'found' | 'walked' | 'checked' {
    if (range !== undefined && range.of === rangedColumn(list, order)) return 'bound'
    if (search && match !== undefined) return 'found'
    return isSmall || walks.some(({ answers }) => answers?.includes(name)) ? 'walked' : 'checked'
  }

  // What a filter adds to the conditions of every walk.
  function walkCondition(filter: GivenFilter): SQL | undefined {
    const { where, range, isCoarse } = filter
    const use = useOf(filter)
    if (use === 'found') return isCoarse ? where : undefined
    if (use !== 'bound' || !range) return use === 'walked' ? where : undefined
    const ends = remainingRange(range.ends, after, isDown)
    if (!order.arrivedAt) return within(range.of, ends)
    return and(where, arrivedBetween(sql`${list.table}`, keys[0] ?? sql`seq`, ends))
  }
}

function givenFilters<Row, Q>(ctx: Ctx, list: ListDefinition<Row, Q>, request: ListRequest<Q>): GivenFilter[] {
  return filterNames(list).flatMap((name) => givenFilter(ctx, list, request, name) ?? [])
}

function filterNames<Row, Q>({ filters }: ListDefinition<Row, Q>): FilterName<Q>[] {
  return Object.keys(filters).filter((name): name is FilterName<Q> => name in filters)
}

function givenFilter<Row, Q, K extends FilterName<Q>>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  name: K,
): GivenFilter | undefined {
  const filter = list.filters[name]
  const values: FilterValues<Q> = request
  const value = values[name]
  if (value === undefined || value === null) return undefined
  const condition = filter(value, ctx, request)
  return condition && { ...condition, name, value }
}

/** The order that the request names, or else the list's own, and its direction. */
function orderOf<Row, Q>(list: ListDefinition<Row, Q>, request: ListRequest<Q>, given: GivenFilter[]) {
  const isByArrival = given.some((each) => each.isByArrival)
  const orders = Object.entries<Order<Row>>(list.orders)
  const [arrival] = orders.find(([, order]) => order.arrivedAt) ?? []
  const sort = request.sort ?? (isByArrival ? `-${arrival}` : list.usualOrder(request))
  const isDown = sort.startsWith('-')
  const found = orders.find(([name]) => name === (isDown ? sort.slice(1) : sort))
  if (!found) throw new Error(`No order ${sort} of ${list.name}`)
  const [name, order] = found
  if (isByArrival && name !== arrival) {
    throw invalidError('query.sort', 'A search, and the trash, come by createdAt: leave sort out', 'not_with_search')
  }
  return { order, isDown }
}

// A walk that filters might pass a million rows on its way to twenty; the search index does not.
function usableSearch<Row, Q>(
  ctx: Ctx,
  { search }: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  given: GivenFilter[],
  order: Order<Row>,
): Search<Q> | undefined {
  const isUsed = order.arrivedAt !== undefined && given.some(({ match }) => match !== undefined)
  return isUsed && (search?.isUsable?.(ctx, request) ?? true) ? search : undefined
}

function searchWalk<Q>(ctx: Ctx, search: Search<Q>, whose: Owners, given: GivenFilter[]): Walk {
  const parts = [...search.scope(ctx, whose), ...given.flatMap(({ match }) => match ?? [])]
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
