// The ticket as a record: its columns, the type of a row, and what `changeRecord` needs to know.
import { getTableColumns, or } from 'drizzle-orm'
import type { Actor } from '../access/policy'
import { isPortal, ticketParts } from '../access/visible'
import { interactions, tickets } from '../db/schema'
import { etagOf } from '../etag'
import type { RecordKind } from '../records/change'
import { includedCustomer, includedInteraction, includedMember } from '../records/included'
import { includedTags } from '../tags/tagged'

const { homeId, importKey, foldedFields, foldedTitle, foldedDescription, searchText, searchScope, ...columns } =
  getTableColumns(tickets)
/** Every column except those that only merges and searches read. */
export const ticketColumns = columns
export type TicketRow = { [K in keyof typeof columns]: (typeof tickets.$inferSelect)[K] }

/** What may stand beside a ticket. */
export const TICKET_INCLUDES = {
  assignee: includedMember(tickets.assigneeId),
  customer: includedCustomer(tickets.customerId),
  tags: includedTags('tickets'),
  lastInteraction: includedInteraction(interactions.ticketId, tickets.id, 'interactions_ticket'),
}

export const TICKET: RecordKind<typeof ticketColumns> = {
  subject: 'ticket',
  table: tickets,
  columns: ticketColumns,
  etag: etagOf,
  reads: 'tickets:read',
  isInReach: (actor, permission) => or(...ticketParts(actor, permission)),
}

/** A ticket as the actor may see it: custom fields are for the team only. */
export function redactTicket(actor: Actor, ticket: TicketRow): TicketRow {
  return isPortal(actor) ? { ...ticket, customFields: null } : ticket
}
