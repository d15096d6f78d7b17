// Listing leads: a page of what the actor sees, and how many there are where that is asked for.
import { and, eq, or, sql } from 'drizzle-orm'
import type { Owners } from '../access/visible'
import { leadCounts, leads } from '../db/schema'
import { anyOf } from '../db/sql'
import type { Ctx } from '../http/context'
import { cut, type Page } from '../http/pagination'
import { type LeadRequest, type Plan, planOf, wanted } from './leads.plan'
import { type LeadRow, leadColumns } from './leads.service'

/** How far leads are counted that no counter keeps. */
const COUNTED = 1_000
/** How many leads are looked through, at a time, for what the search index has not: short words, and the trash. */
const WINDOW = 250

export async function listLeads(ctx: Ctx, request: LeadRequest): Promise<Page<LeadRow>> {
  const { db } = ctx
  const { limit, total } = request
  const whose = wanted(ctx, request)
  if (whose !== 'all' && whose.length === 0) return { rows: [], ...(total ? { total: 0 } : {}) }
  const plan = planOf(ctx, request, whose)
  if (request.q && !plan.isSearch) return lookedThrough(ctx, request.q, limit, plan)
  const page = rowsOf(ctx, plan, limit + 1)
  if (!total) return cut(await page, limit, plan.positionOf)
  const [rows, [counted]] = await db.batch([page, countOf(ctx, request, whose)])
  const { sum = 0, isCapped = 0 } = counted ?? {}
  return { ...cut(rows, limit, plan.positionOf), total: sum, ...(isCapped ? { totalCapped: true } : {}) }
}

function rowsOf({ db }: Ctx, plan: Plan, limit: number) {
  if (plan.isSearch) {
    const hits = db.select(leadColumns).from(sql`leads_fts`).crossJoin(leads)
    return hits
      .where(plan.where)
      .orderBy(...plan.orderBy)
      .limit(limit)
  }
  // SQLite merges the walks, taking from each only what the page needs.
  const [first, second] = plan.walks.map((walk) => db.select(leadColumns).from(leads).where(and(plan.where, walk)))
  if (!first) return db.select(leadColumns).from(leads).where(sql`false`)
  return (second ? first.unionAll(second) : first).orderBy(...plan.orderBy).limit(limit)
}

// Owner and status are counted by triggers; any other selection is counted row by row, and not for ever.
function countOf(ctx: Ctx, request: LeadRequest, whose: Owners) {
  const { q, source, trashed, createdAfter, createdBefore, followUpAfter, followUpBefore, sort, status } = request
  const byFollowUp = sort?.endsWith('followUpAt') ?? false
  const others = [q, source, createdAfter, createdBefore, followUpAfter, followUpBefore]
  const isKept = !trashed && !byFollowUp && others.every((filter) => filter === undefined)
  if (!isKept) return countedOut(ctx, planOf(ctx, { ...request, after: undefined }, whose))
  const counted = whose === 'all' ? ['*'] : whose.map((owner) => owner ?? '')
  return ctx.db
    .select({ sum: sql<number>`coalesce(sum(count), 0)`.as('sum'), isCapped: sql<number>`0`.as('is_capped') })
    .from(leadCounts)
    .where(
      and(
        eq(leadCounts.workspaceId, ctx.actor.workspaceId),
        anyOf(leadCounts.owner, counted),
        status && eq(leadCounts.status, status),
      ),
    )
}

function countedOut({ db }: Ctx, { isSearch, where, walks }: Plan) {
  const rows = isSearch ? sql`leads_fts CROSS JOIN ${leads}` : sql`${leads}`
  const some = sql`(SELECT 1 FROM ${rows} WHERE ${and(where, or(...walks))} LIMIT ${COUNTED + 1})`
  return db
    .select({
      sum: sql<number>`min(count(*), ${COUNTED})`.as('sum'),
      isCapped: sql<number>`count(*) > ${COUNTED}`.as('is_capped'),
    })
    .from(some)
}

// Look through a window of leads and say where it ended, however little was found.
async function lookedThrough(ctx: Ctx, q: string, limit: number, plan: Plan): Promise<Page<LeadRow>> {
  const walks = plan.walks.map((walk) => sql`SELECT seq FROM ${leads} WHERE ${and(plan.where, walk)}`)
  const order = sql.raw(plan.isDown ? 'DESC' : 'ASC')
  const window = sql`(${sql.join(walks, sql` UNION ALL `)} ORDER BY seq ${order} LIMIT ${WINDOW})`
  const has = sql`instr(lower(${leads.searchText}), lower(${q})) > 0`
  const [rows, [last]] = await ctx.db.batch([
    ctx.db
      .select(leadColumns)
      .from(leads)
      .where(and(sql`${leads.seq} IN (SELECT seq FROM ${window})`, has))
      .orderBy(...plan.orderBy)
      .limit(limit + 1),
    ctx.db
      .select({
        seen: sql<number>`count(*)`.as('seen'),
        low: sql<number>`min(seq)`.as('low'),
        high: sql<number>`max(seq)`.as('high'),
      })
      .from(window),
  ])
  const page = cut(rows, limit, plan.positionOf)
  if (page.next || !last || last.seen < WINDOW) return page
  return { ...page, next: [plan.isDown ? last.low : last.high] }
}
