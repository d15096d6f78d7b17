// The keys that this isolate has just met: each is looked up once in five seconds, an unknown one no more often.
import type { Machine } from '../access/policy'
import { SECOND_MS } from '../time'

const REMEMBERED_MS = 5 * SECOND_MS
const MOST = 1_000

/** What is known of a key: whose it is and until when (ISO), or that nobody has it. */
export type Found = { machine: Machine; expiresAt: string | null } | undefined

export type Keyring = ReturnType<typeof createKeyring>

/** A memory of at most 1,000 keys by their hashes, the oldest forgotten first. */
export function createKeyring() {
  const met = new Map<string, { found: Found; until: number }>()
  return {
    /** What was found of a key in the last five seconds; undefined where it has to be looked up. */
    recall: (hash: string): { found: Found } | undefined => {
      const known = met.get(hash)
      return known && known.until > Date.now() ? known : undefined
    },

    remember: (hash: string, found: Found): void => {
      met.delete(hash)
      met.set(hash, { found, until: Date.now() + REMEMBERED_MS })
      for (const oldest of met.keys()) {
        if (met.size <= MOST) break
        met.delete(oldest)
      }
    },
  }
}
