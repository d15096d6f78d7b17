// Which workspaces somebody watches: a row each, so that a write in any other tells no object of it; and telling those objects.
import { eq, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { connect, type Db } from '../db/client'
import { events, streams } from '../db/schema'
import { MINUTE_MS } from '../time'

/** How far back the schedule looks for events that no request has told of. */
const RECENT_MS = 3 * MINUTE_MS
/** How many objects a run of the schedule tells. */
const PER_RUN = 200

/** The statement that notes that somebody watches a workspace. */
export function presenceInsert(db: Db, workspaceId: string, now: string) {
  return db.insert(streams).values({ workspaceId, openedAt: now }).onConflictDoNothing()
}

/** The statement that notes that nobody does any more. */
export function presenceDeletion(db: Db, workspaceId: string) {
  return db.delete(streams).where(eq(streams.workspaceId, workspaceId))
}

/**
 * The context, once a statement has gone through the guard of the request: an access token does not know for 15 minutes that
 * its session has ended. Throws `unauthenticated`, `forbidden`.
 */
export async function requireStanding(ctx: Ctx): Promise<Ctx> {
  await ctx.db.select({ one: sql<number>`1`.as('one') }).from(sql`(SELECT 1)`)
  return ctx
}

/** The run of the schedule: tells of what jobs, imports and the schedule itself have done. */
export async function tellBusy(
  { DB, WORKSPACES: objects }: Env,
  now: string,
  spent: { statements: number },
): Promise<void> {
  if (!objects) return
  spent.statements += 1
  await tellWatchers(objects, await watchedAndBusy(connect(DB, 'first-primary').db, now))
}

/** Tells the objects of these workspaces; one that does not answer hinders no other. */
export async function tellWatchers(objects: DurableObjectNamespace, workspaces: readonly string[]): Promise<void> {
  await Promise.allSettled(
    workspaces.map((id) => objects.get(objects.idFromName(id)).fetch('https://workspace/', { method: 'POST' })),
  )
}

/** The workspaces among these that somebody watches. */
export async function watchedAmong(db: Db, places: readonly string[]): Promise<string[]> {
  const list = sql.join(
    places.map((place) => sql`${place}`),
    sql`, `,
  )
  const rows = await db.select().from(streams).where(sql`${streams.workspaceId} IN (${list})`)
  return rows.map(({ workspaceId }) => workspaceId)
}

/** The watched workspaces in which something has happened lately. */
async function watchedAndBusy(db: Db, now: string): Promise<string[]> {
  const since = new Date(Date.parse(now) - RECENT_MS).toISOString()
  const last = sql`(SELECT e.created_at FROM ${events} AS e WHERE e.workspace_id = ${streams.workspaceId} ORDER BY e.seq DESC LIMIT 1)`
  const rows = await db.select().from(streams).where(sql`${last} > ${since}`).limit(PER_RUN)
  return rows.map(({ workspaceId }) => workspaceId)
}
