// Members of a workspace: reading, changing and removing them. users.leave.ts has the consequences of leaving.
import { and, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import type { Actor, Permission } from '../access/policy'
import { isTeamUser, reachable, requirePermission } from '../access/visible'
import { isWithinLimit, limitExceededError, Room, roomAsJson } from '../billing/limits'
import type { Ctx } from '../context'
import { users } from '../db/schema'
import { isUniqueViolation } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { etagOf } from '../etag'
import { changeRecord, type RecordKind } from '../records/change'
import { isSuccessor, keepsAnAdmin, leavesTeam, losesAdmin, offboardingStatements, takesSeat } from './users.leave'

export type UserRow = typeof users.$inferSelect
type UserPatch = Partial<Pick<UserRow, 'name' | 'username' | 'timeZone' | 'language' | 'role' | 'status'>>
/** `email` must be the member's present address: only its owner changes it, but clients may send back a whole record. */
type Conditions = { reassignTo?: string; ifVersion?: number; email?: string }

// Members own their account.
const usersInReach = (actor: Actor, permission: Permission) =>
  reachable(actor, permission, { workspaceId: users.workspaceId, ownerId: users.id })
/** Members that the actor sees, as a condition. */
export const visibleUsers = (actor: Actor) => and(usersInReach(actor, 'users:read'), isNull(users.deletedAt))

/** All members of the actor's team, as a condition. */
export const teamOf = ({ workspaceId }: Actor) =>
  and(eq(users.workspaceId, workspaceId), isTeamUser, isNull(users.deletedAt))

export const userColumns = getTableColumns(users)
const USER: RecordKind<typeof userColumns> = {
  subject: 'user',
  table: users,
  columns: userColumns,
  etag: etagOf,
  reads: 'users:read',
  isInReach: usersInReach,
  outOfReachError: () => new AppError('forbidden', { detail: 'Only an ADMIN changes another member.' }),
}

/** A member. Throws `not_found`. */
export async function getUser(ctx: Ctx, id: string): Promise<UserRow> {
  const [user] = await ctx.db
    .select()
    .from(users)
    .where(and(eq(users.id, id), visibleUsers(ctx.actor)))
  if (!user) throw new AppError('not_found')
  return user
}

/** The name of a member of the team, active or not, for records that name them. Throws `not_found`. */
export async function getAuthor({ db, actor }: Ctx, id: string): Promise<{ id: string; name: string }> {
  const [author] = await db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(and(eq(users.id, id), eq(users.workspaceId, actor.workspaceId), isTeamUser, isNull(users.deletedAt)))
  if (!author) throw new AppError('not_found')
  return author
}

/**
 * Changes a member; only an ADMIN changes role and status. A member who becomes inactive or a CUSTOMER is signed out,
 * and the leads go to `reassignTo` or the pool. A patch without changes leaves the version. Throws `last_admin`,
 * `username_taken`, `invalid_owner`, `plan_limit`, `stale`.
 */
export function updateUser(ctx: Ctx, id: string, patch: UserPatch, conditions: Conditions): Promise<UserRow> {
  const isAdministrative = patch.role !== undefined || patch.status !== undefined
  if (isAdministrative) requirePermission(ctx.actor, 'users:admin', 'Only an ADMIN changes a role or a status.')
  return changeMember(ctx, id, conditions, {
    verb: 'updated',
    permission: isAdministrative ? 'users:admin' : 'users:write',
    set: patch,
  })
}

/** Removes a member: ends all sessions, frees the e-mail address, and hands the leads over. */
export async function removeUser(ctx: Ctx, id: string, conditions: Conditions): Promise<void> {
  const set = { status: 'INACTIVE' as const, deletedAt: ctx.now }
  await changeMember(ctx, id, conditions, { verb: 'removed', permission: 'users:admin', set })
}

type Change = { verb: 'updated' | 'removed'; permission: Permission; set: Partial<UserRow> }

function changeMember(ctx: Ctx, id: string, { reassignTo, ifVersion, email }: Conditions, change: Change) {
  const { actor } = ctx
  const { verb, permission, set } = change
  const needsSeat = takesSeat(set)
  const always = sql`true`
  return changeRecord(ctx, USER, id, {
    verb,
    permission,
    set,
    ifVersion,
    require: {
      address: { holds: email === undefined ? always : eq(users.email, email), orElse: fixedEmailError },
      admin: {
        holds: losesAdmin(set) ? keepsAnAdmin(actor.workspaceId) : always,
        orElse: () => new AppError('last_admin'),
      },
      seat: {
        holds: sql`(NOT ${needsSeat} OR ${isWithinLimit(ctx, 'users')})`,
        known: roomAsJson(ctx, 'users'),
        orElse: (_, room) => limitExceededError(ctx, 'users', Room.parse(room)),
      },
      successor: {
        holds: reassignTo === undefined ? always : isSuccessor(reassignTo, id, actor.workspaceId),
        orElse: () => new AppError('invalid_owner'),
      },
    },
    followedBy: leavesTeam(set) ? offboardingStatements(ctx, id, reassignTo ?? null) : [],
  }).catch((error) => {
    throw isUniqueViolation(error, 'users.username') ? new AppError('username_taken') : error
  })
}

function fixedEmailError(): AppError {
  const message = 'An e-mail address is changed by its owner: POST /v1/auth/change-email'
  return invalidError('body.email', message, 'fixed')
}
