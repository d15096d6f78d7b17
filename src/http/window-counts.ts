// The arithmetic of a sliding window: hits in two adjacent windows, compared with a limit. No I/O.
import { z } from 'zod'

const whole = z.int().nonnegative()
const Stored = z.object({ w: whole, p: whole, c: whole })

/** Hits of one subject: `c` in window number `w` (counted from the epoch), `p` in the window before it. */
export type Counts = z.infer<typeof Stored>

export const NONE: Counts = { w: 0, p: 0, c: 0 }

/** The number of the window that holds an instant (ms). */
export const windowAt = (windowSeconds: number, now: number) => Math.floor(now / (windowSeconds * 1000))

/** The counts in a text of KV. A text that holds none counts as empty. */
export function parseCounts(text: string | null): Counts {
  try {
    return Stored.safeParse(JSON.parse(text ?? 'null')).data ?? NONE
  } catch {
    return NONE
  }
}

/** The hits in one window, 0 in a window outside the counts. */
export function hitsIn({ w, p, c }: Counts, window: number): number {
  if (window === w) return c
  return window === w - 1 ? p : 0
}

/** The sum of two counts, seen from `window`. */
export const plus = (window: number, a: Counts, b: Counts) => join(window, a, b, (x, y) => x + y)

/** The larger of two counts in each window, seen from `window`: merging the same counts twice changes nothing. */
export const most = (window: number, a: Counts, b: Counts) => join(window, a, b, Math.max)

// The clock of another isolate may already be in the next window, so its counts are kept. Counts further ahead are
// garbage and are dropped, as are those before the previous window.
function join(window: number, a: Counts, b: Counts, by: (x: number, y: number) => number): Counts {
  const w = a.w === window + 1 || b.w === window + 1 ? window + 1 : window
  return { w, p: by(hitsIn(a, w - 1), hitsIn(b, w - 1)), c: by(hitsIn(a, w), hitsIn(b, w)) }
}

/** The quota at an instant (ms): how many hits still fit, and the seconds until the window ends and until one fits. */
export function quotaAt(limit: number, windowSeconds: number, counts: Counts, now: number) {
  const length = windowSeconds * 1000
  const w = windowAt(windowSeconds, now)
  const left = (w + 1) * length - now
  const p = hitsIn(counts, w - 1)
  const c = hitsIn(counts, w)
  // In hits × milliseconds every term is a whole number, so the result is exact.
  const room = Math.floor((limit * length - p * left - c * length) / length)
  return {
    room: Math.max(0, room),
    resetSeconds: Math.ceil(left / 1000),
    retryAfterSeconds: room >= 1 ? 0 : Math.ceil(waitFor(limit, length, left, p, c) / 1000),
  }
}

// The estimate falls while no hit is admitted. Either the previous window fades enough within this one, or this one is
// full and must fade as the previous window of the next.
function waitFor(limit: number, length: number, left: number, p: number, c: number): number {
  if (c < limit) return left - Math.floor(((limit - c - 1) * length) / p)
  return left + length - Math.floor(((limit - 1) * length) / c)
}
