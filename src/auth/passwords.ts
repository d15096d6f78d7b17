// Passwords: bcrypt, at the cost that BCRYPT_COST says; a hash of another cost is renewed at the next sign-in.
import { z } from '@hono/zod-openapi'
import bcrypt from 'bcryptjs'
import { boundedText } from '../field-schemas'

const NUL = '\u0000'

/** 8 characters to 72 bytes: bcrypt reads no further, and silently cutting a password would be a trap. */
export const Password = z
  .string()
  .overwrite(boundedText(72))
  .min(8, 'must have at least 8 characters')
  .refine((value) => isShort(value), { error: 'must be at most 72 bytes long', abort: true })
  .refine((value) => !value.includes(NUL), { error: 'must not hold a NUL character' })
  .openapi({ type: 'string', format: 'password', minLength: 8, example: 'correct horse battery' })

// A character is a byte at least: what is longer than that need not be walked.
function isShort(password: string): boolean {
  return password.length <= 72 && new TextEncoder().encode(password).length <= 72
}

export function hashPassword(password: string, cost: number): Promise<string> {
  return bcrypt.hash(password, cost)
}

// What an unknown account is compared with, so that it takes as long as a known one; its password is not known.
const NOBODY_SALT_AND_HASH = '.X5bJ0Yw4x3X6q1vQyQyQeJ8m1R0n8i0S7o4iT5pXnqk4m0m1c3aC'

/** Whether the password is the account's; takes the same time, and gives false, where there is no account or hash. */
export async function passwordMatches(
  password: string,
  hash: string | null | undefined,
  cost: number,
): Promise<boolean> {
  if (!isShort(password)) return false
  const known = hash ?? `$2b$${String(cost).padStart(2, '0')}$${NOBODY_SALT_AND_HASH}`
  const matches = await bcrypt.compare(password, known)
  // bcrypt compares 72 bytes and repeats a short text after a NUL: what is longer or holds one only looks like it.
  return matches && hash != null && !password.includes(NUL)
}

export function needsRehash(hash: string, cost: number): boolean {
  return bcrypt.getRounds(hash) !== cost
}
