// Creates or updates a customer by e-mail in one batch, so that two requests at once create one customer.
import { and, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers } from '../db/schema'
import { allOf, ifChanged, ifUnchanged, insertFrom } from '../db/sql'
import { changesOf, eventInsert } from '../events/event-insert'

import { byCountryOf, countryCheck } from '../records/country'
import { customFieldsTooBigError, doCustomFieldsFit } from '../records/custom-fields'

import { versionStamp } from '../records/version'
import { addressesOf, holdersOf, numbersOf } from './customers.contacts'
import { type CustomerFields, customerColumns } from './customers.record'
import {
  areEmailsFree,
  arePeopleValid,
  customerExistsError,
  emailHolderSelect,
  invalidPeopleError,
  isLoginFree,
  loginHolderSelect,
  loginTakenError,
  requireMayAssign,
  toldPatch,
  warningsOf,
} from './customers.rules'
import { hasCustomerChanges, newCustomerRow, patchColumns, type Written } from './customers.service'

/**
 * Updates the customer outside the trash with this e-mail, or creates one. If nothing would change, it writes nothing.
 * Throws `customer_exists` if that customer is out of reach, `login_taken`, `invalid_owner`, `invalid`, `plan_limit`.
 */
export function upsertCustomer(ctx: Ctx, input: Given): Promise<Upserted> {
  return byCountryOf(ctx, (read) => writeCustomer(read, input))
}

type Given = CustomerFields & { name: string; email: string }
type Upserted = { customer: Written; isNew: boolean }

async function writeCustomer(ctx: Ctx, input: Given): Promise<Upserted> {
  const { db, actor, now } = ctx
  requireMayAssign(ctx, input)
  const row = newCustomerRow(ctx, input)
  const { id, ownerId } = row
  const addresses = addressesOf(input)
  // The address may be another than the main one, and then it stays that.
  const { email, ...patch } = input
  const foundId = sql`(${holdersOf(actor.workspaceId, sql`${JSON.stringify([email])}`)} LIMIT 1)`
  // One id, for which SQLite asks the index of ids: for a list of ids it would scan the workspace.
  const inReach = and(sql`${customers.id} = ${foundId}`, visible(actor, 'customers:write', customers))
  const areFieldsValid = doCustomFieldsFit(customers, input.customFields)
  const isLoginValid = isLoginFree(ctx, input.userId, sql`${customers}.id`)
  const arePeopleRight = arePeopleValid(ctx, input)
  const mayUpdate = allOf(inReach, arePeopleRight, isLoginValid, areFieldsValid, hasCustomerChanges(ctx, patch))
  const mayCreate = sql`${ifUnchanged} AND ${areEmailsFree(ctx, addresses)} AND ${isLoginFree(ctx, input.userId)}
     AND ${arePeopleValid(ctx, { ...input, ownerId })} AND ${isWithinLimit(ctx, 'customers')}`
  const { updated, created, emailHolder, present, loginHolder, exceededLimit } = await runBatch(db, {
    updateEvent: eventInsert(ctx, {
      verb: 'customer.updated',
      subject: 'customer',
      id: sql`${customers.id}`,
      changes: changesOf(customers, toldPatch(ctx, patch)),
      from: sql`${customers}`,
      when: mayUpdate,
    }),
    updated: one(
      db
        .update(customers)
        .set({ ...patchColumns(ctx, patch), ...versionStamp(customers, now) })
        .where(mayUpdate)
        .returning(customerColumns),
    ),
    created: one(insertFrom(db, customers, row, sql`WHERE ${mayCreate}`).returning(customerColumns)),
    createEvent: eventInsert(ctx, { verb: 'customer.created', subject: 'customer', id, when: ifChanged }),
    emailHolder: one(emailHolderSelect(ctx, addresses)),
    present: one(
      db
        .select({
          ...customerColumns,
          areFieldsValid: sql<number>`${areFieldsValid}`.as('are_fields_valid'),
          arePeopleValid: sql<number>`${arePeopleRight}`.as('are_people_valid'),
        })
        .from(customers)
        .where(inReach),
    ),
    loginHolder: one(loginHolderSelect(ctx, input.userId, sql`coalesce(${foundId}, '')`)),
    exceededLimit: one(limitExceeded(ctx, 'customers')),
    country: countryCheck(db, numbersOf(input), actor),
  })
  const written = updated ?? created
  if (written) return { customer: { ...written, warnings: warningsOf(ctx, written) }, isNew: created !== undefined }
  if (emailHolder && !present) throw customerExistsError(emailHolder)
  if (loginHolder) throw loginTakenError(loginHolder)
  if (!present) throw exceededLimit ? limitExceededError(ctx, 'customers', exceededLimit) : invalidPeopleError(input)
  if (!present.areFieldsValid) throw customFieldsTooBigError()
  if (!present.arePeopleValid) throw invalidPeopleError(input)
  return { customer: { ...present, warnings: warningsOf(ctx, present) }, isNew: false }
}
