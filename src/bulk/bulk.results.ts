// What became of each record of a bulk change.
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { bulkResults, jobs } from '../db/schema'
import { AppError } from '../errors'
import { visibleJobs } from '../jobs/jobs.service'
import { shownOutcome } from './bulk.schemas'

type Shown = { id: string; ownerId: string | null } & ReturnType<typeof shownOutcome>

/** The results of a job, in the order of the selection. Throws `not_found`. */
export async function listResults(
  ctx: Ctx,
  jobId: string,
  { outcome, limit, after }: { outcome?: string } & PageRequest,
): Promise<Page<Shown>> {
  const { db } = ctx
  const isJob = and(eq(jobs.id, jobId), visibleJobs(ctx))
  const known = sql`${bulkResults.outcome} IN ('changed', 'unchanged', 'conflict', 'notFound')`
  const isAsked = outcome === 'refused' ? sql`NOT ${known}` : sql`${bulkResults.outcome} = ${outcome}`
  const { job, rows } = await runBatch(db, {
    job: one(db.select({ id: jobs.id }).from(jobs).where(isJob)),
    rows: db
      .select({
        n: bulkResults.n,
        id: bulkResults.recordId,
        stored: bulkResults.outcome,
        ownerId: bulkResults.ownerId,
      })
      .from(bulkResults)
      .where(
        and(
          sql`${bulkResults.jobId} = (SELECT ${jobs.id} FROM ${jobs} WHERE ${isJob})`,
          outcome === undefined ? undefined : isAsked,
          after && gt(bulkResults.n, Number(after[0])),
        ),
      )
      .orderBy(asc(bulkResults.n))
      .limit(limit + 1),
  })
  if (!job) throw new AppError('not_found')
  const page = cut(rows, limit, (row) => [row.n])
  return { ...page, rows: page.rows.map(({ id, stored, ownerId }) => ({ id, ownerId, ...shownOutcome(stored) })) }
}
