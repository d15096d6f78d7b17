// Exchanges the counts of a subject between this isolate and KV, in both directions, without losing or doubling hits.
import { SECOND_MS } from '../time'
import { type Counts, hitsIn, most, NONE, parseCounts, plus, windowAt } from './window-counts'

const FLUSH_MS = 1_100
const LEASE_MS = 10 * SECOND_MS
export const RETRY_MS = 5 * SECOND_MS

/** At most `limit` hits in any `windowSeconds`. One name has one window length, because it is part of the KV key. */
export type RateLimitRule = { name: string; limit: number; windowSeconds: number }

export type WaitUntil = (work: Promise<unknown>) => void

type Lease = { opensAt: number; endsAt: number }

export type Entry = {
  key: string
  /** The counts that KV has, earlier flushes of this isolate included. */
  known: Counts
  /** Hits admitted here and not in KV yet. A flush moves them to `sent`, and from there to `known` or back. */
  own: Counts
  sent: Counts
  lease: Lease | undefined
  flushAt: number
  askedAt: number
  heardAt: number
  unread: boolean
  unsaved: boolean
}

export const newEntry = (key: string): Entry => ({
  key,
  known: NONE,
  own: NONE,
  sent: NONE,
  lease: undefined,
  flushAt: 0,
  askedAt: 0,
  heardAt: 0,
  unread: true,
  unsaved: false,
})

type Options = {
  now: () => number
  wait: (ms: number) => Promise<unknown>
  warn: (op: 'read' | 'write', rule: RateLimitRule, error: unknown) => void
}

/** The two directions of the exchange with KV. Neither rejects: a failure marks the entry and is logged as a warning. */
export function createSync({ now, wait, warn }: Options) {
  // Merging by maximum makes a late, stale or repeated answer harmless. A location caches a KV read for at least 30 s.
  const learn = async (kv: KVNamespace, entry: Entry, { windowSeconds }: RateLimitRule) => {
    entry.askedAt = now()
    const stored = parseCounts(await kv.get(entry.key, { type: 'text', cacheTtl: 30 }))
    entry.known = most(windowAt(windowSeconds, now()), entry.known, stored)
    entry.heardAt = now()
    entry.unread = false
  }

  const returnHits = (entry: Entry, rule: RateLimitRule, error: unknown) => {
    entry.own = plus(windowAt(rule.windowSeconds, now()), entry.own, entry.sent)
    entry.sent = NONE
    entry.lease = undefined
    entry.flushAt = now() + RETRY_MS
    entry.unsaved = true
    warn('write', rule, error)
  }

  // The lease identifies the current flush: if its request is cut off, this function never resumes.
  const flush = async (kv: KVNamespace, entry: Entry, rule: RateLimitRule, lease: Lease) => {
    try {
      if (lease.opensAt > now()) await wait(lease.opensAt - now())
      if (entry.lease !== lease) return
      entry.sent = entry.own
      entry.own = NONE
      await learn(kv, entry, rule)
      if (entry.lease !== lease) return
      const total = plus(windowAt(rule.windowSeconds, now()), entry.known, entry.sent)
      await kv.put(entry.key, JSON.stringify(total), { expirationTtl: Math.max(60, 2 * rule.windowSeconds) })
      if (entry.lease !== lease) return
      entry.known = most(windowAt(rule.windowSeconds, now()), entry.known, total)
      entry.sent = NONE
      entry.lease = undefined
      entry.flushAt = now() + FLUSH_MS
      entry.unsaved = false
    } catch (error) {
      if (entry.lease === lease) returnHits(entry, rule, error)
    }
  }

  return {
    /** Merges the counts in KV into `entry.known`. */
    refresh: async (kv: KVNamespace, entry: Entry, rule: RateLimitRule) => {
      try {
        await learn(kv, entry, rule)
      } catch (error) {
        entry.unread = true
        warn('read', rule, error)
      }
    },

    /**
     * Sends `entry.own` to KV when it reaches a twentieth of the limit and the last write is 1.1 s old: KV accepts one
     * write a second for each key, and on the Free plan 1,000 a day.
     */
    flushIfDue: (kv: KVNamespace, entry: Entry, rule: RateLimitRule, waitUntil: WaitUntil) => {
      if (entry.lease && now() > entry.lease.endsAt) returnHits(entry, rule, 'no answer')
      if (entry.lease) return
      const w = windowAt(rule.windowSeconds, now())
      if (hitsIn(entry.own, w) + hitsIn(entry.own, w - 1) < Math.ceil(rule.limit / 20)) {
        entry.unsaved = false
        return
      }
      const opensAt = Math.max(now(), entry.flushAt)
      entry.lease = { opensAt, endsAt: opensAt + LEASE_MS }
      waitUntil(flush(kv, entry, rule, entry.lease))
    },
  }
}
