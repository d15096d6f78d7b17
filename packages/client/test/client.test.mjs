// What the client does beside the calls: session, waits, repeats, ETags, pages. The server here is a function.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CrmError, CrmNetworkError, createClient, memoryStorage } from '../dist/index.js'

const MINUTE = 60_000
const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
const problem = (code, status, headers) =>
  json({ type: 'x', title: code, status, code, requestId: 'r' }, status, headers)
const session = (name, expiresIn = MINUTE) => ({
  accessToken: `access ${name}`,
  refreshToken: `refresh ${name}`,
  expiresAt: Date.now() + expiresIn,
})

/** A server that answers by `answer(request, nth)`, and notes what it was asked. */
function server(answer) {
  const asked = []
  const fetch = async (request) => {
    const { method, url, headers } = request
    const { pathname, search } = new URL(url)
    asked.push({
      call: `${method} ${pathname}`,
      search,
      header: (name) => headers.get(name),
      body: await request.text(),
    })
    return answer({ ...asked.at(-1), request }, asked.length)
  }
  return { asked, fetch }
}
const client = (fetch, options = {}) => createClient({ url: 'https://crm.example/', fetch, ...options })
const page = (data = [], nextCursor = null) => json({ data, nextCursor })

describe('a session', () => {
  it('is renewed once for many calls at once, before its token expires', async () => {
    const { asked, fetch } = server(({ call }) =>
      call.endsWith('/refresh') ? json({ accessToken: 'access b', refreshToken: 'refresh b', expiresIn: 900 }) : page(),
    )
    const storage = memoryStorage(session('a', 1_000))
    const crm = client(fetch, { storage })
    await Promise.all(Array.from({ length: 5 }, () => crm.GET('/v1/leads')))
    assert.deepEqual(
      asked.filter(({ call }) => call.endsWith('/refresh')).map(({ body }) => body),
      ['{"refreshToken":"refresh a"}'],
    )
    assert.deepEqual(
      asked.slice(1).map(({ header }) => header('Authorization')),
      Array(5).fill('Bearer access b'),
    )
    assert.equal(storage.read().refreshToken, 'refresh b')
  })

  it('is renewed once for two tabs that share it', async () => {
    const storage = memoryStorage(session('a', 1_000))
    const { asked, fetch } = server(async ({ call }) => {
      if (!call.endsWith('/refresh')) return page()
      await new Promise((resolve) => setTimeout(resolve, 20))
      return json({ accessToken: 'access b', refreshToken: 'refresh b', expiresIn: 900 })
    })
    await Promise.all([client(fetch, { storage }), client(fetch, { storage })].map((tab) => tab.GET('/v1/leads')))
    assert.equal(asked.filter(({ call }) => call.endsWith('/refresh')).length, 1)
  })

  it('that the server no longer takes is renewed, and the call sent again', async () => {
    const { asked, fetch } = server(({ call, header }) => {
      if (call.endsWith('/refresh')) return json({ accessToken: 'access b', refreshToken: 'refresh b', expiresIn: 900 })
      return header('Authorization') === 'Bearer access b' ? page([{ id: '1' }]) : problem('unauthenticated', 401)
    })
    const { data } = await client(fetch, { storage: memoryStorage(session('a')) }).GET('/v1/leads')
    assert.equal(data.data.length, 1)
    assert.deepEqual(
      asked.map(({ call }) => call),
      ['GET /v1/leads', 'POST /v1/auth/refresh', 'GET /v1/leads'],
    )
  })

  it('that has ended is forgotten, and the caller is told once', async () => {
    const { fetch } = server(({ call }) =>
      problem(call.endsWith('/refresh') ? 'invalid_refresh_token' : 'unauthenticated', 401),
    )
    let ends = 0
    const storage = memoryStorage(session('a'))
    const crm = client(fetch, { storage, onSignedOut: () => ends++ })
    const answers = await Promise.all([crm.GET('/v1/leads'), crm.GET('/v1/customers')])
    assert.deepEqual(
      answers.map(({ error }) => error.code),
      ['unauthenticated', 'unauthenticated'],
    )
    assert.deepEqual([ends, storage.read()], [1, undefined])
  })

  it('outlives a server that cannot be asked to renew it', async () => {
    const { fetch } = server(({ call }) => (call.endsWith('/refresh') ? problem('unavailable', 503) : page()))
    const storage = memoryStorage(session('a', 1_000))
    const { data } = await client(fetch, { storage }).GET('/v1/leads')
    assert.ok(data)
    assert.equal(storage.read().refreshToken, 'refresh a')
  })

  it('begins with signing in and ends with signing out, also where the server is away', async () => {
    const { asked, fetch } = server(({ call }) => {
      if (call.endsWith('/logout')) throw new TypeError('away')
      return json({ accessToken: 'access a', refreshToken: 'refresh a', expiresIn: 900, user: {}, workspace: {} })
    })
    const storage = memoryStorage()
    const crm = client(fetch, { storage, retries: 0 })
    await crm.signIn({ email: 'ada@example.com', password: 'correct horse battery' })
    assert.equal(storage.read().accessToken, 'access a')
    await assert.rejects(crm.signOut(), CrmNetworkError)
    assert.equal(storage.read(), undefined)
    assert.deepEqual(
      asked.map(({ header }) => header('Authorization')),
      [null, 'Bearer access a'],
    )
  })

  it('of a program is its key', async () => {
    const { asked, fetch } = server(() => problem('unauthenticated', 401))
    await client(fetch, { apiKey: 'ecrm_key' }).GET('/v1/leads')
    assert.deepEqual(
      asked.map(({ header }) => header('Authorization')),
      ['Bearer ecrm_key'],
    )
  })
})

