// How far a lead has come: the columns from which the durations of figures are computed (src/db/triggers/06-rollups.sql).
import { type SQL, sql } from 'drizzle-orm'
import { leads } from '../db/schema'
import type { LEAD_STATUSES } from '../db/schema/leads'
import { columnIn } from '../db/sql'
import { stageAfter } from '../stages/stages'

/**
 * The values of these columns for the UPDATE that gives a lead this status; no values without a status. The event of the
 * change is inserted before.
 */
export function progressOf(status: (typeof LEAD_STATUSES)[number] | SQL | undefined, now: string) {
  if (status === undefined) return {}
  const [before, stageSince, contactedAt] = [leads.status, leads.stageSince, leads.contactedAt].map((column) =>
    columnIn('leads', column),
  )
  return {
    stageSince: sql`iif(${before} IS ${status}, ${stageSince}, ${now})`,
    stageId: stageAfter('lead', 'leads', leads, status),
    lostReason: sql`iif(${before} IS ${status}, ${columnIn('leads', leads.lostReason)}, NULL)`,
    contactedAt: sql`iif(${contactedAt} IS NULL AND ${before} IS NOT ${status} AND ${status} IN ('CONTACTED', 'QUALIFIED'),
      ${now}, ${contactedAt})`,
  }
}
