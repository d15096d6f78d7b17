// Which rows an actor may read or change: the only ownership predicate, for every read, write, list, count and search.
import { type AnyColumn, and, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { customers, interactions, leads, tickets, users } from '../db/schema'
import { anyOf } from '../db/sql'
import { AppError } from '../errors'
import { type Actor, missingPermission, type Permission, reach, rolesReaching } from './policy'

/** The owners whose rows an actor reaches: 'all', or user ids, with null for rows without an owner. */
export type Owners = 'all' | readonly (string | null)[]

/**
 * The owners that an actor reaches with a permission; an actor who may claim leads also reads those without an owner.
 * An API key reaches its whole workspace: `allow()` and `requirePermission()` check its scopes. Throws `forbidden`.
 */
export function owners(actor: Actor, permission: Permission): Owners {
  if (actor.type === 'key') return 'all'
  const reached = reach(actor, permission)
  if (!reached) throw new AppError('forbidden')
  if (reached === 'all') return 'all'
  return permission === 'leads:read' && reach(actor, 'leads:claim') ? [actor.id, null] : [actor.id]
}

/** Throws `forbidden` if the actor lacks a permission that the route did not check; `rule` says why it is needed. */
export function requirePermission(actor: Actor, permission: Permission, rule: string): void {
  if (!reach(actor, permission))
    throw new AppError('forbidden', { detail: `${rule} ${missingPermission(actor, permission)}` })
}

type Scoped = { workspaceId: AnyColumn | SQL; ownerId: AnyColumn; deletedAt: AnyColumn; userId?: AnyColumn }

/** Rows of a table that the actor reaches with a permission, by workspace and owner, and that are not in the trash. */
export function visible(actor: Actor, permission: Permission, table: Scoped): SQL | undefined {
  return and(reachable(actor, permission, table), isNull(table.deletedAt))
}

/** The same with rows in the trash, for restoring them. */
export function reachable(actor: Actor, permission: Permission, table: Omit<Scoped, 'deletedAt'>): SQL | undefined {
  const reached = owners(actor, permission)
  const byOwner = reached === 'all' ? undefined : or(...reached.map((owner) => ownedBy(table.ownerId, owner)))
  // A portal login owns no customer: it is tied to one by `userId`.
  const byLogin = table.userId && isPortal(actor) ? eq(table.userId, actor.id) : undefined
  return and(sql`${table.workspaceId} = ${actor.workspaceId}`, byLogin ?? byOwner)
}

/** Whether the actor is a portal login, who sees only the customer's own record. */
export function isPortal(actor: Actor): boolean {
  return actor.type === 'user' && actor.role === 'CUSTOMER'
}

const own = alias(customers, 'own')

/** The id of a portal login's own customer record, as SQL. */
export function ownRecord(actor: Actor): SQL {
  return sql`(SELECT ${own.id} FROM ${customers} AS ${own} WHERE ${own.userId} = ${actor.id}
    AND ${own.workspaceId} = ${actor.workspaceId} AND ${own.deletedAt} IS NULL ORDER BY ${own.seq} LIMIT 1)`
}

/**
 * Tickets in reach, with those in the trash, in parts that share no row and use one index each: tickets of the actor's
 * customers, and other tickets that are assigned to the actor; for a portal login, tickets of its own record.
 */
export function ticketParts(actor: Actor, permission: Permission): (SQL | undefined)[] {
  const inWorkspace = eq(tickets.workspaceId, actor.workspaceId)
  if (owners(actor, permission) === 'all') return [inWorkspace]
  // `ownRecord` checks the workspace. With a condition on the ticket's own, SQLite would scan the workspace's tickets.
  if (isPortal(actor)) return [sql`${tickets.customerId} = ${ownRecord(actor)}`]
  const isAssignedToOther = sql`${tickets.assigneeId} IS NOT ${tickets.ownerId}`
  return [
    and(inWorkspace, eq(tickets.ownerId, actor.id)),
    and(inWorkspace, eq(tickets.assigneeId, actor.id), isAssignedToOther),
  ]
}

/** Tickets in reach that are not in the trash. They are trashed and restored together with their customer. */
export function ticketsInReach(actor: Actor, permission: Permission): SQL | undefined {
  return and(or(...ticketParts(actor, permission)), isNull(tickets.deletedAt))
}

/** Interactions that a portal login sees: calls, mails, meetings and ticket comments, but no notes, tasks or plans. */
export const isShared = sql`(${interactions.type} IN ('CALL', 'EMAIL', 'MEETING') OR ${interactions.ticketId} IS NOT NULL)`

const [parentLead, parentCustomer] = [alias(leads, 'parent'), alias(customers, 'parent')]

/**
 * The lead or customer of the interaction is not in the trash, and meets a condition of its own. The interaction's `ownerId`
 * only finds rows: it follows a change of the owner a little later, so that the record itself is asked.
 */
function isOfLiving(ofLead = sql`true`, ofCustomer = sql`true`): SQL {
  return sql`CASE WHEN ${interactions.customerId} IS NULL
    THEN EXISTS (SELECT 1 FROM ${leads} AS ${parentLead}
      WHERE ${parentLead.id} = ${interactions.leadId} AND ${parentLead.deletedAt} IS NULL AND ${ofLead})
    ELSE EXISTS (SELECT 1 FROM ${customers} AS ${parentCustomer}
      WHERE ${parentCustomer.id} = ${interactions.customerId} AND ${parentCustomer.deletedAt} IS NULL AND ${ofCustomer})
    END`
}

const me = alias(users, 'me')

/**
 * Predicates for links with a secret token, where nobody has signed in: `me` is the users row of the token's owner.
 * They hold for living rows that a member of the team owns, and for interactions shared with a portal login.
 */
export const ownedByTokenHolder = {
  interactions: sql`${me.role} <> 'CUSTOMER' AND ${interactions.workspaceId} = ${me.workspaceId}
    AND ${interactions.ownerId} = ${me.id}
    AND ${isOfLiving(sql`${parentLead.ownerId} = ${me.id}`, sql`${parentCustomer.ownerId} = ${me.id}`)}`,
  /** Of records without an owner, those that a member who sees such records has logged; reminders have the same rule. */
  unownedInteractions: sql`${anyOf(me.role, rolesReaching('interactions:read'))}
    AND ${interactions.workspaceId} = ${me.workspaceId} AND ${interactions.ownerId} IS NULL
    AND ${interactions.createdBy} = ${me.id} AND ${isOfLiving()}`,
  leads: sql`${me.role} <> 'CUSTOMER' AND ${leads.workspaceId} = ${me.workspaceId} AND ${leads.ownerId} = ${me.id}
    AND ${leads.deletedAt} IS NULL`,
  customers: sql`${me.role} <> 'CUSTOMER' AND ${customers.workspaceId} = ${me.workspaceId}
    AND ${customers.ownerId} = ${me.id} AND ${customers.deletedAt} IS NULL`,
  interactionsWithMe: sql`${me.role} = 'CUSTOMER' AND ${customers.userId} = ${me.id}
    AND ${customers.workspaceId} = ${me.workspaceId} AND ${customers.deletedAt} IS NULL
    AND ${interactions.customerId} = ${customers.id} AND ${isShared}`,
}

/**
 * Interactions that the actor reaches and whose lead or customer is not in the trash. The unary plus keeps SQLite from
 * choosing an index on these columns: each list names its own index.
 */
export function visibleInteractions(actor: Actor, permission: Permission): SQL | undefined {
  const isReached =
    owners(actor, permission) === 'all'
      ? isOfLiving()
      : isPortal(actor)
        ? and(portalInteractions(actor), isOfLiving())
        : ownInteractions(actor, permission)
  return and(sql`+${interactions.workspaceId} = ${actor.workspaceId}`, isReached)
}

function portalInteractions(actor: Actor): SQL {
  return sql`+${interactions.customerId} = ${ownRecord(actor)} AND ${isShared}`
}

// Those of the actor's records, of leads in the pool (to read them only), and comments on tickets in reach.
function ownInteractions(actor: Actor, permission: Permission): SQL {
  const isReading = permission === 'interactions:read'
  const isPoolRead = isReading && reach(actor, 'leads:claim') !== undefined
  const isTicketInReach = ticketsInReach(actor, isReading ? 'tickets:read' : 'tickets:write')
  const isOwnLead = sql`(${parentLead.ownerId} = ${actor.id} ${isPoolRead ? sql`OR ${parentLead.ownerId} IS NULL` : sql``})`
  const isOwnCustomer = sql`(${parentCustomer.ownerId} = ${actor.id}
    OR EXISTS (SELECT 1 FROM ${tickets} WHERE ${tickets.id} = ${interactions.ticketId} AND ${isTicketInReach}))`
  return isOfLiving(isOwnLead, isOwnCustomer)
}

/** The column names this owner, or is null. */
export function ownedBy(column: AnyColumn, owner: string | null): SQL {
  return owner === null ? isNull(column) : eq(column, owner)
}

const [admin, member] = [alias(users, 'admin'), alias(users, 'member')]

/** The workspace has an ADMIN, active or not. Without one, its team has no member yet. */
export function hasAdmin(workspaceId: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS ${admin} WHERE ${admin.workspaceId} = ${workspaceId}
    AND ${admin.role} = 'ADMIN' AND ${admin.deletedAt} IS NULL)`
}

/** `id` is an active ADMIN. */
export function isActiveAdmin(id: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS ${admin} WHERE ${admin.id} = ${id} AND ${admin.role} = 'ADMIN'
    AND ${admin.status} = 'ACTIVE' AND ${admin.deletedAt} IS NULL)`
}

/** `id` can own leads: an active member of this workspace's team. */
export function isTeamMember(id: string | SQL, workspaceId: string | SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS ${member} WHERE ${isActiveMember(id, workspaceId)}
    AND ${member.role} <> 'CUSTOMER')`
}

/** The row of `users` belongs to the team and is not a portal login. */
export const isTeamUser: SQL = sql`${users.role} <> 'CUSTOMER'`

/** `id` can be tied to a customer's record: an active portal login of this workspace. */
export function isPortalUser(id: string, workspaceId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS ${member} WHERE ${isActiveMember(id, workspaceId)}
    AND ${member.role} = 'CUSTOMER')`
}

function isActiveMember(id: string | SQL, workspaceId: string | SQL): SQL {
  return sql`${member.id} = ${id} AND ${member.workspaceId} = ${workspaceId} AND ${member.status} = 'ACTIVE'
    AND ${member.deletedAt} IS NULL`
}

/** `id` is a portal login of the workspace, active or not, removed or not. */
export function isPortalLogin(id: SQL, workspaceId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} AS ${member} WHERE ${member.id} = ${id}
    AND ${member.workspaceId} = ${workspaceId} AND ${member.role} = 'CUSTOMER')`
}
