// The list of leads: its orders, filters, search index and counter.
import { eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { phrase, STATUS_CODES } from '../db/fts'
import type { Page } from '../db/page'
import { leadCounts, leads } from '../db/schema'
import { COUNT_OF_STATUS, LEAD_STATUSES } from '../db/schema/leads'
import { allOf } from '../db/sql'
import { pageMarks } from '../db/window'
import { LEAD_FILTER_FIELDS } from '../filters/filters.records'
import { hasCustomFields } from '../records/custom-fields'
import { runList } from '../records/list'
import { asParameter, asParameters, asRange, asWords } from '../records/list.asked'
import type { ListDefinition, ListRequest } from '../records/list.definition'

import { before, from, is, isNot, noCondition } from '../records/list.filters'

import { isOwnedBy, isTrashed, ownedWalks, requestedOwners, scopeCodes } from '../records/list.owned'
import { isPartOf } from '../records/question'
import { hasTags, TAGGED } from '../tags/tagged'
import { LEAD_INCLUDES, type LeadRow, leadColumns } from './leads.record'
import type { LeadFilters } from './leads.schemas'

/** `besides` excludes one status. */
type Query = z.output<typeof LeadFilters> & { besides?: LeadRow['status'] }
export type LeadRequest = ListRequest<Query>

const permissions = { read: 'leads:read', trash: 'leads:write' } as const
const SEARCHED = {
  words: { columns: 'words', text: sql`${leads.searchText}` },
  phone: { column: 'phone', text: sql`coalesce(${leads.phoneText}, '')` },
}
const OWNED = { table: leads, permissions, trash: ['leads_trash', 'leads_owner_trash'] } as const

const FOLLOW_UP_INDEXES = ['leads_follow_up', 'leads_owner_follow_up'] as const
/** The follow-ups of leads that are not closed. */
const OPEN_FOLLOW_UP_INDEXES = ['leads_open_follow_up', 'leads_owner_open_follow_up'] as const

export const LEAD_LIST: ListDefinition<LeadRow, Query> = {
  table: leads,
  name: 'leads',
  columns: leadColumns,
  read: (db, rows, included) => db.select({ row: leadColumns, included, ...pageMarks }).from(rows),
  includes: LEAD_INCLUDES,
  indexed: {
    entity: 'lead',
    customFields: leads.customFields,
    ownerId: leads.ownerId,
    seq: leads.seq,
    where: ({ actor }) => visible(actor, permissions.read, leads),
    isOwned: true,
  },
  owners: (ctx, request) => requestedOwners(ctx, permissions, request),
  orders: {
    createdAt: {
      by: ['seq'],
      arrivedAt: leads.createdAt,
      indexes: ['leads_list', 'leads_owner'],
      unowned: [
        { index: 'leads_pool', where: sql`${leads.status} <> 'CLOSED'` },
        { index: 'leads_unowned_closed', where: sql`${leads.status} = 'CLOSED'` },
      ],
    },
    updatedAt: { by: ['updatedAt', 'seq'], indexes: ['leads_updated', 'leads_owner_updated'] },
    followUpAt: {
      by: ['followUpAt', 'seq'],
      only: isNotNull(leads.followUpAt),
      indexes: FOLLOW_UP_INDEXES,
    },
  },
  usualOrder({ updatedAfter, followUpAfter, followUpBefore }) {
    if (updatedAfter) return 'updatedAt'
    return followUpAfter || followUpBefore ? 'followUpAt' : '-createdAt'
  },
  filters: {
    q: (q, { actor }) => isPartOf(q, SEARCHED, actor),
    status: (statuses) => ({
      where: inArray(leads.status, statuses),
      match: `scope : (${statuses.map((status) => phrase(STATUS_CODES[status])).join(' OR ')})`,
      isCoarse: true,
    }),
    stage: is(leads.stageId),
    besides: isNot(leads.status),
    source: (sources) => ({
      where: inArray(leads.source, sources),
      match: `origin : (${sources.map((source) => phrase(`⟦${source}⟧`)).join(' OR ')})`,
      isCoarse: true,
    }),
    tag: hasTags(TAGGED.leads),
    tagMatch: noCondition,
    customFields: (values) => hasCustomFields(leads, values),
    externalId: (externalId) => ({ where: eq(leads.externalId, externalId) }),
    owner: isOwnedBy(leads.ownerId),
    customer: is(leads.customerId),
    createdAfter: from(leads.createdAt),
    createdBefore: before(leads.createdAt),
    updatedAfter: from(leads.updatedAt),
    followUpAfter: from(leads.followUpAt),
    followUpBefore: before(leads.followUpAt),
    trashed: isTrashed(leads.deletedAt),
  },
  asked: {
    fields: LEAD_FILTER_FIELDS,
    lifts: {
      status: asParameters((values) => ({ status: LEAD_STATUSES.filter((status) => values.includes(status)) })),
      source: asParameters((source) => ({ source })),
      externalId: asParameter((externalId) => ({ externalId })),
      customerId: asParameter((customer) => ({ customer })),
      ownerId: asParameter((owner) => ({ owner })),
      tags: asParameter((tag) => ({ tag: [tag] })),
      title: asWords('words'),
      name: asWords('words'),
      email: asWords('words'),
      interest: asWords('words'),
      createdAt: asRange(leads.createdAt),
      updatedAt: asRange(leads.updatedAt),
      followUpAt: asRange(leads.followUpAt),
    },
  },
  walks(ctx, request, whose, order) {
    if (request.customer && !request.trashed) {
      const where = allOf(visible(ctx.actor, permissions.read, leads), isNotNull(leads.customerId), order.only)
      return [{ index: 'leads_customer', where, answers: ['customer'], isSmall: true }]
    }
    if (request.externalId !== undefined && !request.trashed) {
      const isIt = allOf(isNotNull(leads.externalId), visible(ctx.actor, permissions.read, leads), order.only)
      return [{ index: 'leads_external', where: allOf(isIt, eq(leads.externalId, request.externalId)), isSmall: true }]
    }
    if (request.trashed || request.besides !== 'CLOSED' || order.indexes !== FOLLOW_UP_INDEXES) {
      return ownedWalks(ctx, request, whose, order, OWNED)
    }
    // A literal: SQLite cannot tell from a parameter that the index has these rows.
    const only = sql`${order.only} AND ${leads.status} <> 'CLOSED'`
    const walks = ownedWalks(ctx, request, whose, { only, indexes: OPEN_FOLLOW_UP_INDEXES }, OWNED)
    return walks.map(({ answers = [], ...walk }) => ({ ...walk, answers: [...answers, 'besides'] }))
  },
  narrowOrders: ['createdAt', 'followUpAt'],
  search: {
    index: 'leads_fts',
    seq: leads.seq,
    isUsable: (_, { trashed }) => !trashed,
    scope: scopeCodes,
    where: ({ actor }) => visible(actor, permissions.read, leads),
    answers: ['owner'],
  },
  counter: { table: leadCounts, answers: ['owner', 'status'], count: ({ status }) => leadCount(status) },
}

function leadCount(statuses: readonly LeadRow['status'][] = LEAD_STATUSES): SQL {
  const names = new Set(statuses.map((status) => COUNT_OF_STATUS[status]))
  const columns = [...names].map((name) => sql`${leadCounts[name]}`)
  return sql`(${sql.join(columns, sql` + `)})`
}

/** A page of the leads in reach. */
export function listLeads(ctx: Ctx, request: LeadRequest): Promise<Page<LeadRow>> {
  return runList(ctx, LEAD_LIST, request)
}
