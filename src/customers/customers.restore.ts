// Restoring a customer from the trash. One that was merged into another also gets back what the merge moved.
import { and, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { reachable, visible } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, customerTags, mergedRows, merges, relationships } from '../db/schema'
import { columnIn, columnName, ifChanged } from '../db/sql'
import { isRestorable } from '../db/trash'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { nextVersion, versionStamp } from '../records/version'
import { holdersOf } from './customers.contacts'
import { type CustomerRow, customerColumns } from './customers.record'
import { type Kind, MERGED, MOVED, movedColumns } from './merge.queries'

/**
 * Takes a customer out of the trash, and undoes its last merge. A living customer is returned as it is. Throws `not_found`
 * (also after 30 days), `customer_exists`, `login_taken`, `plan_limit`, and `forbidden` if the survivor is out of reach.
 */
export async function restoreCustomer(ctx: Ctx, id: string): Promise<CustomerRow> {
  const { db, actor, now } = ctx
  const mine = and(eq(customers.id, id), reachable(actor, 'customers:write', customers))
  const isBack = sql`EXISTS (SELECT 1 FROM ${customers} WHERE ${and(mine, isNull(customers.deletedAt))})`
  // The last merge of this customer that is not undone; without one, the statements about it do nothing.
  const merge = sql`(SELECT id FROM ${merges} WHERE merged_id = ${id} AND undone_at IS NULL ORDER BY id DESC LIMIT 1)`
  const survivor = sql`(SELECT survivor_id FROM ${merges} WHERE id = ${merge})`
  const kept = alias(customers, 'kept')
  const isBarred = sql<number>`EXISTS (SELECT 1 FROM customers AS kept WHERE kept.id = ${survivor}
    AND (${reachable(actor, 'customers:write', kept)}) IS NOT TRUE)`
  const holder = alias(customers, 'holder')
  const existingId = sql<string | null>`(SELECT holder.id FROM customers AS holder
    WHERE holder.id IN (${holdersOf(actor.workspaceId, addressesIn(id))}) AND ${visible(actor, 'customers:read', holder)} LIMIT 1)`
  const isInTime = isRestorable(customers.deletedAt, now)
  const mayReturn = sql`${and(mine, isNotNull(customers.deletedAt), isInTime)} AND NOT ${isBarred}
    AND ${isWithinLimit(ctx, 'customers')}`
  const isReturning = sql`EXISTS (SELECT 1 FROM ${customers} WHERE ${mayReturn})`
  const moved = (kind: Kind) =>
    sql`(SELECT row_id FROM ${mergedRows} WHERE merge_id = ${merge} AND kind = ${kind} AND ${isBack})`
  const { present, lack } = await runBatch(db, {
    survivorReverted: db
      .update(customers)
      .set({ ...versionStamp(customers, now), ...restoredColumns })
      .from(sql`(SELECT fields FROM ${merges} WHERE id = ${merge}) AS undone`)
      .where(
        sql`${customers.id} = ${survivor} AND ${isReturning} AND ${areFree((what) => isFreeFor(what, id, merge))}
          AND ${areFree((what) => isFreeAgain(what, merge))}`,
      ),
    restored: db
      .update(customers)
      .set({ ...versionStamp(customers, now), deletedAt: null })
      .where(sql`${mayReturn} AND ${areFree((what) => isFreeFor(what, id))}`),
    event: eventInsert(ctx, { verb: 'customer.restored', subject: 'customer', id, when: ifChanged }),
    recordsReturned: MOVED.map((reference) => {
      const { table, columns } = reference
      return db
        .update(table)
        .set({ ...movedColumns(reference, id), version: nextVersion(table) })
        .where(sql`${table.id} IN ${moved(reference.name)} AND ${columns[0]} = ${survivor}`)
    }),
    tagsTakenOff: db
      .delete(customerTags)
      .where(sql`${customerTags.customerId} = ${survivor} AND ${customerTags.tagId} IN ${moved('tags')}`),
    relationshipsTakenOff: db.delete(relationships).where(
      sql`(from_id = ${survivor} AND to_id IN ${moved('relationships')})
        OR (to_id = ${survivor} AND from_id IN ${moved('relationships')})`,
    ),
    unmergeEvent: eventInsert(ctx, {
      verb: 'customer.unmerged',
      subject: 'customer',
      id: survivor,
      changes: { mergedId: [id, null] },
      when: sql`${survivor} IS NOT NULL AND ${isBack}`,
    }),
    mergeUndone: db.update(merges).set({ undoneAt: now }).where(sql`${merges.id} = ${merge} AND ${isBack}`),
    present: one(
      db
        .select({
          ...customerColumns,
          isInTime: sql<number>`${isInTime}`.as('is_in_time'),
          isBarred: isBarred.as('is_barred'),
          hasEmailFree: sql<number>`${isFreeFor('email', id)}`.as('has_email_free'),
          existingId: existingId.as('existing_id'),
        })
        .from(customers)
        .where(mine),
    ),
    lack: one(limitExceeded(ctx, 'customers')),
  })
  if (!present) throw new AppError('not_found')
  if (present.deletedAt === null) return present
  if (!present.isInTime) throw new AppError('not_found', { detail: 'It was in the trash for more than 30 days.' })
  if (present.isBarred) {
    throw new AppError('forbidden', {
      detail: 'It was merged into a customer out of your reach. A MANAGER can restore it.',
    })
  }
  if (lack) throw limitExceededError(ctx, 'customers', lack)
  if (present.hasEmailFree) throw new AppError('login_taken')
  throw new AppError('customer_exists', present.existingId ? { existingId: present.existingId } : {})
}

