// What a stranger can cost by a long header, at every door.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { excess, headersOf, makeSharedWorkspace, open, usual, written } from '../support/excess'

beforeEach(() => {
  for (const log of ['error', 'warn', 'info', 'log'] as const) vi.spyOn(console, log).mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks())

beforeAll(makeSharedWorkspace)

const HEADERS = [
  ...['Authorization', 'Cookie', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'D1-Bookmark', 'User-Agent', 'Origin'],
  ...['X-Request-Id', 'Accept', 'Content-Type', 'Stripe-Signature', 'token', 'Access-Control-Request-Headers'],
]

describe('a long header', () => {
  it.each(open.map((door) => [door.name, door] as const))('costs next to nothing at %s', async (_, door) => {
    const body = door.method === 'GET' ? {} : { body: written(usual(door), door.isForm) }
    for (const name of HEADERS) {
      for (const value of [`Bearer ${' '.repeat(9_000)}x`, `a=${'";,'.repeat(30_000)}`]) {
        const found = await excess(door, door.path, { headers: { ...headersOf(door), [name]: value }, ...body })
        expect([name, found]).toEqual([name, []])
      }
    }
  })
})
