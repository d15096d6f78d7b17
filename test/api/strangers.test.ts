// What a stranger can cost: at every door, a megabyte of the nastiest kind is walked by nothing, and leaves next to nothing.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ORIGIN, send, worker } from '../support/api'
import { everythingStored } from '../support/database'
import { founder, freshAddress } from '../support/factories'
import { type Door, doors, likely, walksOver } from '../support/strangers'

const MB = 1_000_000
/** No field takes more than 10,000 characters, and none looks at more than four times as many. */
const LONGEST = 65_536
const MAX_ROWS = 40
/** Where what is sent is right and an account is made, with a customer, a session and a mail. */
const MAX_ROWS_OF = new Map([
  ['manager: POST /auth/register', 60],
  ['tickets: POST /customer/signup', 60],
  // 35, and now and then the search index merges its segments.
  ['enquiries: POST /api/enquiries/public', 50],
])
const MAX_KEPT = 16_384
const MAX_ANSWER = 65_536

const marks = (characters: number) => `a${'\u0301\u0316'.repeat(characters / 2)}`
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
const manyKeys = (bytes: number) =>
  Array.from({ length: bytes / 10 }, (_, n) => [n.toString(36).padStart(5, '_'), 1] as const)

const written = (fields: Iterable<readonly [string, unknown]>, isForm: boolean | undefined): string => {
  const all = [...fields]
  if (isForm) return new URLSearchParams(all.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return JSON.stringify(Object.fromEntries(all))
}
const usual = ({ body }: Door) => body.map((name) => [name, likely(name)] as const)
/** One field after the other is the nasty one, the rest is as it should be. */
const inEach = (value: (bytes: number) => unknown): ((door: Door) => string[]) => {
  return (door) => {
    const names = door.body.length > 0 ? door.body : ['name']
    return names.map((nasty) => {
      const rest = usual(door).filter(([name]) => name !== nasty)
      return written([...rest, [nasty, value(MB)]], door.isForm)
    })
  }
}

const BODIES: Record<string, (door: Door) => string[]> = {
  'combining marks': inEach((bytes) => marks(bytes / 2)),
  'one long line': inEach((bytes) => 'x'.repeat(bytes - 1_000)),
  blanks: inEach((bytes) => ' '.repeat(bytes - 1_000)),
  'a wide array': inEach((bytes) => Array(bytes / 4).fill([])),
  'many short keys': (door) => [written([...usual(door), ...manyKeys(MB)], door.isForm)],
  'many short keys in each field': inEach((bytes) => Object.fromEntries(manyKeys(bytes - 20_000))),
  'one long key': (door) => [written([...usual(door), [marks(MB / 2 - 1_000), 1]], door.isForm)],
  'deep arrays': () => [`{"metadata":{"a":${deep(MB / 4)}},"x":${deep(MB / 5)}}`],
  'no fields at all': () => ['x'.repeat(MB), marks(MB / 2), `[${'1,'.repeat(MB / 3)}1]`],
}

const stored = async () => new TextEncoder().encode(await everythingStored()).length

let last: number | undefined

/** Sends it, and says what it cost beyond what is allowed; nothing, where all is well. */
async function excess(door: Door, path: string, init: RequestInit): Promise<string[]> {
  last ??= await stored()
  const rows = door.cost.rowsWritten
  let response = new Response()
  const request = new Request(`${ORIGIN}${path}`, { method: door.method, redirect: 'manual', ...init })
  const walks = await walksOver(LONGEST, async () => {
    response = await door.fetch(request)
  })
  const answer = (await response.text()).length
  const rowsWritten = door.cost.rowsWritten - rows
  const kept = door.cost.rowsWritten === rows ? 0 : (await stored()) - last
  last += kept
  return [
    ...walks,
    ...(response.status >= 500 && response.status !== 501 ? [`status ${response.status}`] : []),
    ...(rowsWritten > (MAX_ROWS_OF.get(door.name) ?? MAX_ROWS) ? [`${rowsWritten} rows written`] : []),
    ...(kept > MAX_KEPT ? [`${kept} bytes kept`] : []),
    ...(answer > MAX_ANSWER ? [`an answer of ${answer} bytes`] : []),
  ]
}

const headersOf = ({ isForm }: Door) => ({
  'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
  'CF-Connecting-IP': freshAddress(),
  'Idempotency-Key': crypto.randomUUID(),
  Origin: ORIGIN,
})

beforeEach(() => {
  for (const log of ['error', 'warn', 'info', 'log'] as const) vi.spyOn(console, log).mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks())

// The workspace that strangers share is made by the first of them, once.
beforeAll(async () => {
  const json = { name: 'Eve', email: 'first@example.com' }
  const fetch = worker({ DIALECTS: 'enquiries' })
  expect((await send('/api/enquiries/public', { method: 'POST', json }, fetch)).status).toBe(201)
})

const open = doors.filter(({ isOpen }) => isOpen)
const taking = open.filter(({ method }) => method !== 'GET')

it('the doors are those of the API, the dialects and the dashboard', () => {
  expect(open.length).toBeGreaterThan(50)
  expect(taking.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'POST /v1/enquiries',
      'POST /v1/auth/login',
      'POST /v1/billing/webhook',
      'POST /dashboard/sign-in',
      'enquiries: POST /api/enquiries/public',
      'tickets: POST /user/signin',
    ]),
  )
})

