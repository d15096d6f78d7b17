// Leaving: a workspace keeps an ADMIN, sessions end, and the member's records go to a colleague or to nobody.
import { eq, isNull, type SQL, sql } from 'drizzle-orm'
import { isTeamMember } from '../access/visible'
import { sessionRevocation } from '../auth/sessions.service'
import type { Ctx } from '../context'
import { type RecordReference, recordReferencesTo } from '../db/relations'
import { users } from '../db/schema'
import { allOf, columnKey, ifChanged } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'

type Patch = Partial<Pick<typeof users.$inferSelect, 'role' | 'status'>>

/** Whether after this change a user is no active ADMIN. */
export function losesAdmin({ role, status }: Patch): boolean {
  return (role !== undefined && role !== 'ADMIN') || status === 'INACTIVE'
}

/** Whether after this change a user is no active member of the team, and so owns no records. */
export function leavesTeam({ role, status }: Patch): boolean {
  return role === 'CUSTOMER' || status === 'INACTIVE'
}

/** SQL: whether this change makes the user of the row an active member of the team, and so takes a seat of the plan. */
export function takesSeat({ role, status }: Patch): SQL {
  const seat = (its: SQL, is: SQL) => sql`(${its} <> 'CUSTOMER' AND ${is} = 'ACTIVE')`
  const now = seat(sql`users.role`, sql`users.status`)
  const then = seat(role ? sql`${role}` : sql`users.role`, status ? sql`${status}` : sql`users.status`)
  return sql`(${then} AND NOT ${now})`
}

/** SQL: the user of the row is no active ADMIN, or there is another one. D1 runs one writer at a time, so two cannot both leave. */
export function keepsAnAdmin(workspaceId: string): SQL {
  return sql`(users.role <> 'ADMIN' OR users.status <> 'ACTIVE' OR EXISTS (
    SELECT 1 FROM ${users} AS other WHERE other.workspace_id = ${workspaceId} AND other.role = 'ADMIN'
      AND other.status = 'ACTIVE' AND other.deleted_at IS NULL AND other.id <> users.id))`
}

/** SQL: the user `id` is an active member of the team, and not the one who leaves. */
export function isSuccessor(id: string, leaverId: string, workspaceId: string): SQL {
  return sql`(${id} <> ${leaverId} AND ${isTeamMember(id, workspaceId)})`
}

/**
 * The statements of the batch in which a user leaves; they directly follow the change of the user. They end the sessions, and
 * hand over the records that db/relations.ts names. If the change did not happen, they do nothing.
 */
export function offboardingStatements(ctx: Ctx, userId: string, reassignTo: string | null) {
  return [
    sessionRevocation(ctx, userId, { when: ifChanged }),
    ...recordReferencesTo(users).flatMap((reference) => handoverStatements(ctx, userId, reassignTo, reference)),
  ]
}

function handoverStatements(ctx: Ctx, userId: string, reassignTo: string | null, reference: RecordReference) {
  const { db, actor, now } = ctx
  const { table, subject, columns, onLeave } = reference
  const [column] = columns
  if (typeof onLeave !== 'object') return []
  const { since, withTrash, released } = onLeave
  const leaverId = sql`(SELECT leaver.id FROM ${users} AS leaver WHERE leaver.id = ${userId}
    AND leaver.workspace_id = ${actor.workspaceId}
    AND (leaver.status = 'INACTIVE' OR leaver.role = 'CUSTOMER' OR leaver.deleted_at IS NOT NULL))`
  const isOwned = allOf(eq(table.workspaceId, actor.workspaceId), eq(column, leaverId))
  const isLiving = table.deletedAt && isNull(table.deletedAt)
  const field = columnKey(column)
  return [
    eventInsert(ctx, {
      verb: `${subject}.${reassignTo === null ? released : 'assigned'}`,
      subject,
      id: sql`${table.id}`,
      changes: { [field]: [userId, reassignTo] },
      from: sql`${table}`,
      when: allOf(isOwned, isLiving),
    }),
    db
      .update(table)
      .set({
        [field]: reassignTo,
        ...(since && { [columnKey(since)]: reassignTo === null ? null : now }),
        ...versionStamp(table, now),
      })
      .where(withTrash ? isOwned : allOf(isOwned, isLiving)),
  ]
}
