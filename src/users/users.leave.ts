// Leaving: a workspace keeps an ADMIN, sessions end, and the member's records go to a colleague or to nobody.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { isTeamMember } from '../access/visible'
import { sessionRevocation } from '../auth/sessions.service'
import type { Ctx } from '../context'
import { users, views } from '../db/schema'
import { ifChanged } from '../db/sql'
import { handoverStatements } from './users.handover'

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
    privateViewDeletion(ctx, userId),
    ...handoverStatements(ctx, userId, reassignTo),
  ]
}

// Nobody else sees them. Those that are shared stay with the team.
function privateViewDeletion({ db, actor: { workspaceId } }: Ctx, userId: string) {
  const isTheirs = and(eq(views.ownerId, userId), eq(views.workspaceId, workspaceId), sql`NOT ${views.isShared}`)
  return db.delete(views).where(and(isTheirs, sql`NOT ${isTeamMember(userId, workspaceId)}`))
}
