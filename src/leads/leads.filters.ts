// What a list of leads can be narrowed by, as conditions on its rows.
import { and, eq, gte, lt, type SQL } from 'drizzle-orm'
import { leads } from '../db/schema'
import type { LeadRow } from './leads.record'

export type Filters = {
  status?: LeadRow['status']
  source?: string
  createdAfter?: string
  createdBefore?: string
  followUpAfter?: string
  followUpBefore?: string
}

/** The rows that pass every filter; `After` includes its instant, `Before` does not. */
export function filterConditions(filters: Filters): SQL | undefined {
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
