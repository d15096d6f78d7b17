// A memory of API keys in this isolate: each key, known or unknown, is looked up at most once in five seconds.
import type { Machine } from '../access/policy'
import { SECOND_MS } from '../time'

const REMEMBERED_MS = 5 * SECOND_MS
const MAX_KEYS = 1_000

/** The result of a lookup: the machine and when its key expires (ISO), or undefined for an unknown key. */
export type Found = { machine: Machine; expiresAt: string | null } | undefined

export type Keyring = ReturnType<typeof createKeyring>

/** Creates a memory of at most 1,000 keys by their hashes; it forgets the oldest first. */
export function createKeyring() {
  const lookups = new Map<string, { found: Found; until: number }>()
  return {
    /** The result of a lookup in the last five seconds; undefined if the key has to be looked up. */
    recall: (hash: string): { found: Found } | undefined => {
      const lookup = lookups.get(hash)
      return lookup && lookup.until > Date.now() ? lookup : undefined
    },

    remember: (hash: string, found: Found): void => {
      lookups.delete(hash)
      lookups.set(hash, { found, until: Date.now() + REMEMBERED_MS })
      for (const oldest of lookups.keys()) {
        if (lookups.size <= MAX_KEYS) break
        lookups.delete(oldest)
      }
    },
  }
}
