// Listing leads: a page of what the actor sees, and how many there are where that is asked for.
import { and, eq, sql } from 'drizzle-orm'
import type { Owners } from '../access/visible'
import {
  allHits,
  along,
  countedOut,
  hitCount,
  keptCount,
  passedOver,
  REACH,
  type Source,
  WINDOW,
  windowOf,
  withEnd,
  withTotal,
} from '../db/listing'
import { cut, type Page } from '../db/page'
import { leadCounts, leads } from '../db/schema'
import { anyOf } from '../db/sql'
import type { Ctx } from '../http/context'
import { type LeadRequest, type Plan, planOf, wanted } from './leads.plan'
import { type LeadRow, leadColumns } from './leads.service'

export async function listLeads(ctx: Ctx, request: LeadRequest): Promise<Page<LeadRow>> {
  const { db } = ctx
  const { limit, total } = request
  const whose = wanted(ctx, request)
  if (whose !== 'all' && whose.length === 0) return { rows: [], ...(total ? { total: 0 } : {}) }
  const plan = planOf(ctx, request, whose)
  const offset = passedOver(request)
  if (request.q && !plan.isSearch) return lookedThrough(ctx, request.q, request, plan)
  const page = rowsOf(ctx, plan, limit + 1).offset(offset)
  if (!total) return cut(await page, limit, plan.positionOf)
  const [rows, [counted]] = await db.batch([page, countOf(ctx, request, whose)])
  return withTotal(cut(rows, limit, plan.positionOf), counted)
}

function rowsOf({ db }: Ctx, plan: Plan, limit: number) {
  if (plan.isSearch) {
    const hits = db.select(leadColumns).from(sql`leads_fts`).crossJoin(leads)
    return hits
      .where(and(plan.where, ...plan.parts))
      .orderBy(...plan.orderBy)
      .limit(limit)
  }
  // SQLite merges the walks, taking from each only what the page needs.
  const [first, ...others] = plan.walks.flatMap((walk) =>
    plan.parts.map((part) => {
      const rows = along('leads', leadColumns, walk.index, plan.living)
      return db
        .select(leadColumns)
        .from(rows)
        .where(and(plan.where, walk.where, part))
        .$dynamic()
    }),
  )
  const merged = others.reduce((walks, walk) => walks?.unionAll(walk), first)
  return (merged ?? db.select(leadColumns).from(leads).where(sql`false`).$dynamic())
    .orderBy(...plan.orderBy)
    .limit(limit)
}

// Owner and status are counted by triggers; any other selection is counted row by row, and not for ever.
function countOf(ctx: Ctx, request: LeadRequest, whose: Owners) {
  const { q, source, trashed, createdAfter, createdBefore, followUpAfter, followUpBefore, sort, status } = request
  const byFollowUp = sort?.endsWith('followUpAt') ?? false
  const others = [q, source, createdAfter, createdBefore, followUpAfter, followUpBefore]
  const isKept = !trashed && !byFollowUp && others.every((filter) => filter === undefined)
  if (!isKept) return countedOut(ctx.db, sourcesOf(planOf(ctx, { ...request, after: undefined }, whose)))
  const counted = whose === 'all' ? ['*'] : whose.map((owner) => owner ?? '')
  return ctx.db
    .select(keptCount)
    .from(leadCounts)
    .where(
      and(
        eq(leadCounts.workspaceId, ctx.actor.workspaceId),
        anyOf(leadCounts.owner, counted),
        status && eq(leadCounts.status, status),
      ),
    )
}

function sourcesOf({ isSearch, where, parts, walks }: Plan): Source[] {
  if (isSearch) return [{ rows: sql`leads_fts CROSS JOIN ${leads}`, where }]
  return walks.map((walk) => {
    return { rows: sql`${leads} INDEXED BY ${sql.raw(walk.index)}`, where: and(where, walk.where, ...parts) }
  })
}

// Look through a window of leads and say where it ended, however little was found. Pages by number are all of one window.
async function lookedThrough({ db }: Ctx, q: string, request: LeadRequest, plan: Plan): Promise<Page<LeadRow>> {
  const { limit, offset } = request
  const size = offset === undefined ? WINDOW : REACH
  const { isInside, end } = windowOf(db, sourcesOf(plan), plan.isDown, sql`seq`, size)
  const has = sql`instr(lower(${leads.searchText}), lower(${q})) > 0`
  const where = and(isInside(sql`${leads.seq}`), has)
  if (offset !== undefined) {
    const found = db
      .select({ ...leadColumns, hitCount })
      .from(leads)
      .where(where)
    return allHits(
      await found
        .orderBy(...plan.orderBy)
        .limit(limit)
        .offset(offset),
    )
  }
  const found = db.select(leadColumns).from(leads).where(where)
  const [rows, [last]] = await db.batch([found.orderBy(...plan.orderBy).limit(limit + 1), end])
  return withEnd(cut(rows, limit, plan.positionOf), last)
}
