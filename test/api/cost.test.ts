// What a request costs, as Server-Timing tells it: one round trip to the database, and no more rows than a page needs.
import { beforeAll, describe, expect, it } from 'vitest'
import { LEAD_STATUSES } from '../../src/db/schema/leads'
import { SORTS } from '../../src/records/list.filters'
import { costOf } from '../support/answers'
import { api, send } from '../support/api'
import { founder, freshAddress, member, PASSWORD, type Person, team } from '../support/factories'
import { lead, ownLead, seedLeads } from '../support/leads'
import {
  anyOne,
  exampleBody,
  NEEDS_SETTINGS,
  neededQuery,
  type Operation,
  operations,
  whoMay,
} from '../support/operations'

/** What moves, shows or erases all that hangs on a customer or a member, or takes a file in and writes it. */
const STATEMENTS: Record<string, number> = {
  'GET /v1/customers/{id}/personal-data': 20,
  'POST /v1/customers/{id}/erase': 22,
  'POST /v1/imports': 23,
  'POST /v1/customers/{id}/merge': 17,
  'POST /v1/customers/{id}/restore': 13,
  'POST /v1/leads/{id}/convert': 13,
  'DELETE /v1/users/{id}': 14,
}
const WITHOUT_DATABASE = ['GET /health', 'GET /problems/{code}', 'GET /v1/events/types']
/** What hashes a password between two round trips, where it comes to that. */
const HASHING = ['POST /v1/auth/login', 'POST /v1/auth/change-password']

describe('every operation', () => {
  let by: Person
  let customer: Person
  beforeAll(async () => {
    by = await founder()
    customer = await member(by, 'CUSTOMER')
  })

  const call = (asked: Operation, headers: Record<string, string> = {}) => {
    const { method, path, operationId, ...operation } = asked
    const { token } = whoMay(asked, by, customer)
    const json =
      operationId === 'refresh' ? { refreshToken: by.refreshToken } : exampleBody({ ...operation, method, path })
    return send(
      path.replace('{code}', 'invalid').replace(/\{(\w+)\}/g, (_, parameter: string) => anyOne(parameter)) +
        neededQuery(operation),
      { method, token, json, headers: { 'CF-Connecting-IP': freshAddress(), ...headers } },
    )
  }

  const configured = operations.filter(({ name }) => !NEEDS_SETTINGS.includes(name))
  it.each(configured.map((operation) => [operation.name, operation] as const))(
    '%s takes one round trip of few statements, and two more with an Idempotency-Key',
    async (name, operation) => {
      const { trips = 0, statements } = costOf(await call(operation))
      expect(HASHING.includes(name) ? Math.ceil(trips / 2) : trips).toBe(WITHOUT_DATABASE.includes(name) ? 0 : 1)
      expect(statements).toBeLessThanOrEqual(STATEMENTS[name] ?? 10)
      if (operation.method !== 'POST') return
      const key = { 'Idempotency-Key': crypto.randomUUID() }
      const first = await call(operation, key)
      const { trips: keyed = 0 } = costOf(first)
      expect(HASHING.includes(name) ? Math.min(keyed, 3) : keyed).toBe(3)
      const isKept = first.status < 400 || first.status === 409
      if (isKept) expect(costOf(await call(operation, key)).trips, 'a replay').toBe(1)
    },
  )

  it('takes two to sign in and to change a password, one before the hash and one after', async () => {
    const { email, token } = await founder()
    const json = { email, password: PASSWORD }
    expect(costOf(await api().v1.auth.login.$post({ json })).trips).toBe(2)
    const change = { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }
    expect(costOf(await api(token).v1.auth['change-password'].$post({ json: change })).trips).toBe(2)
  })
})

