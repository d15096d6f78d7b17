// The list of customers.
import { eq, isNotNull, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { isPortal, visible } from '../access/visible'
import type { Ctx } from '../context'
import type { Page } from '../db/page'
import { customerCounts, customers } from '../db/schema'
import { allOf } from '../db/sql'
import { pageMarks } from '../db/window'
import { invalidError } from '../errors'
import { CUSTOMER_FILTER_FIELDS } from '../filters/filters.records'
import { hasCustomFields } from '../records/custom-fields'
import { runList } from '../records/list'
import { asParameter, asRange, asWords } from '../records/list.asked'
import type { ListDefinition, ListRequest } from '../records/list.definition'
import { before, from, noCondition } from '../records/list.filters'
import { isOwnedBy, isTrashed, ownedWalks, requestedOwners, scopeCodes } from '../records/list.owned'
import { hasTags, TAGGED } from '../tags/tagged'
import { CUSTOMER_INCLUDES, type CustomerRow, customerColumns } from './customers.record'
import type { CustomerFilters } from './customers.schemas'
import { contains, PERSON_FIELDS, SEARCHED_FIELDS } from './customers.search'
import { redactFor } from './customers.service'

/** `person` is like `q`, but searches only the fields that identify the person. */
type Query = z.output<typeof CustomerFilters> & { person?: string }
export type CustomerRequest = ListRequest<Query>

const permissions = { read: 'customers:read', trash: 'customers:write' } as const
const OWNED = { table: customers, permissions, trash: ['customers_trash', 'customers_owner_trash'] } as const

export const CUSTOMER_LIST: ListDefinition<CustomerRow, Query> = {
  table: customers,
  name: 'customers',
  columns: customerColumns,
  read: (db, rows, included) => db.select({ row: customerColumns, included, ...pageMarks }).from(rows),
  includes: CUSTOMER_INCLUDES,
  indexed: {
    entity: 'customer',
    customFields: customers.customFields,
    ownerId: customers.ownerId,
    seq: customers.seq,
    where: ({ actor }) => visible(actor, permissions.read, customers),
    isOwned: true,
  },
  owners: (ctx, request) => requestedOwners(ctx, permissions, request),
  orders: {
    createdAt: { by: ['seq'], arrivedAt: customers.createdAt, indexes: ['customers_list', 'customers_owner'] },
    updatedAt: { by: ['updatedAt', 'seq'], indexes: ['customers_updated', 'customers_owner_updated'] },
    name: { by: ['sortName', 'seq'], indexes: ['customers_name', 'customers_owner_name'] },
    lastInteractionAt: { by: ['touchedAt', 'seq'], indexes: ['customers_touched', 'customers_owner_touched'] },
    nextFollowUpAt: {
      by: ['nextFollowUpAt', 'seq'],
      only: isNotNull(customers.nextFollowUpAt),
      indexes: ['customers_due', 'customers_owner_due'],
    },
    nextTouchAt: {
      by: ['nextTouchAt', 'seq'],
      only: isNotNull(customers.nextTouchAt),
      indexes: ['customers_touch_due', 'customers_owner_touch_due'],
    },
  },
  usualOrder({ updatedAfter, followUpBefore, touchBefore }) {
    if (updatedAfter) return 'updatedAt'
    if (followUpBefore) return 'nextFollowUpAt'
    return touchBefore ? 'nextTouchAt' : '-createdAt'
  },
  filters: {
    q: contains(...SEARCHED_FIELDS),
    person: contains(...PERSON_FIELDS),
    name: contains('name'),
    email: contains('email'),
    phone: contains('phone'),
    company: contains('company'),
    jobTitle: contains('jobTitle'),
    tag: hasTags(TAGGED.customers),
    tagMatch: noCondition,
    customFields: (values) => hasCustomFields(customers, values),
    externalId: (externalId) => ({ where: eq(customers.externalId, externalId) }),
    owner: isOwnedBy(customers.ownerId),
    createdAfter: from(customers.createdAt),
    createdBefore: before(customers.createdAt),
    updatedAfter: from(customers.updatedAt),
    followUpBefore: before(customers.nextFollowUpAt),
    touchBefore: before(customers.nextTouchAt),
    trashed: isTrashed(customers.deletedAt),
  },
  asked: {
    fields: CUSTOMER_FILTER_FIELDS,
    lifts: {
      ownerId: asParameter((owner) => ({ owner })),
      externalId: asParameter((externalId) => ({ externalId })),
      tags: asParameter((tag) => ({ tag: [tag] })),
      name: asWords('name'),
      email: asWords('email'),
      emails: asWords('email'),
      company: asWords('company'),
      jobTitle: asWords('job_title'),
      createdAt: asRange(customers.createdAt),
      updatedAt: asRange(customers.updatedAt),
      nextFollowUpAt: asRange(customers.nextFollowUpAt),
      nextTouchAt: asRange(customers.nextTouchAt),
    },
  },
  walks(ctx, request, ownerIds, order) {
    const { actor } = ctx
    if (request.externalId !== undefined && !request.trashed) {
      const isIt = allOf(isNotNull(customers.externalId), visible(actor, permissions.read, customers), order.only)
      return [
        {
          index: 'customers_external',
          where: allOf(isIt, eq(customers.externalId, request.externalId)),
          isSmall: true,
        },
      ]
    }
    if (!isPortal(actor)) return ownedWalks(ctx, request, ownerIds, order, OWNED)
    const isOwnRecord = allOf(isNotNull(customers.userId), visible(actor, permissions.read, customers), order.only)
    return [{ index: 'customers_user', where: isOwnRecord, isSmall: true }]
  },
  narrowOrders: ['createdAt', 'nextFollowUpAt', 'nextTouchAt'],
  search: {
    index: 'customers_fts',
    seq: customers.seq,
    isUsable: ({ actor }, { trashed }) => !trashed && !isPortal(actor),
    scope: scopeCodes,
    where: ({ actor }) => visible(actor, permissions.read, customers),
    answers: ['owner'],
  },
  counter: { table: customerCounts, answers: ['owner'], count: () => sql`${customerCounts.count}` },
}

/** What tells of fields that a portal login does not see. */
const HIDDEN_FILTERS = ['tag', 'customFields', 'externalId', 'followUpBefore', 'touchBefore'] as const
const HIDDEN_ORDERS = ['nextFollowUpAt', 'nextTouchAt']

// What is not shown must not be guessed by a filter or an order.
function requireShown({ actor }: Ctx, request: CustomerRequest): void {
  if (!isPortal(actor)) return
  const hidden = HIDDEN_FILTERS.find((name) => request[name] !== undefined)
  if (hidden) throw invalidError(`query.${hidden}`, 'Your role does not see the field of this filter', 'unknown')
  if (HIDDEN_ORDERS.includes(request.sort?.replace('-', '') ?? '')) {
    throw invalidError('query.sort', 'Your role does not see the field of this order', 'unknown')
  }
}

/** A page of the customers that the actor sees. Throws `invalid` for what tells of fields that the actor does not see. */
export async function listCustomers(ctx: Ctx, request: CustomerRequest): Promise<Page<CustomerRow>> {
  requireShown(ctx, request)
  const page = await runList(ctx, CUSTOMER_LIST, request)
  return { ...page, rows: page.rows.map((row) => redactFor(ctx.actor, row)) }
}
