// Going on: writes one chunk after the other as far as an invocation may, and takes up what another one left.

import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { v7 as uuidv7 } from 'uuid'
import { reach } from '../access/policy'
import { isLoss, standing } from '../access/standing'
import type { Connection } from '../db/client'
import { importChunks, imports } from '../db/schema'
import { AppError } from '../errors'
import type { Ctx } from '../http/context'
import { actorFrom, creatorOf } from './imports.creator'
import type { Job } from './imports.judged'
import { reverting } from './imports.revert'
import { dropped } from './imports.staging'
import { writing } from './imports.write'

/** What an invocation may still do: statements, of which D1 allows a number, and until when, in milliseconds. */
export type Room = { statements: number; until: number }
export type Worker = Pick<Ctx, 'db' | 'config' | 'requestId' | 'address' | 'outgoing'> & Pick<Connection, 'guarded'>

/** The statements that taking an import up costs beside its chunks: four for that, one for laying it down or ending it. */
export const RESUMING = 5
/** How long an import is left to whoever has it in hand. */
const LEASE_MS = 30_000

/** The end of a lease that begins now. */
export const leased = () => new Date(Date.now() + LEASE_MS).toISOString()

type Statement = BatchItem<'sqlite'>

/** What each batch asks besides: whether who imports still stands. */
const GUARD = 1

/** Sends statements as one batch, and takes them off what there is room for. */
export async function sent({ db }: Pick<Ctx, 'db'>, statements: Statement[], room: Room): Promise<unknown[]> {
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
    const statements = isReverting ? reverting(clocked, job, n) : writing(clocked, job, n, idsOfChunk())
    if (statements.length + GUARD > room.statements || Date.now() > room.until) return n
    try {
      await sent(ctx, statements, room)
    } catch (error) {
      // A database that does not answer will again; what it refuses, it would refuse forever.
      if (error instanceof AppError && error.code === 'unavailable') return n
      await over(ctx, job.id, 'FAILED')
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
      .set({ busyUntil: leased() })
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
  if (!actor || !reach(actor, 'imports:write')) return over(worker, id, 'CANCELLED')
  const ctx = {
    ...worker,
    db: guarded(standing(actor, 'imports:write', { isAway: true })),
    actor,
    now,
    newId: () => uuidv7(),
  }
  const isReverting = job.status === 'REVERTING'
  const next = (isReverting ? chunk?.reverted : chunk?.written) ?? job.chunks
  const reached = await advance(ctx, job, next, room, isReverting).catch((error) => {
    if (!isLoss(error)) throw error
    return over(worker, id, 'CANCELLED').then(() => job.chunks)
  })
  if (reached < job.chunks) await db.update(imports).set({ busyUntil: null }).where(eq(imports.id, id))
}

// Ends it as it is: whoever began it may not import any more, or it cannot go on. What is written stays.
async function over({ db }: Pick<Ctx, 'db'>, id: string, status: 'FAILED' | 'CANCELLED'): Promise<void> {
  const now = new Date().toISOString()
  const isOpen = inArray(imports.status, ['RUNNING', 'REVERTING'])
  await db.batch([
    db
      .update(imports)
      .set({ status, finishedAt: now, updatedAt: now, busyUntil: null })
      .where(and(eq(imports.id, id), isOpen)),
    ...dropped({ db }, sql`SELECT id FROM imports WHERE id = ${id} AND status = ${status}`),
  ])
}
