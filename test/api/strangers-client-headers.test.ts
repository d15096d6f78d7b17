// What a stranger can cost by a long header of the client, at every door.
import { afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest'
import { expectCheapHeaders, makeSharedWorkspace, open } from '../support/excess'

beforeEach(() => {
  for (const log of ['error', 'warn', 'info', 'log'] as const) vi.spyOn(console, log).mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks())

beforeAll(makeSharedWorkspace)

const HEADERS = [
  ...['User-Agent', 'Origin', 'X-Request-Id', 'Accept', 'Content-Type', 'Stripe-Signature'],
  'Access-Control-Request-Headers',
]

describe('a long header of the client', () => {
  it.each(open.map((door) => [door.name, door] as const))('costs next to nothing at %s', (_, door) =>
    expectCheapHeaders(door, HEADERS),
  )
})
