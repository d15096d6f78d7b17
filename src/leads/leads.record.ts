// The lead as a record: its columns, the type of a row, and what `changeRecord` needs to know.
import { getTableColumns } from 'drizzle-orm'
import { reachable } from '../access/visible'
import { leads } from '../db/schema'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import type { RecordKind } from '../records/change'

const {
  foldedTitle,
  foldedEmail,
  foldedInterest,
  foldedFields,
  phoneText,
  searchPhone,
  searchText,
  searchSource,
  searchScope,
  sortName,
  phoneE164,
  importKey,
  homeId,
  claims,
  stageSince,
  contactedAt,
  remindedFor,
  heldUntil,
  remindAt,
  ...columns
} = getTableColumns(leads)
/** Every column except those that only indexes, imports, merges and reminders read. */
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
