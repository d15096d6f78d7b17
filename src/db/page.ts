// A page of a list, as services ask for it and give it: rows, and the position where the next page starts.
import { invalidError } from '../errors'

/** How far a list goes that counts its pages by number, in rows. */
export const REACH = 10_000

/** Where a page ended: the values of the order's columns in its last row. */
export type Position = (string | number)[]

/** A page after a position or, for pages by number, after `offset` rows, each of which is read. */
export type PageRequest = { limit: number; after?: Position; offset?: number }
export type Page<Row> = { rows: Row[]; next?: Position; total?: number; totalCapped?: boolean }

/** Splits what was fetched with `limit + 1` into a page and the position where the next one starts. */
export function cut<Row>(rows: Row[], limit: number, positionOf: (row: Row) => Position): Page<Row> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return rows.length > limit && last ? { rows: page, next: positionOf(last) } : { rows: page }
}

/** How many rows a page by number skips. Throws `invalid` if it lies beyond REACH. */
export function offsetOf({ limit, offset = 0 }: PageRequest): number {
  if (offset === 0 || offset + limit <= REACH) return offset
  const message = `Pages by number end at row ${REACH}: narrow the list`
  throw invalidError('query.page', message, 'too_far')
}
