// The interaction as a record: its columns, the type of a row, and what `changeRecord` needs to know.
import { getTableColumns } from 'drizzle-orm'
import { visibleInteractions } from '../access/visible'
import { interactions } from '../db/schema'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import type { RecordKind } from '../records/change'

const { homeId, remindedFor, heldUntil, remindTo, remindAt, ...columns } = getTableColumns(interactions)
/** Every column except those that only merges and reminders read. */
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
  // Events stay when a person is erased: they say that the text changed, not what it was.
  unlogged: ['body'],
}

export function notYoursError(): AppError {
  return new AppError('not_yours', { detail: 'Claim this lead before you write in its timeline.' })
}
