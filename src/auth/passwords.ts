// Passwords: hashed with bcrypt at the cost BCRYPT_COST. A hash of another cost is replaced at the next sign-in.
import { z } from '@hono/zod-openapi'
import { boundedText } from '../field-schemas'
import { loadBcrypt } from '../late'

const NUL = '\u0000'
/** bcrypt reads no further. */
const MAX_BYTES = 72

/** At least 8 characters, at most 72 bytes: bcrypt would ignore the rest of a longer password. */
export const Password = z
  .string()
  .overwrite(boundedText(MAX_BYTES))
  .min(8, 'must have at least 8 characters')
  .refine((value) => isWithinBytes(value), { error: 'must be at most 72 bytes long', abort: true })
  .refine((value) => !value.includes(NUL), { error: 'must not hold a NUL character' })
  .openapi({ type: 'string', format: 'password', minLength: 8, example: 'correct horse battery' })

// A character has at least one byte: a text with more characters is not encoded at all.
function isWithinBytes(password: string): boolean {
  return password.length <= MAX_BYTES && new TextEncoder().encode(password).length <= MAX_BYTES
}

/** The bcrypt hash of a password, with a new salt. */
export async function hashPassword(password: string, cost: number): Promise<string> {
  const bcrypt = await loadBcrypt()
  return bcrypt.hash(password, cost)
}

// Salt and hash of an unknown password. Comparing with it makes unknown accounts take as long as known ones.
const DUMMY_SALT_AND_HASH = '.X5bJ0Yw4x3X6q1vQyQyQeJ8m1R0n8i0S7o4iT5pXnqk4m0m1c3aC'

/** Whether the password has this hash. Without a hash it is false, after the same time. */
export async function isPasswordOf(hash: string | null | undefined, password: string, cost: number): Promise<boolean> {
  if (!isWithinBytes(password)) return false
  const comparedHash = hash ?? `$2b$${String(cost).padStart(2, '0')}$${DUMMY_SALT_AND_HASH}`
  const bcrypt = await loadBcrypt()
  const isMatch = await bcrypt.compare(password, comparedHash)
  // bcrypt repeats a short text after a NUL, so that a text with a NUL can match the hash of a shorter one.
  return isMatch && hash != null && !password.includes(NUL)
}

/** Whether the hash has another cost than `cost`. */
export function needsRehash(hash: string, cost: number): boolean {
  return Number(hash.split('$')[2]) !== cost
}
