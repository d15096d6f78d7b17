import { afterEach, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { send, worker } from '../support/api'
import { databaseWith, failingDatabase, failingKv, LOST } from '../support/bindings'
import { everythingStored } from '../support/database'
import { founder, freshAddress, member, type Person } from '../support/factories'
import {
  anyOne,
  exampleBody,
  NEEDS_SETTINGS,
  neededQuery,
  type Operation,
  operations,
  whoMay,
} from '../support/operations'

let errors: MockInstance<typeof console.error>
let warnings: MockInstance<typeof console.warn>
beforeEach(() => {
  errors = vi.spyOn(console, 'error').mockImplementation(() => {})
  warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const logged = () => [...errors.mock.calls, ...warnings.mock.calls].flat().map(String)

/** What asks nothing of the database. Whoever adds an operation that does not adds it here. */
const WITHOUT_DATABASE = ['GET /health', 'GET /problems/{code}', 'GET /v1/events/types']

/** Calls an operation as its document says, with what must be genuine in place of the example. */
function call(operation: Operation, people: { by: Person; customer: Person }, fetch: typeof globalThis.fetch) {
  const by = whoMay(operation, people.by, people.customer)
  const path =
    operation.path.replace('{code}', 'invalid').replace(/\{(\w+)\}/g, (_, name: string) => anyOne(name)) +
    neededQuery(operation)
  const { refreshToken } = by
  const json = operation.operationId === 'refresh' ? { refreshToken } : exampleBody(operation)
  const headers = { 'CF-Connecting-IP': freshAddress() }
  return send(path, { method: operation.method, token: by.token, json, headers }, fetch)
}

describe('while the database cannot be reached', () => {
  let people: { by: Person; customer: Person }
  beforeAll(async () => {
    const by = await founder()
    people = { by, customer: await member(by, 'CUSTOMER') }
  })
  const fetch = worker({ DB: failingDatabase(LOST) })

  const touching = operations.filter(({ name }) => ![...WITHOUT_DATABASE, ...NEEDS_SETTINGS].includes(name))
  it.each(touching.map((operation) => [operation.name, operation] as const))(
    '%s is a 503 that says when to come back',
    async (_name, operation) => {
      const before = await everythingStored()
      const response = await call(operation, people, fetch)
      expect(response.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/)
      expect(await refusalOf(response, 503, 'unavailable')).not.toHaveProperty('detail')
      expect(operation.responses).toHaveProperty('503')
      expect(await everythingStored()).toBe(before)
    },
  )

  it('what asks nothing of it is answered', async () => {
    for (const operation of operations.filter(({ name }) => WITHOUT_DATABASE.includes(name))) {
      expect((await call(operation, people, fetch)).status).toBe(200)
    }
  })

  it.each([
    ['D1_ERROR: Network connection lost.'],
    ['D1_ERROR: D1 DB is overloaded. Requests queued for too long.'],
    ['D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.'],
    ['D1_ERROR: Exceeded maximum DB size: SQLITE_FULL'],
    ['D1_ERROR: database is locked: SQLITE_BUSY'],
    ['internal error; reference = abc123'],
  ])('because of “%s”, a read and a write are 503s', async (message) => {
    const { token } = await founder()
    const fetch = worker({ DB: failingDatabase(message) })
    await refusalOf(send('/v1/workspace', { token }, fetch), 503, 'unavailable')
    await refusalOf(send('/v1/leads', { token, method: 'POST', json: { title: 'x' } }, fetch), 503, 'unavailable')
    expect(logged().map((line) => JSON.parse(line).event)).toEqual(Array(2).fill('database_unavailable'))
  })

  it('and says nothing at all, the caller waits 15 seconds and no more', async () => {
    const { token } = await founder()
    const asked = Promise.withResolvers<void>()
    const DB = databaseWith(() => {
      asked.resolve()
      return new Promise(() => {})
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const pending = send('/v1/workspace', { token }, worker({ DB }))
    await asked.promise
    await vi.advanceTimersByTimeAsync(15_000)
    await refusalOf(pending, 503, 'unavailable')
  })
})

describe('an error that nobody foresaw', () => {
  it.each([
    ['a single statement', 'GET', '/v1/workspace', undefined],
    ['a list with a search', 'GET', '/v1/leads?q=secretword', undefined],
    ['a batch', 'POST', '/v1/leads', { title: 'secretword', email: 'secretword@example.com' }],
  ])('in %s tells the caller an id, and the log the rest without the parameters', async (_what, method, path, json) => {
    const { token } = await founder()
    const fetch = worker({ DB: failingDatabase('D1_ERROR: no such column: leads.colour: SQLITE_ERROR') })
    const problem = await refusalOf(send(path, { method, token, json }, fetch), 500, 'internal')
    expect(Object.keys(problem).sort()).toEqual(['code', 'requestId', 'status', 'title', 'type'])
    expect(JSON.stringify({ ...problem, requestId: '' })).not.toMatch(/colour|SQLITE|D1|select|stack/i)
    const [line, ...others] = logged()
    expect(others).toEqual([])
    const entry = JSON.parse(line ?? '')
    expect(entry).toMatchObject({ level: 'error', event: 'internal', requestId: problem.requestId, method })
    expect(entry).toMatchObject({ path: path.split('?')[0], stack: expect.stringContaining('no such column') })
    for (const secret of ['secretword', token, 'insert into', 'params']) expect(line).not.toContain(secret)
  })
})

describe('while KV cannot be reached', () => {
  it('requests go on, limited by this isolate alone, which every answer says', async () => {
    const { token } = await founder()
    const fetch = worker({ KV: failingKv, USER_RATE_LIMIT_MAX: '5' })
    const answers = await Promise.all(Array.from({ length: 12 }, () => send('/v1/leads', { token }, fetch)))
    expect(tally(answers)).toEqual({ 200: 5, 429: 7 })
    for (const { headers } of answers) expect(headers.get('RateLimit-Degraded')).toBe('1')
    await bodyOf(send('/health', {}, fetch), 200)
    expect(logged().map((line) => JSON.parse(line).event)).toContain('rate_limit_degraded')
    const healthy = await send('/health')
    expect(healthy.headers.get('RateLimit-Degraded')).toBeNull()
  })
})
