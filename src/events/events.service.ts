// Reading the audit trail.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { afterCursor, orderByKeys } from '../db/listing'
import { cut, type Page, type PageRequest } from '../db/page'
import { events } from '../db/schema'

/** What happened in the workspace, or to one record of it, newest first: each is the order of an index. */
export async function listEvents(
  { db, actor }: Ctx,
  { subject, limit, after }: { subject?: string } & PageRequest,
): Promise<Page<typeof events.$inferSelect>> {
  const seq = sql`${events.seq}`
  const keys: SQL[] = subject === undefined ? [seq] : [sql`${events.createdAt}`, seq]
  const rows = await db
    .select()
    .from(events)
    .where(
      and(
        eq(events.workspaceId, actor.workspaceId),
        subject === undefined ? undefined : eq(events.subjectId, subject),
        afterCursor(keys, after, true),
      ),
    )
    .orderBy(...orderByKeys(keys, true))
    .limit(limit + 1)
  return cut(rows, limit, (row) => (subject === undefined ? [row.seq] : [row.createdAt, row.seq]))
}
