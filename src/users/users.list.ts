// The list of members, in the order in which they joined the workspace.
import { and, eq } from 'drizzle-orm'
import type { z } from 'zod'
import { TEAM } from '../access/policy'
import { isTeamUser, owners } from '../access/visible'
import type { Ctx } from '../context'
import type { Page } from '../db/page'
import { users } from '../db/schema'
import { ROLES } from '../db/schema/users'
import { pageMarks } from '../db/window'
import { runList } from '../records/list'
import type { ListDefinition, ListRequest } from '../records/list.definition'
import { is } from '../records/list.filters'
import type { UserQuery } from './users.schemas'
import { type UserRow, userColumns, visibleUsers } from './users.service'

/** With `team`, the list has no portal logins. */
type Query = z.output<typeof UserQuery> & { team?: boolean; sort?: 'joined' }

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
    role: is(users.role),
    status: is(users.status),
    team: (team) => (team ? { where: isTeamUser } : undefined),
  },
  // One walk for each role, which share no row, since an index of roles has ids in order within each.
  walks({ actor }, { role, status, team }) {
    const where = visibleUsers(actor)
    const answers = ['role', 'status', 'team'] as const
    if (!role && !status && !team) return [{ index: 'users_workspace', where, answers }]
    const roles = role ? [role] : team ? TEAM : ROLES
    const index = status ? 'users_status' : 'users_role'
    return roles.map((each) => ({ index, where: and(where, eq(users.role, each)), answers }))
  },
}

/** A page of the members that the actor sees. */
export function listUsers(ctx: Ctx, request: ListRequest<Query>): Promise<Page<UserRow>> {
  return runList(ctx, USER_LIST, request)
}
