// http: brings one isolate's counts of a subject and those that KV shares together, both ways, without losing or doubling hits.
import { SECOND_MS } from '../time'
import { type Counts, hitsIn, most, NONE, parseCounts, plus, windowAt } from './window-counts'

const FLUSH_MS = 1_100
const LEASE_MS = 10 * SECOND_MS
export const RETRY_MS = 5 * SECOND_MS

/** At most `limit` hits in any `windowSeconds`; a name stands for one window length, for it names the KV key. */
export type RateLimitRule = { name: string; limit: number; windowSeconds: number }

export type WaitUntil = (work: Promise<unknown>) => void

type Lease = { opensAt: number; endsAt: number }

export type Entry = {
  key: string
  /** What KV is known to hold, this isolate's earlier flushes included. */
  known: Counts
  /** Admitted here and not in KV yet; a flush moves it to `sent`, and from there to `known` or back. */
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
  warn: (op: 'read' | 'write', policy: RateLimitRule, error: unknown) => void
}

/** The two directions of the exchange with KV; neither ever rejects, a failure marks the entry and is warned about. */
export function createSync({ now, wait, warn }: Options) {
  // Merging by maximum makes a late, stale or doubled answer harmless. A location caches a KV read for at least 30 s.
  const learn = async (kv: KVNamespace, entry: Entry, { windowSeconds }: RateLimitRule) => {
    entry.askedAt = now()
    const stored = parseCounts(await kv.get(entry.key, { type: 'text', cacheTtl: 30 }))
    entry.known = most(windowAt(windowSeconds, now()), entry.known, stored)
    entry.heardAt = now()
    entry.unread = false
  }

  const returnHits = (entry: Entry, policy: RateLimitRule, error: unknown) => {
    entry.own = plus(windowAt(policy.windowSeconds, now()), entry.own, entry.sent)
    entry.sent = NONE
    entry.lease = undefined
    entry.flushAt = now() + RETRY_MS
    entry.unsaved = true
    warn('write', policy, error)
  }

  // The lease says whose flush this still is: the request that carries it can be cut off, and then nothing here resumes.
  const flush = async (kv: KVNamespace, entry: Entry, policy: RateLimitRule, lease: Lease) => {
    try {
      if (lease.opensAt > now()) await wait(lease.opensAt - now())
      if (entry.lease !== lease) return
      entry.sent = entry.own
      entry.own = NONE
      await learn(kv, entry, policy)
      if (entry.lease !== lease) return
      const total = plus(windowAt(policy.windowSeconds, now()), entry.known, entry.sent)
      await kv.put(entry.key, JSON.stringify(total), { expirationTtl: Math.max(60, 2 * policy.windowSeconds) })
      if (entry.lease !== lease) return
      entry.known = most(windowAt(policy.windowSeconds, now()), entry.known, total)
      entry.sent = NONE
      entry.lease = undefined
      entry.flushAt = now() + FLUSH_MS
      entry.unsaved = false
    } catch (error) {
      if (entry.lease === lease) returnHits(entry, policy, error)
    }
  }

  return {
    /** Merges what KV holds now into `entry.known`. */
    refresh: async (kv: KVNamespace, entry: Entry, policy: RateLimitRule) => {
      try {
        await learn(kv, entry, policy)
      } catch (error) {
        entry.unread = true
        warn('read', policy, error)
      }
    },

    /**
     * Sends `entry.own` to KV once a twentieth of the limit has gathered and the last write is 1.1 s old: KV takes
     * one write a second for each key, and a Free account 1,000 a day.
     */
    flushIfDue: (kv: KVNamespace, entry: Entry, policy: RateLimitRule, waitUntil: WaitUntil) => {
      if (entry.lease && now() > entry.lease.endsAt) returnHits(entry, policy, 'no answer')
      if (entry.lease) return
      const w = windowAt(policy.windowSeconds, now())
      if (hitsIn(entry.own, w) + hitsIn(entry.own, w - 1) < Math.ceil(policy.limit / 20)) {
        entry.unsaved = false
        return
      }
      const opensAt = Math.max(now(), entry.flushAt)
      entry.lease = { opensAt, endsAt: opensAt + LEASE_MS }
      waitUntil(flush(kv, entry, policy, entry.lease))
    },
  }
}
