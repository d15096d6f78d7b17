// Create or update by e-mail, in one batch: two at once make one customer.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { customers } from '../db/schema'
import { allOf, ifChanged, ifUnchanged, insertFrom } from '../db/sql'
import { changesOf, eventInsert } from '../events/event-insert'
import { type CustomerFields, customerColumns } from './customers.record'
import {
  arePeopleValid,
  customerExistsError,
  customFieldsTooBigError,
  doCustomFieldsFit,
  holderOf,
  holderOfLogin,
  invalidPeopleError,
  isEmailFree,
  isLoginFree,
  loginTakenError,
  mergedPatch,
  requireMayAssign,
  warningsOf,
} from './customers.rules'
import { hasCustomerChanges, newRow, patchColumns, type Written } from './customers.service'

/**
 * Updates the living customer with this e-mail, if that changes anything, or makes one. Throws `customer_exists` where it
 * is out of reach, and `plan_limit`.
 */
export async function upsertCustomer(
  ctx: Ctx,
  input: CustomerFields & { name: string; email: string },
): Promise<{ customer: Written; isNew: boolean }> {
  const { db, actor, now } = ctx
  requireMayAssign(ctx, input)
  const row = newRow(ctx, input)
  const { id, ownerId } = row
  const inReach = and(eq(customers.email, input.email), visible(actor, 'customers:write', customers))
  const theirId = sql`(SELECT found.id FROM customers AS found WHERE found.workspace_id = ${actor.workspaceId}
    AND found.email = ${input.email} AND found.deleted_at IS NULL)`
  const fits = doCustomFieldsFit(input.customFields)
  const isTheirs = isLoginFree(ctx, input.userId, sql`${customers}.id`)
  const stand = arePeopleValid(ctx, input)
  const theirs: SQL = allOf(inReach, stand, isTheirs, fits, hasCustomerChanges(ctx, input))
  const mayMake = sql`${ifUnchanged} AND ${isEmailFree(ctx, input.email)} AND ${isLoginFree(ctx, input.userId)}
     AND ${arePeopleValid(ctx, { ...input, ownerId })} AND ${isWithinLimit(ctx, 'customers')}`
  const [, [updated], [made], , [holder], [found], [twin], [lack]] = await db.batch([
    eventInsert(ctx, {
      verb: 'customer.updated',
      subject: 'customer',
      id: sql`${customers.id}`,
      changes: changesOf(customers, mergedPatch(input)),
      from: sql`${customers}`,
      when: theirs,
    }),
    db
      .update(customers)
      .set({ ...patchColumns(ctx, input), updatedAt: now, version: sql`${customers.version} + 1` })
      .where(theirs)
      .returning(customerColumns),
    insertFrom(db, customers, row, sql`WHERE ${mayMake}`).returning(customerColumns),
    eventInsert(ctx, { verb: 'customer.created', subject: 'customer', id, when: ifChanged }),
    holderOf(ctx, input.email),
    db
      .select({ ...customerColumns, fits: sql<number>`${fits}`.as('fits'), stand: sql<number>`${stand}`.as('stand') })
      .from(customers)
      .where(inReach),
    holderOfLogin(ctx, input.userId, sql`coalesce(${theirId}, '')`),
    limitExceeded(ctx, 'customers'),
  ])
  const written = updated ?? made
  if (written) return { customer: { ...written, warnings: warningsOf(written) }, isNew: made !== undefined }
  if (holder && !found) throw customerExistsError(holder)
  if (twin) throw loginTakenError(twin)
  if (!found) throw lack ? limitExceededError(ctx, 'customers', lack) : invalidPeopleError(input)
  if (!found.fits) throw customFieldsTooBigError()
  if (!found.stand) throw invalidPeopleError(input)
  return { customer: { ...found, warnings: warningsOf(found) }, isNew: false }
}
