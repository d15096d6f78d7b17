// What stands on every answer beside its body: request id, security, CORS, bookmarks, cost, caching, limits and tags.
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, ORIGIN, send, worker } from '../support/api'
import { watched } from '../support/bindings'
import { createClient } from '../support/client'
import { founder, freshAddress, PASSWORD, team } from '../support/factories'
import { lead } from '../support/leads'
import { operations } from '../support/operations'

const production = worker({ ENVIRONMENT: 'production' })
const APP = 'http://localhost:5173'

describe('every answer', () => {
  it('echoes a request id that is one, makes one otherwise, and says it in the problem too', async () => {
    const id = (await send('/health')).headers.get('X-Request-Id')
    expect(id).toMatch(/^[\w-]{36}$/)
    expect((await send('/health')).headers.get('X-Request-Id')).not.toBe(id)
    const response = await send('/v1/leads', { headers: { 'X-Request-Id': 'my-id_1=' } })
    expect(response.headers.get('X-Request-Id')).toBe('my-id_1=')
    expect(await refusalOf(response, 401, 'unauthenticated')).toMatchObject({ requestId: 'my-id_1=' })
    for (const bad of ['a b', '<script>', 'x'.repeat(256)]) {
      const { headers } = await send('/health', { headers: { 'X-Request-Id': bad } })
      expect(headers.get('X-Request-Id')).toMatch(/^[\w-]{36}$/)
    }
  })

  it('carries the secure headers, refusals as well', async () => {
    const admin = await founder()
    for (const path of ['/health', '/v1/leads', '/nowhere', '/openapi.json']) {
      for (const token of [admin.token, undefined]) {
        const { headers } = await send(path, { token })
        expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
        expect(headers.get('X-Frame-Options')).toBe('SAMEORIGIN')
        expect(headers.get('Referrer-Policy')).toBe('no-referrer')
        expect(headers.get('Strict-Transport-Security')).toMatch(/max-age=\d+/)
        expect(headers.get('X-Powered-By')).toBeNull()
      }
    }
  })

  it('says how long it may be kept: tokens and problems never, records only to be asked about', async () => {
    const { token, email } = await founder()
    const kept = async (path: string, init = {}) => (await send(path, { token, ...init })).headers.get('Cache-Control')
    expect(await kept('/v1/leads')).toBe('private, no-cache')
    expect(await kept('/v1/auth/me')).toBe('no-store')
    const json = { email, password: PASSWORD }
    expect(await kept('/v1/auth/login', { method: 'POST', json })).toBe('no-store')
    expect(await kept('/v1/nowhere')).toBe('no-store')
    expect(await kept('/openapi.json')).toBe('max-age=300')
  })

  it('tells what it cost in development, and nobody in production', async () => {
    const { token } = await founder()
    const shape = /^db;dur=\d+;desc="round trips 1, statements 1, rows read \d+, rows written 0"$/
    expect((await send('/v1/leads', { token })).headers.get('Server-Timing')).toMatch(shape)
    expect((await send('/health')).headers.get('Server-Timing')).toContain('round trips 0')
    const response = await send('/v1/leads', { token }, production)
    expect([response.status, response.headers.get('Server-Timing')]).toEqual([200, null])
  })
})

