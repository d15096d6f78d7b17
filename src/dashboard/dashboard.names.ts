// Dashboard: the names of records by id, only of those that the reader may see.
import { and, eq, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { runBatch } from '../db/batch'
import { customers, leads, users } from '../db/schema'

/** Names of members, customers and leads by id; a record out of reach or deleted has none. */
export async function namesOf({ db, actor }: Ctx, wanted: (string | null)[]): Promise<Map<string, string>> {
  const ids = [...new Set(wanted.filter((id) => id !== null))]
  // The ids come first: for a list of ids SQLite would scan the workspace.
  const list = sql`(SELECT value AS wanted FROM json_each(${JSON.stringify(ids)}))`
  const named = await runBatch(db, {
    members: db
      .select({ id: users.id, name: users.name })
      .from(list)
      .crossJoin(users)
      .where(and(sql`${users.id} = wanted`, eq(users.workspaceId, actor.workspaceId))),
    customers: db
      .select({ id: customers.id, name: customers.name })
      .from(list)
      .crossJoin(customers)
      .where(and(sql`${customers.id} = wanted`, visible(actor, 'customers:read', customers))),
    leads: db
      .select({ id: leads.id, name: leads.name, title: leads.title })
      .from(list)
      .crossJoin(leads)
      .where(and(sql`${leads.id} = wanted`, visible(actor, 'leads:read', leads))),
  })
  return new Map([
    ...named.members.map(({ id, name }) => [id, name] as const),
    ...named.customers.map(({ id, name }) => [id, name] as const),
    ...named.leads.map(({ id, name, title }) => [id, name ?? title] as const),
  ])
}
