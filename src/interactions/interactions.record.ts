// The interaction as a record: its columns, the type of a row, and what `changeRecord` needs to know.
import { and, eq, getTableColumns, ne } from 'drizzle-orm'
import { visibleInteractions } from '../access/visible'
import { interactions } from '../db/schema'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import type { RecordKind } from '../records/change'
import { includedCustomer, includedLead, includedMember } from '../records/included'

const {
  homeId,
  importKey,
  foldedBody,
  searchText,
  searchScope,
  remindedFor,
  heldUntil,
  remindTo,
  remindAt,
  ...columns
} = getTableColumns(interactions)
/** Every column except those that only merges and reminders read. */
export const interactionColumns = columns
export type InteractionRow = { [K in keyof typeof columns]: (typeof interactions.$inferSelect)[K] }

/** What may stand beside an interaction. */
export const INTERACTION_INCLUDES = {
  author: includedMember(interactions.createdBy),
  customer: includedCustomer(interactions.customerId),
  lead: includedLead(interactions.leadId),
}

export const INTERACTION: RecordKind<typeof interactionColumns> = {
  subject: 'interaction',
  table: interactions,
  columns: interactionColumns,
  etag: etagOf,
  reads: 'interactions:read',
  isInReach: visibleInteractions,
  outOfReachError: ({ ownerId, customerId }) =>
    ownerId === null && customerId === null ? notYoursError() : new AppError('not_found'),
  // Events stay when a person is erased: they say that the text changed, not what it was.
  unlogged: ['body'],
}

/** For APIs that tell notes from other interactions: with `isNote`, only the ones or only the others are there. */
export type Narrowing = { isNote?: boolean }

export function kindOf({ isNote }: Narrowing): typeof INTERACTION {
  if (isNote === undefined) return INTERACTION
  const isOfKind = (isNote ? eq : ne)(interactions.type, 'NOTE')
  return { ...INTERACTION, isInReach: (actor, permission) => and(INTERACTION.isInReach(actor, permission), isOfKind) }
}

export function notYoursError(): AppError {
  return new AppError('not_yours', { detail: 'Claim this lead before you write in its timeline.' })
}
