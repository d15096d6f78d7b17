// The ticket as a record: its columns, the type of a row, and what `changeRecord` needs to know.
import { getTableColumns, or } from 'drizzle-orm'
import { ticketParts } from '../access/visible'
import { tickets } from '../db/schema'
import { etagOf } from '../etag'
import type { RecordKind } from '../records/change'

export const ticketColumns = getTableColumns(tickets)
export type TicketRow = typeof tickets.$inferSelect

export const TICKET: RecordKind<typeof ticketColumns> = {
  subject: 'ticket',
  table: tickets,
  columns: ticketColumns,
  etag: etagOf,
  reads: 'tickets:read',
  isInReach: (actor, permission) => or(...ticketParts(actor, permission)),
}
