// The list of interactions: newest first, or open follow-ups with the soonest first.
import { and, eq, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { requirePersonId } from '../access/person'
import type { Actor } from '../access/policy'
import { isPortal, isShared, owners, ownRecord, visible, visibleInteractions } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { codeOf, phrase } from '../db/fts'
import type { Page, PageRequest } from '../db/page'
import { customers, interactions, leads, users } from '../db/schema'
import { INTERACTION_TYPES } from '../db/schema/interactions'
import { allOf } from '../db/sql'
import { pageMarks } from '../db/window'
import { AppError } from '../errors'
import { INTERACTION_FILTER_FIELDS } from '../filters/filters.records'
import { listQuery, runList } from '../records/list'
import { asParameter, asParameters, asRange } from '../records/list.asked'
import type { FilterName, ListDefinition, ListRequest, Order, Walk } from '../records/list.definition'
import { before, from, isNot, noCondition, range } from '../records/list.filters'
import { isPartOf } from '../records/question'
import { dueBetween } from './interactions.due'
import { INTERACTION_INCLUDES, type InteractionRow, interactionColumns } from './interactions.record'
import type { InteractionQuery } from './interactions.schemas'

/** `besides` excludes one type. */
type Query = Omit<z.output<typeof InteractionQuery>, 'sort'> & {
  besides?: InteractionRow['type']
  sort?: z.output<typeof InteractionQuery>['sort'] | '-createdAt'
}
export type InteractionRequest = ListRequest<Query>
type InteractionWalk = Walk<FilterName<Query>>

const { type, createdBy, customerId, leadId, ownerId, workspaceId, followUpAt, doneAt } = interactions
const isOpen = allOf(isNotNull(followUpAt), isNull(doneAt))

const BY_CHANGE: Order<InteractionRow> = { by: ['updatedAt', 'seq'] }

const SEARCHED = { words: { columns: 'words', text: sql`${interactions.searchText}` } }

export const INTERACTION_LIST: ListDefinition<InteractionRow, Query> = {
  table: interactions,
  name: 'interactions',
  columns: interactionColumns,
  read: (db, rows, included) => db.select({ row: interactionColumns, included, ...pageMarks }).from(rows),
  includes: INTERACTION_INCLUDES,
  owners: ({ actor }) => owners(actor, 'interactions:read'),
  orders: {
    occurredAt: { by: ['occurredAt', 'seq'] },
    followUpAt: { by: ['followUpAt', 'seq'], only: isOpen },
    // Of searches alone: no other index has this order.
    createdAt: { by: ['seq'], arrivedAt: interactions.createdAt },
    updatedAt: BY_CHANGE,
  },
  usualOrder({ updatedAfter, done, due, followUpAfter, followUpBefore }) {
    if (updatedAfter) return 'updatedAt'
    const isOfFollowUps = done === undefined ? due || followUpAfter || followUpBefore : !done
    return isOfFollowUps ? 'followUpAt' : '-occurredAt'
  },
  filters: {
    q(q, { actor }, { customer, lead }) {
      const { match, isByArrival, ...rowByRow } = isPartOf(q, SEARCHED, actor)
      // Of one customer or lead there are few, in their own order.
      const isIndexed = match !== undefined && !customer && !lead && !isPortal(actor)
      return isIndexed ? { ...rowByRow, match, isByArrival } : rowByRow
    },
    type: (types) => ({ where: inArray(type, types) }),
    besides: isNot(type),
    author: (author, { actor }) => ({
      where: author === 'me' ? eq(createdBy, requirePersonId(actor)) : isByMember(actor, author),
    }),
    customer: (id, { actor }) => ({ where: isOfCustomer(actor, id) }),
    lead: (id, { actor }, { customer }) => ({
      where: customer || isPortal(actor) ? eq(leadId, id) : isOfLead(actor, id),
    }),
    due(due, { actor, now }, { timeZone = actor.timeZone }) {
      const day = dueBetween(due, now, timeZone)
      return range(followUpAt, [day.from, day.to])
    },
    timeZone: noCondition,
    updatedAfter: from(interactions.updatedAt),
    followUpAfter: from(followUpAt),
    followUpBefore: before(followUpAt),
    done: (done) => ({ where: done ? isNotNull(doneAt) : isOpen }),
  },
  asked: {
    fields: INTERACTION_FILTER_FIELDS,
    lifts: {
      type: asParameters((values) => ({ type: INTERACTION_TYPES.filter((each) => values.includes(each)) })),
      // By `author=me` and `lead`, members without the whole workspace find what is of the pool as well.
      createdBy: (asked, ctx) =>
        owners(ctx.actor, 'interactions:read') === 'all'
          ? asParameter<Query>((author) => ({ author }))(asked, ctx)
          : undefined,
      customerId: asParameter((customer) => ({ customer })),
      leadId: (asked, ctx) =>
        owners(ctx.actor, 'interactions:read') === 'all'
          ? asParameter<Query>((lead) => ({ lead }))(asked, ctx)
          : undefined,
      occurredAt: asRange(interactions.occurredAt),
      followUpAt: asRange(followUpAt),
      updatedAt: asRange(interactions.updatedAt),
    },
  },
  walks({ actor }, request, whose, order) {
    const { only } = order
    if (order === BY_CHANGE) return [{ index: 'interactions_updated', where: isInScope(actor, true) }]
    const walks = only ? [dueWalk(actor, request, whose === 'all')] : historyWalks(actor, request, whose === 'all')
    return walks.map((walk) => ({ ...walk, where: and(walk.where, only) }))
  },
  check: ({ actor }) => visibleInteractions(actor, 'interactions:read'),
  checkReads: 2,
  search: {
    index: 'interactions_fts',
    seq: interactions.seq,
    scope: ({ actor }) => [`scope : ${phrase(codeOf(actor.workspaceId))}`],
    where: ({ actor }) => eq(workspaceId, actor.workspaceId),
  },
  isCountCapped: true,
}

// Open follow-ups of a customer, of a lead, of an owner, or of the workspace.
function dueWalk(actor: Actor, { customer, lead }: InteractionRequest, isAll: boolean): InteractionWalk {
  const answers = ['done'] as const
  if (customer) return { index: 'interactions_customer_due', where: undefined, answers: [...answers, 'customer'] }
  if (isPortal(actor)) return { index: 'interactions_customer_due', where: isOfOwnRecord(actor), answers }
  if (lead) return { index: 'interactions_lead_due', where: undefined, answers: [...answers, 'lead'] }
  return { index: isAll ? 'interactions_due' : 'interactions_owner_due', where: isInScope(actor, isAll), answers }
}

// Interactions of a customer, of a lead, of a type, of an author, of an owner, or of the workspace.
function historyWalks(
  actor: Actor,
  { customer, lead, type: types, author }: InteractionRequest,
  isAll: boolean,
): InteractionWalk[] {
  if (isPortal(actor)) {
    const where = and(customer ? undefined : isOfOwnRecord(actor), isShared)
    return [{ index: 'interactions_shared', where, answers: ['customer'] }]
  }
  if (customer) return [{ index: 'interactions_customer', where: undefined, answers: ['customer'] }]
  if (lead) return [{ index: 'interactions_lead', where: undefined, answers: ['lead'] }]
  const where = isInScope(actor, isAll)
  const owned = isAll ? '' : 'owner_'
  // Each walk becomes two after a cursor, and D1 merges five SELECTs at most.
  if (types && types.length <= 2) {
    const index = `interactions_${owned}type`
    return types.map((each) => ({ index, where: allOf(where, eq(type, each)), answers: ['type'] }))
  }
  // Among the interactions with one's own customers, those of another author are looked for.
  if (author && (isAll || author === 'me'))
    return [{ index: 'interactions_author', where: undefined, answers: ['author'] }]
  return [{ index: isAll ? 'interactions_list' : 'interactions_owner', where }]
}

function isInScope(actor: Actor, isAll: boolean): SQL {
  return allOf(eq(workspaceId, actor.workspaceId), isAll ? undefined : eq(ownerId, actor.id))
}

// A customer or a lead out of reach has no interactions.
function isOfCustomer(actor: Actor, id: string): SQL {
  const where = and(eq(customers.id, id), visible(actor, 'customers:read', customers))
  return sql`${customerId} = (SELECT ${customers.id} FROM ${customers} WHERE ${where})`
}

// An author of another workspace has no interactions: the index by author would scan theirs.
function isByMember(actor: Actor, id: string): SQL {
  const where = and(eq(users.id, id), eq(users.workspaceId, actor.workspaceId))
  return sql`${createdBy} = (SELECT ${users.id} FROM ${users} WHERE ${where})`
}

function isOfLead(actor: Actor, id: string): SQL {
  const where = and(eq(leads.id, id), visible(actor, 'leads:read', leads))
  return sql`${leadId} = (SELECT ${leads.id} FROM ${leads} WHERE ${where})`
}

function isOfOwnRecord(actor: Actor): SQL {
  return sql`${customerId} = ${ownRecord(actor)}`
}

/** A page of the interactions in reach. */
export function listInteractions(ctx: Ctx, request: InteractionRequest): Promise<Page<InteractionRow>> {
  return runList(ctx, INTERACTION_LIST, request)
}

/** The interactions of a customer, a page by number. Throws `not_found` if the customer is out of reach. */
export async function listInteractionsOfCustomer(
  ctx: Ctx,
  customer: string,
  pages: PageRequest,
): Promise<InteractionRow[]> {
  const { db, actor } = ctx
  const { found, page } = await runBatch(db, {
    found: one(
      db
        .select({ id: customers.id })
        .from(customers)
        .where(and(eq(customers.id, customer), visible(actor, 'customers:read', customers))),
    ),
    page: listQuery(ctx, INTERACTION_LIST, { ...pages, customer }),
  })
  if (!found) throw new AppError('not_found')
  return page.map(({ row }) => row)
}

/** The interactions of a customer or, if the id is a member's, those that the member logged; a page by number. */
export async function listInteractionsOfCustomerOrAuthor(
  ctx: Ctx,
  id: string,
  pages: PageRequest,
): Promise<InteractionRow[]> {
  const { ofCustomer, ofAuthor } = await runBatch(ctx.db, {
    ofCustomer: listQuery(ctx, INTERACTION_LIST, { ...pages, customer: id }),
    ofAuthor: listQuery(ctx, INTERACTION_LIST, { ...pages, author: id }),
  })
  return [...ofCustomer, ...ofAuthor].map(({ row }) => row)
}
