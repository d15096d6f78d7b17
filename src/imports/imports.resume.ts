// Resumes imports: writes or reverts chunk after chunk as the creator of the import, and lets the cron take up what is left.
import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { actorGuard, isActorRefusal } from '../access/actor-guard'
import { reach } from '../access/policy'
import type { Ctx } from '../context'
import { leastIdAt } from '../db/arrival'
import { one, runBatch } from '../db/batch'
import type { Connection, Db } from '../db/client'
import { importChunks, importIssues, importOriginals, imports } from '../db/schema'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time'
import {
  chunkAfter,
  DIVISION_STATEMENTS,
  divisionStatements,
  isOfRows,
  MAX_REFUSALS,
  openChunk,
  type Position,
  positionIn,
  refusalCount,
} from './imports.chunks'
import { creatorActor, creatorSelects } from './imports.creator'
import type { AnyJob } from './imports.job'
import { revertStatements } from './imports.revert'
import { stagedDataDrop } from './imports.staging'
import { chunkStatements } from './imports.write'

/** What an invocation may still do: run `statements` (D1 limits their number) until the instant `until`, in ms. */
export type Budget = { statements: number; until: number }
export type Worker = Pick<Ctx, 'db' | 'config' | 'requestId' | 'address' | 'outgoing' | 'begun'> &
  Pick<Connection, 'guarded'>

/** Statements that a resumed import needs besides its chunks: four to take it, one to release or end it. */
export const RESUME_STATEMENTS = 5
/** The guarded database adds one statement to each batch: it checks that the actor may still import. */
const GUARD_STATEMENTS = 1
/** Statements of a batch besides those of its chunk: the guard, and the one that reads which chunk is next. */
const CHUNK_EXTRAS = 2
/** How long a worker holds an import. */
const LEASE_MS = 30 * SECOND_MS

/** The end of a lease that starts now. */
export const leaseEnd = () => new Date(Date.now() + LEASE_MS).toISOString()

type Statements = Parameters<typeof runBatch>[1]

/** Runs a batch and takes its statements off the budget. */
export function runBudgeted<const S extends Statements>({ db }: Pick<Ctx, 'db'>, budget: Budget, statements: S) {
  const counts = Object.values(statements).map((entry) => (Array.isArray(entry) ? entry.length : entry ? 1 : 0))
  budget.statements -= counts.reduce((sum, count) => sum + count, GUARD_STATEMENTS)
  return runBatch(db, statements)
}

/** The first 28 characters of the ids that a chunk creates: a UUIDv7 without its end, unique to the chunk. */
export const newChunkIds = () => uuidv7().slice(0, 28)

/**
 * Writes or reverts chunks from a position on within the budget. Returns where it stopped; undefined after the last chunk. A
 * chunk that the database refuses is divided, until the one row is found that is refused.
 */
export async function runChunks(
  ctx: Ctx,
  job: AnyJob,
  from: Position | undefined,
  budget: Budget,
  isReverting = false,
): Promise<Position | undefined> {
  let [at, chunks] = [from, job.chunks]
  while (at) {
    // In development the database runs in this thread: other requests get their turn here.
    if (at !== from) await scheduler.wait(1)
    // A record carries the time of its own chunk, because an import can take long.
    const chunkCtx = { ...ctx, now: new Date().toISOString() }
    const { n, last } = at
    const isLast = n === last
    const chunk = isReverting
      ? revertStatements(chunkCtx, job, n, isLast)
      : chunkStatements(chunkCtx, { ...job, chunks }, n, newChunkIds(), isLast)
    if (chunk.length + CHUNK_EXTRAS > budget.statements || Date.now() > budget.until) return at
    try {
      const { after } = await runBudgeted(ctx, budget, { chunk, after: chunkAfter(ctx.db, job, n) })
      at = positionIn(after)
    } catch (error) {
      if (isReverting && isOfRows(error)) await endImport(ctx, job.id, 'FAILED')
      if (isActorRefusal(error) || (isReverting && isOfRows(error))) throw error
      const next = isReverting ? undefined : await divide(chunkCtx, job, n, error, budget)
      // An unavailable database will answer later.
      if (!next) return { n, last }
      at = next
      chunks = Math.max(2, chunks)
    }
  }
  return undefined
}

// Divides a chunk that was not written, and gives the position to go on at; undefined, if the database does not answer this
// either. Where very many rows are refused, the fault is not theirs: the import ends as FAILED.
async function divide(ctx: Ctx, job: AnyJob, n: number, error: unknown, budget: Budget) {
  if (budget.statements < DIVISION_STATEMENTS + CHUNK_EXTRAS) return undefined
  const { divided, refusals, next } = await runBudgeted(ctx, budget, {
    ...divisionStatements(ctx, job, n, newChunkIds(), error),
    refusals: refusalCount(ctx.db, job),
    next: chunkAfter(ctx.db, job, n - 1),
  }).catch((other) => {
    if (isOfRows(other)) throw other
    return { divided: [], refusals: undefined, next: undefined }
  })
  if (refusals && refusals.count > MAX_REFUSALS) {
    await endImport(ctx, job.id, 'FAILED')
    throw error
  }
  return divided.length > 0 || isOfRows(error) ? positionIn(next) : undefined
}

