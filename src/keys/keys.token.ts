// What an API key looks like: `ecrm_<prefix>_<secret>`. The prefix finds it, the secret proves it.
import { randomToken, sha256 } from '../crypto'

const PREFIX_LENGTH = 12
const KEY = /^ecrm_([a-z2-7]{12})_[\w-]{43}$/
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** A new key with its prefix (60 random bits, public) and the hash to store. */
export async function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(PREFIX_LENGTH))
  const prefix = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')
  const key = `ecrm_${prefix}_${randomToken()}`
  return { key, prefix, keyHash: await hashOfKey(key) }
}

/**
 * How a key is stored. A plain SHA-256 suffices, and keeps requests fast: a slow hash protects secrets that people
 * choose, and nobody guesses 256 random bits however fast they hash.
 */
export function hashOfKey(key: string): Promise<string> {
  return sha256(key)
}

/** The API key in an Authorization header, well-formed or not; undefined where it holds something else. */
export function keyFromHeader(authorization: string): string | undefined {
  return /^Bearer +(ecrm_\S*)$/i.exec(authorization.trim())?.[1]
}

/** The prefix of a key; undefined where no key of ours looks like that. */
export function prefixOf(key: string): string | undefined {
  return KEY.exec(key)?.[1]
}
