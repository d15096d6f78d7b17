// Creates, reads, changes and trashes customers. Lists, upserts, duplicates and merging have files of their own.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { type Actor, reach } from '../access/policy'
import { isPortal, ownRecord, visible } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert, hasChanges } from '../events/event-insert'
import { changeRecord } from '../records/change'
import { byCountryOf, countryCheck } from '../records/country'
import { customFieldsTooBigError, doCustomFieldsFit, newCustomFields, patchedEntries } from '../records/custom-fields'
import { derivedValues, type FieldName, fieldsWith, namesOf } from '../records/fields'
import { includedColumns } from '../records/included'

import { addressesOf, contactColumns, numbersOf } from './customers.contacts'
import { CUSTOMER_FIELDS } from './customers.fields'
import { CUSTOMER, CUSTOMER_INCLUDES, type CustomerFields, type CustomerRow, customerColumns } from './customers.record'
import {
  areEmailsFree,
  arePeopleValid,
  customerExistsError,
  emailHolderSelect,
  emailRequirement,
  invalidPeopleError,
  isLoginFree,
  loginHolderSelect,
  loginRequirement,
  loginTakenError,
  mergedPatch,
  requireMayAssign,
  toldPatch,
  warningsOf,
} from './customers.rules'

export type Written = CustomerRow & { warnings: { path: string; message: string; code: string }[] }

/** Creates a customer. Throws `customer_exists`, `login_taken`, `invalid_owner`, `forbidden` and `plan_limit`. */
export function createCustomer(ctx: Ctx, input: CustomerFields & { name: string }): Promise<Written> {
  return byCountryOf(ctx, (read) => insertCustomer(read, input))
}

async function insertCustomer(ctx: Ctx, input: CustomerFields & { name: string }): Promise<Written> {
  const { db } = ctx
  requireMayAssign(ctx, input)
  const row = newCustomerRow(ctx, input)
  const { id, ownerId } = row
  const { userId } = input
  const emails = addressesOf(input)
  const where = and(
    arePeopleValid(ctx, { ownerId, userId }),
    areEmailsFree(ctx, emails),
    isLoginFree(ctx, userId),
    isWithinLimit(ctx, 'customers'),
  )
  const { created, emailHolder, loginHolder, exceededLimit } = await runBatch(db, {
    created: one(insertFrom(db, customers, row, sql`WHERE ${where}`).returning(customerColumns)),
    event: eventInsert(ctx, { verb: 'customer.created', subject: 'customer', id, when: ifChanged }),
    emailHolder: one(emailHolderSelect(ctx, emails)),
    loginHolder: one(loginHolderSelect(ctx, userId)),
    exceededLimit: one(limitExceeded(ctx, 'customers')),
    country: countryCheck(db, numbersOf(input), ctx.actor),
  })
  if (created) return { ...created, warnings: warningsOf(ctx, created) }
  if (emailHolder) throw customerExistsError(emailHolder)
  if (loginHolder) throw loginTakenError(loginHolder)
  throw exceededLimit ? limitExceededError(ctx, 'customers', exceededLimit) : invalidPeopleError(input)
}

/** A customer in reach. Without an id, the record of the portal login itself. Throws `not_found`. */
export async function getCustomer(ctx: Ctx, id?: string, include?: readonly string[]): Promise<CustomerRow> {
  const { db, actor } = ctx
  const [found] = await db
    .select({ row: customerColumns, included: includedColumns(ctx, CUSTOMER_INCLUDES, include) })
    .from(customers)
    .where(and(eq(customers.id, id ?? ownRecord(actor)), visible(actor, 'customers:read', customers)))
  if (!found) throw new AppError('not_found')
  return { ...redactFor(actor, found.row), ...found.included }
}

/** A customer as the actor may see it: portal logins do not see fields that are for the team only. */
export function redactFor(actor: Actor, customer: CustomerRow): CustomerRow {
  return isPortal(actor) ? { ...customer, ...TEAM_ONLY_AS_NULL } : customer
}

const TEAM_ONLY_AS_NULL = Object.fromEntries(
  namesOf(fieldsWith(CUSTOMER_FIELDS, 'isTeamOnly')).map((name) => [name, null]),
)

/**
 * Changes a customer. Custom fields are merged key by key; null removes one. With `self:write`, a portal login changes its
 * own record. Throws `not_found`, `stale`, `customer_exists`, `login_taken`, `invalid_owner`, `invalid`, `forbidden`.
 */
export async function updateCustomer(
  ctx: Ctx,
  id: string | SQL,
  patch: CustomerFields,
  ifVersion?: number,
  permission: 'customers:write' | 'self:write' = 'customers:write',
): Promise<Written> {
  requireMayAssign(ctx, patch)
  return byCountryOf(ctx, (read) => changeCustomer(read, id, patch, { ifVersion, permission }))
}

