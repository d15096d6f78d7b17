// What holds for every dialect and every request of it: who may, what it costs, how it fails, and that it is off unless on.
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { type PERMISSIONS, POLICY, type Role } from '../../src/access/policy'
import { createApp } from '../../src/app'
import { DIALECTS } from '../../src/config'
import { ROLES } from '../../src/db/schema/users'
import { noteOn } from '../../src/dialects/dialect'
import { dialects } from '../../src/dialects/dialects'
import { documentText } from '../../src/dialects/documents'
import { bodyOf } from '../support/answers'
import { problemOf, send, worker } from '../support/api'
import { failingDatabase, LOST } from '../support/bindings'
import { founder, freshAddress, member, PASSWORD, type Person, signIn } from '../support/factories'
import { withProviders } from '../support/oauth-browser'
import { routesOf, statesOf, unlisted } from '../support/replay'

const readmes = import.meta.glob<string>('../../src/dialects/*/README.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const readmeOf = (name: string) => readmes[`../../src/dialects/${name}/README.md`] ?? ''

/** Every request of every dialect, with what is noted on it, and a Worker that speaks this dialect alone. */
const requests = dialects.flatMap((dialect) => {
  const fetch = worker(withProviders({ DIALECTS: dialect.name }))
  return routesOf(dialect).map((name) => {
    const [method = '', path = ''] = name.split(' ')
    const handlers = dialect.app.routes.filter(
      (route) => route.method === method && route.path.replace(/\{[^}]*\}/g, '') === path,
    )
    const { permission, summary } = Object.assign({}, ...handlers.map(({ handler }) => noteOn(handler)))
    return { name: `${dialect.name}: ${name}`, dialect, method, path, permission, summary, fetch }
  })
})
type Request = (typeof requests)[number]
const each = requests.map((request) => [request.name, request] as const)
const guarded = each.filter(([, { permission }]) => permission !== undefined)

/** The statuses that were answered, by dialect and request. */
const walked = new Map<string, Map<string, Set<number>>>()
function note({ dialect, method, path }: Request, { status }: Response) {
  const seen = walked.get(dialect.name) ?? new Map<string, Set<number>>()
  walked.set(dialect.name, seen)
  const name = `${method} ${path}`
  seen.set(name, (seen.get(name) ?? new Set()).add(status))
}

type Calling = { body?: string; fetch?: typeof fetch; id?: string }
async function call(request: Request, token?: string, calling: Calling = {}) {
  const response = await ask(request, token, calling)
  note(request, response)
  return response
}

function ask({ method, path, fetch }: Request, token?: string, call: Calling = {}) {
  const filled = path.replace(/:\w+/g, () => call.id ?? crypto.randomUUID())
  const body = method === 'GET' ? {} : { body: call.body ?? '{}' }
  const headers = { 'Content-Type': 'application/json', 'CF-Connecting-IP': freshAddress() }
  return send(filled, { method, token, headers, ...body }, call.fetch ?? fetch)
}

const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  responses: z.record(z.string(), z.unknown()),
  security: z.array(z.unknown()),
})
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })

/** The refusal of a dialect: JSON with a sentence, and nothing of a problem document. */
async function refusalOf(response: Response, status: number) {
  expect([response.status, response.headers.get('Content-Type')]).toEqual([status, 'application/json'])
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  const body = await response.json<Record<string, unknown>>()
  expect(body.message ?? body.error).toEqual(expect.any(String))
  for (const field of ['type', 'title', 'detail', 'code', 'requestId']) expect(body).not.toHaveProperty(field)
  return body
}

const people = new Map<Role, Person>()
beforeAll(async () => {
  const admin = await founder()
  for (const role of ROLES) people.set(role, role === 'ADMIN' ? admin : await member(admin, role))
})
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

it('there are five, with what their READMEs list, and nothing documented is left out', () => {
  expect(dialects.map(({ name }) => name).sort()).toEqual([...DIALECTS].sort())
  const states = dialects.flatMap(({ name }) => [...statesOf(readmeOf(name)).values()].map(({ state }) => state))
  expect(states.filter((state) => !state.startsWith('works'))).toEqual([])
  const listed = dialects.map(({ name }) => statesOf(readmeOf(name)).size)
  expect(listed.every((size) => size >= 6)).toBe(true)
  expect(listed.reduce((sum, size) => sum + size)).toBeGreaterThanOrEqual(90)
  expect(requests.length).toBeGreaterThan(80)
})

describe('without a token', () => {
  it.each(guarded)('%s is a 401 in its own words', async (_, request) => {
    for (const token of [undefined, 'not.a.token']) await refusalOf(await call(request, token), 401)
  })
})

describe.each(ROLES)('as %s', (role) => {
  it('is let through wherever the policy says so, and refused elsewhere', async () => {
    for (const [name, request] of guarded) {
      const permission: keyof typeof PERMISSIONS = request.permission
      // Signed in for this request alone, for some of them sign out.
      const { accessToken } = await bodyOf(signIn({ email: people.get(role)?.email ?? '', password: PASSWORD }), 200)
      const response = await call(request, accessToken)
      if (POLICY[role][permission] === undefined) await refusalOf(response, 403)
      // A customer is denied, in `manager`, every record but the own one.
      else if (role !== 'CUSTOMER') expect([401, 403], `${name} ${response.status}`).not.toContain(response.status)
      expect(response.status, name).toBeLessThan(500)
    }
  })
})

