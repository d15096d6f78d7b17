// Anything, to be sent anywhere, by anybody; the answer is looked at.
import fc from 'fast-check'
import { expect } from 'vitest'
import { problemOf, send } from './api'
import { freshAddress, team } from './factories'
import { lead, ownLead } from './leads'
import { exampleBody, NEEDS_SETTINGS, type Operation, operations, queryOf } from './operations'

const NASTY = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'x\udfffy',
    '\uffff',
    '\ufeff',
    '\u202e',
    '👩‍👩‍👧‍👦',
    'é\u0301\u0301',
    'İ',
    'ß',
  ],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', 'true', '-1', '0', '1e999', '0x10'],
  ...[
    "'",
    '"',
    '`',
    '\\',
    '%',
    '_',
    '*',
    ';--',
    "' OR 1=1 --",
    '"; DROP TABLE leads',
    'NEAR(a b)',
    '$(1)',
    '{{7*7}}',
    '../..',
  ],
  ...[
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:60Z',
    '2026-02-30T25:61:00+99:99',
    '+275760-09-13T00:00:00Z',
    'none',
    'me',
  ],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    'a@b.co',
    '-createdAt',
    'a.b',
    'x'.repeat(5000),
  ],
]
const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
)

const number = fc.constantFrom(0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324)
const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null))
const nested = fc.constantFrom(20, 40, 1_500, 20_000).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`)
const json = fc.oneof(
  leaf.map((value) => JSON.stringify(value)),
  fc.jsonValue({ stringUnit: 'binary' }).map((value) => JSON.stringify(value)),
  fc.dictionary(text, leaf, { maxKeys: 5 }).map((value) => JSON.stringify(value)),
  fc.constantFrom('1e999', '-1e999', '{"__proto__":{"role":"ADMIN"}}', '{"a":1,"a":2}', '[{}]'),
  nested,
)

/** Bodies like the example of an operation: with a field changed, dropped or added; whole; or nothing like it. */
function bodies(example: unknown): fc.Arbitrary<string> {
  const fields = typeof example === 'object' && example !== null ? Object.entries(example) : []
  const names = fc.oneof(fc.constantFrom(...fields.map(([name]) => name), 'metadata', 'ownerId', 'email'), text)
  const changed = fc.tuple(names, json).map(([changed, value]) => {
    const rest = fields.filter(([name]) => name !== changed).map(([name, old]) => [name, JSON.stringify(old)])
    return `{${[...rest, [changed, value]].map(([name, each]) => `${JSON.stringify(name)}:${each}`)}}`
  })
  const dropped = fc.subarray(fields).map((some) => JSON.stringify(Object.fromEntries(some)))
  const deepField = fc.oneof(fc.constant('metadata'), fc.constantFrom(...fields.map(([name]) => name), 'metadata'))
  const deep = fc.tuple(deepField, nested).map(([name, value]) => {
    const rest = JSON.stringify(Object.fromEntries(fields.filter(([other]) => other !== name))).slice(0, -1)
    return `${rest}${rest === '{' ? '' : ','}${JSON.stringify(name)}:{"a":${value}}}`
  })
  const rare = [dropped, deep, json, text].map((arbitrary) => ({ weight: 1, arbitrary }))
  return fc.oneof({ weight: 5, arbitrary: changed }, ...rare)
}

/** Text as it can stand in a header. */
const header = text.map((value) => value.replace(/[^\x21-\x7e ]/g, '').trim())
const headers = fc.record(
  {
    'If-Match': fc.oneof(fc.constantFrom('*', '"1"', 'W/"1"', '"1", "2"', '"99999999999999999999"'), header),
    'If-None-Match': header,
    'Idempotency-Key': fc.oneof(fc.uuid(), header),
    'D1-Bookmark': header,
    'CF-Connecting-IP': fc.oneof(fc.ipV4(), fc.ipV6(), header),
    Origin: header,
    'X-Request-Id': header,
    'Content-Type': fc.constantFrom('application/json', 'application/json', 'text/plain', 'text/html'),
  },
  { requiredKeys: [] },
)

/** Who sends, and ids of records that there are. */
export type Senders = { tokens: (string | undefined)[]; ids: string[] }

export async function senders(): Promise<Senders> {
  const { admin, manager, sales, rival, customer } = await team()
  const records = [await lead(admin), await ownLead(sales), await ownLead(rival)]
  return {
    tokens: [admin, manager, sales, customer].map(({ token }) => token),
    ids: [...records.map(({ id }) => id), rival.id],
  }
}

const nth = <T>(list: readonly T[], i: number) => list[i % list.length]

/** The operations that need no further settings, by name. */
export const configured = operations
  .filter(({ name }) => !NEEDS_SETTINGS.includes(name))
  .map((operation) => [operation.name, operation] as const)

/** Sends 60 requests of anything to an operation: each answer is one that it declares, and none a failure. */
export async function sendAnything(operation: Operation, { tokens, ids }: Senders) {
  const declared = Object.keys(operation.responses)
  const parameter = fc.tuple(
    fc.oneof(fc.constantFrom('q', 'x', ...queryOf(operation).map(({ name }) => name)), text),
    text,
  )
  const request = fc.record({
    who: fc.nat({ max: 5 }),
    id: fc.oneof(fc.nat({ max: 3 }), text, fc.uuid()),
    // Where no parameter is documented, each is refused: what is behind that is to be met as well.
    query: fc.array(parameter, { maxLength: queryOf(operation).length > 0 ? 3 : 1 }),
    headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, headers),
    body: bodies(exampleBody(operation)),
  })
  await fc.assert(
    fc.asyncProperty(request, async ({ who, id, query, headers, body }) => {
      const known = typeof id === 'number' ? (nth(ids, id) ?? '') : id
      const filled = operation.path.replace(/\{\w+\}/, encodeURIComponent(known.toWellFormed()))
      const search = new URLSearchParams(query.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]))
      const response = await send(`${filled}?${search}`, {
        method: operation.method,
        token: nth([...tokens, undefined, 'no.such.token'], who),
        headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': freshAddress(), ...headers },
        ...(operation.method === 'GET' ? {} : { body: new TextEncoder().encode(body) }),
      })
      expect(response.status).toBeLessThan(500)
      const isOurs = new URL(filled, 'http://x').pathname === filled && known !== ''
      if (isOurs) {
        expect(declared).toContain(String(response.status))
        const headers = Object.keys(operation.responses[response.status]?.headers ?? {})
        const sent = ['ETag', 'Location', 'Retry-After'].filter((name) => response.headers.has(name))
        // A refusal may tell the present ETag, or how long a moment lasts, without the document's saying so each time.
        if (response.ok) expect(headers.filter((name) => name !== 'Content-Disposition').sort()).toEqual(sent)
      }
      if (response.status >= 400) await problemOf(response)
      else await response.text()
    }),
    { numRuns: 60 },
  )
}
