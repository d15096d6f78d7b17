// What a stranger can cost: a full body of many keys in each field, or no fields at all, at every door.
import { afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest'
import { type Bodies, expectCheap, FULL, inEach, makeSharedWorkspace, manyKeys, marks, taking } from '../support/excess'

const BODIES: Bodies = {
  'many short keys in each field': inEach((bytes) => Object.fromEntries(manyKeys(bytes - 20_000))),
  'no fields at all': () => ['x'.repeat(FULL), marks(FULL / 2), `[${'1,'.repeat(FULL / 3)}1]`],
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
