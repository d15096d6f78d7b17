// CORS: the origins of CORS_ORIGINS may call the API from a browser and read these headers of its answers.
import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { AppEnv } from './context'
import { setHeader } from './headers'

const EXPOSED = [
  'Content-Disposition',
  'D1-Bookmark',
  'ETag',
  'Edge-CRM-Dialect',
  'Idempotency-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Degraded',
  'RateLimit-Policy',
  'Retry-After',
  'Server-Timing',
  'X-Request-Id',
].join(',')

/**
 * Allows credentials where `isCredentialed` says so: browsers withhold an answer that does not allow what was sent. The
 * headers are set after the handler, since a Response that is made before would have to be copied.
 */
export function crossOrigin(isCredentialed: (c: Context<AppEnv>) => boolean): MiddlewareHandler<AppEnv> {
  const [plain, credentialed] = [preflight({}), preflight({ credentials: true })]
  return async function crossOrigin(c, next) {
    if (c.req.method === 'OPTIONS') return (isCredentialed(c) ? credentialed : plain)(c, next)
    await next()
    const known = c.res.headers.get('Vary')
    setHeader(c, 'Vary', known === null ? 'Origin' : `${known}, Origin`)
    const origin = c.req.header('Origin')
    if (origin === undefined) return
    if (isAllowed(c, origin)) setHeader(c, 'Access-Control-Allow-Origin', origin)
    if (isCredentialed(c)) setHeader(c, 'Access-Control-Allow-Credentials', 'true')
    setHeader(c, 'Access-Control-Expose-Headers', EXPOSED)
  }
}

function isAllowed(c: Context<AppEnv>, origin: string): boolean {
  return c.get('config').CORS_ORIGINS.includes(origin)
}

function preflight(options: { credentials?: boolean }) {
  return cors({ origin: (origin, c) => (isAllowed(c, origin) ? origin : null), maxAge: 86_400, ...options })
}
