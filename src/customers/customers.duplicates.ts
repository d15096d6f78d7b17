// Duplicates: customers outside the trash with the same phone number, or a near-equal name and company.
import { and, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { customers } from '../db/schema'
import { type CustomerRow, customerColumns } from './customers.record'

export type DuplicateGroup = { reason: 'phone' | 'name'; customers: CustomerRow[] }

/** How many customers of one group are returned. */
const MAX_CUSTOMERS = 10
/** The prefixes of the keys in `duplicate_keys`, which triggers keep. */
const PREFIXES = { name: 'name ', phone: 'phone ' } as const

/**
 * Groups of customers in reach that are likely the same person, in the order of the shared key. A page may be short and
 * still have a next one, because most customers with a key may be out of reach.
 */
export async function listDuplicates(ctx: Ctx, { limit, after }: PageRequest): Promise<Page<DuplicateGroup>> {
  const { db, actor } = ctx
  // Without INDEXED BY, SQLite would scan every key of the workspace to find the few that are shared.
  const sharedKeys = (limit: number) => sql`(SELECT key FROM duplicate_keys INDEXED BY duplicate_keys_shared
    WHERE workspace_id = ${actor.workspaceId} AND count > 1 AND key > ${String(after?.[0] ?? '')} ORDER BY key LIMIT ${limit})`
  const { shared, byName, byPhone } = await runBatch(db, {
    shared: db.select({ key: sql<string>`key`.as('key') }).from(sharedKeys(limit + 1)),
    byName: customersSharing(ctx, sharedKeys(limit), 'name'),
    byPhone: customersSharing(ctx, sharedKeys(limit), 'phone'),
  })
  const page = cut(shared, limit, (row) => [row.key])
  const groups = Map.groupBy([...byName, ...byPhone], (row) => row.sharedKey)
  const rows = page.rows.flatMap(({ key }) => {
    const sharing = groups.get(key) ?? []
    const reason = key.startsWith(PREFIXES.name) ? ('name' as const) : ('phone' as const)
    return sharing.length > 1 ? [{ reason, customers: sharing }] : []
  })
  return { rows, next: page.next }
}

/** Selects the first customers in reach for each of these keys. */
function customersSharing({ db, actor }: Ctx, keys: SQL, by: keyof typeof PREFIXES) {
  const other = alias(customers, 'other')
  const column = by === 'name' ? other.nameKey : other.phoneE164
  const index = sql.raw(by === 'name' ? 'customers_name_key' : 'customers_phone')
  const hasKey = sql`${column} = substr(shared.key, ${PREFIXES[by].length + 1})`
  const first = sql`(SELECT ${other.seq} FROM ${customers} AS other INDEXED BY ${index} WHERE ${and(visible(actor, 'customers:write', other), hasKey)} LIMIT ${MAX_CUSTOMERS})`
  return db
    .select({ ...customerColumns, sharedKey: sql<string>`shared.key`.as('shared_key') })
    .from(sql`${keys} AS shared`)
    .crossJoin(customers)
    .where(sql`substr(shared.key, 1, ${PREFIXES[by].length}) = ${PREFIXES[by]} AND ${customers.seq} IN ${first}`)
}
