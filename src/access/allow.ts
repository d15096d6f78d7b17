// The guard of a route: says in the OpenAPI document which permission it needs, and refuses whoever lacks it.
import { createMiddleware } from 'hono/factory'
import { AppError } from '../errors'
import type { AppEnv } from '../http/context'
import { isScope, lacking, type Permission, reach } from './policy'

/**
 * To spread into createRoute: how to authenticate, `x-permission`, and a 401 or 403 before any input is read. What kept
 * a credential from being looked at is thrown here, for an open route needs none.
 */
export function allow(permission: Permission) {
  const middleware = createMiddleware<AppEnv>(async function allow(c, next) {
    const { actor, refusal } = c.var
    if (!actor) throw refusal ?? new AppError('unauthenticated', { detail: mend(c.req.header('Authorization')) })
    if (!reach(actor, permission)) throw new AppError('forbidden', { detail: lacking(actor, permission) })
    const isOwnAccount = permission.startsWith('account:')
    const isUnverified = actor.type === 'user' && !actor.emailVerified
    if (c.var.config.REQUIRE_VERIFIED_EMAIL && isUnverified && !isOwnAccount) {
      throw new AppError('email_unverified', { detail: 'Follow the link in the mail, then refresh your token.' })
    }
    await next()
  })
  return { security: schemes(permission), 'x-permission': permission, middleware }
}

// OpenAPI 3.1 lets a scheme name the roles that are needed; of a key it is the scope.
function schemes(permission: Permission): Record<string, string[]>[] {
  return isScope(permission) ? [{ bearer: [] }, { apiKey: [permission] }] : [{ bearer: [] }]
}

function mend(authorization: string | undefined): string {
  if (!/^Bearer\s/i.test(authorization ?? '')) return 'Send the header Authorization: Bearer <access token or API key>.'
  return 'The access token is not one of ours or has expired: refresh it, or sign in.'
}

/** To spread into createRoute for what everybody may call. */
export const open = { security: [] as Record<string, string[]>[] }