describe('the table of a README', () => {
  it('lists what is answered to input that is wrong, by role', async () => {
    for (const [, request] of each) {
      for (const role of ROLES) {
        const { accessToken } = await bodyOf(signIn({ email: people.get(role)?.email ?? '', password: PASSWORD }), 200)
        for (const calling of [{ id: '123' }, { body: '{' }, { body: '{"name":{}}' }])
          await call(request, accessToken, calling)
      }
    }
    for (const { name } of dialects) {
      expect([name, unlisted(readmeOf(name), walked.get(name) ?? new Map())]).toEqual([name, []])
    }
  })
})

describe('a failure', () => {
  const DB = failingDatabase(LOST)
  it.each(guarded)('of the database is a 503 of %s', async (_, request) => {
    const fetch = worker({ DIALECTS: request.dialect.name, DB })
    const response = await call(request, people.get('ADMIN')?.token, { fetch })
    // What is refused for its input has not come to the database; the replays send good input.
    if (response.status === 400) return void (await refusalOf(response, 400))
    await refusalOf(response, 503)
    expect(response.headers.get('Retry-After')).toMatch(/^\d+$/)
  })

  it.each(dialects.map((dialect) => [dialect.name, dialect] as const))(
    'of any kind is in the words of %s',
    async (name, { signsIn }) => {
      const fetch = worker({ DIALECTS: name })
      const [path = ''] = signsIn
      const headers = { 'Content-Type': 'application/json' }
      const post = (body: string, by = fetch) => send(path, { method: 'POST', body, headers }, by)
      await refusalOf(await post('{'), 400)
      await refusalOf(await post('[]'), 400)
      await refusalOf(await post('"'.repeat(1_100_000)), 413)
      await refusalOf(await send(`${path}/nowhere`, {}, fetch), 404)
      const hasty = worker({ DIALECTS: name, AUTH_RATE_LIMIT_MAX: '1' })
      await post('{}', hasty)
      const limited = await post('{}', hasty)
      await refusalOf(limited, 429)
      expect(limited.headers.get('Retry-After')).toMatch(/^\d+$/)
      const bookmark = await send(path, { method: 'POST', headers: { 'D1-Bookmark': 'no bookmark!' } }, fetch)
      await refusalOf(bookmark, 400)
    },
  )

  it('that nobody foresaw says nothing of the inside', async () => {
    const DB = failingDatabase('D1_ERROR: no such column: secrets.colour: SQLITE_ERROR')
    for (const [, request] of guarded.filter(([, { method }]) => method === 'GET').slice(0, 20)) {
      const response = await call(request, people.get('ADMIN')?.token, {
        fetch: worker({ DIALECTS: request.dialect.name, DB }),
      })
      if (response.status === 500)
        expect(JSON.stringify(await refusalOf(response, 500))).not.toMatch(/colour|SQLITE|D1/)
    }
  })
})

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
            token: people.get(ROLES[who] ?? 'ADMIN')?.token,
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

describe('a dialect that is not on', () => {
  const none = worker({ DIALECTS: '' })
  it.each(each)('does not answer %s, however its path is written', async (_, request) => {
    expect(await problemOf(await call(request, undefined, { fetch: none }))).toMatchObject({ code: 'not_found' })
    const disguised = { ...request, path: `/@${request.dialect.name}${request.path}` }
    for (const fetch of [none, request.fetch]) {
      expect((await call(disguised, people.get('ADMIN')?.token, { fetch })).status).toBe(404)
      const encoded = { ...disguised, path: disguised.path.replace('/@', '/%40') }
      expect((await call(encoded, people.get('ADMIN')?.token, { fetch })).status).toBe(404)
    }
  })

  it('has no document', async () => {
    await problemOf(await send('/openapi/leads.json', {}, none))
    expect(await (await send('/doc', {}, none)).text()).not.toContain('/openapi/')
    const page = await (await send('/doc', {}, worker({ DIALECTS: 'leads' }))).text()
    expect(page.match(/\/openapi\/\w+\.json/g)).toEqual(['/openapi/leads.json'])
  })

  it('leaves /v1 as it is', async () => {
    const { token } = people.get('ADMIN') ?? (await founder())
    for (const fetch of [none, worker({ DIALECTS: DIALECTS.join(' , ') })]) {
      expect((await send('/v1/leads', { token }, fetch)).status).toBe(200)
      await problemOf(await send('/v1/nowhere', { token }, fetch))
      await problemOf(await send('/nowhere', {}, fetch))
    }
  })
})

describe('the document of a dialect', () => {
  it.each(dialects.map((dialect) => [dialect.name, dialect] as const))(
    '%s tells every request',
    async (name, dialect) => {
      const served = await (await send(`/openapi/${name}.json`)).text()
      expect(served).toBe(documentText(dialect))
      const { paths } = Document.parse(JSON.parse(served))
      const operations = Object.entries(paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) => ({
          path,
          method,
          ...operation,
        })),
      )
      const told = operations.map(({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
      expect(told.sort()).toEqual(
        routesOf(dialect)
          .map((request) => request.replace(/\/$/, ''))
          .sort(),
      )
      expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
      for (const { summary, responses, security } of operations) {
        expect(summary.length).toBeGreaterThan(5)
        expect(Object.keys(responses).some((status) => /^[23]/.test(status))).toBe(true)
        expect(security.length).toBeLessThanOrEqual(1)
      }
    },
  )
})

it('every route that the Worker has beside the product’s own belongs to a dialect', () => {
  const mounted = createApp().routes.filter(({ path, method }) => path.startsWith('/@') && method !== 'ALL')
  const expected = dialects.flatMap(({ name, app }) =>
    app.routes.map(({ method, path }) => `${method} /@${name}${path}`),
  )
  expect(new Set(mounted.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(expected))
})
