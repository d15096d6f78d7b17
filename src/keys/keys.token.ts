// The format of an API key: `ecrm_<workspace>_<prefix>_<secret>`. Workspace and prefix find its row, the secret authenticates.
import { randomToken, sha256 } from '../crypto'

const PREFIX_LENGTH = 12
const KEY = /^ecrm_([0-9a-f]{12})_([a-z2-7]{12})_[\w-]{43}$/
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** Generates a key of a workspace, with its prefix (60 random bits) and the hash to store. */
export async function generateKey(workspaceId: string) {
  const bytes = crypto.getRandomValues(new Uint8Array(PREFIX_LENGTH))
  const prefix = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')
  const key = `ecrm_${workspaceId}_${prefix}_${randomToken()}`
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

/** By what the row of a key is found; undefined if the key is not well-formed. */
export function placeOf(key: string): { workspaceId: string; prefix: string } | undefined {
  const [, workspaceId, prefix] = KEY.exec(key) ?? []
  return workspaceId === undefined || prefix === undefined ? undefined : { workspaceId, prefix }
}
