// Analytics: reads the counts that triggers keep for each day, and adds them up by the caller's local days.
import { and, eq, inArray, sql } from 'drizzle-orm'
import { owners } from '../access/visible'
import type { Ctx } from '../context'
import { rollups } from '../db/schema'
import type { METRICS } from '../db/schema/analytics'
import { invalidError } from '../errors'
import { dateOf } from './analytics.days'
import type { Span } from './analytics.span'

export type Metric = (typeof METRICS)[number]

/** One quarter-hour's count of one kind; `step` is that of its duration, where it has one. */
export type Cell = { metric: Metric; day: number; part: string; kind: string; step: number | undefined; count: number }

/** The owner whose figures the actor sees: `'*'` for all owners, or the actor's id. */
export function figuresOwner({ actor }: Ctx): string {
  return owners(actor, 'analytics:read') === 'all' ? '*' : actor.id
}

/** SQL: the rows of a span. A local day lies in two days of UTC, so that one more day is read at each end. */
export function daysWithin({ from, to }: Span) {
  return sql`${rollups.day} BETWEEN ${dateOf(from - 1)} AND ${dateOf(to)}`
}

/** The part of new leads whose source is none of the first 50 of its day (src/db/triggers/06-rollups.sql). */
export const OTHER_SOURCES = '\u{10ffff}'
/** The most rows that figures are added up from: a year with 50 sources a day has fewer. */
const MAX_ROWS = 22_000

/** Throws `invalid` if the statement of `figuresOf` has left rows out. */
export function requireAllFigures(rows: unknown[]): void {
  if (rows.length <= MAX_ROWS) return
  const message = 'is too far from the first day for the number of sources that leads have in this span'
  throw invalidError('query.to', message, 'too_long')
}

/** The statement that reads the days of some metrics: days × metrics rows, of leads made days × sources (at most 51). */
export function figuresOf(ctx: Ctx, span: Span, metrics: readonly Metric[]) {
  const { metric, day, part, cells } = rollups
  return ctx.db
    .select({ metric, day, part, cells })
    .from(rollups)
    .where(
      and(
        eq(rollups.workspaceId, ctx.actor.workspaceId),
        eq(rollups.owner, figuresOwner(ctx)),
        inArray(metric, [...metrics]),
        daysWithin(span),
      ),
    )
    .limit(MAX_ROWS + 1)
}

type Row = Pick<typeof rollups.$inferSelect, 'metric' | 'day' | 'part' | 'cells'>

/** The cells of these rows that lie in the span, each with its local day. */
export function* cellsOf(rows: Row[], { from, to, localDay }: Pick<Span, 'from' | 'to' | 'localDay'>): Generator<Cell> {
  for (const { metric, day: utcDate, part, cells } of rows) {
    const counts: Record<string, number> = JSON.parse(cells)
    for (const [key, count] of Object.entries(counts)) {
      const [slot, kind = '', step = ''] = key.split('/')
      const day = localDay(utcDate, Number(slot))
      if (day < from || day >= to) continue
      yield { metric, day, part, kind, step: step === '' ? undefined : Number(step), count }
    }
  }
}

/** The sum of the counts. */
export function sumOf(cells: Cell[]): number {
  return cells.reduce((sum, { count }) => sum + count, 0)
}

/** Each step of a duration is this much longer than the one before (src/db/triggers/06-rollups.sql); the first is a second. */
const STEP = 1.04

/**
 * The median of the durations, in whole seconds; of an even number, the mean of the two in the middle. Each duration counts
 * as the middle of its step, so the error is at most 2 % or a second. Null if there are none.
 */
export function medianSeconds(cells: Cell[]): number | null {
  const timed = cells.flatMap(({ step, count }) => (step === undefined ? [] : [{ step, count }]))
  const rising = timed.sort((a, b) => a.step - b.step)
  const n = rising.reduce((sum, { count }) => sum + count, 0)
  if (n === 0) return null
  const middle = [Math.floor((n - 1) / 2), Math.floor(n / 2)].map((rank) => secondsAt(rising, rank))
  return Math.round(middle.reduce((sum, seconds) => sum + seconds, 0) / 2)
}

function secondsAt(rising: { step: number; count: number }[], rank: number): number {
  let passed = 0
  for (const { step, count } of rising) {
    passed += count
    if (passed > rank) return step === 0 ? 0 : STEP ** (step - 0.5)
  }
  return 0
}
