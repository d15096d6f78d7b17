// Where each export comes from: the rows that a list gives for the same filters, oldest first, in reach of the actor.
import { and, eq, or, type SQL, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { reachable, ticketParts, visibleInteractions } from '../access/visible'
import type { Ctx } from '../context'
import { CUSTOMER_LIST, type CustomerRequest } from '../customers/customers.list'
import { customerColumns } from '../customers/customers.record'
import type { Position } from '../db/page'
import { customers, interactions, leads, tickets } from '../db/schema'
import { columnIn } from '../db/sql'
import { invalidError } from '../errors'
import { INTERACTION_LIST, type InteractionRequest } from '../interactions/interactions.list'
import { type InteractionRow, interactionColumns } from '../interactions/interactions.record'
import { LEAD_LIST, type LeadRequest } from '../leads/leads.list'
import { leadColumns } from '../leads/leads.record'
import { listSelect, positionIn } from '../records/list'
import { TICKET_LIST, type TicketRequest } from '../tickets/tickets.list'
import { ticketColumns } from '../tickets/tickets.record'
import { fitsPage, measuredRows, upTo } from './exports.pages'

type Filters<R> = Omit<R, 'limit' | 'after' | 'sort' | 'total'>
type After = Position | undefined

/** So many different custom fields get a column of their own each. */
export const FIELDS = 400
/** How many pages of customers are looked through for names of fields at a time: D1 gives a statement 30 seconds. */
const STRETCH = 40

const bySeq = ({ seq }: { seq: number }): Position => [seq]
const emailOf = (id: SQL) => sql<string | null>`(SELECT u.email FROM users AS u WHERE u.id = ${id})`
const tagNames = sql`(SELECT json_group_array(t.name ORDER BY t.key) FROM customer_tags AS ct
  CROSS JOIN tags AS t ON t.id = ct.tag_id WHERE ct.customer_id = customers.id AND t.deleted_at IS NULL)`
const names = (json: string): string[] => JSON.parse(json)

// Custom fields look the same however they came to be: by name, and none at all is null.
function byName(json: string): Record<string, unknown> {
  const fields: Record<string, unknown> = JSON.parse(json)
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Customers, with the names of their tags and the address of their owner. */
export function customerSource(ctx: Ctx, filters: Filters<CustomerRequest>) {
  const { db, actor, config } = ctx
  const rows = (limit: number, after?: After) =>
    listSelect(ctx, CUSTOMER_LIST, { ...filters, sort: 'createdAt', limit, after })
  const owner = emailOf(columnIn('customers', customers.ownerId)).as('owner')
  const customFields = sql`nullif(${columnIn('customers', customers.customFields)}, '{}')`
    .mapWith(byName)
    .as('custom_fields')
  const columns = { ...customerColumns, customFields, owner, tags: tagNames.mapWith(names).as('tags'), upTo }
  return {
    positionOf: bySeq,
    page(limit: number, after: After) {
      const page = measuredRows('customers', customerColumns, rows(limit, after))
      return db.select(columns).from(page).where(fitsPage)
    },
    find(id: string) {
      const isIt = and(eq(customers.id, id), reachable(actor, 'customers:read', customers))
      return db.select({ seq: customers.seq }).from(customers).where(isIt)
    },
    /** The names of the custom fields of a stretch of them, and the row that ends it where more come behind. */
    fields(after?: After) {
      const size = STRETCH * config.EXPORT_PAGE_ROWS
      const stretch = rows(size, after)
      return [
        db
          .selectDistinct({ key: sql<string>`f.key`.as('key') })
          .from(sql`(${stretch}) AS c CROSS JOIN json_each(${columnIn('c', customers.customFields)}) AS f`)
          .limit(FIELDS + 1),
        db
          .select({ seq: sql<number>`c.seq`.as('seq') })
          .from(sql`(${stretch}) AS c`)
          .limit(1)
          .offset(size - 1),
      ] as const
    },
  }
}

/** Leads, with the address of their owner; for who exports only the own ones, no lead of the pool. */
export function leadSource(ctx: Ctx, { owner, ...filters }: Filters<LeadRequest>) {
  const { db, actor } = ctx
  const isOwn = reach(actor, 'exports:read') === 'own'
  if (isOwn && owner === 'none') {
    const message = 'The pool is there to be claimed from: a MANAGER can export it'
    throw invalidError('query.owner', message, 'not_exported')
  }
  const whose = isOwn && owner === undefined ? 'me' : owner
  const columns = { ...leadColumns, owner: emailOf(columnIn('leads', leads.ownerId)).as('owner'), upTo }
  return {
    positionOf: bySeq,
    page(limit: number, after: After) {
      const rows = listSelect(ctx, LEAD_LIST, { ...filters, owner: whose, sort: 'createdAt', limit, after })
      return db
        .select(columns)
        .from(measuredRows('leads', leadColumns, rows))
        .where(fitsPage)
    },
    find(id: string) {
      const isIt = and(eq(leads.id, id), reachable(actor, 'leads:read', leads))
      return db.select({ seq: leads.seq }).from(leads).where(isIt)
    },
  }
}

/** Interactions in the order of their list: by when they occurred, the latest first, or by when they are due. */
export function interactionSource(ctx: Ctx, filters: Filters<InteractionRequest>) {
  const { db, actor } = ctx
  return {
    positionOf: (row: InteractionRow) => positionIn(ctx, INTERACTION_LIST, { ...filters, limit: 1 }, row),
    page(limit: number, after: After) {
      const rows = listSelect(ctx, INTERACTION_LIST, { ...filters, limit, after })
      const page = measuredRows('interactions', interactionColumns, rows)
      return db
        .select({ ...interactionColumns, upTo })
        .from(page)
        .where(fitsPage)
    },
    find(id: string) {
      const isIt = and(eq(interactions.id, id), visibleInteractions(actor, 'interactions:read'))
      return db.select(interactionColumns).from(interactions).where(isIt)
    },
  }
}

export function ticketSource(ctx: Ctx, filters: Filters<TicketRequest>) {
  const { db, actor } = ctx
  return {
    positionOf: bySeq,
    page(limit: number, after: After) {
      const rows = listSelect(ctx, TICKET_LIST, { ...filters, sort: 'createdAt', limit, after })
      return db
        .select({ ...ticketColumns, upTo })
        .from(measuredRows('tickets', ticketColumns, rows))
        .where(fitsPage)
    },
    find(id: string) {
      const isIt = and(eq(tickets.id, id), or(...ticketParts(actor, 'tickets:read')))
      return db.select({ seq: tickets.seq }).from(tickets).where(isIt)
    },
  }
}
