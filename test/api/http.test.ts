// What every request may meet before a service does: bodies that are none, routes that are none, and the pages for machines.
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { ORIGIN, send, worker } from '../support/api'
import { failingDatabase, LOST } from '../support/bindings'
import { founder, type Person } from '../support/factories'

const MB = 1_048_576
const JSON_TYPE = { 'Content-Type': 'application/json' }
type Raw = { body?: BodyInit; headers?: Record<string, string> }
const post = ({ token }: Person, init: Raw, path = '/v1/leads') => send(path, { method: 'POST', token, ...init })

describe('a body', () => {
  it.each(['', '{', '{"title":"x"', "{'title':'x'}", 'title=x', '{"title":"x"} {}', 'undefined', '\u0000'])(
    'that is no JSON is refused: %o',
    async (body) => {
      await refusalOf(post(await founder(), { headers: JSON_TYPE, body }), 400, 'malformed_json')
    },
  )

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'json',
  ])('that says it is %s is refused, with the mend', async (type) => {
    const problem = await refusalOf(
      post(await founder(), { headers: { 'Content-Type': type }, body: '{"title":"x"}' }),
      415,
      'wrong_content_type',
    )
    expect(problem.detail).toContain('application/json')
  })

  it('that says nothing of its type is refused too', async () => {
    const body = new TextEncoder().encode('{"title":"x"}')
    await refusalOf(post(await founder(), { body }), 415, 'wrong_content_type')
  })

  it.each(['application/json', 'application/json; charset=utf-8', 'application/merge-patch+json'])(
    'that says it is %s is read',
    async (type) => {
      await bodyOf(post(await founder(), { headers: { 'Content-Type': type }, body: '{"title":"x"}' }), 201)
    },
  )

  it('of 1 MB is read, and one byte more is refused, whether or not its length is told', async () => {
    const admin = await founder()
    const sized = (bytes: number) => `{"title":"${'x'.repeat(bytes - '{"title":""}'.length)}"}`
    const streamed = (text: string) => new Response(text).body ?? expect.fail()
    for (const [bytes, status, code] of [
      [MB, 400, 'invalid'],
      [MB + 1, 413, 'body_too_large'],
    ] as const) {
      const told = { ...JSON_TYPE, 'Content-Length': String(bytes) }
      await refusalOf(post(admin, { headers: told, body: sized(bytes) }), status, code)
      await refusalOf(post(admin, { headers: JSON_TYPE, body: streamed(sized(bytes)) }), status, code)
      const keyed = { ...JSON_TYPE, 'Idempotency-Key': crypto.randomUUID() }
      await refusalOf(post(admin, { headers: keyed, body: streamed(sized(bytes)) }), status, code)
    }
    await refusalOf(post(admin, { headers: JSON_TYPE, body: sized(3 * MB) }, '/v1/nowhere'), 413, 'body_too_large')
  })

  it('is not needed where a route takes none, and may be empty where all of it is optional', async () => {
    const admin = await founder()
    expect((await post(admin, {}, '/v1/leads/claim-next')).status).toBe(204)
    await refusalOf(post(admin, {}, `/v1/leads/${crypto.randomUUID()}/convert`), 404, 'not_found')
  })
})

describe('what is refused as invalid', () => {
  it.each([
    ['GET', '/v1/leads?color=red&limit=5', undefined, ['query.color', 'unknown']],
    ['GET', '/v1/leads?limit=many', undefined, ['query.limit', 'invalid_type']],
    ['GET', '/v1/leads?owner=nobody', undefined, ['query.owner', 'custom', 'must be none, me or the id of a member']],
    ['GET', '/v1/interactions?author=none', undefined, ['query.author', 'custom', 'must be me or the id of a member']],
    ['GET', '/v1/leads/first', undefined, ['path.id', 'invalid_format']],
    ['POST', '/v1/leads', { title: 'x', color: 'red' }, ['body.color', 'unknown']],
    ['POST', '/v1/leads', { title: 'a\u0000b' }, ['body.title', 'custom']],
    ['POST', '/v1/leads', { title: 'x', metadata: { a: Number.NaN }, email: 7 }, ['body.email', 'invalid_type']],
    ['POST', '/v1/leads', [], ['body', 'invalid_type']],
  ])('%s %s names its place', async (method, path, json, [place, code, says]) => {
    const { token } = await founder()
    const { errors } = await refusalOf(send(path, { method, token, json }), 400, 'invalid')
    expect(errors).toEqual([{ path: place, message: says ?? expect.stringMatching(/\w/), code }])
  })
})

describe('a path', () => {
  it.each([
    ['PUT', '/v1/leads', 'GET, POST'],
    ['PATCH', '/health', 'GET'],
    ['POST', '/v1/leads/0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e', 'GET, PATCH, DELETE'],
    ['DELETE', '/v1/auth/login', 'POST'],
  ])('that does not know %s, as %s, is a 405 that names the methods', async (method, path, allow) => {
    const { token } = await founder()
    const response = await send(path, { method, token })
    expect(response.headers.get('Allow')).toBe(allow)
    expect((await refusalOf(response, 405, 'method_not_allowed')).detail).toContain(allow)
    const page = await send('/dashboard/search', { method: 'PUT', headers: { Origin: ORIGIN } })
    expect([page.status, page.headers.get('Allow')]).toEqual([405, 'GET'])
  })

  it.each(['/v1/leads/', '/v1//leads', '//v1/leads', '/v1/leads//'])('%s is that of the list', async (path) => {
    const { token } = await founder()
    expect(await bodyOf(send(path, { token }), 200)).toMatchObject({ data: [] })
  })
})

