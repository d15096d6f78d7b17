// The time at which rows were made, from their ids and row numbers.
import { and, type SQL, sql } from 'drizzle-orm'
import { MINUTE_MS } from '../time'

/**
 * Bounds on the row number that include every row made between two instants, for a walk in order of arrival. Rows may
 * reach the database out of order: the bounds are the nearest rows a minute outside the range.
 */
export function arrivedBetween(table: SQL, seq: SQL, [from, to]: [from?: string, to?: string]): SQL | undefined {
  const before = (id: string) => sql`(SELECT b.seq FROM ${table} AS b WHERE b.id < ${id} ORDER BY b.id DESC LIMIT 1)`
  const after = (id: string) => sql`(SELECT b.seq FROM ${table} AS b WHERE b.id >= ${id} ORDER BY b.id LIMIT 1)`
  return and(
    from === undefined ? undefined : sql`${seq} > coalesce(${before(leastIdAt(from, -MINUTE_MS))}, 0)`,
    to === undefined ? undefined : sql`${seq} < coalesce(${after(leastIdAt(to, MINUTE_MS))}, 9007199254740991)`,
  )
}

/** The smallest UUIDv7 of an instant plus `shift` milliseconds: rows with smaller ids were made before it. */
export function leastIdAt(instant: string, shift: number): string {
  const ms = Math.max(0, Date.parse(instant) + shift)
  const hex = ms.toString(16).padStart(12, '0').slice(-12)
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
