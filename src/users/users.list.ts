// The list of members, in the order in which they joined the workspace.
import { and, eq, gte, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { type Actor, TEAM } from '../access/policy'
import { isPortal, isTeamUser, owners } from '../access/visible'
import type { Ctx } from '../context'
import type { Page } from '../db/page'
import { users } from '../db/schema'
import { ROLES } from '../db/schema/users'
import { allOf } from '../db/sql'
import { pageMarks } from '../db/window'
import { runList } from '../records/list'
import type { ListDefinition, ListRequest } from '../records/list.definition'
import { is } from '../records/list.filters'
import type { UserQuery } from './users.schemas'
import { teamOf, type UserRow, userColumns, visibleUsers } from './users.service'

/**
 * With `team`, the list has no portal logins. With `colleagues`, members of the team who see only the own account whole
 * find the rest of the team as well.
 */
type Query = z.output<typeof UserQuery> & { team?: boolean; colleagues?: boolean; sort?: 'joined' }

const seesOwnAlone = (actor: Actor) => owners(actor, 'users:read') !== 'all'

/** The definition of the list, for the list runner. */
export const USER_LIST: ListDefinition<UserRow, Query> = {
  table: users,
  name: 'users',
  columns: userColumns,
  read: (db, rows) => db.select({ row: userColumns, ...pageMarks }).from(rows),
  owners: ({ actor }) => owners(actor, 'users:read'),
  orders: { joined: { by: ['id'] } },
  usualOrder: () => 'joined',
  filters: {
    // A field that is not shown must not be guessed by a filter.
    role: (role, { actor }) => ({
      where: allOf(eq(users.role, role), seesOwnAlone(actor) ? eq(users.id, actor.id) : undefined),
    }),
    status: is(users.status),
    updatedAfter: (instant, { actor }) => ({
      where: allOf(gte(users.updatedAt, instant), seesOwnAlone(actor) ? eq(users.id, actor.id) : undefined),
    }),
    team: (team) => (team ? { where: isTeamUser } : undefined),
    colleagues: () => undefined,
  },
  // One walk for each role, which share no row, since an index of roles has ids in order within each. Of those who are
  // active, nearly all, the walk finds out as it goes.
  walks({ actor }, { role, status, team, colleagues }) {
    const isWide = colleagues && seesOwnAlone(actor) && !isPortal(actor)
    const where = isWide ? teamOf(actor) : visibleUsers(actor)
    const roles = role ? [role] : team ? TEAM : ROLES
    if (status !== 'INACTIVE') {
      return roles.map((each) => ({
        index: 'users_role',
        where: and(where, eq(users.role, each)),
        answers: ['role', 'team'] as const,
      }))
    }
    const isInactive = sql`${users.status} = 'INACTIVE'`
    return roles.map((each) => ({
      index: 'users_inactive',
      where: and(where, isInactive, eq(users.role, each)),
      answers: ['role', 'status', 'team'] as const,
    }))
  },
}

/** A page of the team: of a colleague that the actor does not see whole, only id, name and status. */
export async function listColleagues(ctx: Ctx, request: ListRequest<Query>): Promise<Page<Partial<UserRow>>> {
  const { rows, ...page } = await listUsers(ctx, { ...request, colleagues: true })
  if (!seesOwnAlone(ctx.actor)) return { rows, ...page }
  const seen = rows.map((row) => (row.id === ctx.actor.id ? row : { id: row.id, name: row.name, status: row.status }))
  return { rows: seen, ...page }
}

/** A page of the members that the actor sees. */
export function listUsers(ctx: Ctx, request: ListRequest<Query>): Promise<Page<UserRow>> {
  return runList(ctx, USER_LIST, request)
}
