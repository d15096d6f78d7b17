// Listing leads: a page of what the actor sees, and how many there are where that is asked for.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Owners } from '../access/visible'
import type { Ctx } from '../context'
import {
  cappedCount,
  counterTotal,
  forceIndex,
  hitCount,
  isLast,
  numberedPage,
  numberedWindow,
  offsetOf,
  type Source,
  scanWindow,
  windowPage,
  withTotal,
} from '../db/listing'
import { cut, type Page } from '../db/page'
import { leadCounts, leads } from '../db/schema'
import { anyOf } from '../db/sql'
import { type LeadRequest, type ListPlan, planOf, requestedOwners } from './leads.plan'
import { type LeadRow, leadColumns } from './leads.record'

export async function listLeads(ctx: Ctx, request: LeadRequest): Promise<Page<LeadRow>> {
  const { db } = ctx
  const { limit, total } = request
  const whose = requestedOwners(ctx, request)
  if (whose !== 'all' && whose.length === 0) return { rows: [], ...(total ? { total: 0 } : {}) }
  const plan = planOf(ctx, request, whose)
  const offset = offsetOf(request)
  if (plan.rest) return scanPage(ctx, request, whose, plan)
  const page = rowsOf(ctx, plan, limit + 1).offset(offset)
  if (!total) return cut(await page, limit, plan.positionOf)
  const [rows, [counted]] = await db.batch([page, countOf(ctx, request, whose)])
  return withTotal(cut(rows, limit, plan.positionOf), counted)
}

/** What is asked for, as the SELECT of a page of any size, for exports: they pass every row, so that no word is too short. */
export function leadRows(ctx: Ctx, request: LeadRequest): SQL {
  const whose = requestedOwners(ctx, request)
  if (whose !== 'all' && whose.length === 0) return sql`SELECT * FROM ${leads} WHERE false`
  const plan = planOf(ctx, request, whose)
  return rowsOf(ctx, { ...plan, where: and(plan.where, plan.rest) }, request.limit).getSQL()
}

function rowsOf({ db }: Ctx, plan: ListPlan, limit: number) {
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
      const rows = forceIndex('leads', leadColumns, walk.index, plan.living)
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

// Owner and status are counted by triggers; any other selection is counted row by row, and not for ever. An order
// changes nothing about that, but that of follow-ups has only leads with one.
function countOf(ctx: Ctx, request: LeadRequest, whose: Owners) {
  const { q, source, trashed, createdAfter, createdBefore, followUpAfter, followUpBefore, sort, status } = request
  const byFollowUp = sort?.endsWith('followUpAt') ?? false
  const others = [q, source, createdAfter, createdBefore, followUpAfter, followUpBefore]
  const isKept = !trashed && !byFollowUp && others.every((filter) => filter === undefined)
  if (!isKept) {
    const all = { ...request, sort: byFollowUp ? sort : undefined, after: undefined }
    return cappedCount(ctx.db, sourcesOf(planOf(ctx, all, whose)))
  }
  const counted = whose === 'all' ? ['*'] : whose.map((owner) => owner ?? '')
  return ctx.db
    .select(counterTotal)
    .from(leadCounts)
    .where(
      and(
        eq(leadCounts.workspaceId, ctx.actor.workspaceId),
        anyOf(leadCounts.owner, counted),
        status && eq(leadCounts.status, status),
      ),
    )
}

function sourcesOf({ isSearch, where, parts, walks, rest }: ListPlan): Source[] {
  if (isSearch) return [{ rows: sql`leads_fts CROSS JOIN ${leads}`, where: and(where, ...parts), rest }]
  return walks.flatMap((walk) => {
    const rows = sql`${leads} INDEXED BY ${sql.raw(walk.index)}`
    return parts.map((part) => ({ rows, where: and(where, walk.where, part), rest }))
  })
}

// Look through a window of leads and say where it ended, however little was found. Short words are not counted. Pages by
// number are all of one window.
async function scanPage(ctx: Ctx, request: LeadRequest, whose: Owners, plan: ListPlan): Promise<Page<LeadRow>> {
  const { db } = ctx
  const { q, limit, offset } = request
  if (offset !== undefined) {
    const window = numberedWindow('leads', leadColumns, sourcesOf(plan), plan, { limit, offset })
    return numberedPage(await db.select({ ...leadColumns, hitCount }).from(window), offset)
  }
  const found = db
    .select({ ...leadColumns, isLast })
    .from(scanWindow('leads', leadColumns, sourcesOf(plan), plan, limit + 1))
  const isCounted = request.total && (q === undefined || plan.isSearch)
  const [rows, [counted]] = isCounted ? await db.batch([found, countOf(ctx, request, whose)]) : [await found, []]
  const page = windowPage(rows, limit, plan.positionOf)
  return isCounted ? withTotal(page, counted) : page
}
