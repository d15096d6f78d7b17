// Analytics: how many leads enter and leave each stage, and how long they stay there.
import { and, eq } from 'drizzle-orm'
import type { Ctx } from '../context'
import { runBatch } from '../db/batch'
import { leadCounts } from '../db/schema'
import { COUNT_OF_STATUS, LEAD_STATUSES } from '../db/schema/leads'
import { cellsOf, figuresOf, figuresOwner, medianSeconds, requireAllFigures, sumOf } from './analytics.figures'
import { type SpanRequest, spanFields, spanOf } from './analytics.span'

/** The number of leads that entered and left each stage in a span. Throws `invalid` for a bad span. */
export async function getFunnel(ctx: Ctx, request: SpanRequest) {
  const { db, actor } = ctx
  const span = spanOf(ctx, request)
  const { figures, present } = await runBatch(db, {
    figures: figuresOf(ctx, span, ['lead', 'move', 'conversion']),
    present: db
      .select()
      .from(leadCounts)
      .where(and(eq(leadCounts.workspaceId, actor.workspaceId), eq(leadCounts.owner, figuresOwner(ctx)))),
  })
  requireAllFigures(figures)
  const cells = [...cellsOf(figures, span)]
  const made = cells.filter(({ metric }) => metric === 'lead')
  const moves = cells.filter(({ metric }) => metric === 'move')
  const conversions = cells.filter(({ metric }) => metric === 'conversion')
  const enteredCount = (status: string) =>
    sumOf(made.filter(({ kind }) => kind === status)) + sumOf(moves.filter(({ kind }) => kind.endsWith(`>${status}`)))
  const stages = LEAD_STATUSES.filter((status) => status !== 'CLOSED').map((status) => {
    const left = [...moves, ...conversions].filter(({ kind }) => kind.startsWith(`${status}>`))
    const now = present.reduce((sum, row) => sum + row[COUNT_OF_STATUS[status]], 0)
    return { status, now, entered: enteredCount(status), left: sumOf(left), medianSeconds: medianSeconds(left) }
  })
  return {
    ...spanFields(span),
    stages,
    converted: sumOf(conversions),
    closed: enteredCount('CLOSED'),
    reopened: sumOf(moves.filter(({ kind }) => kind.startsWith('CLOSED>'))),
  }
}
