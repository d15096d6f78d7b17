// Attacks on the way in and out: forged cursors, limits evaded by headers and spellings, answers that a cache might keep.
// CORS with a foreign origin, null and credentials, and request ids, are in headers.test.ts.
import { beforeAll, describe, expect, it } from 'vitest'
import { base64url } from '../../src/crypto'
import { refusalOf, tally } from '../support/answers'
import { send, worker } from '../support/api'
import { founder, freshAddress, PASSWORD, type Person } from '../support/factories'
import { lead } from '../support/leads'
import { call, exampleBody, neededQuery, operations, queryOf } from '../support/operations'

const from = (address: string, headers: Record<string, string> = {}) => ({ 'CF-Connecting-IP': address, ...headers })

let admin: Person
beforeAll(async () => {
  admin = await founder()
})

describe('cursor forging', () => {
  const lists = operations.filter((operation) => queryOf(operation).some(({ name }) => name === 'cursor'))

  let genuine: string
  let foreign: string
  beforeAll(async () => {
    const cursorOf = async (person: Person) => {
      for (const title of ['a', 'b']) await lead(person, { title })
      const page = await send('/v1/leads?limit=1', { token: person.token })
      return (await page.json<{ nextCursor: string }>()).nextCursor
    }
    genuine = await cursorOf(admin)
    foreign = await cursorOf(await founder())
    expect([genuine, foreign]).toEqual([expect.any(String), expect.any(String)])
  })

  it.each(lists)('is refused by $name: made up, unsigned, of another list, of another workspace', async (operation) => {
    const position = base64url(JSON.stringify([0]))
    const forged = ['', '.', 'x', position, `${position}.`, `${position}.${'A'.repeat(16)}`]
    const others = [
      `${position}.${genuine.split('.')[1]}`,
      `${genuine}.x`,
      base64url("['); DROP TABLE leads"),
      '__proto__',
    ]
    const elsewhere = operation.path === '/v1/leads' ? [foreign] : [foreign, genuine]
    for (const cursor of [...forged, ...others, ...elsewhere]) {
      const ids = { id: crypto.randomUUID() }
      await refusalOf(call(operation, { token: admin.token, ids, query: { cursor } }), 400, 'invalid_cursor')
    }
  })
})

describe('evading the rate limit', () => {
  it('by headers that claim another address is of no use', async () => {
    const fetch = worker({ RATE_LIMIT_MAX: '3' })
    const address = freshAddress()
    const claims = [
      'X-Forwarded-For',
      'X-Real-IP',
      'Forwarded',
      'True-Client-IP',
      'X-Client-IP',
      'X-Forwarded-Host',
      'Via',
    ]
    const tries = claims.flatMap((name) => [1, 2].map((i) => ({ [name]: `203.0.113.${i}` })))
    const answers = []
    for (const claim of tries) answers.push(await send('/problems/stale', { headers: from(address, claim) }, fetch))
    expect(tally(answers)).toEqual({ 200: 3, 429: tries.length - 3 })
  })

  it('by made-up tokens, each another caller’s, is of no use', async () => {
    const fetch = worker({ RATE_LIMIT_MAX: '3' })
    const address = freshAddress()
    const answers = []
    for (let i = 0; i < 9; i += 1) {
      const token =
        i % 2 ? `made.up.${i}` : `ecrm_${admin.workspaceId}_${'d'.repeat(12)}_${String(i).padStart(43, 'x')}`
      answers.push(await send('/v1/leads', { token, headers: from(address) }, fetch))
    }
    expect(tally(answers)).toEqual({ 401: 3, 429: 6 })
  })

  it('by signing in again, or by another address, is of no use to one user', async () => {
    const fetch = worker({ USER_RATE_LIMIT_MAX: '3' })
    const { email, token } = await founder()
    const login = await send('/v1/auth/login', { method: 'POST', json: { email, password: PASSWORD } })
    const { accessToken } = await login.json<{ accessToken: string }>()
    const answers = []
    for (const each of [token, accessToken, token, accessToken, token]) {
      answers.push(await send('/v1/leads', { token: each, headers: from(freshAddress()) }, fetch))
    }
    expect(tally(answers)).toEqual({ 200: 3, 429: 2 })
  })

  it.each([
    '/v1/auth/login',
    '/v1/auth/%6Cogin',
    '/v1/auth/login?x=1',
    '/v1/auth/login/',
    '//v1/auth/login',
    '/V1/auth/login',
  ])('of signing in by writing %s is of no use', async (path) => {
    const fetch = worker({ AUTH_RATE_LIMIT_MAX: '1' })
    const json = { email: 'nobody@example.com', password: 'wrong password' }
    const headers = from(freshAddress())
    const answers = [1, 2, 3].map(() => send(path, { method: 'POST', json, headers }, fetch))
    const counts = tally(await Promise.all(answers))
    // Counted like any other where the route is met, whether it then looks at the password or refuses the parameter.
    expect([{ 401: 1, 429: 2 }, { 400: 1, 429: 2 }, { 404: 3 }]).toContainEqual(counts)
  })
})

describe('caching', () => {
  const SECRETS = /"(accessToken|refreshToken|token|key)":/

  it.each(operations)(
    'an answer of $name is kept by nobody but a private reader, and never one that changes',
    async (operation) => {
      const json = operation.operationId === 'refresh' ? { refreshToken: admin.refreshToken } : exampleBody(operation)
      const path = operation.path.replace('{code}', 'stale').replace(/\{\w+\}/g, () => crypto.randomUUID())
      const headers = from(freshAddress())
      const response = await send(`${path}${neededQuery(operation)}`, {
        method: operation.method,
        token: admin.token,
        json,
        headers,
      })
      const kept = response.headers.get('Cache-Control') ?? ''
      const isRead = operation.method === 'GET' && !operation.path.startsWith('/v1/auth/')
      expect(isRead && response.ok ? ['private, no-cache', 'no-store'] : ['no-store']).toContain(kept)
      // A stream of events has no end.
      const isEndless = response.headers.get('Content-Type') === 'text/event-stream'
      if (isEndless) await response.body?.cancel()
      else if (SECRETS.test(await response.text())) expect(kept).toBe('no-store')
    },
  )

  it('a replay under an Idempotency-Key, which may hold a token, may not be kept either', async () => {
    // Walking all operations has ended the sessions of the other ADMIN.
    const { token } = await founder()
    const once = {
      method: 'POST',
      token,
      json: { name: 'Website', scopes: ['leads:read'] },
      headers: { 'Idempotency-Key': crypto.randomUUID() },
    }
    await send('/v1/api-keys', once)
    const replay = await send('/v1/api-keys', once)
    expect([replay.headers.get('Idempotency-Replayed'), replay.headers.get('Cache-Control')]).toEqual([
      'true',
      'no-store',
    ])
    expect(await replay.text()).toMatch(SECRETS)
  })
})
