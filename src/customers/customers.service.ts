// Customers: making, reading, changing, trashing. Lists, upserts, duplicates and merging have files beside this one.
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
import { changesOf, eventInsert, hasChanges } from '../events/event-insert'
import { changeRecord } from '../records/change'
import { derivedValues, type FieldName, fieldsWith, namesOf } from '../records/fields'
import { versionStamp } from '../records/version'
import { CUSTOMER_FIELDS } from './customers.fields'
import { CUSTOMER, type CustomerFields, type CustomerRow, customerColumns } from './customers.record'
import {
  arePeopleValid,
  customerExistsError,
  customFieldsTooBigError,
  doCustomFieldsFit,
  emailIsFree,
  holderOf,
  holderOfLogin,
  invalidPeopleError,
  isEmailFree,
  isLoginFree,
  loginIsFree,
  loginTakenError,
  mergedPatch,
  requireMayAssign,
  warningsOf,
} from './customers.rules'

export type Written = CustomerRow & { warnings: { path: string; message: string; code: string }[] }

/** Makes a customer. Throws `customer_exists` or `login_taken` where a living one has that, and `plan_limit`. */
export async function createCustomer(ctx: Ctx, input: CustomerFields & { name: string }): Promise<Written> {
  const { db } = ctx
  requireMayAssign(ctx, input)
  const row = newRow(ctx, input)
  const { id, ownerId } = row
  const { email, userId } = input
  const where = and(
    arePeopleValid(ctx, { ownerId, userId }),
    isEmailFree(ctx, email),
    isLoginFree(ctx, userId),
    isWithinLimit(ctx, 'customers'),
  )
  const { created, emailHolder, loginHolder, lack } = await runBatch(db, {
    created: one(insertFrom(db, customers, row, sql`WHERE ${where}`).returning(customerColumns)),
    event: eventInsert(ctx, { verb: 'customer.created', subject: 'customer', id, when: ifChanged }),
    emailHolder: one(holderOf(ctx, email)),
    loginHolder: one(holderOfLogin(ctx, userId)),
    lack: one(limitExceeded(ctx, 'customers')),
  })
  if (created) return { ...created, warnings: warningsOf(created) }
  if (emailHolder) throw customerExistsError(emailHolder)
  if (loginHolder) throw loginTakenError(loginHolder)
  throw lack ? limitExceededError(ctx, 'customers', lack) : invalidPeopleError(input)
}

/** A customer in reach; for a portal login the own one, if no other is named. */
export async function getCustomer({ db, actor }: Ctx, id?: string): Promise<CustomerRow> {
  const [customer] = await db
    .select(customerColumns)
    .from(customers)
    .where(and(eq(customers.id, id ?? ownRecord(actor)), visible(actor, 'customers:read', customers)))
  if (!customer) throw new AppError('not_found')
  return redactFor(actor, customer)
}

/** A customer as the actor may see it: the portal login of one sees nothing of what the team plans and notes. */
export function redactFor(actor: Actor, customer: CustomerRow): CustomerRow {
  return isPortal(actor) ? { ...customer, ...HIDDEN } : customer
}

const HIDDEN = Object.fromEntries(namesOf(fieldsWith(CUSTOMER_FIELDS, 'isTeamOnly')).map((name) => [name, null]))

/**
 * Changes a customer; custom fields are merged key by key, null removes one. What changes nothing leaves them as they
 * are. With `self:write` it is a customer's own record. Throws `customer_exists`, `login_taken`, `stale`.
 */
export async function updateCustomer(
  ctx: Ctx,
  id: string | SQL,
  patch: CustomerFields,
  ifVersion?: number,
  permission: 'customers:write' | 'self:write' = 'customers:write',
): Promise<Written> {
  requireMayAssign(ctx, patch)
  const changed = await changeRecord(ctx, CUSTOMER, id, {
    verb: 'updated',
    permission,
    set: mergedPatch(patch),
    derived: derivedColumns(ctx, patch),
    changesAnything: hasCustomerChanges(ctx, patch),
    ifVersion,
    require: {
      email: emailIsFree(ctx, patch.email, id),
      login: loginIsFree(ctx, patch.userId, id),
      customFields: { holds: doCustomFieldsFit(patch.customFields), orElse: customFieldsTooBigError },
      people: { holds: arePeopleValid(ctx, patch), orElse: () => invalidPeopleError(patch) },
    },
  })
  return { ...changed, warnings: warningsOf(changed) }
}

