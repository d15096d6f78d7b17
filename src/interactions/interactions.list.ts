// Listing interactions: what happened, newest first; or what is to be followed up, soonest first.
import { and, sql } from 'drizzle-orm'
import { visibleInteractions } from '../access/visible'
import { countedOut, passedOver, withTotal } from '../db/listing'
import { cut, type Page } from '../db/page'
import { interactions } from '../db/schema'
import type { Ctx } from '../http/context'
import { type InteractionRequest, type Plan, planOf } from './interactions.plan'
import { type InteractionRow, interactionColumns } from './interactions.service'

/** How many rows are looked through, at a time, for filters together that no index knows, or past what is in the trash. */
const LOOKED_THROUGH = 1_000

/**
 * Looks along an index until the page is full, at most so many rows. Where it is not full by then, the last row looked
 * at follows the rows found, and the next page starts behind it.
 */
export async function listInteractions(ctx: Ctx, request: InteractionRequest): Promise<Page<InteractionRow>> {
  const { db, actor } = ctx
  const { limit } = request
  const plan = planOf(ctx, request)
  if (request.offset !== undefined) return numbered(ctx, request, plan)
  const found = db
    .select()
    .from(along(ctx, plan).limit(LOOKED_THROUGH).as('interactions'))
    .where(and(plan.rest, visibleInteractions(actor, 'interactions:read')))
    .orderBy(...plan.orderBy)
    .limit(limit + 1)
  const last = along(ctx, plan)
    .limit(1)
    .offset(LOOKED_THROUGH - 1)
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

// By number there is no looking further: the index is walked until the page is full.
async function numbered({ db, actor }: Ctx, request: InteractionRequest, { walk, rest, orderBy }: Plan) {
  const where = and(walk, rest, visibleInteractions(actor, 'interactions:read'))
  const found = db
    .select(interactionColumns)
    .from(interactions)
    .where(where)
    .orderBy(...orderBy)
    .limit(request.limit)
    .offset(passedOver(request))
  if (!request.total) return { rows: await found }
  const [rows, [counted]] = await db.batch([found, countedOut(db, [{ rows: sql`${interactions}`, where }])])
  return withTotal({ rows }, counted)
}

function along({ db }: Ctx, { walk, ties, orderBy }: Plan) {
  const later = db.select().from(interactions).where(walk)
  const walks = ties ? db.select().from(interactions).where(ties).unionAll(later) : later
  return walks.orderBy(...orderBy)
}
