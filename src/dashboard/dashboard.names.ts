// Dashboard: the names behind ids, of those records alone that the reader may see.
import { and, eq } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { customers, leads, users } from '../db/schema'
import { anyOf } from '../db/sql'

/** Names by id, of members, customers and leads; what is out of reach or gone has none. */
export async function namesOf({ db, actor }: Ctx, wanted: (string | null)[]): Promise<Map<string, string>> {
  const ids = [...new Set(wanted.filter((id) => id !== null))]
  const found = await db.batch([
    db
      .select({ id: users.id, name: users.name })
      .from(users)
      .where(and(anyOf(users.id, ids), eq(users.workspaceId, actor.workspaceId))),
    db
      .select({ id: customers.id, name: customers.name })
      .from(customers)
      .where(and(anyOf(customers.id, ids), visible(actor, 'customers:read', customers))),
    db
      .select({ id: leads.id, name: leads.name, title: leads.title })
      .from(leads)
      .where(and(anyOf(leads.id, ids), visible(actor, 'leads:read', leads))),
  ])
  const [members, clients, prospects] = found
  return new Map([
    ...members.map(({ id, name }) => [id, name] as const),
    ...clients.map(({ id, name }) => [id, name] as const),
    ...prospects.map(({ id, name, title }) => [id, name ?? title] as const),
  ])
}
