// The list of tickets. The search index has a word for each workspace, owner, customer, status, priority and assignee.
import { eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { requirePersonId } from '../access/person'
import { isPortal, owners, ownRecord, ticketParts, ticketsInReach } from '../access/visible'
import type { Ctx } from '../context'
import { codeOf, phrase } from '../db/fts'
import type { Page } from '../db/page'
import { tickets } from '../db/schema'
import { PRIORITIES, TICKET_STATUSES } from '../db/schema/tickets'
import { allOf } from '../db/sql'
import { pageMarks } from '../db/window'
import { TICKET_FILTER_FIELDS } from '../filters/filters.records'
import { runList } from '../records/list'
import { asParameter, asParameters, asRange } from '../records/list.asked'
import type { ListDefinition, ListRequest, Order, Search } from '../records/list.definition'
import { before, from } from '../records/list.filters'
import { isPartOf } from '../records/question'
import { type TicketRow, ticketColumns } from './tickets.record'
import type { TicketQuery } from './tickets.schemas'

type Query = z.output<typeof TicketQuery>
export type TicketRequest = ListRequest<Query>

const BY_CHANGE: Order<TicketRow> = { by: ['updatedAt', 'seq'] }

const BY_FACETS: Search<Query> = {
  index: 'tickets_fts',
  seq: tickets.seq,
  scope({ actor }, whose): (string | SQL)[] {
    const workspace = word('w', actor.workspaceId)
    if (whose === 'all') return [workspace]
    if (isPortal(actor)) return [workspace, sql`'c' || coalesce(replace(${ownRecord(actor)}, '-', ''), '')`]
    return [workspace, `${word('o', actor.id)} OR ${word('a', actor.id)}`]
  },
  where: ({ actor }) => ticketsInReach(actor, 'tickets:read'),
}
const BY_WORDS: Search<Query> = {
  index: 'tickets_words',
  seq: tickets.seq,
  scope: ({ actor }) => [`scope : ${phrase(codeOf(actor.workspaceId))}`],
  where: ({ actor }) => ticketsInReach(actor, 'tickets:read'),
}
const SEARCHED = { words: { columns: 'words', text: sql`${tickets.searchText}` } }

export const TICKET_LIST: ListDefinition<TicketRow, Query> = {
  table: tickets,
  name: 'tickets',
  columns: ticketColumns,
  read: (db, rows) => db.select({ row: ticketColumns, ...pageMarks }).from(rows),
  owners: ({ actor }) => owners(actor, 'tickets:read'),
  orders: { createdAt: { by: ['seq'], arrivedAt: tickets.createdAt }, updatedAt: BY_CHANGE },
  usualOrder: ({ updatedAfter }) => (updatedAfter ? 'updatedAt' : '-createdAt'),
  filters: {
    q: (q, { actor }) => isPartOf(q, SEARCHED, actor),
    status: (statuses, { actor }, { q }) => ({
      where: inArray(tickets.status, statuses),
      match: facets(q, ...statuses.map((status) => word('s', actor.workspaceId, status))),
    }),
    priority: (priorities, { actor }, { q }) => ({
      where: inArray(tickets.priority, priorities),
      match: facets(q, ...priorities.map((priority) => word('p', actor.workspaceId, priority))),
    }),
    assignee(assignee, { actor }, { q }) {
      if (assignee === 'none')
        return { where: isNull(tickets.assigneeId), match: facets(q, word('a', actor.workspaceId)) }
      const id = assignee === 'me' ? requirePersonId(actor) : assignee
      return { where: eq(tickets.assigneeId, id), match: facets(q, word('a', id)) }
    },
    customer: (id, _, { q }) => ({ where: eq(tickets.customerId, id), match: facets(q, word('c', id)) }),
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
  search: ({ q }) => (q === undefined ? BY_FACETS : BY_WORDS),
}

// Words have an index of their own, in which each hit is checked by the other filters.
function facets(q: string | undefined, ...words: string[]): string | undefined {
  return q === undefined ? words.join(' OR ') : undefined
}

// A word of the search index, as the view tickets_facets writes it.
function word(letter: string, ...parts: string[]): string {
  return letter + parts.join('').replaceAll(/[-_]/g, '')
}

/** A page of the tickets in reach, newest first. */
export function listTickets(ctx: Ctx, request: TicketRequest): Promise<Page<TicketRow>> {
  return runList(ctx, TICKET_LIST, request)
}
