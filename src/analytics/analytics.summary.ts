// Analytics: the present state of the workspace, and the figures of a span of days.
import { and, eq, isNull, lt, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customerCounts, leadCounts, leads, rollups, ticketCounts } from '../db/schema'
import { METRICS } from '../db/schema/analytics'
import { COUNT_OF_STATUS, LEAD_STATUSES } from '../db/schema/leads'
import { dateOf, dayAt } from './analytics.days'
import {
  type Cell,
  cellsOf,
  figuresOf,
  figuresOwner,
  medianSeconds,
  OTHER_SOURCES,
  requireAllFigures,
  sumOf,
} from './analytics.figures'
import { type SpanRequest, spanFields, spanOf } from './analytics.span'

/** Due follow-ups are read separately, since they count on all days up to tomorrow. */
const FIGURES = METRICS.filter((metric) => metric !== 'due')
type Status = (typeof LEAD_STATUSES)[number]
/** How many sources are listed; the others are one sum. */
const SOURCES = 50

/** The summary of the actor's figures, or of the workspace's where the actor reaches all. Throws `invalid`. */
export async function getSummary(ctx: Ctx, request: SpanRequest) {
  const { db, actor, now } = ctx
  const span = spanOf(ctx, request)
  const { workspaceId } = actor
  const owner = figuresOwner(ctx)
  const today = dayAt(span.timeZone, now)
  const due = and(eq(rollups.workspaceId, workspaceId), eq(rollups.owner, owner), eq(rollups.metric, 'due'))
  const { metric, day, part, cells: json } = rollups
  const { statuses, oldest, figures, earlierDues, nearDues, customers, tickets } = await runBatch(db, {
    // Those of nobody are everybody's less those of each owner.
    statuses: db.select().from(leadCounts).where(eq(leadCounts.workspaceId, workspaceId)),
    oldest: one(
      db
        .select({ createdAt: sql<string>`${leads.createdAt}`.as('oldest_at') })
        .from(sql`${leads} INDEXED BY leads_pool`)
        .where(
          and(
            eq(leads.workspaceId, workspaceId),
            isNull(leads.ownerId),
            isNull(leads.deletedAt),
            sql`${leads.status} <> 'CLOSED'`,
          ),
        )
        .orderBy(leads.seq)
        .limit(1),
    ),
    figures: figuresOf(ctx, span, FIGURES),
    earlierDues: one(
      db
        .select({ interactions: dueCount('interaction'), leads: dueCount('lead') })
        .from(rollups)
        .where(and(due, lt(day, dateOf(today - 1)))),
    ),
    nearDues: db
      .select({ metric, day, part, cells: json })
      .from(rollups)
      .where(and(due, sql`${day} BETWEEN ${dateOf(today - 1)} AND ${dateOf(today + 1)}`)),
    customers: one(countOf(ctx, customerCounts, owner)),
    tickets: one(countOf(ctx, ticketCounts, owner)),
  })
  requireAllFigures(figures)
  const cells = [...cellsOf(figures, span)]
  const of = (metric: Cell['metric']) => cells.filter((cell) => cell.metric === metric)
  const dues = (from: number, to: number) => [...cellsOf(nearDues, { ...span, from, to })]
  const ofWhom = statuses.find((row) => row.owner === owner)
  const countByStatus = (status: Status) => ofWhom?.[COUNT_OF_STATUS[status]] ?? 0
  const unownedCount = (status: Status) =>
    statuses.reduce((sum, row) => sum + (row.owner === '*' ? 1 : -1) * row[COUNT_OF_STATUS[status]], 0)
  const converted = sumOf(of('conversion'))
  const closed = sumOf(of('move').filter(({ kind }) => kind.endsWith('>CLOSED')))
  const open = LEAD_STATUSES.filter((status) => status !== 'CLOSED')
  return {
    ...spanFields(span),
    leads: {
      byStatus: Object.fromEntries(LEAD_STATUSES.map((status) => [status, countByStatus(status)])),
      unclaimed: open.reduce((sum, status) => sum + unownedCount(status), 0),
      oldestUnclaimedAt: oldest?.createdAt ?? null,
      ...bySource(of('lead')),
      claimed: sumOf(of('claim')),
      medianSecondsToClaim: medianSeconds(of('claim')),
      contacted: sumOf(of('contact')),
      medianSecondsToContact: medianSeconds(of('contact')),
      converted,
      closed,
      conversionRate: converted + closed === 0 ? null : converted / (converted + closed),
    },
    customers: { total: customers?.count ?? 0, created: sumOf(of('customer')) },
    interactions: sumOf(of('interaction')),
    tickets: { open: tickets?.count ?? 0, opened: sumOf(of('ticket')), resolved: sumOf(of('resolution')) },
    followUps: {
      overdue: addFollowUps(followUpsIn(dues(today - 3, today)), earlierDues),
      today: followUpsIn(dues(today, today + 1)),
    },
  }
}

function countOf({ db, actor }: Ctx, table: typeof customerCounts | typeof ticketCounts, owner: string) {
  return db
    .select({ count: table.count })
    .from(table)
    .where(and(eq(table.workspaceId, actor.workspaceId), eq(table.owner, owner)))
}

function bySource(made: Cell[]) {
  const groups = Map.groupBy(made, ({ part }) => part)
  const unnamed = sumOf(groups.get(OTHER_SOURCES) ?? [])
  groups.delete(OTHER_SOURCES)
  const sources = [...groups].map(([source, list]) => ({ source: source === '' ? null : source, count: sumOf(list) }))
  sources.sort((a, b) => b.count - a.count || (a.source ?? '').localeCompare(b.source ?? ''))
  const others = sources.slice(SOURCES).reduce((sum, { count }) => sum + count, unnamed)
  return { created: sumOf(made), bySource: sources.slice(0, SOURCES), ofOtherSources: others }
}

/** The sum of one kind, as a column: with GROUP BY, SQLite would read every day twice. */
function dueCount(part: string) {
  return sql<number | null>`sum(${rollups.count}) FILTER (WHERE ${rollups.part} = ${part})`.as(part)
}

function followUpsIn(list: Cell[]) {
  const sum = (kind: string) => sumOf(list.filter(({ part }) => part === kind))
  return { interactions: sum('interaction'), leads: sum('lead') }
}

type FollowUps = ReturnType<typeof followUpsIn>
type NullableFollowUps = { [kind in keyof FollowUps]: number | null }

function addFollowUps(some: FollowUps, more: NullableFollowUps | undefined): FollowUps {
  return { interactions: some.interactions + (more?.interactions ?? 0), leads: some.leads + (more?.leads ?? 0) }
}
