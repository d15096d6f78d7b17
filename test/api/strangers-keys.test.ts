// What a stranger can cost: a full body of more keys than anybody needs, or of a long one, at every door.
import { afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest'
import {
  type Bodies,
  expectCheap,
  FULL,
  keys,
  makeSharedWorkspace,
  marks,
  taking,
  usual,
  written,
} from '../support/excess'

const BODIES: Bodies = {
  'many short keys': (door) => [written([...usual(door), ...keys(door)], door.isForm)],
  'one long key': (door) => [
    written([...usual(door), [marks(door.isForm ? FULL / 6 - 1_000 : FULL / 2 - 1_000), '1']], door.isForm),
  ],
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
