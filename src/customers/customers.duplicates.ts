// Duplicates: customers outside the trash with the same phone number, or a near-equal name and company.
import { type AnyColumn, and, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Actor } from '../access/policy'
import { owners, visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { customers } from '../db/schema'
import { type CustomerRow, customerColumns } from './customers.record'

export type DuplicateGroup = { reason: 'phone' | 'name'; customers: CustomerRow[] }

/** How many customers of one group are returned. */
const MAX_CUSTOMERS = 10
/** The prefixes of the keys in `duplicate_keys`, which triggers keep. */
const PREFIXES = { name: 'name ', phone: 'phone ' } as const

/** How many shared keys a page looks through. */
const WINDOW_KEYS = 2_000

/**
 * Groups of customers in reach that are likely the same person, in the order of the shared key. An actor who reaches only
 * their own customers shares few keys, so a page may be short and still have a next one.
 */
export async function listDuplicates(ctx: Ctx, { limit, after }: PageRequest): Promise<Page<DuplicateGroup>> {
  const { db, actor } = ctx
  const keys = sql`SELECT key FROM duplicate_keys
    WHERE workspace_id = ${actor.workspaceId} AND key > ${String(after?.[0] ?? '')} ORDER BY key`
  const hasTwo =
    owners(actor, 'customers:write') === 'all'
      ? sql`true`
      : sql`(SELECT count(*) FROM (SELECT 1 FROM (${firstSharing(actor, 2)}) LIMIT 2)) = 2`
  const shared = sql`(SELECT key FROM (${keys} LIMIT ${WINDOW_KEYS}) AS shared WHERE ${hasTwo} LIMIT ${limit + 1})`
  const { rows, edge } = await runBatch(db, {
    rows: db
      .select({ ...customerColumns, sharedKey: sql<string>`shared.key`.as('shared_key') })
      .from(sql`${shared} AS shared`)
      .crossJoin(customers)
      .where(sql`${customers.seq} IN (${firstSharing(actor, MAX_CUSTOMERS)})`),
    edge: one(db.select({ key: sql<string>`key`.as('key') }).from(sql`(${keys} LIMIT 1 OFFSET ${WINDOW_KEYS - 1})`)),
  })
  const groups = [...Map.groupBy(rows, (row) => row.sharedKey)].map(([key, list]) => ({
    key,
    reason: key.startsWith(PREFIXES.name) ? ('name' as const) : ('phone' as const),
    customers: list,
  }))
  const page = cut(groups, limit, ({ key }) => [key])
  return page.next || !edge ? page : { ...page, next: [edge.key], scanned: { rows: WINDOW_KEYS } }
}

/** SELECT of the row numbers of the first customers in reach that have the key `shared.key`. */
function firstSharing(actor: Actor, limit: number): SQL {
  const other = alias(customers, 'other')
  const each = (by: keyof typeof PREFIXES, index: string, column: AnyColumn) => {
    const { length } = PREFIXES[by]
    const hasKey = sql`substr(shared.key, 1, ${length}) = ${PREFIXES[by]} AND ${column} = substr(shared.key, ${length + 1})`
    return sql`SELECT * FROM (SELECT ${other.seq} FROM ${customers} AS other INDEXED BY ${sql.raw(index)}
      WHERE ${and(visible(actor, 'customers:write', other), hasKey)} LIMIT ${limit})`
  }
  const [byName, byPhone] = [
    each('name', 'customers_name_key', other.nameKey),
    each('phone', 'customers_phone', other.phoneE164),
  ]
  return sql`${byName} UNION ALL ${byPhone}`
}