/** The fields that are unique among living customers, each with its column and index. */
const UNIQUE = {
  email: { column: customers.email, index: 'customers_email' },
  userId: { column: customers.userId, index: 'customers_user' },
} as const
type Unique = keyof typeof UNIQUE

function areFree(isFree: (what: Unique) => SQL): SQL {
  return sql`${isFree('email')} AND ${isFree('userId')}`
}

// All addresses of a customer, as JSON.
function addressesIn(id: string): SQL {
  return sql`(SELECT json_group_array(a.value ->> 'email') FROM ${customers} AS owner, json_each(owner.emails) AS a WHERE owner.id = ${id})`
}

/** No living customer has one of the addresses of the trashed one, or only the survivor of the merge that is undone. */
function areAddressesFree(id: string, merge?: SQL): SQL {
  const workspace = sql`(SELECT workspace_id FROM ${customers} WHERE id = ${id})`
  const survivor = merge ? sql`AND id IS NOT (SELECT survivor_id FROM ${merges} WHERE id = ${merge})` : sql``
  return sql`NOT EXISTS (SELECT 1 FROM (${holdersOf(workspace, addressesIn(id))}) WHERE id <> ${id} ${survivor})`
}

/** No living customer has this value of the trashed one. With a merge, its survivor may, if it got it from there. */
function isFreeFor(what: Unique, id: string, merge?: SQL): SQL {
  const column = sql.identifier(columnName(UNIQUE[what].column))
  const index = sql.raw(UNIQUE[what].index)
  const byMerge = merge
    ? sql`AND NOT EXISTS (SELECT 1 FROM ${merges} AS m WHERE m.id = ${merge} AND m.survivor_id = holder.id
        AND json_extract(m.fields, ${`$.${what}[1]`}) IS holder.${column})`
    : sql``
  const others = what === 'email' ? sql` AND ${areAddressesFree(id, merge)}` : sql``
  return sql`(NOT EXISTS (SELECT 1 FROM customers AS lost CROSS JOIN customers AS holder INDEXED BY ${index}
    WHERE lost.id = ${id} AND holder.workspace_id = lost.workspace_id AND holder.${column} = lost.${column}
      AND holder.deleted_at IS NULL AND holder.id <> lost.id ${byMerge})${others})`
}

/** No living customer has the value that the survivor of a merge would get back. */
function isFreeAgain(what: Unique, merge: SQL): SQL {
  const column = sql.identifier(columnName(UNIQUE[what].column))
  const index = sql.raw(UNIQUE[what].index)
  const before = sql`(SELECT json_group_array(a.value ->> 'email') FROM ${merges} AS m, json_each(json_extract(m.fields, '$.otherEmails[0]')) AS a
    WHERE m.id = ${merge})`
  const workspace = sql`(SELECT workspace_id FROM ${merges} WHERE id = ${merge})`
  const both = sql`(SELECT survivor_id FROM ${merges} WHERE id = ${merge} UNION ALL SELECT merged_id FROM ${merges} WHERE id = ${merge})`
  const others =
    what === 'email'
      ? sql` AND NOT EXISTS (SELECT 1 FROM (${holdersOf(workspace, before)}) WHERE id NOT IN ${both})`
      : sql``
  return sql`(NOT EXISTS (SELECT 1 FROM ${merges} AS m CROSS JOIN customers AS kept
    CROSS JOIN customers AS holder INDEXED BY ${index}
    WHERE m.id = ${merge} AND kept.id = m.survivor_id AND kept.deleted_at IS NULL
      AND kept.${column} IS json_extract(m.fields, ${`$.${what}[1]`}) AND holder.workspace_id = kept.workspace_id
      AND holder.${column} = json_extract(m.fields, ${`$.${what}[0]`}) AND holder.deleted_at IS NULL AND holder.id <> kept.id)${others})`
}

// A field that was changed after the merge stays as it is. `undone` is the merge.
const restoredColumns: Partial<Record<keyof typeof MERGED, SQL>> = Object.fromEntries(
  Object.entries(MERGED).map(([field, { column }]) => {
    const present = columnIn('customers', column)
    const value = (which: 0 | 1) => sql.raw(`json_extract(undone.fields, '$.${field}[${which}]')`)
    return [field, sql`CASE WHEN ${present} IS ${value(1)} THEN ${value(0)} ELSE ${present} END`]
  }),
)
