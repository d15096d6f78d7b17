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
import { AppError } from '../errors'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time'
import { creatorActor, creatorSelects } from './imports.creator'
import type { AnyJob } from './imports.job'
import { loadReading } from './imports.reader'
import { stagedDataDrop } from './imports.staging'

/** What an invocation may still do: run `statements` (D1 limits their number) until the instant `until`, in ms. */
export type Budget = { statements: number; until: number }
export type Worker = Pick<Ctx, 'db' | 'config' | 'requestId' | 'address' | 'outgoing' | 'begun'> &
  Pick<Connection, 'guarded'>

/** Statements that a resumed import needs besides its chunks: four to take it, one to release or end it. */
export const RESUME_STATEMENTS = 5
/** The guarded database adds one statement to each batch: it checks that the actor may still import. */
const GUARD_STATEMENTS = 1
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
 * Writes or reverts chunks from `next` on within the budget. Returns the next chunk, or the number of chunks after the
 * last one. Ends the import as FAILED, and throws, if the database refuses a chunk.
 */
export async function runChunks(
  ctx: Ctx,
  job: AnyJob,
  next: number,
  budget: Budget,
  isReverting = false,
): Promise<number> {
  const { chunkStatements, revertStatements } = await loadReading()
  for (let n = next; n < job.chunks; n += 1) {
    // In development the database runs in this thread: other requests get their turn here.
    if (n > next) await scheduler.wait(1)
    // A record carries the time of its own chunk, because an import can take long.
    const chunkCtx = { ...ctx, now: new Date().toISOString() }
    const chunk = isReverting ? revertStatements(chunkCtx, job, n) : chunkStatements(chunkCtx, job, n, newChunkIds())
    if (chunk.length + GUARD_STATEMENTS > budget.statements || Date.now() > budget.until) return n
    try {
      await runBudgeted(ctx, budget, { chunk })
    } catch (error) {
      // An unavailable database will answer later; any other error would occur again.
      if (error instanceof AppError && error.code === 'unavailable') return n
      await endImport(ctx, job.id, 'FAILED')
      throw error
    }
  }
  return job.chunks
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
    next: one(
      db
        .select({
          write: sql<number | null>`min(iif(${importChunks.ids} IS NULL, ${importChunks.n}, NULL))`.as('write'),
          revert: sql<number | null>`min(iif(${importChunks.isReverted}, NULL, ${importChunks.n}))`.as('revert'),
        })
        .from(importChunks)
        .where(eq(importChunks.importId, id)),
    ),
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
  const nextChunk = (isReverting ? next?.revert : next?.write) ?? job.chunks
  const reached = await runChunks(ctx, job, nextChunk, budget, isReverting).catch((error) => {
    if (!isActorRefusal(error)) throw error
    return endImport(worker, id, 'CANCELLED').then(() => job.chunks)
  })
  if (reached < job.chunks) await db.update(imports).set({ busyUntil: null }).where(eq(imports.id, id))
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
