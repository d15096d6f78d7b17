// Random input to every request of every dialect: none fails, and each is refused in the words of its dialect.
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ROLES } from '../../src/db/schema/users'
import { send } from '../support/api'
import { each, makePeople, tokenOf } from '../support/dialects'
import { freshAddress } from '../support/factories'

beforeAll(makePeople)
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

describe('whatever is sent', () => {
  const text = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '\u0000',
      '\ud800',
      '__proto__',
      "' OR 1=1 --",
      'x'.repeat(20_000),
      '1e999',
      '2026-02-30T25:61:00Z',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  const FIELDS = [
    'name',
    'email',
    'password',
    'title',
    'contactId',
    'tags',
    'metadata',
    'customFields',
    'status',
    'Type',
    'date',
  ]
  const value = fc.oneof(text, fc.jsonValue(), fc.constantFrom(...[20, 1_500].map((depth) => nested(depth))))
  const body = fc.oneof(
    fc
      .dictionary(fc.oneof(fc.constantFrom(...FIELDS), text), value, { maxKeys: 5 })
      .map((fields) => JSON.stringify(fields)),
    text,
  )
  it.each(each)('%s never fails, and refuses in its own words', async (_, request) => {
    const sent = fc.record({
      body,
      query: fc.dictionary(fc.constantFrom('page', 'limit', 'name', 'contactId', 'search'), text),
      id: text,
    })
    await fc.assert(
      fc.asyncProperty(sent, fc.nat({ max: 4 }), async ({ body, query, id }, who) => {
        const search = new URLSearchParams(Object.entries(query).map(([name, given]) => [name, given.toWellFormed()]))
        const path = request.path.replace(/:\w+/g, () => encodeURIComponent(id.toWellFormed()))
        const response = await send(
          `${path}?${search}`,
          {
            method: request.method,
            token: tokenOf(ROLES[who]),
            headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': freshAddress() },
            ...(request.method === 'GET' ? {} : { body: new TextEncoder().encode(body) }),
          },
          request.fetch,
        )
        const answer = await response.text()
        expect(response.status, answer).toBeLessThan(500)
        const isItsOwn = new URL(path, 'http://x').pathname === path && id !== ''
        if (isItsOwn && response.status >= 400) expect(answer).toMatch(/"(message|error)":/)
        if (isItsOwn) expect(answer).not.toContain('"requestId"')
      }),
      { numRuns: 12 },
    )
  })
  function nested(depth: number) {
    return JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
  }
})
