// What a stranger can cost by a long header that says who asks, at every door.
import { afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest'
import { expectCheapHeaders, makeSharedWorkspace, open } from '../support/excess'

beforeEach(() => {
  for (const log of ['error', 'warn', 'info', 'log'] as const) vi.spyOn(console, log).mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks())

beforeAll(makeSharedWorkspace)

const HEADERS = ['Authorization', 'Cookie', 'token', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'D1-Bookmark']

describe('a long header that says who asks, or for what version,', () => {
  it.each(open.map((door) => [door.name, door] as const))('costs next to nothing at %s', (_, door) =>
    expectCheapHeaders(door, HEADERS),
  )
})
