// What a list of leads can be narrowed by, as conditions on its rows.
import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import { leads } from '../db/schema'
import type { LeadRow } from './leads.service'

export type Filters = {
  status?: LeadRow['status'] | undefined
  source?: string | undefined
  createdAfter?: string | undefined
  createdBefore?: string | undefined
  followUpAfter?: string | undefined
  followUpBefore?: string | undefined
}

/** The rows that pass every filter; `After` includes its instant, `Before` does not. */
export function matching(filters: Filters): SQL | undefined {
  const { status, source, createdAfter, createdBefore, followUpAfter, followUpBefore } = filters
  return and(
    status === undefined ? undefined : eq(leads.status, status),
    source === undefined ? undefined : eq(leads.source, source),
    createdAfter === undefined ? undefined : gte(leads.createdAt, createdAfter),
    createdBefore === undefined ? undefined : lt(leads.createdAt, createdBefore),
    followUpAfter === undefined ? undefined : gte(leads.followUpAt, followUpAfter),
    followUpBefore === undefined ? undefined : lt(leads.followUpAt, followUpBefore),
  )
}

/**
 * Bounds on the row number that hold every lead made in the span asked for: a walk by arrival then begins and ends
 * there instead of passing what it does not want. Ids tell when a lead was made; a minute is allowed for those that
 * overtook each other on their way to the database, hence the bounds are the nearest leads a minute outside the span.
 */
export function arrivedBetween(seq: SQL, { createdAfter, createdBefore }: Filters): SQL | undefined {
  const before = (id: string) => sql`(SELECT b.seq FROM leads AS b WHERE b.id < ${id} ORDER BY b.id DESC LIMIT 1)`
  const after = (id: string) => sql`(SELECT b.seq FROM leads AS b WHERE b.id >= ${id} ORDER BY b.id LIMIT 1)`
  return and(
    createdAfter === undefined ? undefined : sql`${seq} > coalesce(${before(leastIdAt(createdAfter, -60_000))}, 0)`,
    createdBefore === undefined
      ? undefined
      : sql`${seq} < coalesce(${after(leastIdAt(createdBefore, 60_000))}, 9007199254740991)`,
  )
}

/** The least UUIDv7 of an instant, `shift` milliseconds away. */
function leastIdAt(instant: string, shift: number): string {
  const ms = Math.max(0, Date.parse(instant) + shift)
  const hex = ms.toString(16).padStart(12, '0').slice(-12)
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
