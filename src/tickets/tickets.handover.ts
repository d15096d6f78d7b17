// The tickets of a member who leaves, with an event each: statements that assign them to another member or to none.
import { eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { tickets } from '../db/schema'
import { allOf } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'

/** Statements for the batch in which a member leaves. `leaverId` is SQL that gives the id only if the member has left. */
export function ticketHandover(ctx: Ctx, userId: string, leaverId: SQL, newAssigneeId: string | null) {
  const { db, actor, now } = ctx
  const ofLeaver = allOf(
    eq(tickets.workspaceId, actor.workspaceId),
    eq(tickets.assigneeId, leaverId),
    isNull(tickets.deletedAt),
  )
  return [
    eventInsert(ctx, {
      verb: 'ticket.assigned',
      subject: 'ticket',
      id: sql`${tickets.id}`,
      changes: { assigneeId: [userId, newAssigneeId] },
      from: sql`${tickets}`,
      when: ofLeaver,
    }),
    db
      .update(tickets)
      .set({ assigneeId: newAssigneeId, ...versionStamp(tickets, now) })
      .where(ofLeaver),
  ] as const
}
