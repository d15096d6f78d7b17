// dialects: which of them a request speaks, decided before it is routed. Its path then begins with the name, as in
// /@leads/api/leads, so that routes, limits and errors of a dialect are found by path like any others.
import { createMiddleware } from 'hono/factory'
import { dialectsOn } from '../config'
import type { AppEnv } from '../http/context'
import { setHeader } from '../http/headers'
import { askedPath } from '../http/respond'
import { tidyPath } from '../http/router'
import { type Dialect, ownPathOf } from './dialect'
import { dialectAt, dialects, mountOf } from './dialects'

/** The path by which a request is routed. No client can write the path of a dialect itself. */
export function routedPath(request: Request, options?: { env?: object }): string {
  const path = tidyPath(request)
  const route = path.startsWith('/v1/') ? undefined : findRoute(request, path, options?.env ?? {})
  if (route) return mountOf(route.dialect) + route.path
  return path.startsWith('/@') ? `/${path}` : path
}

/** Puts a request of a dialect into the form that the product reads, where the dialect sends another. */
export const translate = createMiddleware<AppEnv>(async function translate(c, next) {
  return dialectAt(c.req.path)?.translate?.(c, next) ?? next()
})

/**
 * Names the dialect in every answer, with the path of the product's own API for the same, as an item of RFC 9651:
 * `Edge-CRM-Dialect: enquiries;v1="/v1/leads"`.
 */
export const nameDialect = createMiddleware<AppEnv>(async function nameDialect(c, next) {
  const dialect = dialectAt(c.req.path)
  if (!dialect) return next()
  const own = ownPathOf(dialect, askedPath(c))
  c.set(
    'dialectHint',
    `This is the API of another system, the dialect “${dialect.name}”; Edge CRM’s own is /v1: see /doc.`,
  )
  await next()
  setHeader(c, 'Edge-CRM-Dialect', `${dialect.name};v1="${own}"`)
})

/** Forbids caches to store an answer of a dialect: it has no ETag, and many hold tokens. */
export const noStore = createMiddleware<AppEnv>(async function noStore(c, next) {
  await next()
  c.res.headers.set('Cache-Control', 'no-store')
})

// Of the dialects that are on and know the request, the one it is meant for; else the first one with such a base. A
// slash at the end made no difference to these systems: a path is looked for as it is, and then the other way.
function findRoute(request: Request, path: string, env: object) {
  const names = dialectsOn(env)
  const near = dialects.filter(({ name, base }) => names.includes(name) && base.test(path))
  const ways = [path, path.endsWith('/') ? path.slice(0, -1) : `${path}/`]
  const routes = ways.flatMap((way) => near.map((dialect) => ({ dialect, path: way })))
  const known = routes.filter((route) => hasRoute(route.dialect.app, request.method, route.path))
  const candidates = known.length > 0 ? known : routes
  return candidates.find(({ dialect }) => dialect.isMeant?.(request.headers)) ?? candidates[0]
}

function hasRoute({ router }: Dialect['app'], method: string, path: string): boolean {
  const [handlers] = router.match(method === 'HEAD' ? 'GET' : method, path)
  return handlers.length > 0
}
