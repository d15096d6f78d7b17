// The guard of a route: documents the permission that it needs, and requires it.
import { createMiddleware } from 'hono/factory'
import { actorGuard } from '../access/actor-guard'
import { type Actor, isEveryday, isScope, missingPermission, type Permission, reach } from '../access/policy'
import type { Config } from '../config'
import { AppError } from '../errors'
import type { AppEnv } from './context'

/**
 * To spread into createRoute: `security`, `x-permission`, and a middleware that throws a 401 or 403 before any input is
 * read. Each batch of a request that deletes, that has no everyday permission, or that `isAsked`, checks that the session
 * or key still holds. `isRecent` requires a sign-in within the last 15 minutes.
 */
export function allow(permission: Permission, { isAsked = false, isRecent = false } = {}) {
  const middleware = createMiddleware<AppEnv>(async function allow(c, next) {
    const actor = c.get('actor')
    if (!actor)
      throw (
        c.get('refusal') ?? new AppError('unauthenticated', { detail: credentialHint(c.req.header('Authorization')) })
      )
    if (!reach(actor, permission)) throw new AppError('forbidden', { detail: missingPermission(actor, permission) })
    if (!permission.startsWith('account:')) requireVerified(actor, c.get('config'), 'then refresh your token')
    const connection = c.get('connection')
    if (isAsked || isRecent || !isEveryday(permission) || c.req.method === 'DELETE') {
      c.set('connection', { ...connection, ...connection.guarded(actorGuard(actor, permission, { isRecent })) })
    }
    await next()
    // Work after the answer, such as storing it for its Idempotency-Key, is not checked.
    c.set('connection', connection)
  })
  return { security: schemes(permission), 'x-permission': permission, middleware }
}

/** Throws `email_unverified` for a person who must verify the address first. `next` says what to do after that. */
export function requireVerified(actor: Actor, { REQUIRE_VERIFIED_EMAIL }: Config, next: string): void {
  if (!REQUIRE_VERIFIED_EMAIL || actor.type !== 'user' || actor.emailVerified) return
  throw new AppError('email_unverified', { detail: `Follow the link in the mail, ${next}.` })
}

// OpenAPI 3.1 lets a security requirement name roles: for a key, the scope.
function schemes(permission: Permission): Record<string, string[]>[] {
  return isScope(permission) ? [{ bearer: [] }, { apiKey: [permission] }] : [{ bearer: [] }]
}

function credentialHint(authorization: string | undefined): string {
  if (!/^Bearer\s/i.test(authorization ?? '')) return 'Send the header Authorization: Bearer <access token or API key>.'
  return 'The access token is not one of this service, or its session has ended: sign in.'
}

/** To spread into createRoute for routes that need no credential. */
export const open = { security: [] as Record<string, string[]>[] }
