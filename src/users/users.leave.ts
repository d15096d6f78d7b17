// Leaving: a workspace keeps an ADMIN, sessions end, and what the member owned goes to a colleague or back to the pool.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { isTeamMember } from '../access/visible'
import { sessionRevocation } from '../auth/sessions.service'
import type { Ctx } from '../context'
import { customers, leads, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'
import { ticketHandover } from '../tickets/tickets.handover'

type Patch = Partial<Pick<typeof users.$inferSelect, 'role' | 'status'>>

/** Whether a change ends somebody's being an ADMIN who can act. */
export function losesAdmin({ role, status }: Patch): boolean {
  return (role !== undefined && role !== 'ADMIN') || status === 'INACTIVE'
}

/** Whether a change takes somebody out of the team, so that they own nothing any more. */
export function leavesTeam({ role, status }: Patch): boolean {
  return role === 'CUSTOMER' || status === 'INACTIVE'
}

/** Whether a change makes the user at hand one more active member of the team. */
export function takesSeat({ role, status }: Patch): SQL {
  const seat = (its: SQL, is: SQL) => sql`(${its} <> 'CUSTOMER' AND ${is} = 'ACTIVE')`
  const now = seat(sql`users.role`, sql`users.status`)
  const then = seat(role ? sql`${role}` : sql`users.role`, status ? sql`${status}` : sql`users.status`)
  return sql`(${then} AND NOT ${now})`
}

/** The user at hand is no active ADMIN, or another one is there: D1 runs one writer at a time, so two cannot both go. */
export function keepsAnAdmin(workspaceId: string): SQL {
  return sql`(users.role <> 'ADMIN' OR users.status <> 'ACTIVE' OR EXISTS (
    SELECT 1 FROM ${users} AS other WHERE other.workspace_id = ${workspaceId} AND other.role = 'ADMIN'
      AND other.status = 'ACTIVE' AND other.deleted_at IS NULL AND other.id <> users.id))`
}

export function isSuccessor(id: string, leaverId: string, workspaceId: string): SQL {
  return sql`(${id} <> ${leaverId} AND ${isTeamMember(id, workspaceId)})`
}

/**
 * Statements for the batch in which a user leaves, right after that change. Where it did not happen they do nothing:
 * sessions end only with it, and whoever is still there keeps what is theirs.
 */
export function offboardingStatements(ctx: Ctx, userId: string, reassignTo: string | null) {
  const { db, now, actor } = ctx
  const leaverId = sql`(SELECT leaver.id FROM ${users} AS leaver WHERE leaver.id = ${userId}
    AND leaver.workspace_id = ${actor.workspaceId}
    AND (leaver.status = 'INACTIVE' OR leaver.role = 'CUSTOMER' OR leaver.deleted_at IS NOT NULL))`
  const ownedByLeaver = (table: typeof leads | typeof customers) =>
    and(eq(table.workspaceId, actor.workspaceId), eq(table.ownerId, leaverId))
  const what = reassignTo === null ? 'released' : 'assigned'
  const changes = { ownerId: [userId, reassignTo] as [unknown, unknown] }
  const liveAndOwned = (table: typeof leads | typeof customers) =>
    sql`${and(ownedByLeaver(table), isNull(table.deletedAt))}`
  return [
    sessionRevocation(ctx, userId, { when: ifChanged }),
    eventInsert(ctx, {
      verb: `lead.${what}`,
      subject: 'lead',
      id: sql`${leads.id}`,
      changes,
      from: sql`${leads}`,
      when: liveAndOwned(leads),
    }),
    db
      .update(leads)
      .set({ ownerId: reassignTo, claimedAt: reassignTo === null ? null : now, ...versionStamp(leads, now) })
      .where(ownedByLeaver(leads)),
    eventInsert(ctx, {
      verb: `customer.${what}`,
      subject: 'customer',
      id: sql`${customers.id}`,
      changes,
      from: sql`${customers}`,
      when: liveAndOwned(customers),
    }),
    db
      .update(customers)
      .set({ ownerId: reassignTo, ...versionStamp(customers, now) })
      .where(ownedByLeaver(customers)),
    ...ticketHandover(ctx, userId, leaverId, reassignTo),
  ] as const
}
