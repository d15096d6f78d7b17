// Whether a caller may still do what the token or the key says: the one definition, asked of the database.
import { type SQL, sql } from 'drizzle-orm'
import type { Guard } from '../db/client'
import { apiKeys, sessions, users } from '../db/schema'
import { AppError, type ErrorCode } from '../errors'
import { MINUTE_MS } from '../time'
import type { Actor, Permission } from './policy'

/** How long after signing in somebody may plant what signs in without a password, in milliseconds. */
const RECENT_MS = 15 * MINUTE_MS

const REFUSALS = {
  unauthenticated: 'The session has ended, or the API key: sign in again.',
  forbidden: 'Your role has changed since this token was made: refresh it.',
  reauthentication_required: 'Sign in again, then do this within 15 minutes.',
} as const satisfies Partial<Record<ErrorCode, string>>

const MARK = 'refused: '

/**
 * The row `me` of the caller, if session, account or key live; tokens outlive their session by up to 15 minutes. Work
 * that goes on while somebody `isAway` needs no session.
 */
function living(actor: Actor, isAway = false): SQL {
  const now = new Date().toISOString()
  if (actor.type === 'key') {
    return sql`${apiKeys} AS me WHERE me.id = ${actor.id} AND me.revoked_at IS NULL
      AND (me.expires_at IS NULL OR me.expires_at > ${now})`
  }
  if (isAway) {
    return sql`${users} AS me WHERE me.id = ${actor.id} AND me.status = 'ACTIVE' AND me.deleted_at IS NULL`
  }
  return sql`${sessions} AS session CROSS JOIN ${users} AS me ON me.id = session.user_id
    WHERE session.id = ${actor.sessionId} AND session.revoked_at IS NULL AND session.expires_at > ${now}
      AND me.id = ${actor.id} AND me.status = 'ACTIVE' AND me.deleted_at IS NULL`
}

/** The caller still is what the token or the key says, as a condition for the WHERE of one statement. */
export function isActorCurrent(actor: Actor): SQL {
  const isSame = actor.type === 'user' ? sql`AND me.role = ${actor.role}` : sql``
  return sql`EXISTS (SELECT 1 FROM ${living(actor)} ${isSame})`
}

/**
 * The same as a guard, for all that a request asks: `unauthenticated` where session or key have ended, `forbidden` where
 * the role has changed, which is of no matter for the own account. With `isRecent`, who signed in longer ago has
 * `reauthentication_required`.
 */
export function standing(actor: Actor, permission?: Permission, { isRecent = false, isAway = false } = {}): Guard {
  const isOwnAffair = permission?.startsWith('account:') ?? false
  const refusals =
    actor.type === 'key'
      ? []
      : [
          ...(isOwnAffair ? [] : [sql`WHEN me.role <> ${actor.role} THEN ${`${MARK}forbidden`}`]),
          ...(isRecent
            ? [sql`WHEN session.created_at <= ${longAgo()} THEN ${`${MARK}reauthentication_required`}`]
            : []),
        ]
  const path = refusals.length > 0 ? sql`CASE ${sql.join(refusals, sql` `)} ELSE '$' END` : sql`'$'`
  // A SELECT cannot RAISE, but fails by a path that is none, and says it: with that the whole batch is undone.
  const condition = sql`json_extract('{}', coalesce((SELECT ${path} FROM ${living(actor, isAway)}), ${`${MARK}unauthenticated`}))`
  return { condition, refusalOf }
}

const longAgo = () => new Date(Date.now() - RECENT_MS).toISOString()

function refusalOf(message: string): AppError | undefined {
  const code = new RegExp(`${MARK}(\\w+)`).exec(message)?.[1]
  return isRefusal(code) ? new AppError(code, { detail: REFUSALS[code] }) : undefined
}

/** Whether a failure is that of a caller who does not stand any more. */
export function isLoss(error: unknown): boolean {
  return error instanceof AppError && isRefusal(error.code)
}

function isRefusal(code: string | undefined): code is keyof typeof REFUSALS {
  return code !== undefined && Object.hasOwn(REFUSALS, code)
}
