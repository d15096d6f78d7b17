// The list of tickets. The search index has a word for each workspace, owner, customer, status, priority and assignee.
import { eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { requirePersonId } from '../access/person'
import { isPortal, owners, ownRecord, ticketParts, ticketsInReach } from '../access/visible'
import type { Ctx } from '../context'
import type { Page } from '../db/page'
import { tickets } from '../db/schema'
import { PRIORITIES, TICKET_STATUSES } from '../db/schema/tickets'
import { allOf } from '../db/sql'
import { pageMarks } from '../db/window'
import { TICKET_FILTER_FIELDS } from '../filters/filters.records'
import { runList } from '../records/list'
import { asParameter, asParameters, asRange } from '../records/list.asked'
import type { ListDefinition, ListRequest, Order } from '../records/list.definition'
import { before, from } from '../records/list.filters'
import { type TicketRow, ticketColumns } from './tickets.record'
import type { TicketQuery } from './tickets.schemas'

type Query = z.output<typeof TicketQuery>
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
    status: (statuses, { actor }) => ({
      where: inArray(tickets.status, statuses),
      match: statuses.map((status) => word('s', actor.workspaceId, status)).join(' OR '),
    }),
    priority: (priorities, { actor }) => ({
      where: inArray(tickets.priority, priorities),
      match: priorities.map((priority) => word('p', actor.workspaceId, priority)).join(' OR '),
    }),
    assignee(assignee, { actor }) {
      if (assignee === 'none') return { where: isNull(tickets.assigneeId), match: word('a', actor.workspaceId) }
      const id = assignee === 'me' ? requirePersonId(actor) : assignee
      return { where: eq(tickets.assigneeId, id), match: word('a', id) }
    },
    customer: (id) => ({ where: eq(tickets.customerId, id), match: word('c', id) }),
    createdAfter: from(tickets.createdAt),
    createdBefore: before(tickets.createdAt),
    updatedAfter: from(tickets.updatedAt),
  },
  asked: {
    fields: TICKET_FILTER_FIELDS,
    lifts: {
      status: asParameters((values) => ({ status: TICKET_STATUSES.filter((each) => values.includes(each)) })),
      priority: asParameters((values) => ({ priority: PRIORITIES.filter((each) => values.includes(each)) })),
      assigneeId: asParameter((assignee) => ({ assignee })),
      customerId: asParameter((customer) => ({ customer })),
      createdAt: asRange(tickets.createdAt),
      updatedAt: asRange(tickets.updatedAt),
    },
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

/** A page of the tickets in reach, newest first. */
export function listTickets(ctx: Ctx, request: TicketRequest): Promise<Page<TicketRow>> {
  return runList(ctx, TICKET_LIST, request)
}
