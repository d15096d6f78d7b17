// What a stranger can cost: a full body of long texts of the nastiest kind, at every door.
import { afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest'
import { type Bodies, expectCheap, inEach, makeSharedWorkspace, marks, taking } from '../support/excess'

const BODIES: Bodies = {
  'combining marks': inEach((bytes) => marks(bytes / 2)),
  'one long line': inEach((bytes) => 'x'.repeat(bytes - 1_000)),
  blanks: inEach((bytes) => ' '.repeat(bytes - 1_000)),
}

beforeEach(() => {
  for (const log of ['error', 'warn', 'info', 'log'] as const) vi.spyOn(console, log).mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks())
beforeAll(makeSharedWorkspace)

describe('a body as large as a stranger’s may be', () => {
  it.each(taking.map((door) => [door.name, door] as const))('costs next to nothing at %s', (_, door) =>
    expectCheap(door, BODIES),
  )
})
