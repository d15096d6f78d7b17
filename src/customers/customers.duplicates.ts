// Duplicates: living customers that share a phone number, or a near-equal name and company. Triggers keep what is shared.
import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import { customers, duplicateKeys } from '../db/schema'
import type { Ctx } from '../http/context'
import { cut, type Page, type PageRequest } from '../http/pagination'
import { type CustomerRow, customerColumns } from './customers.service'

export type DuplicateGroup = { reason: 'phone' | 'name'; customers: CustomerRow[] }

/** How many customers of one group are shown. */
const SHOWN = 10
const MARKS = { name: 'name ', phone: 'phone ' } as const

/**
 * Groups of customers in the actor's reach that are likely one, in the order of what they share. A page may be short,
 * and still have a next one, where most of what is shared is out of reach.
 */
export async function listDuplicates(ctx: Ctx, { limit, after }: PageRequest): Promise<Page<DuplicateGroup>> {
  const { db, actor } = ctx
  const isShared = and(
    eq(duplicateKeys.workspaceId, actor.workspaceId),
    sql`${duplicateKeys.count} > 1`,
    after && gt(duplicateKeys.key, String(after[0])),
  )
  const keys = db.select({ key: duplicateKeys.key }).from(duplicateKeys).where(isShared).orderBy(asc(duplicateKeys.key))
  const [shared, named, phoned] = await db.batch([
    keys.limit(limit + 1),
    sharing(ctx, sql`${keys.limit(limit)}`, 'name'),
    sharing(ctx, sql`${keys.limit(limit)}`, 'phone'),
  ])
  const page = cut(shared, limit, (row) => [row.key])
  const groups = Map.groupBy([...named, ...phoned], (row) => row.sharedKey)
  const rows = page.rows.flatMap(({ key }) => {
    const alike = groups.get(key) ?? []
    const reason = key.startsWith(MARKS.name) ? ('name' as const) : ('phone' as const)
    return alike.length > 1 ? [{ reason, customers: alike }] : []
  })
  return { rows, next: page.next }
}

/** The first few customers in reach for each of these keys. */
function sharing({ db, actor }: Ctx, keys: SQL, by: keyof typeof MARKS) {
  const c = alias(customers, 'c')
  const column = by === 'name' ? c.nameKey : c.phoneE164
  const isAlike = sql`${column} = substr(shared.key, ${MARKS[by].length + 1})`
  const first = sql`(SELECT c.seq FROM ${customers} AS c WHERE ${and(visible(actor, 'customers:write', c), isAlike)} LIMIT ${SHOWN})`
  return db
    .select({ ...customerColumns, sharedKey: sql<string>`shared.key`.as('shared_key') })
    .from(sql`${keys} AS shared`)
    .crossJoin(customers)
    .where(sql`substr(shared.key, 1, ${MARKS[by].length}) = ${MARKS[by]} AND ${customers.seq} IN ${first}`)
}
