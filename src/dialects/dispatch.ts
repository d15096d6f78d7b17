// dialects: which of them a request speaks, told before it is routed. Its path then begins with the name, as in
// /@leads/api/leads, so that routes, limits and failures of a dialect are told by path like any others.
import { createMiddleware } from 'hono/factory'
import { getPath } from 'hono/utils/url'
import { dialectsOn } from '../config'
import type { AppEnv } from '../http/context'
import type { Dialect } from './dialect'

/** The path by which a request is routed. Nobody can write the path of a dialect themselves. */
export const pathIn =
  (dialects: readonly Dialect[]) =>
  (request: Request, options?: { env?: object }): string => {
    const path = getPath(request)
    const route = path.startsWith('/v1/') ? undefined : findRoute(dialects, request, path, options?.env ?? {})
    if (route) return mountOf(route.dialect) + route.path
    return path.startsWith('/@') ? `/${path}` : path
  }

/** Answers of dialects have no ETag, and many hold tokens: nobody keeps them. */
export const noStore = createMiddleware<AppEnv>(async function noStore(c, next) {
  await next()
  c.res.headers.set('Cache-Control', 'no-store')
})

/** Where the routes of a dialect are mounted. */
export const mountOf = ({ name }: Dialect): string => `/@${name}`

/** The dialect that a routed path belongs to. */
export function dialectAt(dialects: readonly Dialect[], path: string): Dialect | undefined {
  return dialects.find((dialect) => path.startsWith(`${mountOf(dialect)}/`))
}

// Of those that are on and know the request, the one it is meant for; else the one below whose paths it lies. A slash
// at the end made no difference to these systems, so that a path is looked for as it is and then the other way.
function findRoute(dialects: readonly Dialect[], request: Request, path: string, env: object) {
  const names = dialectsOn(env)
  const near = dialects.filter(({ name, base }) => names.includes(name) && base.test(path))
  const ways = [path, path.endsWith('/') ? path.slice(0, -1) : `${path}/`]
  const routes = ways.flatMap((way) => near.map((dialect) => ({ dialect, path: way })))
  const knowing = routes.filter((route) => hasRoute(route.dialect.app, request.method, route.path))
  const able = knowing.length > 0 ? knowing : routes
  return able.find(({ dialect }) => dialect.isMeant?.(request.headers)) ?? able[0]
}

function hasRoute({ router }: Dialect['app'], method: string, path: string): boolean {
  const [handlers] = router.match(method === 'HEAD' ? 'GET' : method, path)
  return handlers.length > 0
}
