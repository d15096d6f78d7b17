// Analytics: the figures of each member of the team.
import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { TEAM } from '../access/policy'
import type { Ctx } from '../context'
import { runBatch } from '../db/batch'
import { afterCursor, orderByKeys } from '../db/cursor'
import { cut, type Page, type PageRequest } from '../db/page'
import { rollups, users } from '../db/schema'
import { cellsOf, daysWithin, medianSeconds, sumOf } from './analytics.figures'
import { type SpanRequest, spanOf } from './analytics.span'

const METRICS = ['claim', 'contact', 'conversion', 'customer', 'interaction'] as const

/** The most rows that a page adds figures up from. */
const MAX_ROWS = 20_000

/**
 * A page of the members who can own leads, by role, each with their figures. Of a long span it has fewer members than
 * `limit`. Throws `invalid` for a bad span.
 */
export async function getTeamFigures(ctx: Ctx, { limit: most, after, ...request }: SpanRequest & PageRequest) {
  const { db, actor } = ctx
  const span = spanOf(ctx, request)
  // A day of UTC more is read at each end.
  const rowsOfMember = (span.to - span.from + 2) * METRICS.length
  const limit = Math.max(1, Math.min(most, Math.floor(MAX_ROWS / rowsOfMember)))
  const keys = [sql`${users.role}`, sql`${users.id}`]
  const memberPage = db
    .select({ id: users.id, name: users.name, role: users.role, status: users.status })
    .from(users)
    .where(
      and(
        eq(users.workspaceId, actor.workspaceId),
        isNull(users.deletedAt),
        inArray(users.role, TEAM),
        afterCursor(keys, after, false),
      ),
    )
    .orderBy(...orderByKeys(keys, false))
    .limit(limit + 1)
  const { owner, metric, day, part, cells } = rollups
  const { members, rows } = await runBatch(db, {
    members: memberPage,
    rows: db
      .select({ owner, metric, day, part, cells })
      .from(rollups)
      .where(
        and(
          eq(rollups.workspaceId, actor.workspaceId),
          sql`${owner} IN (SELECT id FROM (${memberPage}))`,
          inArray(metric, [...METRICS]),
          daysWithin(span),
        ),
      ),
  })
  const rowsOf = Map.groupBy(rows, (row) => row.owner)
  const page: Page<(typeof members)[number]> = cut(members, limit, (row) => [row.role, row.id])
  return { ...page, rows: page.rows.map((row) => ({ ...row, ...memberFigures(rowsOf.get(row.id) ?? []) })) }

  function memberFigures(ofMember: typeof rows) {
    const all = [...cellsOf(ofMember, span)]
    const of = (name: (typeof METRICS)[number]) => all.filter((cell) => cell.metric === name)
    return {
      claims: sumOf(of('claim')),
      medianSecondsToClaim: medianSeconds(of('claim')),
      contacts: sumOf(of('contact')),
      medianSecondsToContact: medianSeconds(of('contact')),
      conversions: sumOf(of('conversion')),
      customers: sumOf(of('customer')),
      interactions: sumOf(of('interaction')),
    }
  }
}
