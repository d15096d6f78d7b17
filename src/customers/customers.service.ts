// Customers: making, reading, changing, trashing. Lists, upserts, duplicates and merging have files beside this one.

import { and, eq, getTableColumns, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { authorOf } from '../access/person'
import { type Actor, reach } from '../access/policy'
import { isPortal, isPortalUser, isTeamMember, ownRecord, visible } from '../access/visible'
import { hasRoom, lackOfRoom, overLimit } from '../billing/limits'
import { fold } from '../db/fold'
import { customers } from '../db/schema'
import { ifChanged, ifUnchanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { difference, record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { demandVersion } from '../http/etag'
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
export type CustomerFields = Partial<
  Pick<CustomerRow, 'name' | 'email' | 'phone' | 'company' | 'ownerId' | 'userId' | 'customFields' | 'keepInTouchDays'>
>
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
  throw lack ? overLimit(ctx, 'customers', lack) : new AppError('invalid_owner')
}

export async function getCustomer({ db, actor }: Ctx, id: string): Promise<CustomerRow> {
  const [customer] = await db
    .select(customerColumns)
    .from(customers)
    .where(and(eq(customers.id, id), visible(actor, 'customers:read', customers)))
  if (!customer) throw new AppError('not_found')
  return shownTo(actor, customer)
}

/** A customer as the actor may see it: the portal login of one sees nothing of what the team plans and notes. */
export function shownTo(actor: Actor, customer: CustomerRow): CustomerRow {
  const plans = { nextFollowUpAt: null, keepInTouchDays: null, nextTouchAt: null }
  return isPortal(actor) ? { ...customer, ownerId: null, customFields: null, ...plans } : customer
}

/**
 * Changes a customer; custom fields are merged key by key, null removes one. With `self:write` it is a customer's own
 * record. Throws `customer_exists`, `login_taken`, `stale`.
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
  const where =
    and(
      eq(customers.id, id),
      visible(actor, permission, customers),
      ifVersion === undefined ? undefined : eq(customers.version, ifVersion),
      peopleStand(ctx, patch),
      isFree(ctx, patch.email, id),
      isLoginFree(ctx, patch.userId, id),
      fits,
    ) ?? sql`false`
  const [, [changed], [present], [holder], [twin]] = await db.batch([
    record(ctx, {
      verb: 'customer.updated',
      subject: 'customer',
      id: sql`${customers.id}`,
      changes: difference(customers, patch),
      from: sql`${customers}`,
      when: where,
    }),
    db
      .update(customers)
      .set({ ...setOf(ctx, patch), updatedAt: now, version: sql`${customers.version} + 1` })
      .where(where)
      .returning(customerColumns),
    db
      .select({ ...customerColumns, fits: sql<number>`${fits}`.as('fits') })
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
  throw present.fits ? new AppError('invalid_owner') : tooBig()
}

/** What customers may change of themselves. */
export type Amendment = Partial<Pick<CustomerRow, 'name' | 'phone' | 'company'>>

/** Changes name, phone or company: of the own record as a customer, of any in reach as the team. */
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
export function derived({ actor }: Ctx, { name, phone }: CustomerFields) {
  return {
    ...(name === undefined ? {} : { sortName: fold(name) }),
    ...(phone === undefined ? {} : { phoneE164: phone === null ? null : e164Of(phone, actor.country) }),
  }
}

export function setOf(ctx: Ctx, { customFields, ...patch }: CustomerFields) {
  const merged =
    customFields && sql`json_patch(coalesce(${customers.customFields}, '{}'), ${JSON.stringify(customFields)})`
  // Looked up here, for what a trigger looks up comes too late for the row that is answered.
  const lastContactAt = sql`(SELECT k.last_contact_at FROM customers_contacted AS k WHERE k.id = ${customers}.id)`
  return {
    ...patch,
    ...derived(ctx, patch),
    ...(customFields === undefined ? {} : { customFields: merged }),
    ...(patch.keepInTouchDays ? { lastContactAt } : {}),
  }
}

export function fieldsFit(fields: CustomerFields['customFields']): SQL {
  if (!fields) return sql`true`
  const merged = sql`json_patch(coalesce(customers.custom_fields, '{}'), ${JSON.stringify(fields)})`
  return sql`length(CAST(${merged} AS BLOB)) <= 16384`
}

export function tooBig(): AppError {
  const message = 'The custom fields together must be at most 16 KB of JSON'
  return new AppError('invalid', { errors: [{ path: 'body.customFields', message, code: 'too_big' }] })
}

export function warningsOf({ phone, phoneE164 }: CustomerRow) {
  if (phone === null || phoneE164 !== null) return []
  const message = 'Kept as written: not a number we can read; write it with its country code, such as +44 …'
  return [{ path: 'body.phone', message, code: 'unreadable_phone' }]
}

/** No other living customer of the workspace has this e-mail. */
export function isFree(ctx: Ctx, email: string | null | undefined, exceptId: string | SQL = ''): SQL {
  return email ? sql`NOT EXISTS ${holderOf(ctx, email, exceptId)}` : sql`true`
}

/** The living customer who has an e-mail already, and whether the actor may know who that is. */
export function holderOf({ db, actor }: Ctx, email: string | null | undefined, exceptId: string | SQL = '') {
  const inReach = visible(actor, 'customers:read', customers) ?? sql`true`
  return db
    .select({ id: customers.id, inReach: sql<number>`${inReach}`.as('in_reach') })
    .from(customers)
    .where(
      and(
        eq(customers.workspaceId, actor.workspaceId),
        email ? eq(customers.email, email) : sql`false`,
        isNull(customers.deletedAt),
        sql`${customers.id} <> ${exceptId}`,
      ),
    )
}

export function taken(holder: { id: string; inReach: number }): AppError {
  return new AppError('customer_exists', holder.inReach ? { existingId: holder.id } : {})
}

/** No other living customer is this portal login; `exceptId` may be the column of the row at hand. */
export function isLoginFree(ctx: Ctx, userId: string | null | undefined, exceptId: string | SQL = ''): SQL {
  return userId ? sql`NOT EXISTS ${holderOfLogin(ctx, userId, exceptId)}` : sql`true`
}

/** The living customer whose portal login this is already. */
export function holderOfLogin({ db, actor }: Ctx, userId: string | null | undefined, exceptId: string | SQL = '') {
  const twin = alias(customers, 'twin')
  const isOther = sql`twin.id <> ${exceptId}`
  return db
    .select({ id: twin.id })
    .from(twin)
    .where(
      and(
        // By the login: the plus keeps SQLite from walking the workspace.
        sql`+${twin.workspaceId} = ${actor.workspaceId}`,
        userId ? eq(twin.userId, userId) : sql`false`,
        isNull(twin.deletedAt),
        isOther,
      ),
    )
}

export function loginTaken({ id }: { id: string }): AppError {
  return new AppError('login_taken', { existingId: id })
}

/** Owner and portal login, where given, are whom they must be. */
export function peopleStand({ actor }: Ctx, { ownerId, userId }: CustomerFields): SQL {
  return sql`${ownerId ? isTeamMember(ownerId, actor.workspaceId) : sql`true`}
    AND ${userId ? isPortalUser(userId, actor.workspaceId) : sql`true`}`
}

/** Throws `forbidden` where somebody who reaches only the own customers would give one away, or make a login see one. */
export function demandMayGive({ actor }: Ctx, { ownerId, userId }: CustomerFields): void {
  if (reach(actor, 'customers:write') === 'all') return
  if (userId !== undefined || (ownerId !== undefined && ownerId !== actor.id)) {
    throw new AppError('forbidden', { detail: 'Only a MANAGER sets the owner or the portal login of a customer.' })
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
