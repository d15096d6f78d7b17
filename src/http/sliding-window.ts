// The sliding-window limiter: exact counts in this isolate on top of shared, eventually consistent ones in KV.
import { SECOND_MS } from '../time'
import { plus, quotaAt, windowAt } from './window-counts'
import { createSync, type Entry, newEntry, type RateLimitRule, RETRY_MS, type WaitUntil } from './window-sync'

const REFRESH_MS = 30 * SECOND_MS
const WARN_MS = 30 * SECOND_MS
const KV_KEY_BYTES = 512

/** The outcome of one hit. `degraded`: KV does not answer, and only this isolate counts. */
export type RateLimitOutcome = {
  allowed: boolean
  limit: number
  remaining: number
  resetSeconds: number
  retryAfterSeconds: number
  degraded: boolean
}

type Options = {
  now?: () => number
  wait?: (ms: number) => Promise<unknown>
  maxSubjects?: number
  patienceMs?: number
}

export type Limiter = ReturnType<typeof createLimiter>

/** A limiter for one isolate. It remembers `maxSubjects`, waits `patienceMs` for KV to answer about a new one, and never throws. */
export function createLimiter(options: Options = {}) {
  const { now = Date.now, wait = (ms) => scheduler.wait(ms), maxSubjects = 10_000, patienceMs = 300 } = options
  const entries = new Map<string, Entry>()
  const seen = new WeakSet<Entry>()
  let quietUntil = 0

  const warn = (op: 'read' | 'write', rule: RateLimitRule, error: unknown) => {
    if (now() < quietUntil) return
    quietUntil = now() + WARN_MS
    const event = 'rate_limit_degraded'
    console.warn(JSON.stringify({ level: 'warn', event, op, policy: rule.name, error: String(error) }))
  }

  const { refresh, flushIfDue } = createSync({ now, wait, warn })

  // Re-inserting on every touch keeps the Map in order of use. An evicted subject loses the hits not flushed yet.
  const touch = (entry: Entry): Entry => {
    entries.delete(entry.key)
    entries.set(entry.key, entry)
    for (const oldest of entries.keys()) {
      if (entries.size <= maxSubjects) break
      entries.delete(oldest)
    }
    return entry
  }

  // workerd ties I/O to its request, so no request awaits the I/O of another: simultaneous first hits each ask KV.
  const meet = async (kv: KVNamespace, key: string, rule: RateLimitRule, waitUntil: WaitUntil): Promise<Entry> => {
    const entry = touch(entries.get(key) ?? newEntry(key))
    const isNew = !seen.has(entry)
    if (!isNew && now() - entry.askedAt < (entry.unread ? RETRY_MS : REFRESH_MS)) return entry
    if (entry.heardAt < entry.askedAt) entry.unread = true
    const answer = refresh(kv, entry, rule)
    waitUntil(answer)
    if (!isNew) return entry
    await withDeadline(patienceMs, answer)
    seen.add(entry)
    if (entry.unread) warn('read', rule, 'no answer')
    return touch(entries.get(key) ?? entry)
  }

  return {
    /** Counts one hit of a subject if the rule has room for it. A refused hit is not counted. */
    take: async (
      kv: KVNamespace,
      subject: string,
      rule: RateLimitRule,
      waitUntil: WaitUntil,
    ): Promise<RateLimitOutcome> => {
      const { limit, windowSeconds } = rule
      const entry = await meet(kv, await keyOf(rule, subject), rule, waitUntil)
      // From here on nothing awaits: no other request can slip in between the check and the count.
      const at = now()
      const w = windowAt(windowSeconds, at)
      const hits = plus(w, plus(w, entry.known, entry.sent), entry.own)
      const { room, ...seconds } = quotaAt(limit, windowSeconds, hits, at)
      const allowed = room >= 1
      if (allowed) entry.own = plus(w, entry.own, { w, p: 0, c: 1 })
      flushIfDue(kv, entry, rule, waitUntil)
      return { allowed, limit, remaining: allowed ? room - 1 : 0, ...seconds, degraded: entry.unread || entry.unsaved }
    },

    /** The number of subjects remembered. */
    size: () => entries.size,
  }
}

async function keyOf(rule: RateLimitRule, subject: string): Promise<string> {
  const key = `rl:${rule.name}:${subject}`
  const bytes = new TextEncoder().encode(key)
  if (bytes.length <= KV_KEY_BYTES) return key
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return `rl:${rule.name}:sha256-${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

// The timer is cleared, so that none stays after the answer. `work` must not reject.
function withDeadline(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    work.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
