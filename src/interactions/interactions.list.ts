// Listing interactions: what happened, newest first; or what is to be followed up, soonest first.
import { and, sql } from 'drizzle-orm'
import { visibleInteractions } from '../access/visible'
import { ordered } from '../db/listing'
import { cut, type Page } from '../db/page'
import { interactions } from '../db/schema'
import type { Ctx } from '../http/context'
import { type InteractionRequest, type Plan, planOf } from './interactions.plan'
import { type InteractionRow, interactionColumns } from './interactions.service'

/** How many rows are looked through, at a time, for filters together that no index knows. */
const LOOKED_THROUGH = 1_000

export async function listInteractions(ctx: Ctx, request: InteractionRequest): Promise<Page<InteractionRow>> {
  const { limit } = request
  const plan = planOf(ctx, request)
  if (plan.rest) return lookedThrough(ctx, plan, limit)
  const rows = await ctx.db
    .select()
    .from(interactions)
    .where(and(plan.walk, visibleInteractions(ctx.actor, 'interactions:read')))
    .orderBy(...ordered(plan.keys, plan.isDown))
    .limit(limit + 1)
  return cut(rows, limit, plan.positionOf)
}

// Looks along the walk until the page is full, at most so many rows. Where it is not full by then, the last row looked
// at follows the rows found: the next page starts behind it.
async function lookedThrough({ db, actor }: Ctx, plan: Plan, limit: number): Promise<Page<InteractionRow>> {
  const { walk, rest, isDown, positionOf } = plan
  const order = sql.join(ordered(plan.keys, isDown), sql`, `)
  const looked = sql`SELECT * FROM ${interactions} WHERE ${walk} ORDER BY ${order}`
  const where = and(rest, visibleInteractions(actor, 'interactions:read'))
  const found = sql`(SELECT * FROM (${looked} LIMIT ${LOOKED_THROUGH}) AS interactions WHERE ${where} ORDER BY ${order}
    LIMIT ${limit + 1}) AS interactions`
  const last = sql`(${looked} LIMIT 1 OFFSET ${LOOKED_THROUGH - 1}) AS interactions`
  const rows = await db
    .select({ ...interactionColumns, isLast: sql<number>`0`.as('is_last') })
    .from(found)
    .unionAll(db.select({ ...interactionColumns, isLast: sql<number>`1`.as('is_last') }).from(last))
    .limit(limit + 1)
  const end = rows.find((row) => row.isLast)
  const page = cut(
    rows.filter((row) => !row.isLast),
    limit,
    positionOf,
  )
  return page.next || !end ? page : { ...page, next: positionOf(end) }
}
