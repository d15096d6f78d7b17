// The ticket as a record: its columns, the row they give, and what the change kernel knows of tickets.
import { getTableColumns, or } from 'drizzle-orm'
import { ticketParts } from '../access/visible'
import { tickets } from '../db/schema'
import type { RecordKind } from '../records/change'
import { etagOf } from '../records/version'

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
