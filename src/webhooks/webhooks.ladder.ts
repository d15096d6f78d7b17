// When a delivery is tried again, and what becomes of a webhook that fails.
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time'

/** How long after a try the next one follows, give or take a fifth; after the tenth there is none. */
const WAITS_MS = [1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60].map((minutes) => minutes * MINUTE_MS)
const SPREAD = 0.2
export const MAX_ATTEMPTS = WAITS_MS.length + 1
/** How long a receiver may ask for in `Retry-After`. */
const MAX_RETRY_AFTER_MS = DAY_MS
/** How long nothing is sent after a run that ended with a failure: the next run of the schedule tries again. */
export const HOLD_MS = 50 * SECOND_MS

const FAILING = { failures: 10, forMs: HOUR_MS }
const DISABLED_AFTER_MS = 5 * DAY_MS

/** When the next try follows, in milliseconds since 1970; undefined if there is none. `attempts` are those so far. */
export function nextTry(attempts: number, now: number, retryAfterMs = 0): number | undefined {
  const wait = WAITS_MS[attempts - 1]
  if (wait === undefined) return undefined
  return now + Math.max(wait * (1 - SPREAD + 2 * SPREAD * Math.random()), retryAfterMs)
}

/** The milliseconds that `Retry-After` asks for (RFC 9110: seconds or a date), at most a day; 0 without one. */
export function retryAfterOf(header: string | null, now: number): number {
  if (header === null) return 0
  const asked = /^\d{1,9}$/.test(header.trim()) ? Number(header) * SECOND_MS : Date.parse(header) - now
  return Number.isFinite(asked) ? Math.min(Math.max(0, asked), MAX_RETRY_AFTER_MS) : 0
}

/** The state of a webhook by its failures in a row. Both instants are in milliseconds since 1970. */
export function stateOf(failures: number, failingSince: number | undefined, now: number) {
  if (failures === 0 || failingSince === undefined) return 'ACTIVE' as const
  if (now - failingSince >= DISABLED_AFTER_MS) return 'DISABLED' as const
  return failures >= FAILING.failures && now - failingSince >= FAILING.forMs
    ? ('FAILING' as const)
    : ('ACTIVE' as const)
}