describe('CORS', () => {
  const from = (Origin: string, init: RequestInit & { token?: string } = {}) =>
    send('/v1/leads', { ...init, headers: { Origin, ...init.headers } })

  it('lets the origins that are set read the answer with all that stands on it, refusals too', async () => {
    const { token } = await founder()
    for (const response of [await from(APP, { token }), await from(APP)]) {
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe(APP)
      expect(response.headers.get('Vary')).toContain('Origin')
      const exposed = response.headers.get('Access-Control-Expose-Headers')?.split(',') ?? []
      const own = [...response.headers.keys()].filter((name) =>
        /^(d1-|etag|idempotency|location|ratelimit|retry|server-t|x-request)/.test(name),
      )
      expect(exposed.map((name) => name.toLowerCase())).toEqual(expect.arrayContaining(own))
    }
  })

  it('lets no other origin, and nobody with cookies', async () => {
    const { token } = await founder()
    for (const origin of ['https://evil.example', `${APP}.evil.example`, 'null', 'http://localhost']) {
      const { headers } = await from(origin, { token })
      expect(headers.get('Access-Control-Allow-Origin')).toBeNull()
      expect(headers.get('Access-Control-Allow-Credentials')).toBeNull()
    }
  })

  it('answers the question that browsers ask first', async () => {
    const asking = {
      'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': 'authorization,if-match',
    }
    const response = await from(APP, { method: 'OPTIONS', headers: asking })
    expect(response.status).toBe(204)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(APP)
    expect(response.headers.get('Access-Control-Allow-Methods')?.split(',')).toEqual(
      expect.arrayContaining(['GET', 'POST', 'PATCH', 'DELETE']),
    )
    expect(response.headers.get('Access-Control-Allow-Headers')).toBe('authorization,if-match')
    expect(response.headers.get('Access-Control-Max-Age')).toBe('86400')
    const foreign = await from('https://evil.example', { method: 'OPTIONS', headers: asking })
    expect(foreign.headers.get('Access-Control-Allow-Origin')).toBeNull()
  })

  it('reads the origins from a list with spaces and slashes, and is shut when there is none', async () => {
    const origin = 'https://app.example.com'
    const fetch = worker({ CORS_ORIGINS: ` https://x.example , ${origin}/ ` })
    const allowed = async (by: typeof fetch) =>
      (await send('/health', { headers: { Origin: origin } }, by)).headers.get('Access-Control-Allow-Origin')
    expect(await allowed(fetch)).toBe(origin)
    expect(await allowed(worker({ CORS_ORIGINS: '' }))).toBeNull()
  })
})

describe('the bookmark of the database', () => {
  /** The anchors of the sessions that a request has opened by the time of its answer, and the answer. */
  async function anchored(request: Parameters<typeof send>[1]) {
    const anchors: string[] = []
    const DB = watched((anchor) => {
      anchors.push(anchor)
      return env.DB.withSession(anchor)
    })
    const response = await send('/v1/leads', request, worker({ DB }))
    return { response, anchors }
  }

  it('goes out, and opens the session of the request that sends it back', async () => {
    const { token } = await founder()
    const first = await anchored({ token })
    expect(first.anchors).toEqual(['first-unconstrained'])
    const bookmark = first.response.headers.get('D1-Bookmark') ?? expect.fail('no bookmark')
    const headers = { 'D1-Bookmark': bookmark }
    expect((await anchored({ token, headers })).anchors).toEqual([bookmark])
    // What follows the answer to a change, such as its webhooks, has sessions of its own, on the primary.
    const change = { token, method: 'POST', json: { title: 'x' } }
    expect((await anchored(change)).anchors[0]).toBe('first-primary')
    expect((await anchored({ ...change, headers })).anchors[0]).toBe(bookmark)
  })

  it('is carried by the client, past answers without one, so that it reads its own writes', async () => {
    const { token } = await founder()
    const sent: (string | null)[] = []
    const given: (string | null)[] = []
    const client = createClient(ORIGIN, {
      token,
      fetch: async (input, init) => {
        sent.push(new Headers(init?.headers).get('D1-Bookmark'))
        const isSilent = String(input).endsWith('/health')
        const response = isSilent ? Response.json({ status: 'ok' }) : await worker({})(input, init)
        given.push(response.headers.get('D1-Bookmark'))
        return response
      },
    })
    const { id } = await bodyOf(client.v1.leads.$post({ json: { title: 'Mine' } }), 201)
    await client.health.$get()
    await bodyOf(client.v1.leads[':id'].$get({ param: { id }, query: {} }), 200)
    expect(given[0]).toMatch(/^[0-9a-f-]+$/)
    expect(given[1]).toBeNull()
    expect(sent).toEqual([null, given[0], given[0]])
  })

  it('is refused where it cannot be one, rather than handed to the database', async () => {
    const { token } = await founder()
    for (const bad of ['', 'first-primary', '1; DROP', 'x'.repeat(200)]) {
      const refused = refusalOf(send('/v1/leads', { token, headers: { 'D1-Bookmark': bad } }), 400, 'invalid')
      expect((await refused).errors).toMatchObject([{ path: 'header.D1-Bookmark', code: 'invalid_bookmark' }])
    }
  })
})

