// Running jobs: a run takes the job that is due the longest and does pieces of it, each of which is one transaction.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Config } from '../config'
import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { jobs } from '../db/schema'
import { AppError } from '../errors'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time'
import type { JobCtx, JobKinds, JobStep, Selection } from './jobs.kind'

/** Where jobs run: the database, and the settings that mails need. */
export type Place = { db: Db; config: Config }
/** What an invocation may still do: how many statements, and until when, in milliseconds. */
export type Budget = { statements: number; until: number }
type JobRow = typeof jobs.$inferSelect

/** How long a job is left to the run that has it. */
const LEASE_MS = 30 * SECOND_MS
/** How many pieces a run does before it looks whether another job has waited longer. */
const PIECES_IN_A_ROW = 20
/** The statements that taking a job and laying it down cost, and those of a piece beside its step's own. */
const TAKING = 2
const PER_PIECE = 2
const MAX_MESSAGE = 500
const STOPPED = 'Who asked for it may no longer do this, so it has stopped.'

/**
 * Does pieces of jobs while there is budget; of one workspace only, if it is named. It can end at any moment: a piece is one
 * transaction, which also notes that the piece is done. A piece that fails is tried again, later and later up to an hour.
 */
export async function runDueJobs(place: Place, kinds: JobKinds, budget: Budget, workspaceId?: string): Promise<void> {
  const { db } = place
  while (isWithin(budget, TAKING + PER_PIECE)) {
    const job = await takeJob(db, workspaceId)
    budget.statements -= TAKING
    if (!job) return
    const left = await runPieces(place, kinds, job, budget)
    if (left) await layDown(db, left)
    if (left && left.pieces === job.pieces) return
  }
}

function isWithin({ statements, until }: Budget, needed: number): boolean {
  return statements >= needed && Date.now() < until
}

const instantIn = (ms: number) => new Date(Date.now() + ms).toISOString()

async function takeJob(db: Db, workspaceId: string | undefined): Promise<JobRow | undefined> {
  const now = new Date().toISOString()
  const ofWorkspace = workspaceId === undefined ? sql`` : sql`AND due.workspace_id = ${workspaceId}`
  const longestDue = sql`(SELECT due.id FROM ${jobs} AS due INDEXED BY jobs_due
    WHERE due.state = 'RUNNING' AND due.due_at <= ${now} ${ofWorkspace} ORDER BY due.due_at LIMIT 1)`
  const [job] = await db
    .update(jobs)
    .set({ dueAt: instantIn(LEASE_MS) })
    .where(eq(jobs.id, longestDue))
    .returning()
  return job
}

/** The job as the last piece left it; undefined if it is over, has failed, or another run has it. */
async function runPieces(place: Place, kinds: JobKinds, taken: JobRow, budget: Budget): Promise<JobRow | undefined> {
  let job = taken
  for (let n = 0; n < PIECES_IN_A_ROW; n += 1) {
    // A database in this very thread, as in development, would else answer nobody else.
    if (n > 0) await scheduler.wait(1)
    try {
      const next = await runPiece(place, kinds, job, budget)
      if (next === 'no budget') return job
      if (next?.state !== 'RUNNING') return undefined
      job = next
    } catch (error) {
      await noteFailure(place.db, job, error)
      return undefined
    }
  }
  return job
}

async function runPiece(
  place: Place,
  kinds: JobKinds,
  job: JobRow,
  budget: Budget,
): Promise<JobRow | 'no budget' | undefined> {
  const now = new Date().toISOString()
  const { db } = place
  const { steps, mayGoOn } = asOf(place, kinds, job, now)
  const step = steps[job.step]
  if (!step) throw new Error(`The kind ${job.kind} has no step ${job.step}`)
  const isNext = and(eq(jobs.id, job.id), eq(jobs.pieces, job.pieces), eq(jobs.state, 'RUNNING'))
  const picked = sql`SELECT value FROM json_each((SELECT job.picked FROM ${jobs} AS job WHERE job.id = ${job.id}), '$.keys')`
  const statements = step.statements(picked)
  const next = pickedJson(step.pick(job.position))
  if (!isWithin(budget, statements.length + PER_PIECE)) return 'no budget'
  budget.statements -= statements.length + PER_PIECE
  const { advanced } = await runBatch(db, {
    // If another run was quicker, nothing is picked, and all that follows does nothing.
    picked: db
      .update(jobs)
      .set({ picked: mayGoOn ? sql`CASE WHEN ${mayGoOn} THEN ${next} END` : next })
      .where(isNext),
    statements,
    advanced: one(
      db
        .update(jobs)
        .set(advance(step, job.step + 1 === steps.length, now))
        .where(isNext)
        .returning(),
    ),
  })
  return advanced
}

