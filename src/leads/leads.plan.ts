// How a list of leads is read: which index it walks, so that it passes about a page of rows whatever the table's size.
import { and, isNotNull, isNull, ne, type SQL, sql } from 'drizzle-orm'
import { requirePersonId } from '../access/person'
import { type Owners, ownedBy, owners, reachable, requirePermission } from '../access/visible'
import type { Ctx } from '../context'
import { afterCursorInParts, arrivedBetween, isSearchable, orderByKeys, remainingRange } from '../db/listing'
import type { PageRequest, Position } from '../db/page'
import { leads } from '../db/schema'
import { invalidError } from '../errors'
import { type Filters, filterConditions } from './leads.filters'
import type { LeadRow } from './leads.record'
import { matchOf } from './leads.search'

const COLUMNS = ['createdAt', 'updatedAt', 'followUpAt'] as const
type Column = (typeof COLUMNS)[number]

export type LeadRequest = PageRequest &
  Filters & {
    q?: string
    owner?: string
    /** Leaves one status out. */
    besides?: LeadRow['status']
    trashed?: boolean
    sort?: Column | `-${Column}`
    total?: boolean
  }

/** How to read leads: conditions, one walk for each owner (or one for all), order, and where in it a row stands. */
export type ListPlan = {
  isSearch: boolean
  walks: { index: string; where: SQL | undefined }[]
  /** What makes the index of a walk complete. */
  living: SQL
  where: SQL | undefined
  /** Where the walk goes on, in parts that follow each other. */
  parts: (SQL | undefined)[]
  /** What no index knows, to be checked row by row. */
  rest: SQL | undefined
  keys: SQL[]
  orderBy: SQL[]
  isDown: boolean
  positionOf: (row: LeadRow) => Position
}

/** Whose leads are asked for, as far as the actor reaches them; none where they are out of reach. */
export function requestedOwners({ actor }: Ctx, { owner, trashed }: LeadRequest): Owners {
  if (trashed) requirePermission(actor, 'leads:write', 'The trash is for who can restore.')
  const reached = owners(actor, trashed ? 'leads:write' : 'leads:read')
  if (owner === undefined) return reached
  const asked = owner === 'none' ? null : owner === 'me' ? requirePersonId(actor) : owner
  return reached === 'all' || reached.includes(asked) ? [asked] : []
}

/** Throws `invalid` for an order that a search or the trash cannot have. */
export function planOf({ actor }: Ctx, request: LeadRequest, whose: Owners): ListPlan {
  const { by, isDown } = orderOf(request)
  const isSearch = by === 'createdAt' && isNarrowed(request)
  const seq = isSearch ? sql`leads_fts.rowid` : sql`${leads.seq}`
  const keys = by === 'createdAt' ? [seq] : [sql`${leads[by]}`, seq]
  const match = sql`leads_fts MATCH ${matchOf(actor.workspaceId, whose, request)} AND ${leads.seq} = leads_fts.rowid`
  const { q, status, source, createdAfter, createdBefore } = request
  const span = { createdAfter, createdBefore }
  const [arrivedAfter, arrivedBefore] = remainingRange([createdAfter, createdBefore], request.after, isDown)
  const arrived = { createdAfter: arrivedAfter, createdBefore: arrivedBefore }
  const isDue = by === 'followUpAt'
  const [followUpAfter, followUpBefore] = remainingRange(
    [request.followUpAfter, request.followUpBefore],
    isDue ? request.after : undefined,
    isDown,
  )
  const due = filterConditions({ followUpAfter, followUpBefore })
  return {
    isSearch,
    walks: walksOf(whose, request.trashed ? 'trash' : by),
    living: request.trashed ? sql`deleted_at IS NOT NULL` : by === 'followUpAt' ? DUE : sql`deleted_at IS NULL`,
    where: and(
      isSearch ? match : undefined,
      reachable(actor, request.trashed ? 'leads:write' : 'leads:read', leads),
      request.trashed ? isNotNull(leads.deletedAt) : isNull(leads.deletedAt),
      isDue ? and(isNotNull(leads.followUpAt), due) : undefined,
      isSearch ? filterConditions({ status, source }) : undefined,
      by === 'createdAt' ? and(filterConditions(span), arrivedBetween(sql`${leads}`, seq, arrived)) : undefined,
    ),
    parts: afterCursorInParts(keys, request.after, isDown),
    rest: and(
      isDue ? undefined : due,
      isSearch ? undefined : filterConditions({ status, source }),
      request.besides && ne(leads.status, request.besides),
      by === 'createdAt' ? undefined : filterConditions(span),
      q === undefined || isSearch ? undefined : sql`instr(lower(${leads.searchText}), lower(${q})) > 0`,
    ),
    keys,
    orderBy: orderByKeys(keys, isDown),
    isDown,
    positionOf: (row) => (by === 'createdAt' ? [row.seq] : [row[by] ?? '', row.seq]),
  }
}

const DUE = sql`deleted_at IS NULL AND follow_up_at IS NOT NULL`
const INDEXES = {
  createdAt: ['leads_list', 'leads_owner'],
  updatedAt: ['leads_updated', 'leads_owner_updated'],
  followUpAt: ['leads_follow_up', 'leads_owner_follow_up'],
  trash: ['leads_trash', 'leads_owner_trash'],
} as const

function walksOf(whose: Owners, order: keyof typeof INDEXES) {
  const [ofAll, ofOwner] = INDEXES[order]
  if (whose === 'all') return [{ index: ofAll, where: undefined }]
  return whose.map((owner) => ({ index: ofOwner, where: ownedBy(leads.ownerId, owner) }))
}

function orderOf({ sort, q, trashed, followUpAfter, followUpBefore }: LeadRequest): { by: Column; isDown: boolean } {
  const byArrival = q !== undefined || trashed === true
  const usual = !byArrival && (followUpAfter ?? followUpBefore) ? 'followUpAt' : '-createdAt'
  const order = sort ?? usual
  const by = COLUMNS.find((column) => order.endsWith(column)) ?? 'createdAt'
  if (byArrival && by !== 'createdAt') {
    const message = 'A search, and the trash, come by createdAt: leave sort out'
    throw invalidError('query.sort', message, 'not_with_search')
  }
  return { by, isDown: order.startsWith('-') }
}

// A walk that filters might pass a million leads on its way to twenty; the search index does not.
function isNarrowed({ q, status, source, trashed }: LeadRequest): boolean {
  const hasTerm = q === undefined ? status !== undefined || source !== undefined : isSearchable(q)
  return !trashed && hasTerm
}
