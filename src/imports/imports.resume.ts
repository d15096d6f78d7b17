// Resuming an import: one chunk after the other in the name of its creator, and what the cron sweeps up.
import { and, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { v7 as uuidv7 } from 'uuid'
import { actorGuard, isActorRefusal } from '../access/actor-guard'
import { type Actor, isScope, type Person, reach } from '../access/policy'
import type { Ctx } from '../context'
import { leastIdAt } from '../db/arrival'
import type { Connection, Db } from '../db/client'
import { apiKeys, importChunks, importIssues, importOriginals, imports, users } from '../db/schema'
import { AppError } from '../errors'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time'
import type { Job } from './imports.job'
import { revertStatements } from './imports.revert'
import { dropStatements } from './imports.staging'
import { chunkStatements } from './imports.write'

/** What an invocation may still do: statements, of which D1 allows a number, and until when, in milliseconds. */
export type Room = { statements: number; until: number }
export type Worker = Pick<Ctx, 'db' | 'config' | 'requestId' | 'address' | 'outgoing' | 'begun'> &
  Pick<Connection, 'guarded'>

/** The statements that taking an import up costs beside its chunks: four for that, one for laying it down or ending it. */
export const RESUMING = 5
/** How long an import is left to whoever has it in hand. */
const LEASE_MS = 30 * SECOND_MS

/** The end of a lease that begins now. */
export const leaseEnd = () => new Date(Date.now() + LEASE_MS).toISOString()

type Statement = BatchItem<'sqlite'>

/** What each batch asks besides: whether who imports still stands. */
const GUARD = 1

/** Sends statements as one batch, and takes them off what there is room for. */
export async function sendBatch({ db }: Pick<Ctx, 'db'>, statements: Statement[], room: Room): Promise<unknown[]> {
  room.statements -= statements.length + GUARD
  const [first, ...rest] = statements
  return first ? await db.batch([first, ...rest]) : []
}

/** What every id begins with that a chunk makes: no other chunk has it, and it tells the time. */
export const idsOfChunk = () => uuidv7().slice(0, 28)

/** Writes, or reverts, chunks from `next` on while there is room and the database answers. Gives the next one; the number of chunks where none is left. */
export async function advance(ctx: Ctx, job: Job, next: number, room: Room, isReverting = false): Promise<number> {
  for (let n = next; n < job.chunks; n += 1) {
    // Where the database runs in this very thread, as in development, others get their turn.
    if (n > next) await scheduler.wait(1)
    // Records are made when they are made, however long the import takes.
    const clocked = { ...ctx, now: new Date().toISOString() }
    const statements = isReverting ? revertStatements(clocked, job, n) : chunkStatements(clocked, job, n, idsOfChunk())
    if (statements.length + GUARD > room.statements || Date.now() > room.until) return n
    try {
      await sendBatch(ctx, statements, room)
    } catch (error) {
      // A database that does not answer will again; what it refuses, it would refuse forever.
      if (error instanceof AppError && error.code === 'unavailable') return n
      await endImport(ctx, job.id, 'FAILED')
      throw error
    }
  }
  return job.chunks
}

/** Takes up an import where it was left, unless somebody else has it in hand. Harmless where somebody has all the same. */
export async function resume(worker: Worker, id: string, room: Room): Promise<void> {
  const { db, guarded } = worker
  const now = new Date().toISOString()
  const isFree = or(isNull(imports.busyUntil), lt(imports.busyUntil, now))
  const isOpen = inArray(imports.status, ['RUNNING', 'REVERTING'])
  const [[job], [chunk], [person], [key]] = await db.batch([
    db
      .update(imports)
      .set({ busyUntil: leaseEnd() })
      .where(and(eq(imports.id, id), isOpen, isFree))
      .returning(),
    db
      .select({
        written: sql<number | null>`min(iif(ids IS NULL, n, NULL))`.as('written'),
        reverted: sql<number | null>`min(iif(is_reverted, NULL, n))`.as('reverted'),
      })
      .from(importChunks)
      .where(eq(importChunks.importId, id)),
    ...creatorOf(db, id),
  ])
  room.statements -= RESUMING
  if (!job) return
  const actor = actorFrom(person, key)
  if (!actor || !reach(actor, 'imports:write')) return endImport(worker, id, 'CANCELLED')
  const ctx = {
    ...worker,
    db: guarded(actorGuard(actor, 'imports:write', { isBackground: true })),
    actor,
    now,
    newId: () => uuidv7(),
  }
  const isReverting = job.status === 'REVERTING'
  const next = (isReverting ? chunk?.reverted : chunk?.written) ?? job.chunks
  const reached = await advance(ctx, job, next, room, isReverting).catch((error) => {
    if (!isActorRefusal(error)) throw error
    return endImport(worker, id, 'CANCELLED').then(() => job.chunks)
  })
  if (reached < job.chunks) await db.update(imports).set({ busyUntil: null }).where(eq(imports.id, id))
}

// Ends it as it is: whoever began it may not import any more, or it cannot go on. What is written stays.
async function endImport({ db }: Pick<Ctx, 'db'>, id: string, status: 'FAILED' | 'CANCELLED'): Promise<void> {
  const now = new Date().toISOString()
  const isOpen = inArray(imports.status, ['RUNNING', 'REVERTING'])
  await db.batch([
    db
      .update(imports)
      .set({ status, finishedAt: now, updatedAt: now, busyUntil: null })
      .where(and(eq(imports.id, id), isOpen)),
    ...dropStatements({ db }, sql`SELECT id FROM imports WHERE id = ${id} AND status = ${status}`),
  ])
}

/** The statements that read who began an import: an active member, or a key that holds. */
export function creatorOf(db: Db, importId: string) {
  const creator = sql`(SELECT created_by FROM imports WHERE imports.id = ${importId})`
  const holds = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, new Date().toISOString()))
  return [
    db
      .select({ id: users.id, role: users.role, workspaceId: users.workspaceId })
      .from(users)
      .where(and(sql`${users.id} = ${creator}`, eq(users.status, 'ACTIVE'), isNull(users.deletedAt))),
    db
      .select({ id: apiKeys.id, scopes: apiKeys.scopes, workspaceId: apiKeys.workspaceId })
      .from(apiKeys)
      .where(and(sql`${apiKeys.id} = ${creator}`, isNull(apiKeys.revokedAt), holds)),
  ] as const
}

