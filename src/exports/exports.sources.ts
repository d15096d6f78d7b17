// The sources of exports: the rows that a list returns to the actor for the same filters.
import { type AnyColumn, and, eq, or, type SQL, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { reachable, ticketParts, visibleInteractions } from '../access/visible'
import type { Ctx } from '../context'
import { CUSTOMER_LIST, type CustomerRequest } from '../customers/customers.list'
import { customerColumns } from '../customers/customers.record'
import type { Position } from '../db/page'
import { customers, interactions, leads, tickets, users } from '../db/schema'
import { columnIn } from '../db/sql'
import { invalidError } from '../errors'
import { INTERACTION_LIST, type InteractionRequest } from '../interactions/interactions.list'
import { type InteractionRow, interactionColumns } from '../interactions/interactions.record'
import { LEAD_LIST, type LeadRequest } from '../leads/leads.list'
import { leadColumns } from '../leads/leads.record'
import { listSelect, positionIn } from '../records/list'
import { TAGGED, tagNamesOf } from '../tags/tagged'
import { TICKET_LIST, type TicketRequest } from '../tickets/tickets.list'
import { ticketColumns } from '../tickets/tickets.record'
import { fitsPage, measuredRows, upTo } from './exports.pages'

type Filters<R> = Omit<R, 'limit' | 'after' | 'sort' | 'total'>
type After = Position | undefined

/** The largest number of custom fields with their own columns. */
export const MAX_CUSTOM_COLUMNS = 400
/** How many pages of records one statement searches for names of custom fields. D1 limits it to 30 seconds. */
const SECTION_PAGES = 40

const bySeq = ({ seq }: { seq: number }): Position => [seq]
// columnIn keeps the alias: in the fields of a SELECT, Drizzle writes a column alone without its table.
const emailOf = (userId: SQL) =>
  sql<
    string | null
  >`(SELECT ${columnIn('u', users.email)} FROM ${users} AS u WHERE ${columnIn('u', users.id)} = ${userId})`
// A column of the record that a row refers to.
const ofRecord = <T = string>(column: string, table: string, id: SQL) =>
  sql<T | null>`(SELECT ${sql.raw(`own.${column}`)} FROM ${sql.raw(table)} AS own WHERE own.id = ${id})`
const parseNames = (json: string): string[] => JSON.parse(json)

// Sorts custom fields by name, so that their order does not depend on their history.
function parseSorted(json: string): Record<string, unknown> {
  const fields: Record<string, unknown> = JSON.parse(json)
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The custom fields of a record, sorted by name, and the names of its tags. */
function facetsOf(kind: 'customers' | 'leads' | 'tickets') {
  const { table } = TAGGED[kind]
  return {
    customFields: sql`nullif(${columnIn(kind, table.customFields)}, '{}')`.mapWith(parseSorted).as('custom_fields'),
    tags: tagNamesOf(TAGGED[kind]).mapWith(parseNames).as('tags'),
  }
}

/**
 * The statements that read the names of the custom fields in a section of these rows, and the last row of a full section.
 * `rows` is a SELECT of so many records after a position.
 */
function fieldNames({ db, config }: Ctx, rows: (limit: number, after?: After) => SQL) {
  return (after?: After) => {
    const size = SECTION_PAGES * config.EXPORT_PAGE_ROWS
    const section = sql`(${rows(size, after)}) AS c`
    const names = db
      .selectDistinct({ key: sql<string>`f.key`.as('key') })
      .from(sql`${section} CROSS JOIN json_each(c.custom_fields) AS f`)
      .limit(MAX_CUSTOM_COLUMNS + 1)
    const sectionEnd = db
      .select({ seq: sql<number>`c.seq`.as('seq') })
      .from(section)
      .limit(1)
      .offset(size - 1)
    return { names, sectionEnd }
  }
}

/** Customers with the names of their tags and the e-mail address of their owner. */
export function customerSource(ctx: Ctx, filters: Filters<CustomerRequest>) {
  const { db, actor } = ctx
  const rows = (limit: number, after?: After) =>
    listSelect(ctx, CUSTOMER_LIST, { ...filters, sort: 'createdAt', limit, after })
  const owner = emailOf(columnIn('customers', customers.ownerId)).as('owner')
  const columns = { ...customerColumns, ...facetsOf('customers'), owner, upTo }
  return {
    positionOf: bySeq,
    page(limit: number, after: After) {
      const page = measuredRows('customers', customerColumns, rows(limit, after))
      return db.select(columns).from(page).where(fitsPage)
    },
    find(id: string) {
      const where = and(eq(customers.id, id), reachable(actor, 'customers:read', customers))
      return db.select({ seq: customers.seq }).from(customers).where(where)
    },
    fieldNames: fieldNames(ctx, rows),
  }
}

/** Leads with the names of their tags and the e-mail address of their owner. An actor who exports only their own leads gets none of the pool. */
export function leadSource(ctx: Ctx, { owner, ...filters }: Filters<LeadRequest>) {
  const { db, actor } = ctx
  const exportsOwn = reach(actor, 'exports:read') === 'own'
  if (exportsOwn && owner === 'none') {
    const message = 'You may export only your own leads; a MANAGER can export the pool'
    throw invalidError('query.owner', message, 'not_exported')
  }
  const ownerFilter = exportsOwn && owner === undefined ? 'me' : owner
  const owned = emailOf(columnIn('leads', leads.ownerId)).as('owner')
  const columns = { ...leadColumns, ...facetsOf('leads'), owner: owned, upTo }
  const rows = (limit: number, after?: After) =>
    listSelect(ctx, LEAD_LIST, { ...filters, owner: ownerFilter, sort: 'createdAt', limit, after })
  return {
    positionOf: bySeq,
    fieldNames: fieldNames(ctx, rows),
    page(limit: number, after: After) {
      return db
        .select(columns)
        .from(measuredRows('leads', leadColumns, rows(limit, after)))
        .where(fitsPage)
    },
    find(id: string) {
      const where = and(eq(leads.id, id), reachable(actor, 'leads:read', leads))
      return db.select({ seq: leads.seq }).from(leads).where(where)
    },
  }
}

/** Interactions in the order of their list: the latest first, or by due date with a filter for follow-ups. */
export function interactionSource(ctx: Ctx, filters: Filters<InteractionRequest>) {
  const { db, actor } = ctx
  const own = (column: AnyColumn) => columnIn('interactions', column)
  const { createdBy, customerId, leadId, ticketId } = interactions
  const named = {
    author: emailOf(own(createdBy)).as('author'),
    customerExternalId: ofRecord('external_id', 'customers', own(customerId)).as('customer_external_id'),
    leadExternalId: ofRecord('external_id', 'leads', own(leadId)).as('lead_external_id'),
    ticketNumber: ofRecord<number>('number', 'tickets', own(ticketId)).as('ticket_number'),
  }
  return {
    positionOf: (row: InteractionRow) => positionIn(ctx, INTERACTION_LIST, { ...filters, limit: 1 }, row),
    page(limit: number, after: After) {
      const rows = listSelect(ctx, INTERACTION_LIST, { ...filters, limit, after })
      const page = measuredRows('interactions', interactionColumns, rows)
      return db
        .select({ ...interactionColumns, ...named, upTo })
        .from(page)
        .where(fitsPage)
    },
    find(id: string) {
      const where = and(eq(interactions.id, id), visibleInteractions(actor, 'interactions:read'))
      return db.select(interactionColumns).from(interactions).where(where)
    },
  }
}

/** Tickets with the names of their tags, oldest first. */
export function ticketSource(ctx: Ctx, filters: Filters<TicketRequest>) {
  const { db, actor } = ctx
  const own = (column: AnyColumn) => columnIn('tickets', column)
  const named = {
    assignee: emailOf(own(tickets.assigneeId)).as('assignee'),
    opener: emailOf(own(tickets.openedBy)).as('opener'),
    customerExternalId: ofRecord('external_id', 'customers', own(tickets.customerId)).as('customer_external_id'),
  }
  const columns = { ...ticketColumns, ...facetsOf('tickets'), ...named, upTo }
  const rows = (limit: number, after?: After) =>
    listSelect(ctx, TICKET_LIST, { ...filters, sort: 'createdAt', limit, after })
  return {
    positionOf: bySeq,
    fieldNames: fieldNames(ctx, rows),
    page(limit: number, after: After) {
      return db
        .select(columns)
        .from(measuredRows('tickets', ticketColumns, rows(limit, after)))
        .where(fitsPage)
    },
    find(id: string) {
      const where = and(eq(tickets.id, id), or(...ticketParts(actor, 'tickets:read')))
      return db.select({ seq: tickets.seq }).from(tickets).where(where)
    },
  }
}
