// The rules for every customer that is written, as conditions for a WHERE, each with its error: the size of custom fields,
// unique e-mail and portal login among customers outside the trash, a valid owner.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { reach } from '../access/policy'
import { isPortalUser, isTeamMember, visible } from '../access/visible'
import type { Ctx } from '../context'
import { customers } from '../db/schema'
import { allOf } from '../db/sql'
import { AppError } from '../errors'
import type { Requirement } from '../records/change'
import { patchedEntries } from '../records/custom-fields'
import { PHONE_PROBLEMS } from '../text/phone'
import { readPhoneField } from '../text/searched'
import { contactColumns, holdersOf, mainContactChanges, UNTOLD } from './customers.contacts'
import type { CustomerFields, CustomerRow } from './customers.record'

/** The values of a patch for a SET. Custom fields are merged key by key with those of the row. */
export function mergedPatch(ctx: Ctx, given: CustomerFields) {
  const { customFields, ...fields } = contactColumns(given, ctx.actor.country)
  const patch = { ...fields, ...mainContactChanges(given) }
  if (customFields === undefined) return patch
  return { ...patch, customFields: customFields && patchedEntries(customers, 'customFields', customFields) }
}

/** The part of a patch that its event tells of. */
export function toldPatch(ctx: Ctx, given: CustomerFields): Record<string, unknown> {
  const untold = new Set<string>(UNTOLD)
  return Object.fromEntries(Object.entries(mergedPatch(ctx, given)).filter(([name]) => !untold.has(name)))
}

export function warningsOf({ actor }: Ctx, { phone, phoneE164 }: CustomerRow) {
  if (phone === null || phoneE164 !== null) return []
  const { problem = 'not_a_number' } = readPhoneField(phone, actor.country)
  const message = `Stored as written: ${PHONE_PROBLEMS[problem]}`
  return [{ path: 'body.phone', message, code: 'unreadable_phone' }]
}

/** True if no other customer of the workspace outside the trash has one of these e-mail addresses. */
export function areEmailsFree(ctx: Ctx, emails: string[], exceptId: string | SQL = ''): SQL {
  return emails.length > 0 ? sql`NOT EXISTS ${emailHolderSelect(ctx, emails, exceptId)}` : sql`true`
}

/** The same as a requirement, whose error names the customer that has the e-mail. */
export function emailRequirement(ctx: Ctx, emails: string[], id: string | SQL): Requirement<CustomerRow> {
  return {
    holds: areEmailsFree(ctx, emails, id),
    known: sql`(SELECT json_object('id', holder.id, 'inReach', holder.in_reach) FROM ${emailHolderSelect(ctx, emails, id)} AS holder LIMIT 1)`,
    orElse: (_, holder) => customerExistsError(EmailHolder.parse(holder)),
  }
}

const EmailHolder = z.object({ id: z.string(), inReach: z.number() })

/** Selects the customers outside the trash that have one of these addresses, and whether they are in reach of the actor. */
export function emailHolderSelect({ db, actor }: Ctx, emails: string[], exceptId: string | SQL = '') {
  const inReach = allOf(visible(actor, 'customers:read', customers))
  return db
    .select({ id: customers.id, inReach: sql<number>`${inReach}`.as('in_reach') })
    .from(customers)
    .where(
      and(
        emails.length > 0
          ? sql`${customers.id} IN (${holdersOf(actor.workspaceId, sql`${JSON.stringify(emails)}`)})`
          : sql`false`,
        sql`${customers.id} <> ${exceptId}`,
      ),
    )
}

export function customerExistsError(holder: { id: string; inReach: number }): AppError {
  return new AppError('customer_exists', holder.inReach ? { existingId: holder.id } : {})
}

/** True if no other customer outside the trash has this portal login. `exceptId` may be a column. */
export function isLoginFree(ctx: Ctx, userId: string | null | undefined, exceptId: string | SQL = ''): SQL {
  return userId ? sql`NOT EXISTS ${loginHolderSelect(ctx, userId, exceptId)}` : sql`true`
}

/** The same as a requirement, whose error names the customer that has the login. */
export function loginRequirement(
  ctx: Ctx,
  userId: string | null | undefined,
  id: string | SQL,
): Requirement<CustomerRow> {
  return {
    holds: isLoginFree(ctx, userId, id),
    known: sql`(SELECT json_object('id', holder.id) FROM ${loginHolderSelect(ctx, userId, id)} AS holder)`,
    orElse: (_, holder) => loginTakenError(LoginHolder.parse(holder)),
  }
}

const LoginHolder = z.object({ id: z.string() })

/** Selects the customer outside the trash that has this portal login. */
export function loginHolderSelect({ db, actor }: Ctx, userId: string | null | undefined, exceptId: string | SQL = '') {
  const holder = alias(customers, 'login_holder')
  return db
    .select({ id: holder.id })
    .from(holder)
    .where(
      and(
        // The plus makes SQLite use the index of logins. Otherwise it scans the workspace.
        sql`+${holder.workspaceId} = ${actor.workspaceId}`,
        userId ? eq(holder.userId, userId) : sql`false`,
        isNull(holder.deletedAt),
        sql`${holder.id} <> ${exceptId}`,
      ),
    )
}

export function loginTakenError({ id }: { id: string }): AppError {
  return new AppError('login_taken', { existingId: id })
}

/** True if the given owner is an active member of the team, and the given portal login an active portal user. */
export function arePeopleValid({ actor }: Ctx, { ownerId, userId }: CustomerFields): SQL {
  return sql`${ownerId ? isTeamMember(ownerId, actor.workspaceId) : sql`true`}
    AND ${userId ? isPortalUser(userId, actor.workspaceId) : sql`true`}`
}

/** The error for an owner outside the team, or a portal login that is no active portal user. */
export function invalidPeopleError({ ownerId, userId }: CustomerFields): AppError {
  const ownerIssue = { path: 'body.ownerId', message: 'must be an active member of the team', code: 'not_of_team' }
  const loginIssue = {
    path: 'body.userId',
    message: 'must be an active member with role CUSTOMER',
    code: 'no_portal_login',
  }
  if (userId && !ownerId) return new AppError('invalid', { errors: [loginIssue] })
  return new AppError('invalid_owner', { errors: [...(ownerId ? [ownerIssue] : []), ...(userId ? [loginIssue] : [])] })
}

/** Throws `forbidden` if an actor who reaches only their own customers sets another owner or a portal login. */
export function requireMayAssign({ actor }: Ctx, { ownerId, userId }: CustomerFields): void {
  if (reach(actor, 'customers:write') === 'all') return
  if (userId !== undefined || (ownerId !== undefined && ownerId !== actor.id)) {
    throw new AppError('forbidden', { detail: 'Only a MANAGER sets the owner or the portal login of a customer.' })
  }
}
