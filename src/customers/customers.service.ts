// Customers: making, reading, changing, trashing. Lists, upserts, duplicates and merging have files beside this one.
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { type Actor, reach } from '../access/policy'
import { isPortal, ownRecord, visible } from '../access/visible'
import { hasRoom, lackOfRoom, overLimit } from '../billing/limits'
import { fold } from '../db/fold'
import { customers } from '../db/schema'
import { ifChanged, ifUnchanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { difference, differs, record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { demandVersion } from '../http/etag'
import { type FieldName, fieldsWith, namesOf } from '../records/fields'
import { CUSTOMER_FIELDS } from './customers.fields'
import {
  demandMayGive,
  fieldsFit,
  holderOf,
  holderOfLogin,
  isFree,
  isLoginFree,
  loginTaken,
  merged,
  peopleStand,
  taken,
  tooBig,
  warningsOf,
  wrongPeople,
} from './customers.rules'
import { e164Of } from './phone'

const {
  phoneDigits,
  nameKey,
  searchScope,
  interactionCount,
  importKey,
  lastContactAt,
  remindedFor,
  heldUntil,
  remindAt,
  ...columns
} = getTableColumns(customers)
/** What is read of a customer: every column but those that only indexes, analytics and reminders read. */
export const customerColumns = columns
type Unread = 'phoneDigits' | 'nameKey' | 'searchScope' | 'interactionCount' | 'importKey'
type Reminded = 'lastContactAt' | 'remindedFor' | 'heldUntil' | 'remindAt'
export type CustomerRow = Omit<typeof customers.$inferSelect, Unread | Reminded>
export type CustomerFields = Partial<Pick<CustomerRow, FieldName<typeof CUSTOMER_FIELDS, 'input'>>>
export type Written = CustomerRow & { warnings: { path: string; message: string; code: string }[] }

/** Makes a customer. Throws `customer_exists` or `login_taken` where a living one has that, and `plan_limit`. */
export async function createCustomer(ctx: Ctx, input: CustomerFields & { name: string }): Promise<Written> {
  const { db } = ctx
  demandMayGive(ctx, input)
  const row = newRow(ctx, input)
  const { id, ownerId } = row
  const { email, userId } = input
  const where = and(
    peopleStand(ctx, { ownerId, userId }),
    isFree(ctx, email),
    isLoginFree(ctx, userId),
    hasRoom(ctx, 'customers'),
  )
  const [[created], , [holder], [twin], [lack]] = await db.batch([
    insertFrom(db, customers, row, sql`WHERE ${where}`).returning(customerColumns),
    record(ctx, { verb: 'customer.created', subject: 'customer', id, when: ifChanged }),
    holderOf(ctx, email),
    holderOfLogin(ctx, userId),
    lackOfRoom(ctx, 'customers'),
  ])
  if (created) return { ...created, warnings: warningsOf(created) }
  if (holder) throw taken(holder)
  if (twin) throw loginTaken(twin)
  throw lack ? overLimit(ctx, 'customers', lack) : wrongPeople(input)
}

/** A customer in reach; for a portal login the own one, if no other is named. */
export async function getCustomer({ db, actor }: Ctx, id?: string): Promise<CustomerRow> {
  const [customer] = await db
    .select(customerColumns)
    .from(customers)
    .where(and(eq(customers.id, id ?? ownRecord(actor)), visible(actor, 'customers:read', customers)))
  if (!customer) throw new AppError('not_found')
  return shownTo(actor, customer)
}

/** A customer as the actor may see it: the portal login of one sees nothing of what the team plans and notes. */
export function shownTo(actor: Actor, customer: CustomerRow): CustomerRow {
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
  const { db, actor, now } = ctx
  demandMayGive(ctx, patch)
  const fits = fieldsFit(patch.customFields)
  const stand = peopleStand(ctx, patch)
  const where =
    and(
      eq(customers.id, id),
      visible(actor, permission, customers),
      ifVersion === undefined ? undefined : eq(customers.version, ifVersion),
      stand,
      isFree(ctx, patch.email, id),
      isLoginFree(ctx, patch.userId, id),
      fits,
      isNews(ctx, patch),
    ) ?? sql`false`
  const [, [changed], [present], [holder], [twin]] = await db.batch([
    record(ctx, {
      verb: 'customer.updated',
      subject: 'customer',
      id: sql`${customers.id}`,
      changes: difference(customers, merged(patch)),
      from: sql`${customers}`,
      when: where,
    }),
    db
      .update(customers)
      .set({ ...setOf(ctx, patch), updatedAt: now, version: sql`${customers.version} + 1` })
      .where(where)
      .returning(customerColumns),
    db
      .select({ ...customerColumns, fits: sql<number>`${fits}`.as('fits'), stand: sql<number>`${stand}`.as('stand') })
      .from(customers)
      .where(and(ifUnchanged, eq(customers.id, id), visible(actor, permission, customers))),
    holderOf(ctx, patch.email, id),
    holderOfLogin(ctx, patch.userId, id),
  ])
  if (changed) return { ...changed, warnings: warningsOf(changed) }
  if (!present) throw new AppError('not_found')
  demandVersion(present, ifVersion)
  if (holder) throw taken(holder)
  if (twin) throw loginTaken(twin)
  if (!present.fits) throw tooBig()
  if (!present.stand) throw wrongPeople(patch)
  return { ...present, warnings: warningsOf(present) }
}

/** What customers may change of themselves. */
export type Amendment = Partial<Pick<CustomerRow, FieldName<typeof CUSTOMER_FIELDS, 'isPortalWritten'>>>

/** Changes what customers may: of the own record as a customer, of any in reach as the team. */
export async function amendCustomer(ctx: Ctx, patch: Amendment, id?: string, ifVersion?: number): Promise<Written> {
  const permission = isPortal(ctx.actor) ? 'self:write' : 'customers:write'
  const amended = await updateCustomer(ctx, id ?? ownRecord(ctx.actor), patch, ifVersion, permission)
  return { ...amended, ...shownTo(ctx.actor, amended) }
}

/** Puts customers into the trash; says which of them were there to be deleted. */
export async function trashCustomers(ctx: Ctx, ids: string[]) {
  const [, gone] = await ctx.db.batch(trashing(ctx, byId(ids)))
  const deleted = new Set(gone.map((row) => row.id))
  return { deleted: [...deleted], notFound: [...new Set(ids)].filter((id) => !deleted.has(id)) }
}

export async function trashCustomer(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  const isDemanded = ifVersion === undefined ? undefined : eq(customers.version, ifVersion)
  const present = ctx.db
    .select({ version: customers.version })
    .from(customers)
    .where(and(eq(customers.id, id), visible(ctx.actor, 'customers:write', customers)))
  const [, gone, [left]] = await ctx.db.batch([...trashing(ctx, and(eq(customers.id, id), isDemanded)), present])
  if (gone.length > 0) return
  if (!left) throw new AppError('not_found')
  demandVersion(left, ifVersion)
}

// From the ids to the rows: left to itself, SQLite would walk the whole workspace and look each row up among the ids.
function byId(ids: string[]): SQL {
  const found = sql`SELECT c.seq FROM json_each(${JSON.stringify(ids)}) AS wanted CROSS JOIN customers AS c ON c.id = wanted.value`
  return sql`${customers.seq} IN (${found})`
}

function trashing(ctx: Ctx, which: SQL | undefined) {
  const { db, actor, now } = ctx
  const where = and(which, visible(actor, 'customers:write', customers)) ?? sql`false`
  const id = sql`${customers.id}`
  return [
    record(ctx, { verb: 'customer.trashed', subject: 'customer', id, from: sql`${customers}`, when: where }),
    db
      .update(customers)
      .set({ deletedAt: now, updatedAt: now, version: sql`${customers.version} + 1` })
      .where(where)
      .returning({ id: customers.id }),
  ] as const
}

/** Columns that follow from others, for the fields that are there. */
function derived({ actor }: Ctx, { name, phone }: CustomerFields) {
  return {
    ...(name === undefined ? {} : { sortName: fold(name) }),
    ...(phone === undefined ? {} : { phoneE164: phone === null ? null : e164Of(phone, actor.country) }),
  }
}

/** Whether a patch changes the customer at hand, or how a number is read: the workspace may be in another country now. */
export function isNews(ctx: Ctx, patch: CustomerFields): SQL {
  return differs(customers, { ...merged(patch), ...derived(ctx, patch) })
}

export function setOf(ctx: Ctx, patch: CustomerFields) {
  // Looked up here, for what a trigger looks up comes too late for the row that is answered.
  const lastContactAt = sql`(SELECT k.last_contact_at FROM customers_contacted AS k WHERE k.id = ${customers}.id)`
  return {
    ...merged(patch),
    ...derived(ctx, patch),
    ...(patch.keepInTouchDays ? { lastContactAt } : {}),
  }
}

/** A customer to be; who reaches only the own customers owns the ones they make. */
export function newRow<F extends CustomerFields>(ctx: Ctx, input: F) {
  const { actor, now } = ctx
  const usual = reach(actor, 'customers:write') === 'all' ? null : authorOf(actor)
  const ownerId = input.ownerId === undefined ? usual : input.ownerId
  const { workspaceId } = actor
  return { ...input, ...derived(ctx, input), id: ctx.newId(), ownerId, workspaceId, createdAt: now, updatedAt: now }
}
