// The filter of a request: what a parameter or an index of the list answers of it, and the condition of the rest.
import type { AnyColumn } from 'drizzle-orm'
import type { Ctx } from '../context'
import { isSearchable, phrase } from '../db/fts'
import { AppError } from '../errors'
import { filterSql } from '../filters/filters.condition'
import { AFTER_ALL } from '../filters/filters.days'
import type { FilterFields, Test } from '../filters/filters.fields'
import { type Asked, type AskedField, conjunctsOf, readFilter } from '../filters/filters.read'
import type { FilterTree } from '../filters/filters.tree'
import type { AskedCondition, FilterValues, Lift, ListDefinition, ListRequest, Viewed } from './list.definition'
import { boundsOf } from './list.indexed'

/** The request with its filter read: as parameters, and as conditions. Throws `invalid` for a filter that does not fit. */
export function withFilterRead<Row, Q>(
  ctx: Ctx,
  { asked: known, indexed }: ListDefinition<Row, Q>,
  request: ListRequest<Q>,
): ListRequest<Q> {
  const { filter, filterAt = 'query.filter', viewed } = request
  if (!(filter || viewed?.filter) || !known) return request
  const parts = [
    ...(filter ? conjunctsOf(readFilter(ctx, known.fields, filter, filterAt)) : []),
    ...(viewed?.filter ? conjunctsOf(readView(ctx, known.fields, viewed.filter, viewed)) : []),
  ]
  const rest: Asked[] = []
  const conditions: AskedCondition[] = []
  let parameters: FilterValues<Q> = request
  for (const part of parts) {
    const lifted = 'field' in part && !part.isNot ? known.lifts[part.name]?.(part, ctx) : undefined
    if (lifted && 'condition' in lifted && 'field' in part) {
      conditions.push({ ...filterSql(part, ctx), ...lifted.condition, name: `filter.${part.name}` })
    } else if (lifted && 'parameters' in lifted && isFree(parameters, lifted.parameters)) {
      parameters = { ...parameters, ...lifted.parameters }
    } else if (indexed && 'field' in part && boundsOf(part)) {
      conditions.push({ ...filterSql(part, ctx), name: `filter.${part.name}`, indexed: boundsOf(part) })
    } else rest.push(part)
  }
  if (rest.length > 0) conditions.push({ ...filterSql({ all: rest }, ctx), name: 'filter' })
  return {
    ...request,
    ...parameters,
    asked: conditions,
    filter: undefined,
    viewed: viewed && { ...viewed, filter: undefined },
  }
}

// A view is read as its reader: what it asked when it was saved may be gone, or out of this reader's sight.
function readView(ctx: Ctx, fields: FilterFields, filter: FilterTree, { refuse }: Viewed): Asked {
  try {
    return readFilter(ctx, fields, filter, 'view.filter')
  } catch (error) {
    throw error instanceof AppError ? refuse(error.extras.errors) : error
  }
}

function isFree(given: object, lifted: object): boolean {
  const taken = new Map(Object.entries(given))
  return Object.keys(lifted).every((name) => taken.get(name) === undefined)
}

/** A condition on exactly these values becomes parameters. */
export const asParameters =
  <Q>(parametersOf: (values: string[]) => FilterValues<Q> | undefined): Lift<Q> =>
  ({ any: [test, ...others] }) => {
    if (test?.of !== 'in' || others.length > 0) return undefined
    const parameters = parametersOf(test.values.map(String))
    return parameters && { parameters }
  }

/** A condition on exactly one value becomes parameters. */
export const asParameter = <Q>(parametersOf: (value: string) => FilterValues<Q>): Lift<Q> =>
  asParameters(([value, ...others]) => (value === undefined || others.length > 0 ? undefined : parametersOf(value)))

/** A span of instants is a range of the order by this column. */
export const asRange =
  (of: AnyColumn) =>
  ({ any: [test, ...others] }: AskedField) => {
    if (test?.of !== 'span' || others.length > 0 || test.instants.from === AFTER_ALL) return undefined
    const { from, before } = test.instants
    const ends: [from?: string, to?: string] = [from, before === AFTER_ALL ? undefined : before]
    return { condition: { range: { of, ends }, isCoarse: true as const } }
  }

/** A text is looked for in these columns of the search index, which find words of three characters or more. */
export const asWords =
  (columns: string) =>
  ({ any: [test, ...others] }: AskedField) => {
    const texts = others.length > 0 || !test ? [] : textsOf(test)
    if (texts.length === 0 || !texts.every(isSearchable)) return undefined
    const match = `{${columns}} : (${texts.map(phrase).join(' OR ')})`
    return { condition: { match, isCoarse: true as const, isByArrival: true as const } }
  }

function textsOf(test: Test): string[] {
  if (test.of === 'contains' || test.of === 'startsWith') return [test.text]
  return test.of === 'in' ? test.values.map(String) : []
}
