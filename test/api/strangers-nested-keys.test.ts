// What a stranger can cost: a megabyte of many keys in each field, or no fields at all, at every door.
import { afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest'
import { type Bodies, expectCheap, inEach, MB, makeSharedWorkspace, manyKeys, marks, taking } from '../support/excess'

const BODIES: Bodies = {
  'many short keys in each field': inEach((bytes) => Object.fromEntries(manyKeys(bytes - 20_000))),
  'no fields at all': () => ['x'.repeat(MB), marks(MB / 2), `[${'1,'.repeat(MB / 3)}1]`],
}

beforeEach(() => {
  for (const log of ['error', 'warn', 'info', 'log'] as const) vi.spyOn(console, log).mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks())
beforeAll(makeSharedWorkspace)

describe('a body of a megabyte', () => {
  it.each(taking.map((door) => [door.name, door] as const))('costs next to nothing at %s', (_, door) =>
    expectCheap(door, BODIES),
  )
})
