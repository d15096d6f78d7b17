// Revalidates an actor in the database: whether the session, account or key still exists, and the role is unchanged.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Guard } from '../db/client'
import { apiKeys, sessions, users } from '../db/schema'
import { AppError, type ErrorCode } from '../errors'
import { MINUTE_MS } from '../time'
import type { Actor, Permission } from './policy'

/** How old a sign-in may be for operations that add another way to sign in, in milliseconds. */
const RECENT_SIGN_IN_MS = 15 * MINUTE_MS

const REFUSALS = {
  unauthenticated: 'The session has ended, or the API key was revoked or has expired. Sign in again.',
  forbidden: 'Your role has changed since this token was issued. Refresh the token.',
  reauthentication_required: 'Sign in again, then repeat this within 15 minutes.',
} as const satisfies Partial<Record<ErrorCode, string>>

/** Precedes the error code in the message of a statement that a guard lets fail. */
const REFUSAL_PREFIX = 'refused: '

const [me, mySession, myKey] = [alias(users, 'me'), alias(sessions, 'my_session'), alias(apiKeys, 'me')]

/**
 * FROM and WHERE that yield the row `me` of an actor whose session, account or key is active. Access tokens outlive
 * their session by up to 15 minutes. With `isBackground`, a person needs no session, only an active account.
 */
function currentActor(actor: Actor, isBackground = false): SQL {
  const now = new Date().toISOString()
  if (actor.type === 'key') {
    return sql`${apiKeys} AS ${myKey} WHERE ${myKey.id} = ${actor.id} AND ${myKey.revokedAt} IS NULL
      AND (${myKey.expiresAt} IS NULL OR ${myKey.expiresAt} > ${now})`
  }
  const isActiveUser = sql`${me.id} = ${actor.id} AND ${me.status} = 'ACTIVE' AND ${me.deletedAt} IS NULL`
  if (isBackground) return sql`${users} AS ${me} WHERE ${isActiveUser}`
  return sql`${sessions} AS ${mySession} CROSS JOIN ${users} AS ${me} ON ${me.id} = ${mySession.userId}
    WHERE ${mySession.id} = ${actor.sessionId} AND ${mySession.revokedAt} IS NULL AND ${mySession.expiresAt} > ${now}
      AND ${isActiveUser}`
}

/** Condition for a WHERE: session, account or key are active, and a person still has the role of the token. */
export function isActorCurrent(actor: Actor, isBackground = false): SQL {
  const isSameRole = actor.type === 'user' ? sql`AND ${me.role} = ${actor.role}` : sql``
  return sql`EXISTS (SELECT 1 FROM ${currentActor(actor, isBackground)} ${isSameRole})`
}

/**
 * The same check as a guard of every batch of a request. A failed check throws `unauthenticated`; `forbidden` for a
 * changed role, unless the permission concerns the own account; and, with `isRecent`, `reauthentication_required`.
 */
export function actorGuard(
  actor: Actor,
  permission?: Permission,
  { isRecent = false, isBackground = false } = {},
): Guard {
  const isOwnAccount = permission?.startsWith('account:') ?? false
  const recentSince = new Date(Date.now() - RECENT_SIGN_IN_MS).toISOString()
  const refusals =
    actor.type === 'key'
      ? []
      : [
          ...(isOwnAccount ? [] : [refusalWhen(sql`${me.role} <> ${actor.role}`, 'forbidden')]),
          ...(isRecent
            ? [refusalWhen(sql`${mySession.createdAt} <= ${recentSince}`, 'reauthentication_required')]
            : []),
        ]
  const path = refusals.length > 0 ? sql`CASE ${sql.join(refusals, sql` `)} ELSE '$' END` : sql`'$'`
  // A SELECT cannot RAISE. An invalid JSON path makes it fail with the path in the message, and undoes the whole batch.
  const condition = sql`json_extract('{}', coalesce((SELECT ${path} FROM ${currentActor(actor, isBackground)}), ${`${REFUSAL_PREFIX}unauthenticated`}))`
  return { condition, refusalOf }
}

function refusalWhen(condition: SQL, code: keyof typeof REFUSALS): SQL {
  return sql`WHEN ${condition} THEN ${REFUSAL_PREFIX + code}`
}

function refusalOf(message: string): AppError | undefined {
  const code = new RegExp(`${REFUSAL_PREFIX}(\\w+)`).exec(message)?.[1]
  return isRefusal(code) ? new AppError(code, { detail: REFUSALS[code] }) : undefined
}

/** Whether an error says that the actor is no longer valid. */
export function isActorRefusal(error: unknown): boolean {
  return error instanceof AppError && isRefusal(error.code)
}

function isRefusal(code: string | undefined): code is keyof typeof REFUSALS {
  return code !== undefined && Object.hasOwn(REFUSALS, code)
}