describe('a body of a megabyte', () => {
  it.each(taking.map((door) => [door.name, door] as const))('costs next to nothing at %s', async (_, door) => {
    for (const [kind, bodies] of Object.entries(BODIES)) {
      for (const body of bodies(door)) {
        expect([kind, await excess(door, door.path, { headers: headersOf(door), body })]).toEqual([kind, []])
      }
    }
  })
})

describe('a long address', () => {
  it.each(open.map((door) => [door.name, door] as const))('costs next to nothing at %s', async (_, door) => {
    for (const length of [2_000, 100_000]) {
      const long = encodeURIComponent(marks(length)).slice(0, 6 * length)
      const names = [...door.query, 'x']
      const queries = [
        ...names.map((name) => `${name}=${long}`),
        `${long}=1`,
        ...[Array.from({ length }, (_, n) => `k${n}=`).join('&')],
      ]
      for (const query of queries) {
        const found = await excess(door, `${door.path}?${query}`, { headers: headersOf(door) })
        expect([query.slice(0, 40), found]).toEqual([query.slice(0, 40), []])
      }
    }
  })
})

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

it('what needs an account keeps nothing of a stranger’s, and counts the key alone', async () => {
  const guarded = doors.filter(({ isOpen, method }) => !isOpen && method !== 'GET')
  expect(guarded.length).toBeGreaterThan(100)
  for (const door of guarded) {
    const body = written([['name', 'Eve'], ...manyKeys(20_000)], false)
    expect([door.name, await excess(door, door.path, { headers: headersOf(door), body })]).toEqual([door.name, []])
  }
})

describe('who is wrong in many places', () => {
  it('is told fifty of them and how many more', async () => {
    const { slug } = await founder()
    const json = { workspace: slug, name: 'Eve', email: 'eve@example.com', ...Object.fromEntries(manyKeys(200_000)) }
    const response = await send('/v1/enquiries', { method: 'POST', json })
    const { errors } = await response.json<{ errors: { path: string; message: string; code: string }[] }>()
    expect([response.status, errors.length]).toEqual([400, 51])
    expect(errors.at(-1)).toEqual({ path: 'body', message: '19950 more issues are not listed', code: 'more' })
  })

  it('is told which field is too long, and its limit, or that its marks have no end', async () => {
    const { slug } = await founder()
    const about = async (name: string) => {
      const json = { workspace: slug, name, email: 'eve@example.com' }
      const response = await send('/v1/enquiries', { method: 'POST', json })
      return [response.status, (await response.json<{ errors?: unknown[] }>()).errors]
    }
    const message = 'Too big: expected string to have <=200 characters'
    const tooLong = [400, [{ path: 'body.name', message, code: 'too_big' }]]
    for (const name of [marks(300_000), '😀'.repeat(500), ' '.repeat(801), 'x'.repeat(201)])
      expect(await about(name)).toEqual(tooLong)
    const endless = 'must not hold more than 30 combining marks in a row'
    expect(await about(marks(32))).toEqual([400, [{ path: 'body.name', message: endless, code: 'custom' }]])
    expect(await about(marks(30))).toEqual([201, undefined])
  })
})
