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
import { invalidError } from '../errors'
import { TICKET_FILTER_FIELDS } from '../filters/filters.records'
import { hasCustomFields } from '../records/custom-fields'
import { runList } from '../records/list'
import { asParameter, asParameters, asRange } from '../records/list.asked'
import type { Condition, ListDefinition, ListRequest, Order, Search } from '../records/list.definition'
import { before, from, noCondition } from '../records/list.filters'
import { isPartOf } from '../records/question'
import { hasTags, TAGGED, wordOfTag } from '../tags/tagged'
import { redactTicket, TICKET_INCLUDES, type TicketRow, ticketColumns } from './tickets.record'
import type { TicketFilters } from './tickets.schemas'

type Query = z.output<typeof TicketFilters>
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
  read: (db, rows, included) => db.select({ row: ticketColumns, included, ...pageMarks }).from(rows),
  includes: TICKET_INCLUDES,
  indexed: {
    entity: 'ticket',
    customFields: tickets.customFields,
    ownerId: tickets.ownerId,
    seq: tickets.seq,
    where: ({ actor }) => ticketsInReach(actor, 'tickets:read'),
  },
  owners: ({ actor }) => owners(actor, 'tickets:read'),
  orders: { createdAt: { by: ['seq'], arrivedAt: tickets.createdAt }, updatedAt: BY_CHANGE },
  usualOrder: ({ updatedAfter }) => (updatedAfter ? 'updatedAt' : '-createdAt'),
  filters: {
    q: (q, { actor }) => isPartOf(q, SEARCHED, actor),
    status: (statuses, { actor }, { q }) => ({
      where: inArray(tickets.status, statuses),
      match: facets(q, ...statuses.map((status) => word('s', actor.workspaceId, status))),
    }),
    stage: (id) => ({ where: eq(tickets.stageId, id) }),
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
    tag: (names, ctx, request) => forTeam(ctx, hasTags(TAGGED.tickets, wordOfTag)(names, ctx, request), request.q),
    tagMatch: noCondition,
    customFields: (values, ctx, { q }) =>
      forTeam(
        ctx,
        hasCustomFields(tickets, values, (pair) => word('f', ctx.actor.workspaceId, toHex(pair))),
        q,
      ),
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
      tags: asParameter((tag) => ({ tag: [tag] })),
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

// As a custom field stands in the index: its bytes in hexadecimal digits.
function toHex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

// What a portal login does not see, it cannot ask for either. Words have an index of their own.
function forTeam({ actor }: Ctx, condition: Condition | undefined, q: string | undefined): Condition | undefined {
  if (isPortal(actor)) throw invalidError('query', 'Only the team sees tags and custom fields', 'not_for_you')
  return condition && q !== undefined ? { ...condition, match: undefined } : condition
}

/** A page of the tickets in reach, newest first. */
export async function listTickets(ctx: Ctx, request: TicketRequest): Promise<Page<TicketRow>> {
  const page = await runList(ctx, TICKET_LIST, request)
  return { ...page, rows: page.rows.map((row) => redactTicket(ctx.actor, row)) }
}
