// The format of an API key: `ecrm_<prefix>_<secret>`. The public prefix finds its row, the secret authenticates.
import { randomToken, sha256 } from '../crypto'

const PREFIX_LENGTH = 12
const KEY = /^ecrm_([a-z2-7]{12})_[\w-]{43}$/
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** Generates a key, with its prefix (60 random bits) and the hash to store. */
export async function generateKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(PREFIX_LENGTH))
  const prefix = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')
  const key = `ecrm_${prefix}_${randomToken()}`
  return { key, prefix, keyHash: await hashOfKey(key) }
}

/**
 * The hash under which a key is stored. SHA-256 is enough: slow hashes protect passwords, which can be guessed, and
 * the secret has 256 random bits.
 */
export function hashOfKey(key: string): Promise<string> {
  return sha256(key)
}

/** The API key in an Authorization header, well-formed or not; undefined for another credential. */
export function keyFromHeader(authorization: string): string | undefined {
  return /^Bearer +(ecrm_\S*)$/i.exec(authorization.trim())?.[1]
}

/** The prefix of a key; undefined if the key is not well-formed. */
export function prefixOf(key: string): string | undefined {
  return KEY.exec(key)?.[1]
}