describe('an answer of a dialect', () => {
  const everything = worker({ DIALECTS: 'manager,leads,enquiries,tickets,personal' })

  it.each([
    ['/api/enquiries/unclaimed', 'enquiries;v1="/v1/leads"'],
    ['/api/leads?page=1', 'leads;v1="/v1/leads"'],
    ['/customers/search', 'manager;v1="/v1/customers"'],
    ['/users/meetings/', 'tickets;v1="/v1/interactions"'],
    ['/api/v1/notes/list-notes', 'personal;v1="/v1/interactions"'],
    ['/api/nothing', 'enquiries;v1="/v1"'],
  ])('names it and the path of /v1: %s', async (path, named) => {
    const refused = await send(path, { headers: { Origin: APP } }, everything)
    expect([refused.ok, refused.headers.get('Edge-CRM-Dialect')]).toEqual([false, named])
    expect(refused.headers.get('Access-Control-Expose-Headers')).toContain('Edge-CRM-Dialect')
  })

  it('says it in words where the other system has none, and /v1 says nothing of it', async () => {
    const fetch = worker({ DIALECTS: 'leads', RATE_LIMIT_MAX: '1' })
    const headers = { 'CF-Connecting-IP': freshAddress() }
    await send('/api/leads', { headers }, fetch)
    const refused = await send('/api/leads', { headers }, fetch)
    expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('/v1')])
    expect((await send('/v1/leads')).headers.get('Edge-CRM-Dialect')).toBeNull()
  })
})

describe('the rate limit', () => {
  const limited = (settings: Record<string, string>) => worker({ RATE_LIMIT_WINDOW_SECONDS: '900', ...settings })

  it('is told on every answer, and ends in a problem that says when to come back', async () => {
    const [one, other] = [await founder(), await founder()]
    const fetch = limited({ RATE_LIMIT_MAX: '2', USER_RATE_LIMIT_MAX: '2' })
    for (const left of [1, 0]) {
      const { status, headers } = await send('/v1/leads', { token: one.token }, fetch)
      expect([status, headers.get('RateLimit-Policy')]).toEqual([200, '"default";q=2;w=900'])
      expect(headers.get('RateLimit')).toMatch(new RegExp(`^"default";r=${left};t=\\d+$`))
    }
    const refused = await send('/v1/leads', { token: one.token, headers: { Origin: APP } }, fetch)
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe(APP)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(refused.headers.get('RateLimit')).toContain('"default";r=0')
    await refusalOf(refused, 429, 'rate_limited')
    // Counted is the person, and where nobody is signed in the address.
    await bodyOf(send('/v1/leads', { token: other.token }, fetch), 200)
    const from = (address: string) => send('/problems/stale', { headers: { 'CF-Connecting-IP': address } }, fetch)
    const [home, away] = [freshAddress(), freshAddress()]
    for (const status of [200, 200, 429]) expect((await from(home)).status).toBe(status)
    expect((await from(away)).status).toBe(200)
  })

  it.each([
    ['a person', 'USER_RATE_LIMIT_MAX', '/v1/leads', true],
    ['a stranger', 'RATE_LIMIT_MAX', '/v1/leads', false],
    ['a user of a dialect', 'RATE_LIMIT_MAX', '/api/leads', true],
  ])('says to %s why, and that %s raises it', async (_, setting, path, isSignedIn) => {
    const { token } = await founder()
    const fetch = limited({ [setting]: '1', DIALECTS: 'leads' })
    const asked = { ...(isSignedIn ? { token } : {}), headers: { 'CF-Connecting-IP': freshAddress() } }
    await send(path, asked, fetch)
    const refused = await send(path, asked, fetch)
    expect(refused.status).toBe(429)
    expect(await refused.text()).toMatch(new RegExp(`1 requests in 15 minutes;.* ${setting}\\. Wait \\d+ seconds`))
  })

  it('leaves ten times as much to monitors, which ask whether the service is up', async () => {
    const fetch = limited({ RATE_LIMIT_MAX: '2' })
    for (const path of ['/health', '/ready']) {
      expect((await send(path, {}, fetch)).headers.get('RateLimit-Policy')).toBe('"machine";q=20;w=900')
    }
  })

  it('is its own, and tighter, for signing in and up', async () => {
    const fetch = limited({ AUTH_RATE_LIMIT_MAX: '1' })
    const headers = { 'CF-Connecting-IP': freshAddress() }
    const login = (email: string) =>
      send('/v1/auth/login', { method: 'POST', json: { email, password: 'wrong password' }, headers }, fetch)
    const tried = await login('a@example.com')
    expect(tried.headers.get('RateLimit-Policy')).toMatch(/^"default";q=\d+;w=900, "auth";q=1;w=900$/)
    await refusalOf(tried, 401, 'invalid_credentials')
    await refusalOf(login('b@example.com'), 429, 'rate_limited')
    expect((await send('/health', { headers }, fetch)).status).toBe(200)
  })
})

