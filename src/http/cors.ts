// CORS: the origins of CORS_ORIGINS may call the API from a browser and read these headers of its answers.
import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { AppEnv } from './context'

const EXPOSED = [
  'Content-Disposition',
  'D1-Bookmark',
  'ETag',
  'Idempotency-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Degraded',
  'RateLimit-Policy',
  'Retry-After',
  'Server-Timing',
  'X-Request-Id',
]

/** Allows credentials where `isCredentialed` says so: browsers withhold an answer that does not allow what was sent. */
export function crossOrigin(isCredentialed: (c: Context<AppEnv>) => boolean): MiddlewareHandler<AppEnv> {
  const [plain, credentialed] = [corsWith({}), corsWith({ credentials: true })]
  return (c, next) => (isCredentialed(c) ? credentialed : plain)(c, next)
}

function corsWith(options: { credentials?: boolean }) {
  return cors({
    origin: (origin, c) => (c.var.config.CORS_ORIGINS.includes(origin) ? origin : null),
    exposeHeaders: EXPOSED,
    maxAge: 86_400,
    ...options,
  })
}