const isOpen = inArray(imports.status, ['RUNNING', 'REVERTING'])

/** Resumes an import unless another worker holds it. Two workers at once do no harm: each chunk is written once. */
export async function resumeImport(worker: Worker, id: string, budget: Budget): Promise<void> {
  const { db, guarded } = worker
  const now = new Date().toISOString()
  const isFree = or(isNull(imports.busyUntil), lt(imports.busyUntil, now))
  const { job, next, user, key } = await runBatch(db, {
    job: one(
      db
        .update(imports)
        .set({ busyUntil: leaseEnd() })
        .where(and(eq(imports.id, id), isOpen, isFree))
        .returning(),
    ),
    next: openChunk(db, id, sql`(SELECT ${imports.status} = 'REVERTING' FROM ${imports} WHERE ${imports.id} = ${id})`),
    ...creatorSelects(db, id),
  })
  budget.statements -= RESUME_STATEMENTS
  if (!job) return
  const actor = creatorActor(user, key)
  if (!actor || !reach(actor, 'imports:write')) return endImport(worker, id, 'CANCELLED')
  const ctx = {
    ...worker,
    db: guarded(actorGuard(actor, 'imports:write', { isBackground: true })).db,
    actor,
    now,
    newId: () => uuidv7(),
  }
  const isReverting = job.status === 'REVERTING'
  const left = await runChunks(ctx, job, positionIn(next), budget, isReverting).catch((error) => {
    if (!isActorRefusal(error)) throw error
    return endImport(worker, id, 'CANCELLED').then(() => undefined)
  })
  if (left) await db.update(imports).set({ busyUntil: null }).where(eq(imports.id, id))
}

// Ends an import whose creator may no longer import, or that cannot continue. Written records stay.
async function endImport({ db }: Pick<Ctx, 'db'>, id: string, status: 'FAILED' | 'CANCELLED'): Promise<void> {
  const now = new Date().toISOString()
  await runBatch(db, {
    end: db
      .update(imports)
      .set({ status, finishedAt: now, updatedAt: now, busyUntil: null })
      .where(and(eq(imports.id, id), isOpen)),
    stagedData: stagedDataDrop(
      { db },
      sql`SELECT ${imports.id} FROM ${imports} WHERE ${imports.id} = ${id} AND ${imports.status} = ${status}`,
    ),
  })
}

/** How long an upload may stand still before it counts as broken off. */
const UPLOAD_TIMEOUT_MS = HOUR_MS
/** How long the errors of an import are stored, and an import can be reverted. */
const RETENTION_MS = 30 * DAY_MS

// Repeats the WHERE of the partial index, otherwise SQLite does not use it.
const IN_OPEN_INDEX = sql`${imports.status} IN ('UPLOADING', 'RUNNING', 'REVERTING')`
const openImports = sql`${imports} INDEXED BY imports_open`

/**
 * Returns the ids of at most ten imports to resume, those untouched for longest first. The same batch cancels broken
 * uploads and deletes the data of imports past their retention.
 */
export async function sweepImports(db: Db, now: Date): Promise<string[]> {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString()
  const oldest = leastIdAt(before(RETENTION_MS), 0)
  const brokenUploads = sql`SELECT ${imports.id} FROM ${openImports}
    WHERE ${IN_OPEN_INDEX} AND ${imports.status} = 'UPLOADING' AND ${imports.updatedAt} < ${before(UPLOAD_TIMEOUT_MS)}`
  const { open } = await runBatch(db, {
    open: db
      .select({ id: sql<string>`${imports.id}`.as('id') })
      .from(openImports)
      .where(sql`${IN_OPEN_INDEX} AND ${imports.status} <> 'UPLOADING'`)
      .orderBy(imports.updatedAt)
      .limit(10),
    stagedData: stagedDataDrop({ db }, brokenUploads),
    cancelled: db
      .update(imports)
      .set({ status: 'CANCELLED', finishedAt: now.toISOString() })
      .where(sql`${imports.id} IN (${brokenUploads})`),
    oldIssues: db.delete(importIssues).where(lt(importIssues.importId, oldest)),
    oldChunks: db.delete(importChunks).where(lt(importChunks.importId, oldest)),
    oldOriginals: db.delete(importOriginals).where(lt(importOriginals.importId, oldest)),
  })
  return open.map(({ id }) => id)
}
