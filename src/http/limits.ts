// The rate limits: who is counted, at which paths, and how many requests they may send.
import type { Context } from 'hono'
import { type AppEnv, addressOf } from './context'
import { admission, rateLimit } from './rate-limit'
import { createLimiter } from './sliding-window'

/** The paths of a dialect that have a limit of their own, as they are routed. */
export type LimitedPaths = { signIn: string[]; callbacks: string[]; probes: string[] }

/** The paths at which a password may be guessed or an account made, beside those of dialects. */
const SIGN_IN = [
  '/v1/auth/register',
  '/v1/auth/login',
  '/v1/auth/refresh',
  '/v1/auth/oauth/token',
  '/v1/auth/verify-email',
  '/v1/auth/forgot-password',
  '/v1/auth/reset-password',
  '/v1/auth/confirm-email',
  '/dashboard/sign-in/enter',
  '/dashboard/register/enter',
  '/dashboard/verify-email/confirm',
  '/dashboard/change-email/confirm',
  '/dashboard/forgot-password/send',
  '/dashboard/reset-password/choose',
]
const CALLBACKS = ['/v1/auth/oauth/:provider/callback']
// A monitor asks every few seconds, and its own requests must not make it report an outage. Stripe sends the events of
// all workspaces from a few addresses.
const MACHINES = ['/health', '/ready', '/v1/billing/webhook']
const MACHINE_FACTOR = 10

/** The rate limits of one isolate as middleware, and the paths at which signing in is limited. */
export function createLimits(dialects: LimitedPaths) {
  const limiter = createLimiter()
  const machines = new Set([...MACHINES, ...dialects.probes])
  const rule = (c: Context<AppEnv>, name: string, limit: number) => ({
    name,
    limit,
    windowSeconds: c.get('config').RATE_LIMIT_WINDOW_SECONDS,
  })
  return {
    everyRequest: rateLimit<AppEnv>({
      limiter,
      ruleOf: (c) =>
        machines.has(c.req.path)
          ? rule(c, 'machine', MACHINE_FACTOR * c.get('config').RATE_LIMIT_MAX)
          : rule(c, 'default', c.get('config').RATE_LIMIT_MAX),
      subject: callerOf,
    }),
    signIn: rateLimit<AppEnv>({
      limiter,
      ruleOf: (c) => rule(c, 'auth', c.get('config').AUTH_RATE_LIMIT_MAX),
      subject: subjectOfAddress,
    }),
    signInPaths: [...SIGN_IN, ...dialects.signIn],
    callbackPaths: [...CALLBACKS, ...dialects.callbacks],
    // A machine may use many keys, and each is looked up every few seconds: this stops a flood of invented keys only.
    keyLookup: admission<AppEnv>({
      limiter,
      ruleOf: (c) => rule(c, 'key-lookup', MACHINE_FACTOR * c.get('config').RATE_LIMIT_MAX),
      subject: subjectOfAddress,
    }),
  }
}

function subjectOfAddress(c: Context<AppEnv>): string {
  return `address ${addressOf(c)}`
}

function callerOf(c: Context<AppEnv>): string {
  const actor = c.get('actor')
  return actor ? `${actor.type} ${actor.id}` : subjectOfAddress(c)
}
