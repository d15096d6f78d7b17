// Dashboard: the names of records by id, only of those that the reader may see.
import { and, eq } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { runBatch } from '../db/batch'
import { customers, leads, users } from '../db/schema'
import { anyOf } from '../db/sql'

/** Names of members, customers and leads by id; a record out of reach or deleted has none. */
export async function namesOf({ db, actor }: Ctx, wanted: (string | null)[]): Promise<Map<string, string>> {
  const ids = [...new Set(wanted.filter((id) => id !== null))]
  const named = await runBatch(db, {
    members: db
      .select({ id: users.id, name: users.name })
      .from(users)
      .where(and(anyOf(users.id, ids), eq(users.workspaceId, actor.workspaceId))),
    customers: db
      .select({ id: customers.id, name: customers.name })
      .from(customers)
      .where(and(anyOf(customers.id, ids), visible(actor, 'customers:read', customers))),
    leads: db
      .select({ id: leads.id, name: leads.name, title: leads.title })
      .from(leads)
      .where(and(anyOf(leads.id, ids), visible(actor, 'leads:read', leads))),
  })
  return new Map([
    ...named.members.map(({ id, name }) => [id, name] as const),
    ...named.customers.map(({ id, name }) => [id, name] as const),
    ...named.leads.map(({ id, name, title }) => [id, name ?? title] as const),
  ])
}
