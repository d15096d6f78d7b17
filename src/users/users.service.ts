// Members of a workspace: who they are and what they may do. What happens when one leaves is in users.leave.ts.
import { and, eq, getTableColumns, gt, sql } from 'drizzle-orm'
import type { Permission } from '../access/policy'
import { demandPermission, isOfTeam, visible } from '../access/visible'
import { hasRoom, lackBeside, overLimit } from '../billing/limits'
import { countedOut, passedOver, withTotal } from '../db/listing'
import { cut, type Page, type PageRequest } from '../db/page'
import { users } from '../db/schema'
import { isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { difference, differs, record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { demandVersion } from '../http/etag'
import { anAdminStays, farewell, isDeparture, isResignation, isSuccessor, takesSeat } from './users.leave'

type UserRow = typeof users.$inferSelect
type UserPatch = Partial<Pick<UserRow, 'name' | 'username' | 'timeZone' | 'role' | 'status'>>
/** `email` is the address that the member must have: it does not change here, and a whole record may be sent back. */
type Conditions = { reassignTo?: string | undefined; ifVersion?: number | undefined; email?: string | undefined }

// A member "owns" the own account.
const reached = (ctx: Ctx, permission: Permission) =>
  visible(ctx.actor, permission, { workspaceId: users.workspaceId, ownerId: users.id, deletedAt: users.deletedAt })

/** Members in the order in which they joined; with `team`, without the logins of customers. */
export async function listUsers(
  ctx: Ctx,
  request: Partial<Pick<UserRow, 'role' | 'status'>> & PageRequest & { total?: boolean; team?: boolean },
): Promise<Page<UserRow>> {
  const { role, status, limit, after, total, team } = request
  const where = and(
    reached(ctx, 'users:read'),
    role && eq(users.role, role),
    status && eq(users.status, status),
    team ? isOfTeam : undefined,
  )
  const page = ctx.db
    .select()
    .from(users)
    .where(and(where, after && gt(users.id, String(after[0]))))
    .orderBy(users.id)
    .limit(limit + 1)
    .offset(passedOver(request))
  if (!total) return cut(await page, limit, (row) => [row.id])
  const [rows, [counted]] = await ctx.db.batch([page, countedOut(ctx.db, [{ rows: sql`${users}`, where }])])
  return withTotal(
    cut(rows, limit, (row) => [row.id]),
    counted,
  )
}

export async function getUser(ctx: Ctx, id: string): Promise<UserRow> {
  const [user] = await ctx.db
    .select()
    .from(users)
    .where(and(eq(users.id, id), reached(ctx, 'users:read')))
  if (!user) throw new AppError('not_found')
  return user
}

/**
 * Changes a member; role and status take an ADMIN. Who becomes inactive, or a CUSTOMER, is signed out and hands the
 * leads over. What changes nothing leaves the member as is. Throws `last_admin`, `username_taken`, `invalid_owner`,
 * `plan_limit`, `stale`.
 */
export function updateUser(ctx: Ctx, id: string, patch: UserPatch, conditions: Conditions): Promise<UserRow> {
  const isAdministrative = patch.role !== undefined || patch.status !== undefined
  if (isAdministrative) demandPermission(ctx.actor, 'users:admin', 'Only an ADMIN changes a role or a status.')
  return changeMember(ctx, id, conditions, {
    verb: 'user.updated',
    permission: isAdministrative ? 'users:admin' : 'users:write',
    set: patch,
  })
}

/** Removes a member: signed out everywhere, the e-mail free again, the leads handed over. */
export async function removeUser(ctx: Ctx, id: string, conditions: Conditions): Promise<void> {
  const set = { status: 'INACTIVE' as const, deletedAt: ctx.now }
  await changeMember(ctx, id, conditions, { verb: 'user.removed', permission: 'users:admin', set })
}

type Change = { verb: 'user.updated' | 'user.removed'; permission: Permission; set: Partial<UserRow> }

async function changeMember(ctx: Ctx, id: string, { reassignTo, ifVersion, email }: Conditions, change: Change) {
  const { db, actor, now } = ctx
  const adminStays = isResignation(change.set) ? anAdminStays(actor.workspaceId) : sql`true`
  const takesOver = reassignTo === undefined ? sql`true` : isSuccessor(reassignTo, id, actor.workspaceId)
  const isDemanded = ifVersion === undefined ? undefined : eq(users.version, ifVersion)
  const isCalled = email === undefined ? undefined : eq(users.email, email)
  const isSeated = takesSeat(change.set)
  const hasSeat = sql`(NOT ${isSeated} OR ${hasRoom(ctx, 'users')})`
  const mayChange = reached(ctx, change.permission)
  const conditions = and(isDemanded, isCalled, adminStays, takesOver, hasSeat, differs(users, change.set))
  const where = and(eq(users.id, id), mayChange, conditions) ?? sql`false`
  const [[present], , [changed]] = await db
    .batch([
      db
        .select({
          ...getTableColumns(users),
          adminStays: sql<number>`${adminStays}`.as('admin_stays'),
          mayChange: sql<number>`${mayChange}`.as('may_change'),
          takesOver: sql<number>`${takesOver}`.as('takes_over'),
          ...lackBeside(ctx, 'users', isSeated),
        })
        .from(users)
        .where(and(eq(users.id, id), reached(ctx, 'users:read'))),
      record(ctx, {
        verb: change.verb,
        subject: 'user',
        id,
        changes: difference(users, change.set),
        from: sql`${users}`,
        when: where,
      }),
      db
        .update(users)
        .set({ ...change.set, updatedAt: now, version: sql`${users.version} + 1` })
        .where(where)
        .returning(),
      ...(isDeparture(change.set) ? farewell(ctx, id, reassignTo ?? null) : []),
    ])
    .catch((error) => {
      throw isUniqueViolation(error, 'users.username') ? new AppError('username_taken') : error
    })
  if (changed) return changed
  if (!present) throw new AppError('not_found')
  demandVersion(present, ifVersion)
  if (email !== undefined && present.email !== email) throw fixedAddress()
  if (!present.mayChange) throw new AppError('forbidden', { detail: 'Only an ADMIN changes somebody else.' })
  if (!present.adminStays) throw new AppError('last_admin')
  if (present.lacksRoom) throw overLimit(ctx, 'users', present.room)
  if (!present.takesOver) throw new AppError('invalid_owner')
  return present
}

function fixedAddress(): AppError {
  const message = 'The e-mail address of an account does not change'
  return new AppError('invalid', { errors: [{ path: 'body.email', message, code: 'fixed' }] })
}
