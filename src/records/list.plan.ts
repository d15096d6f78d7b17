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
  GivenFilters,
  ListDefinition,
  ListRequest,
  Order,
  Search,
  Walk,
} from './list.definition'
import { within } from './list.filters'

/** What a request asks by one of its filters. */
export type Asked = Condition & { name: string; value: unknown }

export type RequestPlan<Row> = ListPlan & {
  asked: Asked[]
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
  const asked = conditionsOf(ctx, list, request)
  const { order, isDown } = orderOf(list, request, asked)
  const search = usableSearch(ctx, list, request, asked, order)
  const seq = search ? sql.raw(`${search.index}.rowid`) : undefined
  const keys = order.by.map((name) => (name === 'seq' && seq ? seq : sql`${list.columns[name]}`))
  const { after } = request
  const parts = afterCursorInParts(keys, after, isDown)
  const walks = search ? [searchWalk(ctx, search, whose, asked)] : list.walks(ctx, request, whose, order)
  const isSmall = walks.some((walk) => walk.isSmall)
  const left = asked.filter((each) => !isSmall && !isAnswered(each) && !isBound(each))
  const sources = walks.flatMap((walk) =>
    parts.map((part) => ({ rows: rowsOf(list, search, walk), where: allOf(walk.where, ...asked.map(boundBy), part) })),
  )
  return {
    asked,
    order,
    table: list.name,
    sources,
    keys,
    isDown,
    rest: and(...left.map(({ where }) => where), list.check?.(ctx)),
    isSmall,
    isCountable: !left.some(({ isByArrival }) => isByArrival),
    positionOf: (row) => order.by.map((name) => place(row[name])),
  }

  function isAnswered({ name, match }: Asked): boolean {
    return (search && match !== undefined) || walks.some(({ answers }) => answers?.includes(name))
  }

  function isBound({ range }: Asked): boolean {
    return range !== undefined && range.of === rangedColumn(list, order)
  }

  // What a filter adds to the condition of every walk.
  function boundBy(each: Asked): SQL | undefined {
    const { where, range, match, isCoarse } = each
    if (range && isBound(each)) {
      const ends = remainingRange(range.ends, after, isDown)
      if (!order.arrivedAt) return within(range.of, ends)
      return and(where, arrivedBetween(sql`${list.table}`, keys[0] ?? sql`seq`, ends))
    }
    if (search && match !== undefined) return isCoarse ? where : undefined
    return isSmall || isAnswered(each) ? where : undefined
  }
}

function conditionsOf<Row, Q>(ctx: Ctx, list: ListDefinition<Row, Q>, request: ListRequest<Q>): Asked[] {
  return filterNames(list).flatMap((name) => conditionOf(ctx, list, request, name) ?? [])
}

function filterNames<Row, Q>({ filters }: ListDefinition<Row, Q>): FilterName<Q>[] {
  return Object.keys(filters).filter((name): name is FilterName<Q> => name in filters)
}

function conditionOf<Row, Q, K extends FilterName<Q>>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  name: K,
): Asked | undefined {
  const filter = list.filters[name]
  const given: GivenFilters<Q> = request
  const value = given[name]
  if (value === undefined || value === null) return undefined
  const condition = filter(value, ctx, request)
  return condition && { ...condition, name, value }
}

/** The order that the request names, or else the list's own, and its direction. */
function orderOf<Row, Q>(list: ListDefinition<Row, Q>, request: ListRequest<Q>, asked: Asked[]) {
  const isByArrival = asked.some((each) => each.isByArrival)
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
  asked: Asked[],
  order: Order<Row>,
): Search<Q> | undefined {
  const isUsed = order.arrivedAt !== undefined && asked.some(({ match }) => match !== undefined)
  return isUsed && (search?.isUsable?.(ctx, request) ?? true) ? search : undefined
}

function searchWalk<Q>(ctx: Ctx, search: Search<Q>, whose: Owners, asked: Asked[]): Walk {
  const parts = [...search.scope(ctx, whose), ...asked.flatMap(({ match }) => match ?? [])]
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

function place(value: unknown): string | number {
  return typeof value === 'number' ? value : String(value ?? '')
}
