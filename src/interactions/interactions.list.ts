// Listing interactions: what happened, newest first; or what is to be followed up, soonest first.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { visible, visibleInteractions } from '../access/visible'
import type { Ctx } from '../context'
import { cappedCount, offsetOf, REACH, withTotal } from '../db/listing'
import { cut, type Page, type PageRequest } from '../db/page'
import { customers, interactions } from '../db/schema'
import { AppError } from '../errors'
import { type InteractionRequest, type ListPlan, planOf } from './interactions.plan'
import { type InteractionRow, interactionColumns } from './interactions.record'

/** How many rows are looked through, at a time, for filters together that no index knows, or past what is in the trash. */
const SCANNED_ROWS = 1_000

/**
 * Looks along an index until the page is full, at most so many rows. Where it is not full by then, the last row looked
 * at follows the rows found, and the next page starts behind it.
 */
export async function listInteractions(ctx: Ctx, request: InteractionRequest): Promise<Page<InteractionRow>> {
  const { db, actor } = ctx
  const { limit } = request
  const plan = planOf(ctx, request)
  if (request.offset !== undefined) return numberedPage(ctx, request, plan)
  const found = db
    .select()
    .from(walkRows(ctx, plan).limit(SCANNED_ROWS).as('interactions'))
    .where(and(plan.rest, visibleInteractions(actor, 'interactions:read')))
    .orderBy(...plan.orderBy)
    .limit(limit + 1)
  const last = walkRows(ctx, plan)
    .limit(1)
    .offset(SCANNED_ROWS - 1)
  const rows = await db
    .select({ ...interactionColumns, isLast: sql<number>`0`.as('is_last') })
    .from(found.as('interactions'))
    .unionAll(db.select({ ...interactionColumns, isLast: sql<number>`1`.as('is_last') }).from(last.as('interactions')))
    .limit(limit + 1)
  const end = rows.find((row) => row.isLast)
  const hits = rows.filter((row) => !row.isLast)
  const page = cut(hits, limit, plan.positionOf)
  return page.next || !end ? page : { ...page, next: plan.positionOf(end) }
}

/** What is asked for, as the SELECT of a page of any size: for exports, which pass every row. */
export function interactionRows(ctx: Ctx, request: InteractionRequest): SQL {
  const plan = planOf(ctx, request)
  const rows = ctx.db
    .select()
    .from(walkRows(ctx, plan).as('interactions'))
    .where(and(plan.rest, visibleInteractions(ctx.actor, 'interactions:read')))
    .orderBy(...plan.orderBy)
    .limit(request.limit)
  return rows.getSQL()
}

/** The interactions of a customer, a page by number. Throws `not_found` where the customer is out of reach. */
export async function listInteractionsOf(ctx: Ctx, customer: string, pages: PageRequest): Promise<InteractionRow[]> {
  const { db, actor } = ctx
  const request = { ...pages, customer }
  const theirs = db
    .select({ id: customers.id })
    .from(customers)
    .where(and(eq(customers.id, customer), visible(actor, 'customers:read', customers)))
  const [[found], rows] = await db.batch([theirs, numberedQueries(ctx, request, planOf(ctx, request)).rows])
  if (!found) throw new AppError('not_found')
  return rows
}

/** The interactions with a customer, or those that a member logged, whichever the id is of; a page by number. */
export async function listInteractionsAround(ctx: Ctx, id: string, pages: PageRequest): Promise<InteractionRow[]> {
  const requests = [{ customer: id }, { author: id }].map((whose) => ({ ...pages, ...whose }))
  const [ofCustomer, ofAuthor] = requests.map((request) => numberedQueries(ctx, request, planOf(ctx, request)).rows)
  if (!ofCustomer || !ofAuthor) return []
  return (await ctx.db.batch([ofCustomer, ofAuthor])).flat()
}

async function numberedPage(ctx: Ctx, request: InteractionRequest, plan: ListPlan): Promise<Page<InteractionRow>> {
  const { rows, found } = numberedQueries(ctx, request, plan)
  if (!request.total) return { rows: await rows }
  const [page, [sum]] = await ctx.db.batch([rows, cappedCount(ctx.db, [found])])
  return withTotal({ rows: page }, sum)
}

// By number there is no looking further than REACH: all pages are of the rows that the index gives first.
function numberedQueries(ctx: Ctx, request: InteractionRequest, plan: ListPlan) {
  const window = walkRows(ctx, plan).limit(REACH)
  const where = and(plan.rest, visibleInteractions(ctx.actor, 'interactions:read'))
  const rows = ctx.db
    .select(interactionColumns)
    .from(window.as('interactions'))
    .where(where)
    .orderBy(...plan.orderBy)
    .limit(request.limit)
    .offset(offsetOf(request))
  return { rows, found: { rows: sql`(${window.getSQL()}) AS interactions`, where } }
}

function walkRows({ db }: Ctx, { walk, ties, orderBy }: ListPlan) {
  const later = db.select().from(interactions).where(walk)
  const walks = ties ? db.select().from(interactions).where(ties).unionAll(later) : later
  return walks.orderBy(...orderBy)
}
