// What a stranger can cost: a megabyte of arrays, wide and deep, at every door.
import { afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest'
import { type Bodies, deep, expectCheap, inEach, MB, makeSharedWorkspace, taking } from '../support/excess'

const BODIES: Bodies = {
  'a wide array': inEach((bytes) => Array(bytes / 4).fill([])),
  'deep arrays': () => [`{"metadata":{"a":${deep(MB / 4)}},"x":${deep(MB / 5)}}`],
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
