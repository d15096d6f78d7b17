// Which workspaces somebody watches: a row each, so that a write in any other tells no object of it.
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import type { Db } from '../db/client'
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

/** The workspaces among these that somebody watches. */
export async function watchedAmong(db: Db, places: readonly (string | SQL)[]): Promise<string[]> {
  const list = sql.join(
    places.map((place) => sql`${place}`),
    sql`, `,
  )
  const rows = await db.select().from(streams).where(sql`${streams.workspaceId} IN (${list})`)
  return rows.map(({ workspaceId }) => workspaceId)
}

/** The watched workspaces in which something has happened lately. */
export async function watchedAndBusy(db: Db, now: string): Promise<string[]> {
  const since = new Date(Date.parse(now) - RECENT_MS).toISOString()
  const last = sql`(SELECT e.created_at FROM ${events} AS e WHERE e.workspace_id = ${streams.workspaceId} ORDER BY e.seq DESC LIMIT 1)`
  const rows = await db.select().from(streams).where(sql`${last} > ${since}`).limit(PER_RUN)
  return rows.map(({ workspaceId }) => workspaceId)
}

/**
 * The context, once a statement has gone through the guard of the request: an access token does not know for 15 minutes that
 * its session has ended. Throws `unauthenticated`, `forbidden`.
 */
export async function requireStanding(ctx: Ctx): Promise<Ctx> {
  await ctx.db.select({ one: sql<number>`1`.as('one') }).from(sql`(SELECT 1)`)
  return ctx
}