type Key = { id: string; scopes: string[]; workspaceId: string }

/** The actor in these rows; country and time zone are of no use any more, for the rows have been read. */
export function actorFrom(person?: Pick<Person, 'id' | 'role' | 'workspaceId'>, key?: Key): Actor | undefined {
  const unused = { country: null, timeZone: 'UTC' }
  if (person) return { type: 'user', ...person, ...unused, sessionId: '', emailVerified: true }
  return key && { type: 'key', ...key, ...unused, scopes: key.scopes.filter(isScope) }
}

const BROKEN_OFF_MS = HOUR_MS

/** How long the errors of an import are kept, and it can be reverted. */
const KEPT_MS = 30 * DAY_MS

// As the index says it, which else is not used.
const IS_OPEN = sql`status IN ('UPLOADING', 'RUNNING', 'REVERTING')`

/** The ids of imports that are to go on, the longest untouched first. One round trip. */
export async function openImports(db: Db, now: Date): Promise<string[]> {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString()
  const old = leastIdAt(before(KEPT_MS), 0)
  const brokenOff = sql`SELECT id FROM imports INDEXED BY imports_open
    WHERE ${IS_OPEN} AND status = 'UPLOADING' AND updated_at < ${before(BROKEN_OFF_MS)}`
  const [open] = await db.batch([
    db
      .select({ id: sql<string>`id`.as('id') })
      .from(sql`imports INDEXED BY imports_open`)
      .where(sql`${IS_OPEN} AND status <> 'UPLOADING'`)
      .orderBy(sql`updated_at`)
      .limit(10),
    ...dropStatements({ db }, brokenOff),
    db.update(imports).set({ status: 'CANCELLED', finishedAt: now.toISOString() }).where(sql`id IN (${brokenOff})`),
    db.delete(importIssues).where(lt(importIssues.importId, old)),
    db.delete(importChunks).where(lt(importChunks.importId, old)),
    db.delete(importOriginals).where(lt(importOriginals.importId, old)),
  ])
  return open.map(({ id }) => id)
}
