// What a request for a list asks: its filters, each with the condition for its value, and its order.
import type { Ctx } from '../context'
import type { AskedCondition, FilterName, FilterValues, ListDefinition, ListRequest, Order } from './list.definition'

/** A filter in the request, with the condition for its value. */
export type RequestFilter = AskedCondition & { value: unknown }

/** The filters of a request, each with its condition. */
export function requestFilters<Row, Q>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
): RequestFilter[] {
  const asked = (request.asked ?? []).map((condition) => ({ ...condition, value: condition.range?.ends ?? [] }))
  return [...filterNames(list).flatMap((name) => requestFilter(ctx, list, request, name) ?? []), ...asked]
}

function filterNames<Row, Q>({ filters }: ListDefinition<Row, Q>): FilterName<Q>[] {
  return Object.keys(filters).filter((name): name is FilterName<Q> => name in filters)
}

function requestFilter<Row, Q, K extends FilterName<Q>>(
  ctx: Ctx,
  list: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
  name: K,
): RequestFilter | undefined {
  const filter = list.filters[name]
  const values: FilterValues<Q> = request
  const value = values[name]
  if (value === undefined || value === null) return undefined
  const condition = filter(value, ctx, request)
  return condition && { ...condition, name, value }
}

/** The order that the request names, or the default order of the list, and its direction. */
export function orderOf<Row, Q>(list: ListDefinition<Row, Q>, request: ListRequest<Q>, filters: RequestFilter[]) {
  const orders = Object.entries<Order<Row>>(list.orders)
  const [arrival] = orders.find(([, order]) => order.arrivedAt) ?? []
  const isByArrival = arrival !== undefined && filters.some((each) => each.isByArrival)
  const sort = request.sort ?? request.viewed?.sort ?? (isByArrival ? `-${arrival}` : list.usualOrder(request))
  const isDown = sort.startsWith('-')
  const found = orders.find(([name]) => name === (isDown ? sort.slice(1) : sort))
  if (!found) throw request.viewed?.refuse() ?? new Error(`No order ${sort} of ${list.name}`)
  return { order: found[1], isDown }
}
