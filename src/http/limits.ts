// The rate limits: who is counted, at which paths, and how many requests they may send.
import type { Context } from 'hono'
import { type AppEnv, addressOf } from './context'
import { admission, rateLimit } from './rate-limit'
import { createLimiter } from './sliding-window'

/** The paths of a dialect that have a limit of their own, as they are routed. */
export type LimitedPaths = { signIn: string[]; callbacks: string[]; probes: string[] }

const NONE: LimitedPaths = { signIn: [], callbacks: [], probes: [] }

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

type Setting = 'RATE_LIMIT_MAX' | 'USER_RATE_LIMIT_MAX' | 'KEY_RATE_LIMIT_MAX' | 'AUTH_RATE_LIMIT_MAX'

/** The rate limits of one isolate as middleware, and the paths at which signing in is limited. */
export function createLimits(dialects: LimitedPaths = NONE, isDialect: (c: Context<AppEnv>) => boolean = () => false) {
  const limiter = createLimiter()
  const machines = new Set([...MACHINES, ...dialects.probes])
  return {
    everyRequest: rateLimit<AppEnv>({
      limiter,
      ruleOf: (c) => {
        const type = c.get('actor')?.type
        if (machines.has(c.req.path)) return rule(c, 'machine', 'RATE_LIMIT_MAX', 'An address', MACHINE_FACTOR)
        if (type === undefined) return rule(c, 'default', 'RATE_LIMIT_MAX', 'An address without a token')
        if (isDialect(c)) return rule(c, 'dialect', 'RATE_LIMIT_MAX', 'A user of the API of another system')
        if (type === 'key') return rule(c, 'default', 'KEY_RATE_LIMIT_MAX', 'An API key')
        return rule(c, 'default', 'USER_RATE_LIMIT_MAX', 'A user')
      },
      subject: callerOf,
    }),
    signIn: rateLimit<AppEnv>({
      limiter,
      ruleOf: (c) => rule(c, 'auth', 'AUTH_RATE_LIMIT_MAX', 'An address, to sign in, register and refresh,'),
      subject: subjectOfAddress,
    }),
    signInPaths: [...SIGN_IN, ...dialects.signIn],
    callbackPaths: [...CALLBACKS, ...dialects.callbacks],
    // A machine may use many keys, and each is looked up every few seconds: this stops a flood of invented keys only.
    keyLookup: admission<AppEnv>({
      limiter,
      ruleOf: (c) => rule(c, 'key-lookup', 'RATE_LIMIT_MAX', 'An address with unknown API keys', MACHINE_FACTOR),
      subject: subjectOfAddress,
    }),
  }
}

function rule(c: Context<AppEnv>, name: string, setting: Setting, who: string, factor = 1) {
  const { [setting]: max, RATE_LIMIT_WINDOW_SECONDS: windowSeconds } = c.get('config')
  const limit = factor * max
  const span = windowSeconds % 60 === 0 ? `${windowSeconds / 60} minutes` : `${windowSeconds} seconds`
  const reason = `${who} may send ${limit} requests in ${span}; the operator raises this with ${setting}.`
  return { name, limit, windowSeconds, reason }
}

function subjectOfAddress(c: Context<AppEnv>): string {
  return `address ${addressOf(c)}`
}

function callerOf(c: Context<AppEnv>): string {
  const actor = c.get('actor')
  return actor ? `${actor.type} ${actor.id}` : subjectOfAddress(c)
}
