// The guard of a route: says in the OpenAPI document which permission it needs, and refuses whoever lacks it.
import { createMiddleware } from 'hono/factory'
import { AppError } from '../errors'
import type { AppEnv } from '../http/context'
import { type Permission, reach } from './policy'

/** To spread into createRoute: bearer security, `x-permission`, and a 401 or 403 before any input is read. */
export function allow(permission: Permission) {
  const middleware = createMiddleware<AppEnv>(async function allow(c, next) {
    const { actor } = c.var
    if (!actor) throw new AppError('unauthenticated', { detail: mend(c.req.header('Authorization')) })
    if (!reach(actor, permission)) {
      throw new AppError('forbidden', { detail: `Role ${actor.role} lacks the permission ${permission}.` })
    }
    const isOwnAccount = permission.startsWith('account:')
    if (c.var.config.REQUIRE_VERIFIED_EMAIL && !actor.emailVerified && !isOwnAccount) {
      throw new AppError('email_unverified', { detail: 'Follow the link in the mail, then refresh your token.' })
    }
    await next()
  })
  return { security: [{ bearer: [] as string[] }], 'x-permission': permission, middleware }
}

function mend(authorization: string | undefined): string {
  if (authorization === undefined) return 'Send the header Authorization: Bearer <access token>.'
  return 'The access token is not one of ours or has expired: refresh it, or sign in.'
}

/** To spread into createRoute for what everybody may call. */
export const open = { security: [] as Record<string, string[]>[] }
