// Anything, sent by strangers and members to every door: API, dialects, desk, and paths that there are not. No answer
// is a failure of ours.
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { ORIGIN, send } from '../support/api'
import { browser } from '../support/desk'
import { founder, freshAddress, type Person } from '../support/factories'
import { type Door, doors } from '../support/strangers'
import { isFailure } from '../support/targets'

const NASTY = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\uffff',
  '%00',
  '%',
  '%zz',
  "' OR 1=1",
  '"',
  '*',
  'x'.repeat(3_000),
  '__proto__',
  '1e999',
  '٣',
  'ﷺ',
]
const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 20 }))
const ADDRESSES = [
  '1:2:3:4:5:6:7:8::9:10',
  '::',
  ':',
  ':::',
  '1::2::3',
  '::ffff:1.2.3.4',
  'x:y',
  '999.1.1.1',
  '[::1]',
  'fe80::1%eth0',
  '',
]
const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data; boundary=',
  'text/plain',
  'a/b;charset=utf-16',
]
const bytes = fc.oneof(
  fc
    .constantFrom(
      '{',
      '[]',
      '{}',
      'null',
      '"x"',
      '--x',
      '--x\r\n\r\n\r\n--x--',
      'a[b][c][d][e][f][g]=1&a=2&a[]=3',
      '=&&=',
      '\ufeff{}',
    )
    .map((body) => new TextEncoder().encode(body)),
  fc.uint8Array({ maxLength: 30 }),
  fc
    .dictionary(text, fc.jsonValue({ stringUnit: 'binary' }), { maxKeys: 4 })
    .map((body) => new TextEncoder().encode(JSON.stringify(body))),
)
const asked = fc.record({
  query: fc.array(fc.tuple(text, text), { maxLength: 3 }),
  many: fc.nat({ max: 60 }),
  segment: text,
  body: bytes,
  type: fc.constantFrom(...TYPES),
  address: fc.oneof(fc.constantFrom(...ADDRESSES), fc.ipV6()),
  isMember: fc.boolean(),
  isNamed: fc.boolean(),
})

let admin: Person
let cookie: string
beforeAll(async () => {
  admin = await founder()
  const { signIn, cookies } = browser()
  await signIn(admin)
  cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
})
beforeEach(() => {
  for (const log of ['error', 'warn', 'info', 'log'] as const) vi.spyOn(console, log).mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks())

const UUID = /[0-9a-f]{8}-[0-9a-f-]{27}/
const escaped = (value: string) => encodeURIComponent(value.toWellFormed())

type Asked = typeof asked extends fc.Arbitrary<infer A> ? A : never

async function knock(door: Door, request: Asked) {
  const { query, many, segment, body, type, address, isMember, isNamed } = request
  const names = door.query.filter((name) => name !== 'cursor')
  const fields = query.map(([name, value], i) => `${escaped(isNamed ? (names[i] ?? name) : name)}=${escaped(value)}`)
  const custom = Array.from({ length: many }, (_, n) => `customFields.f${n}=${n}`)
  const path = isNamed ? door.path : door.path.replace(UUID, escaped(segment))
  const headers = new Headers({
    'CF-Connecting-IP': address.trim() || freshAddress(),
    'Content-Type': type,
    Origin: ORIGIN,
  })
  if (isMember) headers.set('Authorization', `Bearer ${admin.token}`)
  if (isMember) headers.set('Cookie', cookie)
  const init = door.method === 'GET' ? {} : { body }
  const url = `${ORIGIN}${path}?${[...fields, ...custom].join('&')}`
  const response = await door.fetch(new Request(url, { method: door.method, redirect: 'manual', headers, ...init }))
  // A stream that opens goes on for minutes.
  const isStream = response.headers.get('Content-Type') === 'text/event-stream'
  if (isStream) await response.body?.cancel()
  const answer = isStream ? '' : await response.text()
  expect(isFailure(response), `${door.method} ${url} ${response.status} ${answer.slice(0, 300)}`).toBe(false)
}

it.each([...new Map(doors.map((door) => [door.name, door]))])('%s never fails', async (_, door) => {
  await fc.assert(
    fc.asyncProperty(asked, (request) => knock(door, request)),
    { numRuns: 12 },
  )
})

it.each([
  '/dashboard/search?q=abc%00',
  `/v1/customers?trashed=true&${Array.from({ length: 48 }, (_, n) => `customFields.f${n}=1`).join('&')}`,
  `/v1/customers?${Array.from({ length: 200 }, (_, n) => `customFields.f${n}=1`).join('&')}`,
  `/v1/customers?tag=${Array.from({ length: 200 }, (_, n) => `t${n}`).join(',')}`,
])('%s is answered, and is no failure', async (path) => {
  for (const address of ADDRESSES) {
    const headers = { 'CF-Connecting-IP': address || '1.2.3.4', Cookie: cookie }
    expect((await send(path, { token: admin.token, headers })).status).toBeLessThan(500)
  }
})
