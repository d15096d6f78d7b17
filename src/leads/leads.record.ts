// The lead as a record: the columns that are read, the row they give, and what the change kernel knows of leads.
import { getTableColumns } from 'drizzle-orm'
import { reachable } from '../access/visible'
import { leads } from '../db/schema'
import { AppError } from '../errors'
import type { RecordKind } from '../records/change'
import { etagOf } from '../records/version'

const {
  searchText,
  searchSource,
  searchScope,
  sortName,
  phoneE164,
  importKey,
  remindedFor,
  heldUntil,
  remindAt,
  ...columns
} = getTableColumns(leads)
/** Every column but those that only indexes, imports and reminders read. */
export const leadColumns = columns
export type LeadRow = { [K in keyof typeof columns]: (typeof leads.$inferSelect)[K] }

export const LEAD: RecordKind<typeof leadColumns> = {
  subject: 'lead',
  table: leads,
  columns: leadColumns,
  etag: etagOf,
  reads: 'leads:read',
  isInReach: (actor, permission) => reachable(actor, permission, leads),
  outOfReachError: () => new AppError('not_yours', { detail: 'Claim this lead before you change it.' }),
}
