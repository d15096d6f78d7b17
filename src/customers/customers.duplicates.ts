// Duplicates: living customers with the same phone, or a near-equal name and company. Triggers count who shares a key.
import { and, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { customers } from '../db/schema'
import { type CustomerRow, customerColumns } from './customers.record'

export type DuplicateGroup = { reason: 'phone' | 'name'; customers: CustomerRow[] }

/** How many customers of one group are shown. */
const SHOWN = 10
const MARKS = { name: 'name ', phone: 'phone ' } as const

/**
 * Groups of customers in the actor's reach that are likely one person, in the order of the key they share. A page may
 * be short and still have a next one, where most customers that share a key are out of reach.
 */
export async function listDuplicates(ctx: Ctx, { limit, after }: PageRequest): Promise<Page<DuplicateGroup>> {
  const { db, actor } = ctx
  // Left to itself, SQLite would walk every key of the workspace in search of the few that are shared.
  const keys = (most: number) => sql`(SELECT key FROM duplicate_keys INDEXED BY duplicate_keys_shared
    WHERE workspace_id = ${actor.workspaceId} AND count > 1 AND key > ${String(after?.[0] ?? '')} ORDER BY key LIMIT ${most})`
  const { shared, byName, byPhone } = await runBatch(db, {
    shared: db.select({ key: sql<string>`key`.as('key') }).from(keys(limit + 1)),
    byName: customersSharing(ctx, keys(limit), 'name'),
    byPhone: customersSharing(ctx, keys(limit), 'phone'),
  })
  const page = cut(shared, limit, (row) => [row.key])
  const groups = Map.groupBy([...byName, ...byPhone], (row) => row.sharedKey)
  const rows = page.rows.flatMap(({ key }) => {
    const alike = groups.get(key) ?? []
    const reason = key.startsWith(MARKS.name) ? ('name' as const) : ('phone' as const)
    return alike.length > 1 ? [{ reason, customers: alike }] : []
  })
  return { rows, next: page.next }
}

/** The first few customers in reach for each of these keys. */
function customersSharing({ db, actor }: Ctx, keys: SQL, by: keyof typeof MARKS) {
  const c = alias(customers, 'c')
  const column = by === 'name' ? c.nameKey : c.phoneE164
  const index = sql.raw(by === 'name' ? 'customers_name_key' : 'customers_phone')
  const isAlike = sql`${column} = substr(shared.key, ${MARKS[by].length + 1})`
  const first = sql`(SELECT c.seq FROM ${customers} AS c INDEXED BY ${index} WHERE ${and(visible(actor, 'customers:write', c), isAlike)} LIMIT ${SHOWN})`
  return db
    .select({ ...customerColumns, sharedKey: sql<string>`shared.key`.as('shared_key') })
    .from(sql`${keys} AS shared`)
    .crossJoin(customers)
    .where(sql`substr(shared.key, 1, ${MARKS[by].length}) = ${MARKS[by]} AND ${customers.seq} IN ${first}`)
}