describe('a call', () => {
  it('that comes too early waits as long as it is told to, and is sent again with the same key', async () => {
    const { asked, fetch } = server((_, nth) =>
      nth === 1 ? problem('rate_limited', 429, { 'Retry-After': '0' }) : json({ id: '1' }, 201),
    )
    const { data } = await client(fetch).POST('/v1/leads', { body: { title: 'A lead' } })
    assert.equal(data.id, '1')
    const keys = asked.map(({ header }) => header('Idempotency-Key'))
    assert.match(keys[0], /^[\da-f-]{36}$/)
    assert.deepEqual([keys[1], asked[1].body], [keys[0], '{"title":"A lead"}'])
  })

  it('that is to wait longer than the caller allows is answered at once', async () => {
    const { asked, fetch } = server(() => problem('rate_limited', 429, { 'Retry-After': '900' }))
    const { error } = await client(fetch).GET('/v1/leads')
    assert.deepEqual([error.code, asked.length], ['rate_limited', 1])
  })

  it('is sent again after a dead network where that is safe, and throws in the end', async () => {
    const { asked, fetch } = server((_, nth) => {
      if (nth < 4) throw new TypeError('fetch failed')
      return page()
    })
    const crm = client(fetch, { retries: 1 })
    await assert.rejects(
      crm.GET('/v1/leads'),
      (error) => error instanceof CrmNetworkError && error.cause instanceof TypeError,
    )
    assert.equal(asked.length, 2)
    await assert.rejects(
      crm.PATCH('/v1/leads/{id}', { params: { path: { id: '1' } }, body: { title: 'B' } }),
      CrmNetworkError,
    )
    assert.equal(asked.length, 3)
    assert.ok((await crm.GET('/v1/leads')).data)
  })

  it('that is aborted is not sent again', async () => {
    const { asked, fetch } = server(() => {
      throw new DOMException('aborted', 'AbortError')
    })
    await assert.rejects(client(fetch).GET('/v1/leads', { signal: AbortSignal.abort() }), { name: 'AbortError' })
    assert.ok(asked.length <= 1)
  })

  it('reads its own writes: the bookmark of an answer is sent with the next', async () => {
    const { asked, fetch } = server((_, nth) => json({ data: [], nextCursor: null }, 200, { 'D1-Bookmark': `b${nth}` }))
    const crm = client(fetch)
    await crm.GET('/v1/leads')
    await crm.GET('/v1/leads')
    assert.deepEqual(
      asked.map(({ header }) => header('D1-Bookmark')),
      [null, 'b1'],
    )
  })

  it('changes the version that was read, and no other', async () => {
    const path = { params: { path: { id: '1' } } }
    const { asked, fetch } = server(({ call, header }) => {
      if (call.startsWith('PATCH') && header('If-Match') === '"1"') return problem('stale', 412, { ETag: '"2"' })
      return json({ id: '1' }, 200, { ETag: '"1"' })
    })
    const crm = client(fetch)
    await crm.PATCH('/v1/leads/{id}', { ...path, body: { title: 'unread' } })
    await crm.GET('/v1/leads/{id}', path)
    const { error } = await crm.PATCH('/v1/leads/{id}', { ...path, body: { title: 'mine' } })
    assert.equal(error.code, 'stale')
    await crm.GET('/v1/leads/{id}', path)
    await crm.PATCH('/v1/leads/{id}', { ...path, headers: { 'If-Match': '' }, body: { title: 'anyway' } })
    assert.deepEqual(
      asked.map(({ header }) => header('If-Match')),
      [null, null, '"1"', null, null],
    )
  })
})

