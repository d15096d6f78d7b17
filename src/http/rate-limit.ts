// The rate limit as middleware: counts one hit of a subject, reports the quota in every answer, and refuses with a 429.
import type { Context, MiddlewareHandler } from 'hono'
import { AppError } from '../errors'
import { runAfter } from './context'
import { setHeader } from './headers'
import type { Limiter, RateLimitOutcome } from './sliding-window'
import type { RateLimitRule } from './window-sync'

type KvEnv = { Bindings: { KV: KVNamespace } }

/** A rule with the sentence that a refusal says. */
type Rule = RateLimitRule & { reason: string }

type Options<E extends KvEnv> = {
  limiter: Limiter
  ruleOf: (c: Context<E>) => Rule
  subject: (c: Context<E>) => string
}

/** Limits requests by `subject`. Several limits with different names may follow each other, and each is reported. */
export function rateLimit<E extends KvEnv>({ limiter, ruleOf, subject }: Options<E>): MiddlewareHandler<E> {
  return async function rateLimit(c, next) {
    const rule = ruleOf(c)
    const outcome = await limiter.take(c.env.KV, subject(c), rule, (work) => runAfter(c, work))
    if (!outcome.allowed) {
      report(c, rule, outcome)
      throw rateLimitedError(rule, outcome)
    }
    await next()
    report(c, rule, outcome)
  }
}

/** The same for a part of a request, which is reported only where it is refused. */
export function admission<E extends KvEnv>({ limiter, ruleOf, subject }: Options<E>) {
  return async function admit(c: Context<E>): Promise<void> {
    const rule = ruleOf(c)
    const outcome = await limiter.take(c.env.KV, subject(c), rule, (work) => runAfter(c, work))
    if (!outcome.allowed) throw rateLimitedError(rule, outcome)
  }
}

function rateLimitedError({ reason }: Rule, { retryAfterSeconds }: RateLimitOutcome): AppError {
  const detail = `${reason} Wait ${retryAfterSeconds} seconds.`
  return new AppError('rate_limited', { retryAfter: retryAfterSeconds, detail })
}

// After the handler, because its Response or a 304 drops earlier headers. Inner limits have reported by then, so this one
// goes first.
function report<E extends KvEnv>(
  c: Context<E>,
  { name, limit, windowSeconds }: RateLimitRule,
  outcome: RateLimitOutcome,
) {
  const [policy, quota] = [c.res.headers.get('RateLimit-Policy'), c.res.headers.get('RateLimit')]
  const item = quoteString(name)
  setHeader(c, 'RateLimit-Policy', list(`${item};q=${limit};w=${windowSeconds}`, policy))
  setHeader(c, 'RateLimit', list(`${item};r=${outcome.remaining};t=${outcome.resetSeconds}`, quota))
  if (outcome.degraded) setHeader(c, 'RateLimit-Degraded', '1')
}

const list = (first: string, rest: string | null) => (rest ? `${first}, ${rest}` : first)

// A string of RFC 9651, in which these two characters need escaping.
const quoteString = (name: string) => `"${name.replace(/["\\]/g, '\\$&')}"`
