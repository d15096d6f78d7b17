// The list of tickets. The search index has a word for each workspace, owner, customer, status, priority and assignee.
import { eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { requirePersonId } from '../access/person'
import { isPortal, owners, ownRecord, ticketParts, ticketsInReach } from '../access/visible'
import type { Ctx } from '../context'
import type { Page } from '../db/page'
import { tickets } from '../db/schema'
import { allOf } from '../db/sql'
import { pageMarks } from '../db/window'
import { invalidError } from '../errors'
import { hasCustomFields } from '../records/custom-fields'
import { runList } from '../records/list'
import type { Condition, ListDefinition, ListRequest, Order } from '../records/list.definition'
import { before, from, noCondition } from '../records/list.filters'
import { hasTags, TAGGED, wordOfTag } from '../tags/tagged'
import { redactTicket, type TicketRow, ticketColumns } from './tickets.record'
import type { TicketFilters } from './tickets.schemas'

type Query = z.output<typeof TicketFilters> & { sort?: 'createdAt' | '-createdAt' | 'updatedAt' }
export type TicketRequest = ListRequest<Query>

const BY_CHANGE: Order<TicketRow> = { by: ['updatedAt', 'seq'] }

export const TICKET_LIST: ListDefinition<TicketRow, Query> = {
  table: tickets,
  name: 'tickets',
  columns: ticketColumns,
  read: (db, rows) => db.select({ row: ticketColumns, ...pageMarks }).from(rows),
  owners: ({ actor }) => owners(actor, 'tickets:read'),
  orders: { createdAt: { by: ['seq'], arrivedAt: tickets.createdAt }, updatedAt: BY_CHANGE },
  usualOrder: ({ updatedAfter }) => (updatedAfter ? 'updatedAt' : '-createdAt'),
  filters: {
    status: (status, { actor }) => ({
      where: eq(tickets.status, status),
      match: word('s', actor.workspaceId, status),
    }),
    priority: (priority, { actor }) => ({
      where: eq(tickets.priority, priority),
      match: word('p', actor.workspaceId, priority),
    }),
    assignee(assignee, { actor }) {
      if (assignee === 'none') return { where: isNull(tickets.assigneeId), match: word('a', actor.workspaceId) }
      const id = assignee === 'me' ? requirePersonId(actor) : assignee
      return { where: eq(tickets.assigneeId, id), match: word('a', id) }
    },
    customer: (id) => ({ where: eq(tickets.customerId, id), match: word('c', id) }),
    tag: (names, ctx, request) => forTeam(ctx, hasTags(TAGGED.tickets, wordOfTag)(names, ctx, request)),
    tagMatch: noCondition,
    customFields: (values, ctx) =>
      forTeam(
        ctx,
        hasCustomFields(tickets, values, (pair) => word('f', ctx.actor.workspaceId, toHex(pair))),
      ),
    createdAfter: from(tickets.createdAt),
    createdBefore: before(tickets.createdAt),
    updatedAfter: from(tickets.updatedAt),
  },
  walks({ actor }, _, _owners, order) {
    const isLiving = isNull(tickets.deletedAt)
    if (order !== BY_CHANGE) return ticketParts(actor, 'tickets:read').map((part) => ({ where: allOf(part, isLiving) }))
    return [{ index: 'tickets_updated', where: allOf(eq(tickets.workspaceId, actor.workspaceId), isLiving) }]
  },
  // One index has the changes of all owners: those of others are few, since a copy was last made.
  check: ({ actor }, order) =>
    order === BY_CHANGE && owners(actor, 'tickets:read') !== 'all' ? ticketsInReach(actor, 'tickets:read') : undefined,
  search: {
    index: 'tickets_fts',
    seq: tickets.seq,
    scope({ actor }, whose): (string | SQL)[] {
      const workspace = word('w', actor.workspaceId)
      if (whose === 'all') return [workspace]
      if (isPortal(actor)) return [workspace, sql`'c' || coalesce(replace(${ownRecord(actor)}, '-', ''), '')`]
      return [workspace, `${word('o', actor.id)} OR ${word('a', actor.id)}`]
    },
    where: ({ actor }) => ticketsInReach(actor, 'tickets:read'),
  },
}

// A word of the search index, as the view tickets_facets writes it.
function word(letter: string, ...parts: string[]): string {
  return letter + parts.join('').replaceAll(/[-_]/g, '')
}

// As a custom field stands in the index: its bytes in hexadecimal digits.
function toHex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

// What a portal login does not see, it cannot ask for either.
function forTeam({ actor }: Ctx, condition: Condition | undefined): Condition | undefined {
  if (isPortal(actor)) throw invalidError('query', 'Only the team sees tags and custom fields', 'not_for_you')
  return condition
}

/** A page of the tickets in reach, newest first. */
export async function listTickets(ctx: Ctx, request: TicketRequest): Promise<Page<TicketRow>> {
  const page = await runList(ctx, TICKET_LIST, request)
  return { ...page, rows: page.rows.map((row) => redactTicket(ctx.actor, row)) }
}