function pickedJson({ key, from, position = sql`NULL` }: Selection): SQL<string> {
  return sql`(SELECT json_object('keys', json_group_array(key), 'position', json_extract(json_group_array(position), '$[#-1]'))
    FROM (SELECT ${key} AS key, ${position} AS position ${from}))`
}

/** What the job becomes by a piece, in the same transaction. */
function advance({ full, isUncounted }: JobStep, isLastStep: boolean, now: string) {
  // Nothing is picked where the job may not go on.
  const isStopped = sql`${jobs.picked} IS NULL`
  const count = sql`coalesce(json_array_length(${jobs.picked}, '$.keys'), 0)`
  const isStepOver = sql`${count} < ${full}`
  const isOver = isLastStep ? isStepOver : sql`false`
  return {
    pieces: sql`${jobs.pieces} + 1`,
    done: isUncounted ? sql`${jobs.done}` : sql`${jobs.done} + ${count}`,
    step: sql`${jobs.step} + iif(${isStepOver} AND NOT ${isOver}, 1, 0)`,
    position: sql`iif(${isStepOver}, NULL, ${jobs.picked} ->> '$.position')`,
    picked: null,
    // What it was to do may tell of people.
    input: sql`iif(${isOver} OR ${isStopped}, '{}', ${jobs.input})`,
    failures: 0,
    lastError: sql`iif(${isStopped}, ${STOPPED}, NULL)`,
    state: sql`CASE WHEN ${isStopped} THEN 'CANCELLED' WHEN ${isOver} THEN 'DONE' ELSE ${jobs.state} END`,
    finishedAt: sql`iif(${isOver} OR ${isStopped}, ${now}, NULL)`,
    updatedAt: now,
    dueAt: instantIn(LEASE_MS),
  }
}

async function noteFailure(
  db: Db,
  { id, kind, pieces, failures, isCancellable }: JobRow,
  error: unknown,
): Promise<void> {
  // A database that does not answer has told nothing about the job. The lease ends by itself.
  if (error instanceof AppError && error.code === 'unavailable') throw error
  const message = causeOf(error).slice(0, MAX_MESSAGE)
  // What a trigger refuses once, it will refuse again.
  const isRefused =
    isCancellable && (error instanceof AppError || (error instanceof Error && error.cause instanceof AppError))
  console.error(JSON.stringify({ level: 'error', event: 'job_piece_failed', kind, job: id, message }))
  await db
    .update(jobs)
    .set({
      failures: sql`${jobs.failures} + 1`,
      lastError: message,
      dueAt: instantIn(Math.min(MINUTE_MS * 2 ** failures, HOUR_MS)),
      ...(isRefused && { state: 'CANCELLED' as const, finishedAt: new Date().toISOString() }),
    })
    .where(and(eq(jobs.id, id), eq(jobs.pieces, pieces)))
}

// Drizzle wraps what a statement throws, in a message that holds the parameters.
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const cause = error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof AppError)) return cause.message
  return [cause.code, ...(cause.extras.errors ?? []).map(({ path, message }) => `${path} ${message}`)].join(': ')
}

// The steps of the job's kind, and whether it may go on.
function asOf(place: Place, kinds: JobKinds, job: JobRow, now: string) {
  const { kind, workspaceId, actorType, actorId, input } = job
  const isPerson = actorType === 'user' || actorType === 'key'
  const actor = isPerson && actorId !== null ? ({ type: actorType, id: actorId, workspaceId } as const) : undefined
  const ctx: JobCtx = { ...place, jobId: job.id, now, workspaceId, actor }
  const known = kinds[kind]
  if (!known) throw new Error(`There is no kind of job named ${kind}`)
  return { steps: known.stepsOf(ctx, input), mayGoOn: known.mayGoOn?.(ctx, input) }
}

function layDown(db: Db, { id, pieces }: JobRow) {
  return db
    .update(jobs)
    .set({ dueAt: new Date().toISOString() })
    .where(and(eq(jobs.id, id), eq(jobs.pieces, pieces)))
}
