// Leaving: a workspace keeps an ADMIN, sessions end, and what the member owned goes to a colleague or back to the pool.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { isTeamMember } from '../access/visible'
import { endSessionsOf } from '../auth/sessions.service'
import { customers, leads, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { handOverTickets } from '../tickets/tickets.handover'

type Patch = Partial<Pick<typeof users.$inferSelect, 'role' | 'status'>>

/** Whether a change ends somebody's being an ADMIN who can act. */
export function isResignation({ role, status }: Patch): boolean {
  return (role !== undefined && role !== 'ADMIN') || status === 'INACTIVE'
}

/** Whether a change takes somebody out of the team, so that they own nothing any more. */
export function isDeparture({ role, status }: Patch): boolean {
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
export function anAdminStays(workspaceId: string): SQL {
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
export function farewell(ctx: Ctx, userId: string, heir: string | null) {
  const { db, now, actor } = ctx
  const gone = sql`(SELECT leaver.id FROM ${users} AS leaver WHERE leaver.id = ${userId}
    AND leaver.workspace_id = ${actor.workspaceId}
    AND (leaver.status = 'INACTIVE' OR leaver.role = 'CUSTOMER' OR leaver.deleted_at IS NOT NULL))`
  const left = (table: typeof leads | typeof customers) =>
    and(eq(table.workspaceId, actor.workspaceId), eq(table.ownerId, gone))
  const what = heir === null ? 'released' : 'assigned'
  const changes = { ownerId: [userId, heir] as [unknown, unknown] }
  const living = (table: typeof leads | typeof customers) => sql`${and(left(table), isNull(table.deletedAt))}`
  return [
    endSessionsOf(ctx, userId, { when: ifChanged }),
    record(ctx, {
      verb: `lead.${what}`,
      subject: 'lead',
      id: sql`${leads.id}`,
      changes,
      from: sql`${leads}`,
      when: living(leads),
    }),
    db
      .update(leads)
      .set({ ownerId: heir, claimedAt: heir === null ? null : now, updatedAt: now, version: sql`${leads.version} + 1` })
      .where(left(leads)),
    record(ctx, {
      verb: `customer.${what}`,
      subject: 'customer',
      id: sql`${customers.id}`,
      changes,
      from: sql`${customers}`,
      when: living(customers),
    }),
    db
      .update(customers)
      .set({ ownerId: heir, updatedAt: now, version: sql`${customers.version} + 1` })
      .where(left(customers)),
    ...handOverTickets(ctx, userId, gone, heir),
  ] as const
}
