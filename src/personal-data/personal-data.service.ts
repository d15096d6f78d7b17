// Personal data: everything about a person is read, or erased, along one map.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { reachable } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { recordReferencesTo } from '../db/relations'
import { customers, merges } from '../db/schema'
import { allOf, columnIn, ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { HELD } from './personal-data.map'
import { personOf } from './personal-data.person'

/** How many rows of a kind are shown at most. */
const MOST = 5_000

const held = Object.entries(HELD)

/** All data about the person behind a customer, by kind. It includes the trash. Throws `not_found`. */
export async function readPersonalData({ db, actor, now }: Ctx, id: string) {
  const root = alias(customers, 'root')
  const person = personOf(actor.workspaceId, allOf(eq(root.id, id), reachable(actor, 'personal-data:read', root)))
  const reads = held.map(([kind, { read }]) => [kind, read(db, person, MOST + 1)] as const)
  const rows = await runBatch(db, Object.fromEntries(reads))
  // The customer itself is among its rows.
  if (!rows.customers?.length) throw new AppError('not_found')
  const kinds = Object.entries(rows)
  return {
    customerId: id,
    readAt: now,
    data: Object.fromEntries(kinds.map(([kind, list]) => [kind, list.slice(0, MOST)])),
    incomplete: kinds.filter(([, list]) => list.length > MOST).map(([kind]) => kind),
  }
}

/**
 * Erases the person behind a customer as the map says, in one batch, with an event that says only that it happened. It can be
 * repeated after something was added; else it throws `already_erased`. `merged_away` names the customer to erase instead.
 */
export async function erasePerson(ctx: Ctx, id: string) {
  const { db, actor, now } = ctx
  const isIt = and(eq(customers.id, id), reachable(actor, 'personal-data:erase', customers))
  const survivor = sql<string | null>`(SELECT m.survivor_id FROM ${merges} AS m WHERE m.merged_id = ${id}
    AND m.undone_at IS NULL AND ${customers.deletedAt} IS NOT NULL)`
  const person = personOf(actor.workspaceId, sql`root.id = ${id} AND root.erased_at = ${now}`)
  const { present, erased } = await runBatch(db, {
    present: one(
      db
        .select({ survivor: survivor.as('survivor') })
        .from(customers)
        .where(isIt),
    ),
    erased: one(
      db
        .update(customers)
        .set({ erasedAt: now })
        .where(and(isIt, hasNewData, isNull(survivor)))
        .returning({ id: customers.id }),
    ),
    event: eventInsert(ctx, { verb: 'customer.erased', subject: 'customer', id, when: ifChanged }),
    held: held.map(([, { erase }]) => erase(db, person, now)),
  })
  if (erased) return { customerId: id, erasedAt: now }
  if (!present) throw new AppError('not_found')
  if (present.survivor) throw new AppError('merged_away', { existingId: present.survivor })
  throw new AppError('already_erased')
}

/** The customer was never erased, or it or a record that refers to it was changed since. */
const hasNewData: SQL = sql`(${sql.join(
  [
    sql`${customers.erasedAt} IS NULL`,
    sql`${customers.updatedAt} > ${customers.erasedAt}`,
    ...recordReferencesTo(customers)
      .filter(({ isPersonal }) => isPersonal)
      .map(({ table, columns: [column] }) => {
        return sql`EXISTS (SELECT 1 FROM ${table} AS referring WHERE ${columnIn('referring', column)} = ${customers.id}
          AND ${columnIn('referring', table.updatedAt)} > ${customers.erasedAt})`
      }),
  ],
  sql` OR `,
)})`
