// The interaction as a record: its columns, the row they give, and what the change kernel knows of interactions.
import { getTableColumns } from 'drizzle-orm'
import { visibleInteractions } from '../access/visible'
import { interactions } from '../db/schema'
import { AppError } from '../errors'
import type { RecordKind } from '../records/change'
import { etagOf } from '../records/version'

const { remindedFor, heldUntil, remindTo, remindAt, ...columns } = getTableColumns(interactions)
/** Every column but those that only reminders read. */
export const interactionColumns = columns
export type InteractionRow = { [K in keyof typeof columns]: (typeof interactions.$inferSelect)[K] }

export const INTERACTION: RecordKind<typeof interactionColumns> = {
  subject: 'interaction',
  table: interactions,
  columns: interactionColumns,
  etag: etagOf,
  reads: 'interactions:read',
  isInReach: visibleInteractions,
  outOfReachError: ({ ownerId, customerId }) =>
    ownerId === null && customerId === null ? notYoursError() : new AppError('not_found'),
  // The audit trail outlives the person: it says that a text changed, not what it was.
  unlogged: ['body'],
}

export function notYoursError(): AppError {
  return new AppError('not_yours', { detail: 'Claim this lead before you write in its timeline.' })
}
