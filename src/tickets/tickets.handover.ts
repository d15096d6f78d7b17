// Hands over the tickets of a member who leaves.
import { eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { tickets } from '../db/schema'
import { allOf } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'

/** Statements for the batch in which a member leaves: `gone` is SQL that gives their id once they have. */
export function ticketHandover(ctx: Ctx, userId: string, gone: SQL, heir: string | null) {
  const { db, actor, now } = ctx
  const theirs = allOf(
    eq(tickets.workspaceId, actor.workspaceId),
    eq(tickets.assigneeId, gone),
    isNull(tickets.deletedAt),
  )
  return [
    eventInsert(ctx, {
      verb: 'ticket.assigned',
      subject: 'ticket',
      id: sql`${tickets.id}`,
      changes: { assigneeId: [userId, heir] },
      from: sql`${tickets}`,
      when: theirs,
    }),
    db
      .update(tickets)
      .set({ assigneeId: heir, ...versionStamp(tickets, now) })
      .where(theirs),
  ] as const
}
