// Which workspaces somebody watches: a row each, so that a write in any other tells no object of it.
import { eq, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import type { Db } from '../db/client'
import { streams } from '../db/schema'

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
