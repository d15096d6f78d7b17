// What holds of every customer written: custom fields fit, an e-mail and a login are one living customer's, people are whom
// they must be. Conditions for a WHERE, and the failures that tell which of them did not hold.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { reach } from '../access/policy'
import { isPortalUser, isTeamMember, visible } from '../access/visible'
import type { Ctx } from '../context'
import { customers } from '../db/schema'
import { AppError, invalidError } from '../errors'
import type { Requirement } from '../records/change'
import type { CustomerFields, CustomerRow } from './customers.record'

/** The fields of a patch as the row at hand will have them: custom fields are merged key by key. */
export function mergedPatch({ customFields, ...patch }: CustomerFields) {
  if (customFields === undefined) return patch
  return { ...patch, customFields: customFields && mergedCustomFields(customFields) }
}

function mergedCustomFields(fields: Record<string, unknown>): SQL {
  return sql`json_patch(coalesce(customers.custom_fields, '{}'), ${JSON.stringify(fields)})`
}

export function doCustomFieldsFit(fields: CustomerFields['customFields']): SQL {
  return fields ? sql`length(CAST(${mergedCustomFields(fields)} AS BLOB)) <= 16384` : sql`true`
}

export function customFieldsTooBigError(): AppError {
  const message = 'The custom fields together must be at most 16 KB of JSON'
  return invalidError('body.customFields', message, 'too_big')
}

export function warningsOf({ phone, phoneE164 }: CustomerRow) {
  if (phone === null || phoneE164 !== null) return []
  const message = 'Kept as written: not a number we can read; write it with its country code, such as +44 …'
  return [{ path: 'body.phone', message, code: 'unreadable_phone' }]
}

/** No other living customer of the workspace has this e-mail. */
export function isEmailFree(ctx: Ctx, email: string | null | undefined, exceptId: string | SQL = ''): SQL {
  return email ? sql`NOT EXISTS ${holderOf(ctx, email, exceptId)}` : sql`true`
}

/** The same, as a requirement whose refusal names the holder. */
export function emailIsFree(ctx: Ctx, email: string | null | undefined, id: string | SQL): Requirement<CustomerRow> {
  return {
    holds: isEmailFree(ctx, email, id),
    known: sql`(SELECT json_object('id', holder.id, 'inReach', holder.in_reach) FROM ${holderOf(ctx, email, id)} AS holder)`,
    orElse: (_, holder) => customerExistsError(EmailHolder.parse(holder)),
  }
}

const EmailHolder = z.object({ id: z.string(), inReach: z.number() })

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

export function customerExistsError(holder: { id: string; inReach: number }): AppError {
  return new AppError('customer_exists', holder.inReach ? { existingId: holder.id } : {})
}

/** No other living customer is this portal login; `exceptId` may be the column of the row at hand. */
export function isLoginFree(ctx: Ctx, userId: string | null | undefined, exceptId: string | SQL = ''): SQL {
  return userId ? sql`NOT EXISTS ${holderOfLogin(ctx, userId, exceptId)}` : sql`true`
}

/** The same, as a requirement whose refusal names the holder. */
export function loginIsFree(ctx: Ctx, userId: string | null | undefined, id: string | SQL): Requirement<CustomerRow> {
  return {
    holds: isLoginFree(ctx, userId, id),
    known: sql`(SELECT json_object('id', holder.id) FROM ${holderOfLogin(ctx, userId, id)} AS holder)`,
    orElse: (_, holder) => loginTakenError(LoginHolder.parse(holder)),
  }
}

const LoginHolder = z.object({ id: z.string() })

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

export function loginTakenError({ id }: { id: string }): AppError {
  return new AppError('login_taken', { existingId: id })
}

/** Owner and portal login, where given, are whom they must be. */
export function arePeopleValid({ actor }: Ctx, { ownerId, userId }: CustomerFields): SQL {
  return sql`${ownerId ? isTeamMember(ownerId, actor.workspaceId) : sql`true`}
    AND ${userId ? isPortalUser(userId, actor.workspaceId) : sql`true`}`
}

/** Why people were refused: an owner who is none of the team, or a login that is no customer's. */
export function invalidPeopleError({ ownerId, userId }: CustomerFields): AppError {
  const ofTeam = { path: 'body.ownerId', message: 'must be an active member of the team', code: 'not_of_team' }
  const ofPortal = {
    path: 'body.userId',
    message: 'must be an active member with role CUSTOMER',
    code: 'no_portal_login',
  }
  if (userId && !ownerId) return new AppError('invalid', { errors: [ofPortal] })
  return new AppError('invalid_owner', { errors: [...(ownerId ? [ofTeam] : []), ...(userId ? [ofPortal] : [])] })
}

/** Throws `forbidden` where somebody who reaches only the own customers would give one away, or make a login see one. */
export function requireMayAssign({ actor }: Ctx, { ownerId, userId }: CustomerFields): void {
  if (reach(actor, 'customers:write') === 'all') return
  if (userId !== undefined || (ownerId !== undefined && ownerId !== actor.id)) {
    throw new AppError('forbidden', { detail: 'Only a MANAGER sets the owner or the portal login of a customer.' })
  }
}
