// What a stranger can cost: a megabyte of more keys than anybody needs, or a long one, at every door.
import { afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest'
import {
  type Bodies,
  expectCheap,
  keys,
  MB,
  makeSharedWorkspace,
  marks,
  taking,
  usual,
  written,
} from '../support/excess'

const BODIES: Bodies = {
  'many short keys': (door) => [written([...usual(door), ...keys(door)], door.isForm)],
  'one long key': (door) => [written([...usual(door), [marks(MB / 2 - 1_000), '1']], door.isForm)],
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
