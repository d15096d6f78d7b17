// The names of records by id, only of those that the reader may see.
import { and, eq, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { runBatch } from '../db/batch'
import { customers, leads, users } from '../db/schema'
import { teamOf } from '../users/users.service'

export type Named = { name: string; kind: 'member' | 'customer' | 'lead'; phone?: string | null; email?: string | null }
export type Names = ReadonlyMap<string, Named>

/** Names of members, customers and leads by id; a record out of reach or deleted has none. */
export async function namesOf({ db, actor }: Ctx, wanted: readonly (string | null | undefined)[]): Promise<Names> {
  const ids = [...new Set(wanted.filter((id) => typeof id === 'string'))]
  if (ids.length === 0) return new Map()
  // The ids come first: for a list of ids SQLite would scan the workspace.
  const list = sql`(SELECT value AS wanted FROM json_each(${JSON.stringify(ids)}))`
  const named = await runBatch(db, {
    members: db
      .select({ id: users.id, name: users.name })
      .from(list)
      .crossJoin(users)
      .where(and(sql`${users.id} = wanted`, eq(users.workspaceId, actor.workspaceId))),
    customers: db
      .select({ id: customers.id, name: customers.name, phone: customers.phone, email: customers.email })
      .from(list)
      .crossJoin(customers)
      .where(and(sql`${customers.id} = wanted`, visible(actor, 'customers:read', customers))),
    leads: reach(actor, 'leads:read')
      ? db
          .select({ id: leads.id, name: leads.name, title: leads.title, phone: leads.phone, email: leads.email })
          .from(list)
          .crossJoin(leads)
          .where(and(sql`${leads.id} = wanted`, visible(actor, 'leads:read', leads)))
      : undefined,
  })
  return new Map<string, Named>([
    ...named.members.map(({ id, name }) => [id, { name, kind: 'member' }] as const),
    ...named.customers.map(({ id, ...rest }) => [id, { ...rest, kind: 'customer' }] as const),
    ...(named.leads ?? []).map(
      ({ id, name, title, ...rest }) => [id, { ...rest, name: name ?? title, kind: 'lead' }] as const,
    ),
  ])
}

/** How many members a choice of owners lists. */
const MAX_MEMBERS = 100

/** The active members of the team, by name, for a choice of owners. */
export function membersOf({ db, actor }: Ctx): Promise<{ id: string; name: string }[]> {
  return db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(and(teamOf(actor), eq(users.status, 'ACTIVE')))
    .orderBy(users.name)
    .limit(MAX_MEMBERS)
}