describe('a query', () => {
  it('is written as the API reads it', async () => {
    const { asked, fetch } = server(() => page())
    const createdAfter = new Date('2026-11-01T00:00:00Z')
    const query = {
      trashed: false,
      limit: 5,
      tag: ['a', 'b'],
      createdAfter,
      customFields: { plan: 'gold' },
      q: undefined,
    }
    await client(fetch).GET('/v1/customers', { params: { query } })
    const expected =
      'trashed=false&limit=5&tag=a&tag=b&createdAfter=2026-11-01T00%3A00%3A00.000Z&customFields.plan=gold'
    assert.equal(asked[0].search, `?${expected}`)
  })
})

describe('pages', () => {
  it('come one after the other, and only as far as they are read', async () => {
    const { asked, fetch } = server(({ search }) => {
      const at = Number(new URLSearchParams(search).get('cursor') ?? 0)
      return page([{ id: `${at}a` }, { id: `${at}b` }], at < 9 ? String(at + 1) : null)
    })
    const ids = []
    for await (const { id } of client(fetch).pages('/v1/leads', { query: { status: 'NEW' } })) {
      ids.push(id)
      if (ids.length === 5) break
    }
    assert.deepEqual(ids, ['0a', '0b', '1a', '1b', '2a'])
    assert.deepEqual(
      asked.map(({ search }) => search),
      ['?status=NEW', '?status=NEW&cursor=1', '?status=NEW&cursor=2'],
    )
  })

  it('throw the problem that ends them', async () => {
    const { fetch } = server(() => problem('forbidden', 403))
    await assert.rejects(
      client(fetch).pages('/v1/events').next(),
      (error) => error instanceof CrmError && error.problem.code === 'forbidden',
    )
  })
})

describe('an upload', () => {
  it('is sent as it is and tells how far it is', async () => {
    const { asked, fetch } = server(() => json({ id: '1', status: 'RUNNING' }, 202))
    const seen = []
    const file = new Blob(['name\r\n', 'Ada\r\n'.repeat(100_000)])
    const upload = { type: 'text/csv', query: { entity: 'customers', dryRun: true }, onProgress: (at) => seen.push(at) }
    assert.equal((await client(fetch).upload(file, upload)).status, 'RUNNING')
    const [{ search, header, body }] = asked
    assert.deepEqual(
      [search, header('Content-Type'), header('Idempotency-Key')],
      ['?entity=customers&dryRun=true', 'text/csv', null],
    )
    assert.equal(body, await file.text())
    assert.deepEqual(seen.at(-1), { sent: file.size, total: file.size })
  })
})
