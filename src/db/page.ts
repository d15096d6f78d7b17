// A page of a list, as services request and return it: rows, and the position where the next page starts.
import { invalidError } from '../errors'

/** The number of rows that pages by number cover. */
export const REACH = 10_000

/** The end of a page: the values of the order's columns in its last row. */
export type Position = (string | number)[]

/** A page after a position or, for pages by number, after `offset` rows, which are all read. */
export type PageRequest = { limit: number; after?: Position; offset?: number }
/**
 * How far a page has looked that is not full and has a next one: through so many rows, the last of them at this value of
 * the order.
 */
export type Scanned = { rows: number; to?: string }
/** `partial` if rows were left out that no index could find: `scanned` then says how far the page has looked. */
export type Page<Row> = {
  rows: Row[]
  next?: Position
  partial?: true
  scanned?: Scanned
  total?: number
  totalCapped?: boolean
}

/** Splits rows that were fetched with `limit + 1` into a page and the position where the next one starts. */
export function cut<Row>(rows: Row[], limit: number, positionOf: (row: Row) => Position): Page<Row> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return rows.length > limit && last ? { rows: page, next: positionOf(last) } : { rows: page }
}

/** The number of rows that a page by number skips. Throws `invalid` if it is beyond REACH. */
export function offsetOf({ limit, offset = 0 }: PageRequest): number {
  if (offset === 0 || offset + limit <= REACH) return offset
  const message = `Pages by number end at row ${REACH}: narrow the list`
  throw invalidError('query.page', message, 'too_far')
}
