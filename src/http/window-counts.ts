// http: the arithmetic of a sliding window: hits in two adjoining windows and where they stand against a limit; no I/O.
import { z } from 'zod'

const whole = z.int().nonnegative()
const Stored = z.object({ w: whole, p: whole, c: whole })

/** Hits of one subject: `c` in window number `w` (counted from the epoch), `p` in the window before it. */
export type Counts = z.infer<typeof Stored>

export const NONE: Counts = { w: 0, p: 0, c: 0 }

/** The number of the window that holds an instant (ms). */
export const windowAt = (windowSeconds: number, now: number) => Math.floor(now / (windowSeconds * 1000))

/** The counts that KV's text means; whatever is not counts is as if nothing were stored. */
export function parseCounts(text: string | null): Counts {
  try {
    return Stored.safeParse(JSON.parse(text ?? 'null')).data ?? NONE
  } catch {
    return NONE
  }
}

/** Hits counted in one window; a window that the counts do not reach has none. */
export function hitsIn({ w, p, c }: Counts, window: number): number {
  if (window === w) return c
  return window === w - 1 ? p : 0
}

/** The hits of two counts together, seen from `window`. */
export const plus = (window: number, a: Counts, b: Counts) => join(window, a, b, (x, y) => x + y)

/** The larger of two counts in each window, seen from `window`: merging the same news twice changes nothing. */
export const most = (window: number, a: Counts, b: Counts) => join(window, a, b, Math.max)

// Another isolate's clock may already be in the next window, so counts of that one are kept; a number further
// ahead can only be garbage and falls away, like everything older than the window before.
function join(window: number, a: Counts, b: Counts, by: (x: number, y: number) => number): Counts {
  const w = a.w === window + 1 || b.w === window + 1 ? window + 1 : window
  return { w, p: by(hitsIn(a, w - 1), hitsIn(b, w - 1)), c: by(hitsIn(a, w), hitsIn(b, w)) }
}

/** Where counts stand at an instant (ms): how many more hits fit now, and the seconds until the window ends and until one fits. */
export function quotaAt(limit: number, windowSeconds: number, counts: Counts, now: number) {
  const length = windowSeconds * 1000
  const w = windowAt(windowSeconds, now)
  const left = (w + 1) * length - now
  const p = hitsIn(counts, w - 1)
  const c = hitsIn(counts, w)
  // In hits × milliseconds everything is a whole number, so the edges are exact.
  const room = Math.floor((limit * length - p * left - c * length) / length)
  return {
    room: Math.max(0, room),
    resetSeconds: Math.ceil(left / 1000),
    retryAfterSeconds: room >= 1 ? 0 : Math.ceil(waitFor(limit, length, left, p, c) / 1000),
  }
}

// The estimate only falls while nobody is admitted, so the first instant that fits settles it: the previous window has
// faded enough within this one, or this one is full and must itself fade as the previous window of the next.
function waitFor(limit: number, length: number, left: number, p: number, c: number): number {
  if (c < limit) return left - Math.floor(((limit - c - 1) * length) / p)
  return left + length - Math.floor(((limit - 1) * length) / c)
}
