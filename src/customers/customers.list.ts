// Listing customers: a walk along an index, the search index for what is sought, a window for what that does not know.
import { and, eq, gte, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import { requirePersonId } from '../access/person'
import { isPortal, type Owners, ownedBy, owners, reachable, requirePermission } from '../access/visible'
import type { Ctx } from '../context'
import {
  afterCursorInParts,
  arrivedBetween,
  cappedCount,
  counterTotal,
  forceIndex,
  hitCount,
  isLast,
  numberedPage,
  numberedWindow,
  offsetOf,
  orderByKeys,
  remainingRange,
  type Source,
  scanWindow,
  windowPage,
  withTotal,
} from '../db/listing'
import { cut, type Page, type PageRequest, type Position } from '../db/page'
import { customerCounts, customers } from '../db/schema'
import { anyOf } from '../db/sql'
import { invalidError } from '../errors'
import { type CustomerRow, customerColumns } from './customers.record'
import { hasSearchTerms, isIndexed, matchOf, rowConditions, type SearchTerms } from './customers.search'
import { redactFor } from './customers.service'

const KEYS = {
  createdAt: undefined,
  updatedAt: sql`${customers.updatedAt}`,
  name: sql`${customers.sortName}`,
  lastInteractionAt: sql`${customers.touchedAt}`,
  nextFollowUpAt: sql`${customers.nextFollowUpAt}`,
  nextTouchAt: sql`${customers.nextTouchAt}`,
}
type Column = keyof typeof KEYS

export type CustomerRequest = PageRequest &
  SearchTerms & {
    owner?: string
    createdAfter?: string
    createdBefore?: string
    followUpBefore?: string
    touchBefore?: string
    trashed?: boolean
    sort?: Column | `-${Column}`
    total?: boolean
  }

/** A page of the customers that the actor sees. Throws `invalid` for an order that a search or the trash cannot have. */
export async function listCustomers(ctx: Ctx, request: CustomerRequest): Promise<Page<CustomerRow>> {
  const { db } = ctx
  const { limit, total } = request
  const whose = requestedOwners(ctx, request)
  if (whose !== 'all' && whose.length === 0) return { rows: [], ...(total ? { total: 0 } : {}) }
  const plan = planOf(ctx, request, whose)
  const offset = offsetOf(request)
  if (plan.rest && !isPortal(ctx.actor)) return scanPage(ctx, request, whose, plan)
  const query = rowsOf(ctx, plan, limit + 1).offset(offset)
  const [rows, [counted]] = total ? await db.batch([query, countOf(ctx, request, whose)]) : [await query, []]
  const { rows: page, next } = cut(rows, limit, plan.positionOf)
  const shown = { rows: page.map((row) => redactFor(ctx.actor, row)), next }
  return total ? withTotal(shown, counted) : shown
}

/** What is asked for, as the SELECT of a page of any size, for exports: they pass every row, so that no word is too short. */
export function customerRows(ctx: Ctx, request: CustomerRequest): SQL {
  const whose = requestedOwners(ctx, request)
  if (whose !== 'all' && whose.length === 0) return sql`SELECT * FROM ${customers} WHERE false`
  return rowsOf(ctx, planOf(ctx, request, whose), request.limit).getSQL()
}

type ListPlan = {
  isSearch: boolean
  walk: { index: string; living: SQL; where: SQL | undefined }
  where: SQL | undefined
  /** Where the walk goes on, in parts that follow each other. */
  parts: (SQL | undefined)[]
  /** What no index knows, to be checked row by row. */
  rest: SQL | undefined
  keys: SQL[]
  orderBy: SQL[]
  isDown: boolean
  positionOf: (row: CustomerRow) => Position
}

function requestedOwners({ actor }: Ctx, { owner, trashed }: CustomerRequest): Owners {
  if (trashed) requirePermission(actor, 'customers:write', 'The trash is for who can restore.')
  const reached = owners(actor, trashed ? 'customers:write' : 'customers:read')
  if (owner === undefined || isPortal(actor)) return reached
  const asked = owner === 'none' ? null : owner === 'me' ? requirePersonId(actor) : owner
  return reached === 'all' || reached.includes(asked) ? [asked] : []
}

function planOf({ actor }: Ctx, request: CustomerRequest, whose: Owners): ListPlan {
  const { by, isDown } = orderOf(request)
  const isSearch = by === 'createdAt' && !request.trashed && !isPortal(actor) && isIndexed(request)
  const seq = isSearch ? sql`customers_fts.rowid` : sql`${customers.seq}`
  const key = KEYS[by]
  const keys = key ? [key, seq] : [seq]
  const match = sql`customers_fts MATCH ${matchOf(actor.workspaceId, whose, request)} AND ${customers.seq} = customers_fts.rowid`
  const { createdAfter, createdBefore } = request
  const [after, before] = remainingRange([createdAfter, createdBefore], request.after, isDown)
  const arrived = arrivedBetween(sql`${customers}`, seq, { createdAfter: after, createdBefore: before })
  const made = and(
    createdAfter === undefined ? undefined : gte(customers.createdAt, createdAfter),
    createdBefore === undefined ? undefined : lt(customers.createdAt, createdBefore),
  )
  const due = DUE.filter(([column]) => column === by).map((one) => dueBefore(one, by, request, isDown))
  const alsoDue = DUE.filter(([column]) => column !== by).map((one) => dueBefore(one, by, request, isDown))
  return {
    isSearch,
    walk: isPortal(actor) ? PORTAL : walkOf(whose, request.trashed ? 'trash' : by),
    where: and(
      isSearch ? match : undefined,
      reachable(actor, request.trashed ? 'customers:write' : 'customers:read', customers),
      request.trashed ? isNotNull(customers.deletedAt) : isNull(customers.deletedAt),
      ...due,
      by === 'createdAt' ? and(made, arrived) : undefined,
    ),
    parts: afterCursorInParts(keys, request.after, isDown),
    rest: and(rowConditions(request, isSearch), ...alsoDue, by === 'createdAt' ? undefined : made),
    keys,
    orderBy: orderByKeys(keys, isDown),
    isDown,
    positionOf: (row) => (by === 'createdAt' ? [row.seq] : [sortValue(row, by), row.seq]),
  }
}

// A due date is a bound of the walk by it, and otherwise looked at row by row.
const DUE = [
  ['nextFollowUpAt', 'followUpBefore'],
  ['nextTouchAt', 'touchBefore'],
] as const

function dueBefore([due, filter]: (typeof DUE)[number], by: Column, request: CustomerRequest, isDown: boolean) {
  const before = request[filter]
  const [, bound] = by === due ? remainingRange([undefined, before], request.after, isDown) : [undefined, before]
  return and(
    by === due ? isNotNull(customers[due]) : undefined,
    bound === undefined ? undefined : lt(customers[due], bound),
  )
}

const LIVING = sql`deleted_at IS NULL`
const INDEXES = {
  createdAt: ['customers_list', 'customers_owner', LIVING],
  updatedAt: ['customers_updated', 'customers_owner_updated', LIVING],
  name: ['customers_name', 'customers_owner_name', LIVING],
  lastInteractionAt: ['customers_touched', 'customers_owner_touched', LIVING],
  nextFollowUpAt: ['customers_due', 'customers_owner_due', sql`deleted_at IS NULL AND next_follow_up_at IS NOT NULL`],
  nextTouchAt: [
    'customers_touch_due',
    'customers_owner_touch_due',
    sql`deleted_at IS NULL AND next_touch_at IS NOT NULL`,
  ],
  trash: ['customers_trash', 'customers_owner_trash', sql`deleted_at IS NOT NULL`],
} as const
const PORTAL = { index: 'customers_user', living: sql`user_id IS NOT NULL`, where: undefined }

function walkOf(whose: Owners, order: keyof typeof INDEXES) {
  const [ofAll, ofOwner, living] = INDEXES[order]
  if (whose === 'all') return { index: ofAll, living, where: undefined }
  return { index: ofOwner, living, where: or(...whose.map((owner) => ownedBy(customers.ownerId, owner))) }
}

function sortValue(row: CustomerRow, by: Exclude<Column, 'createdAt'>): string {
  return (by === 'name' ? row.sortName : row[by]) ?? ''
}

function orderOf(request: CustomerRequest): { by: Column; isDown: boolean } {
  const byArrival = hasSearchTerms(request) || request.trashed === true
  const due = request.followUpBefore ? 'nextFollowUpAt' : request.touchBefore ? 'nextTouchAt' : undefined
  const order = request.sort ?? (due && !byArrival ? due : '-createdAt')
  const columns = Object.keys(KEYS) as Column[]
  const by = columns.find((column) => order === column || order === `-${column}`) ?? 'createdAt'
  if (byArrival && by !== 'createdAt') {
    const message = 'What is searched for, and the trash, come by createdAt: leave sort out'
    throw invalidError('query.sort', message, 'not_with_search')
  }
  return { by, isDown: order.startsWith('-') }
}

function rowsOf({ db }: Ctx, plan: ListPlan, limit: number) {
  if (plan.isSearch) {
    const hits = db.select(customerColumns).from(sql`customers_fts`).crossJoin(customers)
    return hits
      .where(and(plan.where, ...plan.parts, plan.rest))
      .orderBy(...plan.orderBy)
      .limit(limit)
  }
  const { index, living, where } = plan.walk
  const [first, second] = plan.parts.map((part) => {
    const rows = forceIndex('customers', customerColumns, index, living)
    return db
      .select(customerColumns)
      .from(rows)
      .where(and(plan.where, where, part, plan.rest))
      .$dynamic()
  })
  const walk = first ?? db.select(customerColumns).from(customers).$dynamic()
  return (second ? walk.unionAll(second) : walk).orderBy(...plan.orderBy).limit(limit)
}

// The owner is counted by triggers; any other selection is counted row by row, and not for ever. An order changes
// nothing about that, but that of follow-ups has only customers with one.
function countOf(ctx: Ctx, request: CustomerRequest, whose: Owners) {
  const { createdAfter, createdBefore, followUpBefore, touchBefore, trashed, sort = '' } = request
  const isPlain = [createdAfter, createdBefore, followUpBefore, touchBefore].every((filter) => filter === undefined)
  const byDue = DUE.some(([due]) => sort.endsWith(due))
  const isKept = isPlain && !trashed && !hasSearchTerms(request) && !byDue && !isPortal(ctx.actor)
  if (!isKept) {
    const all = { ...request, sort: byDue ? request.sort : undefined, after: undefined }
    return cappedCount(ctx.db, sourcesOf(planOf(ctx, all, whose)))
  }
  const counted = whose === 'all' ? ['*'] : whose.map((owner) => owner ?? '')
  return ctx.db
    .select(counterTotal)
    .from(customerCounts)
    .where(and(eq(customerCounts.workspaceId, ctx.actor.workspaceId), anyOf(customerCounts.owner, counted)))
}

function sourcesOf({ isSearch, walk, where, parts, rest }: ListPlan): Source[] {
  if (isSearch) return [{ rows: sql`customers_fts CROSS JOIN ${customers}`, where: and(where, ...parts), rest }]
  const rows = sql`${customers} INDEXED BY ${sql.raw(walk.index)}`
  return parts.map((part) => ({ rows, where: and(where, walk.where, part), rest }))
}

// Look through a window of customers and say where it ended, however little was found. What is sought beside an index,
// short words and anything in the trash, is not counted. Pages by number are all of one window.
async function scanPage(ctx: Ctx, request: CustomerRequest, whose: Owners, plan: ListPlan): Promise<Page<CustomerRow>> {
  const { db } = ctx
  const { limit, offset } = request
  if (offset !== undefined) {
    const window = numberedWindow('customers', customerColumns, sourcesOf(plan), plan, { limit, offset })
    return numberedPage(await db.select({ ...customerColumns, hitCount }).from(window), offset)
  }
  const found = db
    .select({ ...customerColumns, isLast })
    .from(scanWindow('customers', customerColumns, sourcesOf(plan), plan, limit + 1))
  const isCounted = request.total && rowConditions(request, plan.isSearch) === undefined
  const [rows, [counted]] = isCounted ? await db.batch([found, countOf(ctx, request, whose)]) : [await found, []]
  const page = windowPage(rows, limit, plan.positionOf)
  return isCounted ? withTotal(page, counted) : page
}
