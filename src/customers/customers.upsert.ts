// Create or update by e-mail, in one batch: two requests at once create one customer.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers } from '../db/schema'
import { allOf, ifChanged, ifUnchanged, insertFrom } from '../db/sql'
import { changesOf, eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'
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
 * Updates the living customer with this e-mail, if that changes anything, or creates one. Throws `customer_exists`
 * where they are out of reach, and `plan_limit`.
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
  const mayCreate = sql`${ifUnchanged} AND ${isEmailFree(ctx, input.email)} AND ${isLoginFree(ctx, input.userId)}
     AND ${arePeopleValid(ctx, { ...input, ownerId })} AND ${isWithinLimit(ctx, 'customers')}`
  const { updated, created, emailHolder, present, loginHolder, lack } = await runBatch(db, {
    updateEvent: eventInsert(ctx, {
      verb: 'customer.updated',
      subject: 'customer',
      id: sql`${customers.id}`,
      changes: changesOf(customers, mergedPatch(input)),
      from: sql`${customers}`,
      when: theirs,
    }),
    updated: one(
      db
        .update(customers)
        .set({ ...patchColumns(ctx, input), ...versionStamp(customers, now) })
        .where(theirs)
        .returning(customerColumns),
    ),
    created: one(insertFrom(db, customers, row, sql`WHERE ${mayCreate}`).returning(customerColumns)),
    createEvent: eventInsert(ctx, { verb: 'customer.created', subject: 'customer', id, when: ifChanged }),
    emailHolder: one(holderOf(ctx, input.email)),
    present: one(
      db
        .select({ ...customerColumns, fits: sql<number>`${fits}`.as('fits'), stand: sql<number>`${stand}`.as('stand') })
        .from(customers)
        .where(inReach),
    ),
    loginHolder: one(holderOfLogin(ctx, input.userId, sql`coalesce(${theirId}, '')`)),
    lack: one(limitExceeded(ctx, 'customers')),
  })
  const written = updated ?? created
  if (written) return { customer: { ...written, warnings: warningsOf(written) }, isNew: created !== undefined }
  if (emailHolder && !present) throw customerExistsError(emailHolder)
  if (loginHolder) throw loginTakenError(loginHolder)
  if (!present) throw lack ? limitExceededError(ctx, 'customers', lack) : invalidPeopleError(input)
  if (!present.fits) throw customFieldsTooBigError()
  if (!present.stand) throw invalidPeopleError(input)
  return { customer: { ...present, warnings: warningsOf(present) }, isNew: false }
}