/** What customers may change of themselves. */
export type Amendment = Partial<Pick<CustomerRow, FieldName<typeof CUSTOMER_FIELDS, 'isPortalWritten'>>>

/** Changes what customers may: of the own record as a customer, of any in reach as the team. */
export async function amendCustomer(ctx: Ctx, patch: Amendment, id?: string, ifVersion?: number): Promise<Written> {
  const permission = isPortal(ctx.actor) ? 'self:write' : 'customers:write'
  const amended = await updateCustomer(ctx, id ?? ownRecord(ctx.actor), patch, ifVersion, permission)
  return { ...amended, ...redactFor(ctx.actor, amended) }
}

/** Puts customers into the trash; says which of them were there to be deleted. */
export async function trashCustomers(ctx: Ctx, ids: string[]) {
  const { db, actor, now } = ctx
  const set = { deletedAt: now }
  const where = sql`${and(isAmongIds(ids), visible(actor, 'customers:write', customers))}`
  const { trashed } = await runBatch(db, {
    events: eventInsert(ctx, {
      verb: 'customer.trashed',
      subject: 'customer',
      id: sql`${customers.id}`,
      changes: changesOf(customers, set),
      from: sql`${customers}`,
      when: where,
    }),
    trashed: db
      .update(customers)
      .set({ ...set, ...versionStamp(customers, now) })
      .where(where)
      .returning({ id: customers.id }),
  })
  const deleted = new Set(trashed.map((row) => row.id))
  return { deleted: [...deleted], notFound: [...new Set(ids)].filter((id) => !deleted.has(id)) }
}

export async function trashCustomer(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  const set = { deletedAt: ctx.now }
  await changeRecord(ctx, CUSTOMER, id, { verb: 'trashed', permission: 'customers:write', set, ifVersion })
}

// From the ids to the rows: left to itself, SQLite would walk the whole workspace and look each row up among the ids.
function isAmongIds(ids: string[]): SQL {
  const found = sql`SELECT c.seq FROM json_each(${JSON.stringify(ids)}) AS wanted CROSS JOIN customers AS c ON c.id = wanted.value`
  return sql`${customers.seq} IN (${found})`
}

/** Columns that follow from others, for the fields that are there. */
function derivedColumns(ctx: Ctx, patch: CustomerFields) {
  // Looked up here, for a trigger looks it up too late for the row that is answered.
  const lastContactAt = sql`(SELECT k.last_contact_at FROM customers_contacted AS k WHERE k.id = ${customers}.id)`
  return {
    ...derivedValues(CUSTOMER_FIELDS, patch, ctx.actor.country),
    ...(patch.keepInTouchDays ? { lastContactAt } : {}),
  }
}

/** Whether a patch changes the customer at hand, or how a number is read: the workspace may be in another country now. */
export function hasCustomerChanges(ctx: Ctx, patch: CustomerFields): SQL {
  return hasChanges(customers, { ...mergedPatch(patch), ...derivedValues(CUSTOMER_FIELDS, patch, ctx.actor.country) })
}

/** Every column that a patch sets. */
export function patchColumns(ctx: Ctx, patch: CustomerFields) {
  return { ...mergedPatch(patch), ...derivedColumns(ctx, patch) }
}

/** A customer to be; who reaches only the own customers owns the ones they make. */
export function newRow<F extends CustomerFields>(ctx: Ctx, input: F) {
  const { actor, now } = ctx
  const usual = reach(actor, 'customers:write') === 'all' ? null : authorOf(actor)
  const ownerId = input.ownerId === undefined ? usual : input.ownerId
  const { workspaceId } = actor
  return {
    ...input,
    ...derivedValues(CUSTOMER_FIELDS, input, actor.country),
    id: ctx.newId(),
    ownerId,
    workspaceId,
    createdAt: now,
    updatedAt: now,
  }
}
