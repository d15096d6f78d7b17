// The jobs of a workspace for those who watch them: listing, reading, cancelling.
import { and, desc, eq, lt } from 'drizzle-orm'
import { reachable } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { jobs } from '../db/schema'
import { AppError } from '../errors'

/** What is shown of a job. */
export const jobColumns = {
  id: jobs.id,
  kind: jobs.kind,
  state: jobs.state,
  subjectId: jobs.subjectId,
  isCancellable: jobs.isCancellable,
  done: jobs.done,
  total: jobs.total,
  outcomes: jobs.outcomes,
  failures: jobs.failures,
  lastError: jobs.lastError,
  createdBy: jobs.actorId,
  createdAt: jobs.createdAt,
  updatedAt: jobs.updatedAt,
  finishedAt: jobs.finishedAt,
}
type JobRow = Omit<typeof jobs.$inferSelect, 'input'> & { createdBy: string | null }
export type ShownJob = Pick<JobRow, keyof typeof jobColumns>

/** The jobs that the actor sees. */
export const visibleJobs = ({ actor }: Ctx) =>
  reachable(actor, 'jobs:read', { workspaceId: jobs.workspaceId, ownerId: jobs.actorId })

/** The jobs that the actor sees, newest first. */
export async function listJobs(
  ctx: Ctx,
  { state, subjectId, limit, after }: { state?: JobRow['state']; subjectId?: string } & PageRequest,
): Promise<Page<ShownJob>> {
  const rows = await ctx.db
    .select(jobColumns)
    .from(jobs)
    .where(
      and(
        visibleJobs(ctx),
        state && eq(jobs.state, state),
        subjectId ? eq(jobs.subjectId, subjectId) : undefined,
        after && lt(jobs.id, String(after[0])),
      ),
    )
    .orderBy(desc(jobs.id))
    .limit(limit + 1)
  return cut(rows, limit, (row) => [row.id])
}

/** A job. Throws `not_found`. */
export async function getJob(ctx: Ctx, id: string): Promise<ShownJob> {
  const [job] = await ctx.db
    .select(jobColumns)
    .from(jobs)
    .where(and(eq(jobs.id, id), visibleJobs(ctx)))
  if (!job) throw new AppError('not_found')
  return job
}

/** Ends a job that may end at any piece; what is done stays done. Throws `job_not_cancellable`, `job_over`. */
export async function cancelJob(ctx: Ctx, id: string): Promise<ShownJob> {
  const { db, now } = ctx
  const where = and(eq(jobs.id, id), visibleJobs(ctx))
  const { cancelled, present } = await runBatch(db, {
    cancelled: one(
      db
        .update(jobs)
        .set({ state: 'CANCELLED', finishedAt: now, updatedAt: now })
        .where(and(where, eq(jobs.state, 'RUNNING'), jobs.isCancellable))
        .returning(jobColumns),
    ),
    present: one(db.select(jobColumns).from(jobs).where(where)),
  })
  if (cancelled) return cancelled
  if (!present) throw new AppError('not_found')
  throw new AppError(present.state === 'RUNNING' ? 'job_not_cancellable' : 'job_over')
}