async function changeCustomer(
  ctx: Ctx,
  id: string | SQL,
  patch: CustomerFields,
  { ifVersion, permission }: { ifVersion?: number; permission: 'customers:write' | 'self:write' },
): Promise<Written> {
  // What hangs on the customer follows the owner, by a job if it is much.
  if (patch.ownerId !== undefined) ctx.begun.add(ctx.actor.workspaceId)
  const changed = await changeRecord(ctx, CUSTOMER, id, {
    verb: 'updated',
    permission,
    set: toldPatch(ctx, patch),
    derived: patchColumns(ctx, patch),
    changesAnything: hasCustomerChanges(ctx, patch),
    ifVersion,
    require: {
      email: emailRequirement(ctx, addressesOf(patch), id),
      login: loginRequirement(ctx, patch.userId, id),
      customFields: {
        holds: doCustomFieldsFit(customers, patch.customFields),
        orElse: () => customFieldsTooBigError(),
      },
      people: { holds: arePeopleValid(ctx, patch), orElse: () => invalidPeopleError(patch) },
    },
    followedBy: countryCheck(ctx.db, numbersOf(patch), ctx.actor),
  })
  return { ...changed, warnings: warningsOf(ctx, changed) }
}

/** The fields that a portal login may change in its own record. */
export type Amendment = Partial<Pick<CustomerRow, FieldName<typeof CUSTOMER_FIELDS, 'isPortalWritten'>>>

/** Changes these fields: a portal login in its own record, the team in any record in reach. */
export async function amendCustomer(ctx: Ctx, patch: Amendment, id?: string, ifVersion?: number): Promise<Written> {
  const permission = isPortal(ctx.actor) ? 'self:write' : 'customers:write'
  const amended = await updateCustomer(ctx, id ?? ownRecord(ctx.actor), patch, ifVersion, permission)
  return { ...amended, ...redactFor(ctx.actor, amended) }
}

export async function trashCustomer(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  const set = { deletedAt: ctx.now }
  await changeRecord(ctx, CUSTOMER, id, { verb: 'trashed', permission: 'customers:write', set, ifVersion })
}

// Where the main number is removed, the reading of the next one takes the place of its reading.
function derivedContacts({ actor }: Ctx, patch: CustomerFields) {
  const derived = derivedValues(CUSTOMER_FIELDS, contactColumns(patch, actor.country), actor.country)
  if (patch.phone !== null || patch.phones) return derived
  const { phoneE164, phoneText, ...others } = derived
  return others
}

/** The columns that are computed from the fields of a patch. */
function derivedColumns(ctx: Ctx, patch: CustomerFields) {
  // A trigger would set it too late for the row that this statement returns.
  const lastContactAt = sql`(SELECT last_contact_at FROM customers_contacted AS contacted WHERE contacted.id = ${customers}.id)`
  const { foldedFields, ...derived } = derivedContacts(ctx, patch)
  return {
    ...derived,
    ...(foldedFields === undefined
      ? {}
      : { foldedFields: foldedFields && patchedEntries(customers, 'foldedFields', foldedFields) }),
    ...(patch.keepInTouchDays ? { lastContactAt } : {}),
  }
}

/** True if a patch changes the row, or the reading of its number: the country of the workspace may have changed. */
export function hasCustomerChanges(ctx: Ctx, patch: CustomerFields): SQL {
  const { foldedFields, ...derived } = derivedContacts(ctx, patch)
  return hasChanges(customers, { ...mergedPatch(ctx, patch), ...derived })
}

/** All columns that a patch sets. */
export function patchColumns(ctx: Ctx, patch: CustomerFields) {
  return { ...mergedPatch(ctx, patch), ...derivedColumns(ctx, patch) }
}

/** The row of a new customer. An actor who reaches only their own customers becomes its owner. */
export function newCustomerRow<F extends CustomerFields>(ctx: Ctx, input: F) {
  const { actor, now } = ctx
  const defaultOwnerId = reach(actor, 'customers:write') === 'all' ? null : authorOf(actor)
  const ownerId = input.ownerId === undefined ? defaultOwnerId : input.ownerId
  const { workspaceId } = actor
  const { customFields, ...others } = input
  const columns = contactColumns(others, actor.country)
  const derived = derivedValues(CUSTOMER_FIELDS, columns, actor.country)
  return {
    ...columns,
    ...derived,
    ...newCustomFields(customFields),
    id: ctx.newId(),
    ownerId,
    workspaceId,
    createdAt: now,
    updatedAt: now,
  }
}
