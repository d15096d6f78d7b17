// Reading the audit trail.
import { and, desc, eq, lt } from 'drizzle-orm'
import { cut, type Page, type PageRequest } from '../db/page'
import { events } from '../db/schema'
import type { Ctx } from '../http/context'

/** What happened in the workspace, or to one record of it, newest first. */
export async function listEvents(
  { db, actor }: Ctx,
  { subject, limit, after }: { subject?: string | undefined } & PageRequest,
): Promise<Page<typeof events.$inferSelect>> {
  const rows = await db
    .select()
    .from(events)
    .where(
      and(
        eq(events.workspaceId, actor.workspaceId),
        subject === undefined ? undefined : eq(events.subjectId, subject),
        after && lt(events.seq, Number(after[0])),
      ),
    )
    .orderBy(desc(events.seq))
    .limit(limit + 1)
  return cut(rows, limit, (row) => [row.seq])
}