describe('among 300 leads', () => {
  let people: Awaited<ReturnType<typeof team>>
  beforeAll(async () => {
    people = await team()
    const { admin, sales, rival } = people
    const at = (i: number) => new Date(Date.parse('2026-04-01T00:00:00Z') + i * 180_000).toISOString()
    const seeds = Array.from({ length: 300 }, (_, i) => ({
      createdAt: at(i),
      updatedAt: at((i * 7) % 300),
      followUpAt: i % 2 ? at((i * 11) % 300) : null,
      ownerId: [sales.id, null, rival.id][i % 3] ?? null,
      status: LEAD_STATUSES[i % 4] ?? ('NEW' as const),
      source: i % 5 ? 'fair' : 'web',
      title: i % 2 ? 'a needle' : 'hay',
    }))
    await seedLeads(admin.workspaceId, seeds)
  })

  const QUERIES = [
    '',
    ...SORTS.lead.map((sort) => `sort=${sort}`),
    ...['none', 'me'].map((owner) => `owner=${owner}`),
    ...['owner=none&sort=-updatedAt', 'owner=me&sort=followUpAt', 'owner=me&status=NEW'],
    ...[
      'status=CLOSED',
      'source=web',
      'source=web&status=NEW&owner=none',
      'q=needle',
      'q=needle&status=NEW&owner=none',
    ],
    ...[
      'createdBefore=2026-04-01T01:00:00Z',
      'createdAfter=2026-04-01T14:00:00Z',
      'followUpBefore=2026-04-01T06:00:00Z',
    ],
    ...[
      'owner=me&followUpBefore=2026-04-01T06:00:00Z',
      'owner=none&followUpBefore=2026-04-01T06:00:00Z&sort=-followUpAt',
    ],
    ...['followUpAfter=2026-04-01T03:00:00Z&followUpBefore=2026-04-01T10:00:00Z&sort=-followUpAt'],
    ...['createdBefore=2026-04-01T12:00:00Z', 'q=needle&createdBefore=2026-04-01T12:00:00Z'],
    ...['createdAfter=2026-04-01T03:00:00Z&createdBefore=2026-04-01T12:00:00Z&sort=createdAt'],
    ...['trashed=true', 'q=needle&createdAfter=2026-04-01T14:00:00Z'],
  ]

  it.each(QUERIES)('every page of ?%s reads two rows for each of its own and ten more', async (query) => {
    for (const { token } of [people.manager, people.sales]) {
      for (const limit of [20, 100]) {
        let cursor: string | null = ''
        while (cursor !== null) {
          const path: string = `/v1/leads?limit=${limit}&${query}${cursor && `&cursor=${cursor}`}`
          const page = await send(path, { token })
          const { trips, read, written } = costOf(page)
          expect([page.status, trips, written]).toEqual([200, 1, 0])
          expect(read, `${read} rows for ${path}`).toBeLessThanOrEqual(2 * limit + 10)
          cursor = (await page.json<{ nextCursor: string | null }>()).nextCursor
        }
      }
    }
  })

  it.each(['', 'owner=none', 'owner=me', 'status=NEW'])(
    'the total of ?%s costs a dozen rows or so, read from counters',
    async (query) => {
      for (const { token } of [people.manager, people.sales]) {
        const plain = costOf(await send(`/v1/leads?limit=1&${query}`, { token }))
        const counted = costOf(await send(`/v1/leads?limit=1&total=true&${query}`, { token }))
        expect([counted.trips, counted.statements]).toEqual([1, plain.statements + 1])
        expect(counted.read - plain.read).toBeLessThanOrEqual(15)
      }
    },
  )

  it('a claim reads fourteen rows at most and writes eleven, and one that is lost six and writes none', async () => {
    const { admin, manager, sales, rival } = people
    const { id } = await lead(admin)
    const claim = ({ token }: Person) => api(token).v1.leads[':id'].claim.$post({ param: { id } })
    const won = await claim(sales)
    expect([won.status, costOf(won).read <= 14, (costOf(won).written ?? 0) <= 11]).toEqual([200, true, true])
    for (const loser of [rival, sales, manager]) {
      const lost = await claim(loser)
      expect([lost.status, costOf(lost).written]).toEqual([409, 0])
      expect(costOf(lost).read).toBeLessThanOrEqual(6)
    }
  })

  it('claiming the next reads a score and one, however long the pool, its follow-up that changes hands included', async () => {
    const response = await api(people.rival.token).v1.leads['claim-next'].$post({})
    expect(response.status).toBe(200)
    expect(costOf(response).read).toBeLessThanOrEqual(21)
  })

  it('one lead is read by itself, and changing it touches a handful of rows', async () => {
    const { id } = await ownLead(people.sales)
    const one = api(people.sales.token).v1.leads[':id']
    expect(costOf(await one.$get({ param: { id }, query: {} })).read).toBeLessThanOrEqual(2)
    const changed = costOf(await one.$patch({ param: { id }, header: {}, json: { title: 'New', status: 'CONTACTED' } }))
    expect(changed.read).toBeLessThanOrEqual(20)
    expect(changed.written).toBeLessThanOrEqual(20)
  })
})

describe('what an order has no index for', () => {
  const at = (i: number) => new Date(Date.parse('2026-04-01T00:00:00Z') + i * 60_000).toISOString()

  it('is counted among a thousand at the most, and the answer says so', async () => {
    const { admin, manager } = await team()
    const seeds = Array.from({ length: 1_200 }, (_, i) => ({ createdAt: at(i), source: i < 2 ? 'rare' : 'common' }))
    await seedLeads(
      admin.workspaceId,
      seeds.map((seed) => ({ ...seed, deletedAt: at(2_000) })),
    )
    const trashed = await send('/v1/leads?trashed=true&source=common&total=true&limit=1', { token: manager.token })
    expect(costOf(trashed).read).toBeLessThanOrEqual(1_001 + 10)
    expect(await trashed.json()).toMatchObject({ totalCapped: true })
  })
})