describe('a body in another encoding', () => {
  it.each([
    ['Latin-1', '{"title":"J\u00f6rg"}', undefined, 'Windows-1252: see byte 12'],
    ['a charset that is named', '{"title":"J\u00f6rg"}', 'application/json; charset=iso-8859-1', 'It is iso-8859-1'],
  ])('%s is refused, and the encoding named', async (_, text, type, says) => {
    const body = Uint8Array.from(text, (char) => char.charCodeAt(0))
    const headers = { 'Content-Type': type ?? 'application/json' }
    const { detail } = await refusalOf(post(await founder(), { headers, body }), 400, 'unsupported_encoding')
    expect(detail).toContain(says)
  })

  it('is refused in an address, and UTF-8 is read with its mark', async () => {
    const { token } = await founder()
    await refusalOf(send('/v1/leads?q=J%F6rg', { token }), 400, 'unsupported_encoding')
    await bodyOf(send('/v1/leads?q=J%C3%B6rg%', { token }), 200)
    await bodyOf(post(await founder(), { headers: JSON_TYPE, body: '\ufeff{"title":"J\u00f6rg"}' }), 201)
  })

  it('is refused by the desk', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: ORIGIN }
    const sent = (body: string) => send('/dashboard/sign-in/enter', { method: 'POST', headers, body })
    expect((await sent('email=J%F6rg%40example.com&password=x')).status).toBe(400)
    expect((await sent('email=J%C3%B6rg%40example.com&password=x')).status).toBe(401)
  })
})

it.each([
  ['{"title":"x",}', 'line 1, column 14 (position 13) stands "}" instead of a name'],
  ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3 (position 13) stands "\\"" instead of , or }'],
  ['{"a":[1,]}', 'column 9 (position 8) stands "]" instead of a value'],
  ['{"a":"x', 'stands the end instead of the closing "'],
  ["{'a':1}", 'column 2 (position 1) stands "\'" instead of a name in double quotes'],
  ['{"a":1} {}', 'position 8) stands "{" instead of the end'],
  ['{"a":01}', 'position 6) stands "1" instead of , or }'],
  ['{"a":"\\x"}', 'stands "x" instead of an escape'],
  ['', 'send {}, or no Content-Type'],
])('JSON with a mistake is told its place: %o', async (body, says) => {
  const { detail } = await refusalOf(post(await founder(), { headers: JSON_TYPE, body }), 400, 'malformed_json')
  expect(detail).toContain(says)
})

it.each([
  ['page', 'cursor'],
  ['offset', 'cursor'],
  ['per_page', 'limit'],
])('a list that is asked for by %s names %s', async (name, meant) => {
  const { token } = await founder()
  const { errors } = await refusalOf(send(`/v1/leads?${name}=2`, { token }), 400, 'invalid')
  expect(errors?.[0]?.message).toContain(`\`${meant}\``)
})

it.each([
  ['GET', '/v1'],
  ['GET', '/V1/leads'],
  ['GET', '/v1/%2e%2e/etc'],
  ['POST', '/v1/nowhere'],
])('%s %s, which is no route, is a problem like any other', async (method, path) => {
  const { token } = await founder()
  const { detail } = await refusalOf(send(path, { method, token }), 404, 'not_found')
  expect(detail).toContain('/doc')
})

describe('the pages for machines', () => {
  it('begin at /, which leads a browser to the desk and tells a program what there is', async () => {
    const page = await send('/', {
      headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
      redirect: 'manual',
    })
    expect([page.status, page.headers.get('Location'), page.headers.get('Vary')]).toEqual([
      302,
      '/dashboard',
      'Accept, Origin',
    ])
    const index = await bodyOf(send('/', { headers: { Accept: '*/*' } }), 200)
    expect(index).toMatchObject({ api: `${ORIGIN}/v1`, openapi: `${ORIGIN}/openapi.json` })
    expect(await bodyOf(send('/'), 200)).toEqual(index)
  })

  it('explain no code that is none', async () => {
    for (const code of ['nothing', 'toString', '__proto__', 'constructor']) {
      await refusalOf(send(`/problems/${code}`), 404, 'not_found')
    }
    await refusalOf(send(`/problems/${'x'.repeat(61)}`), 400, 'invalid')
  })

  it('have the address of a problem as its type', async () => {
    const { type } = await refusalOf(send('/v1/leads'), 401, 'unauthenticated')
    expect(type).toBe(`${ORIGIN}/problems/unauthenticated`)
    expect((await send(new URL(type).pathname)).status).toBe(200)
  })

  it('say that the Worker runs, without asking the database', async () => {
    const fetch = worker({ DB: failingDatabase(LOST) })
    expect(await bodyOf(send('/health', {}, fetch), 200)).toEqual({ status: 'ok' })
    const head = await send('/health', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  describe('say whether it can do its work', () => {
    afterEach(() => void vi.restoreAllMocks())

    it('which it can', async () => {
      expect(await bodyOf(send('/ready'), 200)).toEqual({ status: 'ok' })
    })

    it('which it cannot while the database does not answer', async () => {
      vi.spyOn(console, 'error').mockImplementation(() => {})
      const response = await send('/ready', {}, worker({ DB: failingDatabase(LOST) }))
      expect(response.headers.get('Retry-After')).toMatch(/^\d+$/)
      await refusalOf(response, 503, 'unavailable')
    })

    it('which it cannot before the migrations', async () => {
      await env.DB.exec('ALTER TABLE leads_fts RENAME TO moved_fts')
      try {
        const problem = await refusalOf(send('/ready'), 503, 'unavailable')
        expect(problem.detail).toContain('apply the migrations')
      } finally {
        await env.DB.exec('ALTER TABLE moved_fts RENAME TO leads_fts')
      }
      expect((await send('/ready')).status).toBe(200)
    })
  })
})
