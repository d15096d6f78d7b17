// The lead as a record: its columns, the type of a row, and what `changeRecord` needs to know.
import { getTableColumns } from 'drizzle-orm'
import { reachable } from '../access/visible'
import { interactions, leads } from '../db/schema'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import type { RecordKind } from '../records/change'
import { includedCustomer, includedInteraction, includedMember } from '../records/included'
import { includedTags } from '../tags/tagged'

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

/** What may stand beside a lead. */
export const LEAD_INCLUDES = {
  owner: includedMember(leads.ownerId),
  customer: includedCustomer(leads.customerId),
  tags: includedTags('leads'),
  lastInteraction: includedInteraction(interactions.leadId, leads.id, 'interactions_lead'),
}

export const LEAD: RecordKind<typeof leadColumns> = {
  subject: 'lead',
  table: leads,
  columns: leadColumns,
  etag: etagOf,
  reads: 'leads:read',
  isInReach: (actor, permission) => reachable(actor, permission, leads),
  outOfReachError: () => new AppError('not_yours', { detail: 'Claim this lead before you change it.' }),
}
