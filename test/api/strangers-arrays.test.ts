// What a stranger can cost: a full body of arrays, wide and deep, at every door.
import { afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest'
import { type Bodies, deep, expectCheap, FULL, inEach, makeSharedWorkspace, taking } from '../support/excess'

const BODIES: Bodies = {
  'a wide array': inEach((bytes) => Array(bytes / 4).fill([])),
  'deep arrays': () => [`{"metadata":{"a":${deep(FULL / 4)}},"x":${deep(FULL / 5)}}`],
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
