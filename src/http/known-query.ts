// A route without query parameters refuses them all. Where it documents some, its schema refuses the others.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import { isPermission, type Permission, reach } from '../access/policy'
import { AppError } from '../errors'
import type { AppEnv } from './context'

type Route = { takesQuery: boolean; permission: Permission | undefined }

/**
 * Throws `invalid` for parameters that the route would ignore: `?dryRun=true` must not run a change that has no dry run.
 * A caller without the permission gets the error of the guard, which comes before any input.
 */
export function knownQuery(app: OpenAPIHono<AppEnv>) {
  let routes: Map<string, Route> | undefined
  return createMiddleware<AppEnv>(async function knownQuery(c, next) {
    if (!c.req.url.includes('?')) return next()
    const given = Object.keys(c.req.query())
    if (given.length === 0) return next()
    routes ??= documentedRoutes(app)
    const names = matchedRoutes(c).map(({ method, path }) => `${method} ${path}`)
    const route = names.flatMap((name) => routes?.get(name) ?? [])[0]
    if (!route || route.takesQuery) return next()
    const actor = c.get('actor')
    if (route.permission && !(actor && reach(actor, route.permission))) return next()
    throw new AppError('invalid', {
      errors: given.map((name) => ({ path: `query.${name}`, message: 'Unknown query parameter', code: 'unknown' })),
    })
  })
}

function documentedRoutes({ openAPIRegistry }: OpenAPIHono<AppEnv>): Map<string, Route> {
  const routes = openAPIRegistry.definitions.flatMap((each) => (each.type === 'route' ? [each.route] : []))
  return new Map(
    routes.map(({ method, path, request, 'x-permission': name }) => [
      `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
      { takesQuery: request?.query !== undefined, permission: isPermission(name) ? name : undefined },
    ]),
  )
}
