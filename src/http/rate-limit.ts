// http: the rate limit as middleware: takes one hit for the caller, reports it on every answer and refuses with a 429.
import type { Context, MiddlewareHandler } from 'hono'
import { AppError } from '../errors'
import { runAfter } from './context'
import type { Limiter, Policy, RateLimitOutcome } from './sliding-window'

type KvEnv = { Bindings: { KV: KVNamespace } }

type Options<E extends KvEnv> = {
  limiter: Limiter
  policy: (c: Context<E>) => Policy
  subject: (c: Context<E>) => string
}

/** Limits requests by `subject`; may be stacked under different policy names, and each is reported. */
export function rateLimit<E extends KvEnv>({ limiter, policy, subject }: Options<E>): MiddlewareHandler<E> {
  return async function rateLimit(c, next) {
    const rule = policy(c)
    const verdict = await limiter.take(c.env.KV, subject(c), rule, (work) => runAfter(c, work))
    if (!verdict.allowed) {
      report(c, rule, verdict)
      throw new AppError('rate_limited', { retryAfter: verdict.retryAfterSeconds })
    }
    await next()
    report(c, rule, verdict)
  }
}

/** The same for a piece of work within a request, reported only where it is refused. */
export function admission<E extends KvEnv>({ limiter, policy, subject }: Options<E>) {
  return async function admit(c: Context<E>): Promise<void> {
    const verdict = await limiter.take(c.env.KV, subject(c), policy(c), (work) => runAfter(c, work))
    if (!verdict.allowed) throw new AppError('rate_limited', { retryAfter: verdict.retryAfterSeconds })
  }
}

// On the way out, for a handler's own Response or a 304 drops what was prepared before; by then the limits further in
// have reported, so this one goes in front. Reading c.res lets a refusal's headers outlive even an onError's own Response,
// and c.header copies a finished one, whose headers may be immutable.
function report<E extends KvEnv>(c: Context<E>, { name, limit, windowSeconds }: Policy, verdict: RateLimitOutcome) {
  const inner = c.res.headers
  const item = quoteString(name)
  c.header('RateLimit-Policy', list(`${item};q=${limit};w=${windowSeconds}`, inner.get('RateLimit-Policy')))
  c.res.headers.set(
    'RateLimit',
    list(`${item};r=${verdict.remaining};t=${verdict.resetSeconds}`, inner.get('RateLimit')),
  )
  if (verdict.degraded) c.res.headers.set('RateLimit-Degraded', '1')
}

const list = (first: string, rest: string | null) => (rest ? `${first}, ${rest}` : first)

// A string of RFC 9651, in which only these two need escaping.
const quoteString = (name: string) => `"${name.replace(/["\\]/g, '\\$&')}"`
