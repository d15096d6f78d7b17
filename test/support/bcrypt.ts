// Spies on bcrypt as the Worker loads it: the exports of the module itself cannot be replaced.
import { vi } from 'vitest'
import * as late from '../../src/late'

/** Spies on `hash` and `compare`, which work as ever, until `vi.restoreAllMocks()`. */
export async function bcryptSpies() {
  const bcrypt = { ...(await late.loadBcrypt()) }
  vi.spyOn(late, 'loadBcrypt').mockResolvedValue(bcrypt)
  return { hash: vi.spyOn(bcrypt, 'hash'), compare: vi.spyOn(bcrypt, 'compare') }
}
