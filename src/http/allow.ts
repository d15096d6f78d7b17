// The guard of a route: says in the OpenAPI document which permission it needs, and refuses whoever lacks it.
import { createMiddleware } from 'hono/factory'
import { actorGuard } from '../access/actor-guard'
import { type Actor, isEveryday, isScope, missingPermission, type Permission, reach } from '../access/policy'
import type { Config } from '../config'
import { AppError } from '../errors'
import type { AppEnv } from './context'

/**
 * To spread into createRoute: how to authenticate, `x-permission`, and a 401 or 403 before any input is read. What kept
 * a credential from being looked at is thrown here, for an open route needs none. What is no everyday permission, what
 * deletes, and what `isAsked`, has each batch of the request ask whether the caller still stands; `isRecent` demands a
 * sign-in of the last 15 minutes.
 */
export function allow(permission: Permission, { isAsked = false, isRecent = false } = {}) {
  const middleware = createMiddleware<AppEnv>(async function allow(c, next) {
    const { actor, refusal } = c.var
    if (!actor)
      throw refusal ?? new AppError('unauthenticated', { detail: credentialHint(c.req.header('Authorization')) })
    if (!reach(actor, permission)) throw new AppError('forbidden', { detail: missingPermission(actor, permission) })
    if (!permission.startsWith('account:')) requireVerified(actor, c.var.config, 'then refresh your token')
    const { connection } = c.var
    if (isAsked || isRecent || !isEveryday(permission) || c.req.method === 'DELETE') {
      c.set('connection', { ...connection, db: connection.guarded(actorGuard(actor, permission, { isRecent })) })
    }
    await next()
    // What comes after the answer, such as keeping it for its Idempotency-Key, is nothing that the caller does.
    c.set('connection', connection)
  })
  return { security: schemes(permission), 'x-permission': permission, middleware }
}

/** Throws `email_unverified` for a person who has to verify the address first; `next` says what to do after that. */
export function requireVerified(actor: Actor, { REQUIRE_VERIFIED_EMAIL }: Config, next: string): void {
  if (!REQUIRE_VERIFIED_EMAIL || actor.type !== 'user' || actor.emailVerified) return
  throw new AppError('email_unverified', { detail: `Follow the link in the mail, ${next}.` })
}

// OpenAPI 3.1 lets a scheme name the roles that are needed; of a key it is the scope.
function schemes(permission: Permission): Record<string, string[]>[] {
  return isScope(permission) ? [{ bearer: [] }, { apiKey: [permission] }] : [{ bearer: [] }]
}

function credentialHint(authorization: string | undefined): string {
  if (!/^Bearer\s/i.test(authorization ?? '')) return 'Send the header Authorization: Bearer <access token or API key>.'
  return 'The access token is not one of ours or has expired: refresh it, or sign in.'
}

/** To spread into createRoute for what everybody may call. */
export const open = { security: [] as Record<string, string[]>[] }
