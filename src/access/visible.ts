// Which rows an actor may touch: the only ownership predicate, for every read, write, list, count and search.
import { type AnyColumn, and, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import { tickets, users } from '../db/schema'
import { AppError } from '../errors'
import { type Actor, missingPermission, type Permission, reach } from './policy'

/** The owners whose rows an actor reaches: 'all', or user ids, with null for what nobody owns. */
export type Owners = 'all' | readonly (string | null)[]

/**
 * Owners reached with a permission; who may claim leads also reads the unowned ones. Throws `forbidden`. An API key owns
 * nothing and reaches its workspace: what it may do there, `allow()` and `requirePermission()` have asked of its scopes.
 */
export function owners(actor: Actor, permission: Permission): Owners {
  if (actor.type === 'key') return 'all'
  const how = reach(actor, permission)
  if (!how) throw new AppError('forbidden')
  if (how === 'all') return 'all'
  return permission === 'leads:read' && reach(actor, 'leads:claim') ? [actor.id, null] : [actor.id]
}

/** Throws `forbidden` where the actor lacks a permission beside the one that the route has asked for; `rule` says why it is asked. */
export function requirePermission(actor: Actor, permission: Permission, rule: string): void {
  if (!reach(actor, permission))
    throw new AppError('forbidden', { detail: `${rule} ${missingPermission(actor, permission)}` })
}

type Scoped = { workspaceId: AnyColumn; ownerId: AnyColumn; deletedAt: AnyColumn; userId?: AnyColumn }

/** Rows of a table that the actor reaches with a permission: one's workspace, ownership, not in the trash. */
export function visible(actor: Actor, permission: Permission, table: Scoped): SQL | undefined {
  return and(reachable(actor, permission, table), isNull(table.deletedAt))
}

/** Like `visible`, rows in the trash included: for restoring them. */
export function reachable(actor: Actor, permission: Permission, table: Omit<Scoped, 'deletedAt'>): SQL | undefined {
  const whose = owners(actor, permission)
  const own = whose === 'all' ? undefined : or(...whose.map((owner) => ownedBy(table.ownerId, owner)))
  // A portal login owns no customer: it is one.
  const self = table.userId && isPortal(actor) ? eq(table.userId, actor.id) : own
  return and(eq(table.workspaceId, actor.workspaceId), self)
}

/** Whether the actor is a customer looking at the own record. */
export function isPortal(actor: Actor): boolean {
  return actor.type === 'user' && actor.role === 'CUSTOMER'
}

/** The id of the customer that a portal login is. */
export function ownRecord(actor: Actor): SQL {
  return sql`(SELECT own.id FROM customers AS own WHERE own.user_id = ${actor.id}
    AND own.workspace_id = ${actor.workspaceId} AND own.deleted_at IS NULL ORDER BY own.seq LIMIT 1)`
}

/**
 * Tickets in reach, the trash included, in parts that share no row and each follow an index: those of one's own
 * customers and those of others that one is to solve; of a portal login, those of the own record.
 */
export function ticketParts(actor: Actor, permission: Permission): (SQL | undefined)[] {
  const here = eq(tickets.workspaceId, actor.workspaceId)
  if (owners(actor, permission) === 'all') return [here]
  // The record is of the workspace; saying so of the ticket would make SQLite walk the workspace's tickets.
  if (isPortal(actor)) return [sql`${tickets.customerId} = ${ownRecord(actor)}`]
  const isLent = sql`${tickets.assigneeId} IS NOT ${tickets.ownerId}`
  return [and(here, eq(tickets.ownerId, actor.id)), and(here, eq(tickets.assigneeId, actor.id), isLent)]
}

/** Tickets in reach, not in the trash. A customer's tickets go there, and come back, with the customer. */
export function ticketsInReach(actor: Actor, permission: Permission): SQL | undefined {
  return and(or(...ticketParts(actor, permission)), isNull(tickets.deletedAt))
}

/** What a customer is shown of the own timeline: what was said with them, never the team's notes, tasks and plans. */
export const isShared = sql`(interactions.type IN ('CALL', 'EMAIL', 'MEETING') OR interactions.ticket_id IS NOT NULL)`

// What an interaction is about is not in the trash.
const isLiving = sql`CASE WHEN interactions.customer_id IS NULL
  THEN EXISTS (SELECT 1 FROM leads AS parent WHERE parent.id = interactions.lead_id AND parent.deleted_at IS NULL)
  ELSE EXISTS (SELECT 1 FROM customers AS parent WHERE parent.id = interactions.customer_id AND parent.deleted_at IS NULL)
  END`

/**
 * What is the own of somebody who is no actor but `me`, a row of users, for a token stood in for signing in: rows of a
 * table that a member of the team owns, not in the trash; and what was said with the customer that a portal login is.
 */
export const ownedByTokenHolder = {
  interactions: sql`me.role <> 'CUSTOMER' AND interactions.workspace_id = me.workspace_id
    AND interactions.owner_id = me.id AND ${isLiving}`,
  leads: sql`me.role <> 'CUSTOMER' AND leads.workspace_id = me.workspace_id AND leads.owner_id = me.id
    AND leads.deleted_at IS NULL`,
  customers: sql`me.role <> 'CUSTOMER' AND customers.workspace_id = me.workspace_id AND customers.owner_id = me.id
    AND customers.deleted_at IS NULL`,
  interactionsWithMe: sql`me.role = 'CUSTOMER' AND customers.user_id = me.id AND customers.workspace_id = me.workspace_id
    AND customers.deleted_at IS NULL AND interactions.customer_id = customers.id AND ${isShared}`,
}

/**
 * Interactions that the actor reaches: those of a customer, or of a lead that is none yet, in reach and not in the
 * trash. The unary plus keeps SQLite from walking by these columns: a list says itself which index it follows.
 */
export function visibleInteractions(actor: Actor, permission: Permission): SQL | undefined {
  const whose = owners(actor, permission)
  const reached =
    whose === 'all' ? undefined : isPortal(actor) ? interactionsWithMe(actor) : ownInteractions(actor, permission)
  return and(sql`+interactions.workspace_id = ${actor.workspaceId}`, reached, isLiving)
}

function interactionsWithMe(actor: Actor): SQL {
  return sql`+interactions.customer_id = ${ownRecord(actor)} AND ${isShared}`
}

// Also those of the pool, to read, and the comments on tickets that one is to solve for others.
function ownInteractions(actor: Actor, permission: Permission): SQL | undefined {
  const isReading = permission === 'interactions:read'
  const isPooled = sql`(+interactions.owner_id IS NULL AND +interactions.customer_id IS NULL)`
  const ofTicket = ticketsInReach(actor, isReading ? 'tickets:read' : 'tickets:write')
  return or(
    sql`+interactions.owner_id = ${actor.id}`,
    isReading && reach(actor, 'leads:claim') ? isPooled : undefined,
    sql`EXISTS (SELECT 1 FROM tickets WHERE tickets.id = interactions.ticket_id AND ${ofTicket})`,
  )
}

export function ownedBy(column: AnyColumn, owner: string | null): SQL {
  return owner === null ? isNull(column) : eq(column, owner)
}

/** The workspace has an ADMIN, active or not: without one, nobody has come to its team yet. */
export function hasAdmin(workspaceId: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS boss WHERE boss.workspace_id = ${workspaceId} AND boss.role = 'ADMIN'
    AND boss.deleted_at IS NULL)`
}

/** `id` is an ADMIN who can act. */
export function isActiveAdmin(id: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS chief WHERE chief.id = ${id} AND chief.role = 'ADMIN'
    AND chief.status = 'ACTIVE' AND chief.deleted_at IS NULL)`
}

/** `id` is a member who can own leads: active, of this workspace and of the team. */
export function isTeamMember(id: string | SQL, workspaceId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS member WHERE member.id = ${id} AND member.workspace_id = ${workspaceId}
    AND member.status = 'ACTIVE' AND member.role <> 'CUSTOMER' AND member.deleted_at IS NULL)`
}

/** The user at hand is of the team, not the login of a customer. */
export const isTeamUser: SQL = sql`${users.role} <> 'CUSTOMER'`

/** `id` is a member who can be the portal login of a customer: active, of this workspace, with the role CUSTOMER. */
export function isPortalUser(id: string, workspaceId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS member WHERE member.id = ${id} AND member.workspace_id = ${workspaceId}
    AND member.status = 'ACTIVE' AND member.role = 'CUSTOMER' AND member.deleted_at IS NULL)`
}

/** `id` is a portal login of the workspace, whatever has become of it since. */
export function isPortalLogin(id: SQL, workspaceId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS login WHERE login.id = ${id} AND login.workspace_id = ${workspaceId}
    AND login.role = 'CUSTOMER')`
}