it('tags every record that can be changed with its version, and no list', async () => {
  const { admin, sales } = await team()
  const { id } = await lead(admin)
  for (const path of [`/v1/leads/${id}`, `/v1/users/${sales.id}`, '/v1/workspace']) {
    const response = await send(path, { token: admin.token })
    const tag = response.headers.get('ETag') ?? ''
    expect([path, tag]).toEqual([path, expect.stringMatching(/^"\d+"$/)])
    const again = await send(path, { token: admin.token, headers: { 'If-None-Match': `"x", ${tag}` } })
    expect([again.status, again.headers.get('D1-Bookmark')]).toEqual([304, expect.any(String)])
  }
  for (const path of ['/v1/leads', '/v1/users', '/v1/events']) {
    expect((await send(path, { token: admin.token })).headers.get('ETag')).toBeNull()
  }
  expect((await api(admin.token).v1.leads[':id'].$get({ param: { id }, query: {} })).headers.get('ETag')).toBe('"1"')
})

describe('what the document says of headers', () => {
  const operation = (name: string) => operations.find((each) => each.name === name)
  const BESIDE = ['ETag', 'Location', 'Retry-After']

  it('is so: ETag of records, Location of what was made, Retry-After, and 304 where an ETag is asked for', async () => {
    const admin = await founder()
    const { id } = await lead(admin)
    const workspace = admin.slug
    const asked: [string, string, object?][] = [
      ['POST /v1/leads', '/v1/leads', { title: 'A lead' }],
      ['GET /v1/leads', '/v1/leads'],
      ['GET /v1/leads/{id}', `/v1/leads/${id}`],
      ['PATCH /v1/leads/{id}', `/v1/leads/${id}`, { title: 'Another' }],
      ['POST /v1/leads/{id}/claim', `/v1/leads/${id}/claim`],
      ['POST /v1/leads/{id}/convert', `/v1/leads/${id}/convert`, {}],
      ['POST /v1/enquiries', '/v1/enquiries', { workspace, name: 'Alice', email: 'alice@example.com' }],
      ['POST /v1/customers', '/v1/customers', { name: 'Carl' }],
      ['PUT /v1/customers', '/v1/customers?match=email', { name: 'Carl', email: `${id}@example.com` }],
      ['POST /v1/api-keys', '/v1/api-keys', { name: 'Website', scopes: ['leads:write'] }],
      ['POST /v1/workspace/invitations', '/v1/workspace/invitations', { email: 'grace@example.com' }],
      ['GET /v1/workspace', '/v1/workspace'],
      ['GET /v1/users/{id}', `/v1/users/${admin.id}`],
      ['GET /v1/auth/me', '/v1/auth/me'],
      ['PATCH /v1/users/me/notifications', '/v1/users/me/notifications', { digest: 'daily' }],
      ['POST /v1/calendar', '/v1/calendar'],
    ]
    for (const [name, path, json] of asked) {
      const answer = await send(path, { method: name.split(' ')[0], token: admin.token, json })
      expect(answer.ok, `${name}: ${await answer.text()}`).toBe(true)
      const said = Object.keys(operation(name)?.responses[answer.status]?.headers ?? {})
      expect([name, said]).toEqual([name, BESIDE.filter((header) => answer.headers.has(header))])
    }
    const headers = { 'If-None-Match': '"1"' }
    expect((await send('/v1/workspace', { token: admin.token, headers })).status).toBe(304)
    const { responses, parameters } = operation('GET /v1/workspace') ?? {}
    expect(Object.keys(responses?.['304']?.headers ?? {})).toEqual(['ETag'])
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'If-None-Match', in: 'header' }))
    for (const { name, responses } of operations) {
      if (responses['429']) expect([name, Object.keys(responses['429'].headers)]).toEqual([name, ['Retry-After']])
    }
  })
})
