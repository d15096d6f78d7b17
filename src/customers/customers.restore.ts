// Restoring a customer from the trash. One that was merged into another is given back what the merge took (customers.unmerge.ts).
import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { reachable, visible } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers } from '../db/schema'
import { ifChanged } from '../db/sql'
import { isRestorable } from '../db/trash'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'
import { holdersOf } from './customers.contacts'
import { type CustomerRow, customerColumns } from './customers.record'
import { isMergedAway, linkedCustomersSelect, linksSelect, unmergeCustomer } from './customers.unmerge'

/** How often an undoing is planned anew because another request has changed one of the customers meanwhile. */
const TRIES = 5

/**
 * Takes a customer out of the trash, and undoes its merge. A living customer is returned as it is. Throws `not_found` (also
 * after 30 days), `customer_exists`, `login_taken`, `plan_limit`, and `forbidden` if a customer that has the address or login
 * is out of reach, or SALES would change its portal login.
 */
export async function restoreCustomer(ctx: Ctx, id: string): Promise<CustomerRow> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const restored = await tryToRestore(ctx, id)
    if (restored) return restored
  }
  throw new AppError('unavailable', { retryAfter: 1 })
}

async function tryToRestore(ctx: Ctx, id: string): Promise<CustomerRow | undefined> {
  const { db, actor, now } = ctx
  const mine = and(eq(customers.id, id), reachable(actor, 'customers:write', customers))
  const isInTime = isRestorable(customers.deletedAt, now)
  const mayReturn = sql`${and(mine, isNotNull(customers.deletedAt), isInTime)} AND ${isWithinLimit(ctx, 'customers')}`
  const { restored, present, lack, links, linked } = await runBatch(db, {
    restored: one(
      db
        .update(customers)
        .set({ ...versionStamp(customers, now), deletedAt: null })
        .where(sql`${mayReturn} AND NOT ${isMergedAway(id)} AND ${areAddressesFree(id)} AND ${isLoginFree(id)}`)
        .returning(customerColumns),
    ),
    event: eventInsert(ctx, { verb: 'customer.restored', subject: 'customer', id, when: ifChanged }),
    present: one(
      db
        .select({
          ...customerColumns,
          isInTime: sql<number>`${isInTime}`.as('is_in_time'),
          hasEmailFree: sql<number>`${areAddressesFree(id)}`.as('has_email_free'),
          existingId: existingId(ctx, id).as('existing_id'),
        })
        .from(customers)
        .where(mine),
    ),
    lack: one(limitExceeded(ctx, 'customers')),
    links: linksSelect(db, id),
    linked: linkedCustomersSelect(ctx, id),
  })
  if (restored) return restored
  if (!present) throw new AppError('not_found')
  if (present.deletedAt === null) return present
  if (!present.isInTime) throw new AppError('not_found', { detail: 'It was in the trash for more than 30 days.' })
  const [first] = links
  const refusal = lack && limitExceededError(ctx, 'customers', lack)
  if (first) return await unmergeCustomer(ctx, id, { links, linked, mayReturn, refusal })
  if (refusal) throw refusal
  if (present.hasEmailFree) throw new AppError('login_taken')
  throw new AppError('customer_exists', present.existingId ? { existingId: present.existingId } : {})
}

// All addresses of a customer, as JSON.
function addressesIn(id: string): SQL {
  return sql`(SELECT json_group_array(a.value ->> 'email') FROM ${customers} AS lost, json_each(lost.emails) AS a WHERE lost.id = ${id})`
}

/** SQL: a living customer in reach that has one of the addresses of this one. */
function existingId({ actor }: Ctx, id: string) {
  const holder = alias(customers, 'holder')
  return sql<string | null>`(SELECT holder.id
    FROM (${holdersOf(actor.workspaceId, addressesIn(id))}) AS held CROSS JOIN customers AS holder ON holder.id = held.id
    WHERE ${visible(actor, 'customers:read', holder)} LIMIT 1)`
}

/** No other living customer has one of the addresses of the trashed one. */
function areAddressesFree(id: string): SQL {
  const workspace = sql`(SELECT workspace_id FROM ${customers} WHERE id = ${id})`
  return sql`NOT EXISTS (SELECT 1 FROM (${holdersOf(workspace, addressesIn(id))}) WHERE id <> ${id})`
}

/** No other living customer has the portal login of the trashed one. */
function isLoginFree(id: string): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM customers AS lost CROSS JOIN customers AS holder INDEXED BY customers_user
    WHERE lost.id = ${id} AND holder.workspace_id = lost.workspace_id AND holder.user_id = lost.user_id
      AND holder.deleted_at IS NULL AND holder.id <> lost.id)`
}
