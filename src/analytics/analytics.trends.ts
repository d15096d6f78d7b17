// Analytics: figures for each local day, week or month, zeros included.
import type { Ctx } from '../context'
import { addSteps, dateOf, type Grain, startOf } from './analytics.days'
import { type Cell, cellsOf, figuresOf, type Metric, requireAllFigures } from './analytics.figures'
import { type SpanRequest, spanFields, spanOf } from './analytics.span'

/** The series by name: its metric and, for interactions, the type. */
export const SERIES = {
  leads: ['lead'],
  claims: ['claim'],
  contacts: ['contact'],
  conversions: ['conversion'],
  customers: ['customer'],
  interactions: ['interaction'],
  notes: ['interaction', 'NOTE'],
  calls: ['interaction', 'CALL'],
  emails: ['interaction', 'EMAIL'],
  meetings: ['interaction', 'MEETING'],
  tasks: ['interaction', 'TASK'],
  followUps: ['interaction', 'FOLLOW_UP'],
  ticketsOpened: ['ticket'],
  ticketsResolved: ['resolution'],
} as const satisfies Record<string, readonly [Metric, string?]>
export type Series = keyof typeof SERIES

type TrendsRequest = SpanRequest & { metrics: Series[]; groupBy: Grain }

/** Counts of each metric by day, week or month, gaps as zeros. Throws `invalid` for a bad span. */
export async function getTrends(ctx: Ctx, { metrics, groupBy, ...request }: TrendsRequest) {
  const span = spanOf(ctx, request, groupBy)
  const rows = await figuresOf(ctx, span, [...new Set(metrics.map((name) => SERIES[name][0]))])
  requireAllFigures(rows)
  const zeros = () => new Map(metrics.map((name) => [name, 0]))
  const points = new Map<number, Map<Series, number>>()
  for (let start = startOf(groupBy, span.from); start < span.to; start = addSteps(groupBy, start, 1)) {
    points.set(start, zeros())
  }
  const totals = zeros()
  for (const cell of cellsOf(rows, span)) {
    for (const name of metrics.filter((each) => isInSeries(cell, each))) {
      for (const counts of [points.get(startOf(groupBy, cell.day)), totals]) {
        counts?.set(name, (counts.get(name) ?? 0) + cell.count)
      }
    }
  }
  return {
    ...spanFields(span),
    groupBy,
    points: [...points].map(([start, counts]) => ({ start: dateOf(start), counts: Object.fromEntries(counts) })),
    totals: Object.fromEntries(totals),
  }
}

function isInSeries({ metric, kind }: Cell, name: Series): boolean {
  const [seriesMetric, type] = SERIES[name]
  return metric === seriesMetric && (type === undefined || kind === type)
}
