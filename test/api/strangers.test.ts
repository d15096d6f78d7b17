// What a stranger can cost by a long address, and what is said to one who is wrong in many places.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ORIGIN, send } from '../support/api'
import {
  excess,
  headersOf,
  MAX_BODY,
  makeSharedWorkspace,
  manyKeys,
  marks,
  open,
  requestAt,
  taking,
} from '../support/excess'
import { founder } from '../support/factories'
import { doors } from '../support/strangers'

beforeEach(() => {
  for (const log of ['error', 'warn', 'info', 'log'] as const) vi.spyOn(console, log).mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks())

beforeAll(makeSharedWorkspace)

it('the doors are those of the API, the dialects and the desk', () => {
  expect(open.length).toBeGreaterThan(50)
  expect(taking.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'POST /v1/enquiries',
      'POST /v1/auth/login',
      'POST /v1/billing/webhook',
      'POST /dashboard/sign-in/enter',
      'enquiries: POST /api/enquiries/public',
      'tickets: POST /user/signin',
    ]),
  )
})

it('a body that is larger than a stranger’s may be is not read, and told the bound, at every door', async () => {
  const body = `{"name":"${'x'.repeat(MAX_BODY)}"}`
  for (const door of taking) {
    const rows = door.cost.rowsWritten
    const url = new URL(door.path, ORIGIN)
    const response = await door.fetch(new Request(url, { method: door.method, headers: headersOf(door), body }))
    expect([door.name, response.status, door.cost.rowsWritten - rows]).toEqual([door.name, 413, 0])
    expect(await response.text()).toContain('128 KB')
  }
})

describe('a long address', () => {
  const [LONG, TOO_LONG] = [2_000, 100_000].map((length) => encodeURIComponent(marks(length)).slice(0, 6 * length))
  const [KEYS = '', TOO_MANY_KEYS = ''] = [2_000, 100_000].map((length) =>
    Array.from({ length }, (_, n) => `k${n}=`).join('&'),
  )

  it.each(open.map((door) => [door.name, door] as const))('costs next to nothing at %s', async (_, door) => {
    const names = [...door.query, 'x']
    // What is longer than any address may be is refused before a name in it is read.
    const queries = [
      ...names.map((name) => `${name}=${LONG}`),
      `${LONG}=1`,
      KEYS,
      `${names[0]}=${TOO_LONG}`,
      TOO_MANY_KEYS,
    ]
    for (const query of queries) {
      const found = await excess(door, requestAt(door, `${door.path}?${query}`, { headers: headersOf(door) }))
      expect([query.slice(0, 40), found]).toEqual([query.slice(0, 40), []])
    }
  })
})

it('what needs an account keeps nothing of a stranger’s, and counts the key alone', async () => {
  const guarded = doors.filter(({ isOpen, method }) => !isOpen && method !== 'GET')
  expect(guarded.length).toBeGreaterThan(100)
  for (const door of guarded) {
    const body = JSON.stringify({ name: 'Eve', ...Object.fromEntries(manyKeys(20_000)) })
    const request = requestAt(door, door.path, { headers: headersOf(door), body })
    expect([door.name, await excess(door, request)]).toEqual([door.name, []])
  }
})

describe('who is wrong in many places', () => {
  it('is told fifty of them and how many more', async () => {
    const { slug } = await founder()
    const json = { workspace: slug, name: 'Eve', email: 'eve@example.com', ...Object.fromEntries(manyKeys(100_000)) }
    const response = await send('/v1/enquiries', { method: 'POST', json })
    const { errors } = await response.json<{ errors: { path: string; message: string; code: string }[] }>()
    expect([response.status, errors.length]).toEqual([400, 51])
    expect(errors.at(-1)).toEqual({ path: 'body', message: '9950 more issues are not listed', code: 'more' })
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
    for (const name of [marks(50_000), '😀'.repeat(500), ' '.repeat(801), 'x'.repeat(201)])
      expect(await about(name)).toEqual(tooLong)
    const endless = 'must not hold more than 30 combining marks in a row'
    expect(await about(marks(32))).toEqual([400, [{ path: 'body.name', message: endless, code: 'custom' }]])
    expect(await about(marks(30))).toEqual([201, undefined])
  })
})
