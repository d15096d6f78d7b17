// Lists with much in them: no page reads more rows than its bound, however many there are.
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, costOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { made, ownCustomer } from '../support/customers'
import { team } from '../support/factories'
import { seedLeads } from '../support/leads'

/** The numbers from 1 to the first parameter, as `n`. */
const numbers = 'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)'
const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()
const AT = '2026-04-01T00:00:00.000Z'

type People = Awaited<ReturnType<typeof team>>
let people: People
beforeAll(async () => {
  people = await team()
})

describe('members', () => {
  beforeAll(() =>
    run(
      `INSERT INTO users (id, workspace_id, email, name, role, created_at, updated_at) ${numbers}
       SELECT printf('0192f0c4-7a10-7c3e-9d2b-%012d', n), ?2, 'portal-' || n || '@example.com', 'P', 'CUSTOMER', ?3, ?3
       FROM numbers`,
      6_000,
      people.admin.workspaceId,
      AT,
    ),
  )

  it.each([
    'status=INACTIVE',
    'role=CUSTOMER&status=INACTIVE',
    'role=SALES',
    'status=ACTIVE',
    'role=SALES&status=ACTIVE',
  ])('of ?%s are found among thousands of portal logins in the rows of a page', async (query) => {
    for (const { token } of [people.manager, people.admin]) {
      const answer = await send(`/v1/users?${query}`, { token })
      expect(answer.status).toBe(200)
      expect(costOf(answer).read).toBeLessThanOrEqual(50)
    }
  })

  it('of a status are walked in the order of joining, whatever their role', async () => {
    const { data } = await bodyOf(
      api(people.admin.token).v1.users.$get({ query: { status: 'ACTIVE', limit: '100' } }),
      200,
    )
    const ids = data.map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted())
    expect(ids).toHaveLength(100)
  })
})

describe('tags', () => {
  beforeAll(() =>
    run(
      `INSERT INTO tags (id, workspace_id, name, key, created_at, updated_at) ${numbers}
       SELECT printf('0192f0c4-7a10-7c3e-8d2b-%012d', n), ?2, printf('tag %05d', n), printf('tag %05d', n), ?3, ?3 FROM numbers`,
      12_000,
      people.admin.workspaceId,
      AT,
    ),
  )

  it('are looked for 5,000 at a time, and the page says how far', async () => {
    const list = api(people.manager.token).v1.tags
    const found: string[] = []
    const scanned: unknown[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const answer = await list.$get({ query: { q: '11999', ...(cursor ? { cursor } : {}) } })
      expect(costOf(answer).read).toBeLessThanOrEqual(11_000)
      const page = await bodyOf(answer, 200)
      found.push(...page.data.map(({ name }) => name))
      scanned.push(page.scanned)
      cursor = page.nextCursor
    }
    expect(found).toEqual(['tag 11999'])
    expect(scanned).toEqual([{ rows: 5_000, to: 'tag 05000' }, { rows: 5_000, to: 'tag 10000' }, undefined])
  })

  it('are no more rows than a page where many of them match', async () => {
    const answer = await api(people.manager.token).v1.tags.$get({ query: { q: 'tag' } })
    expect(costOf(answer).read).toBeLessThanOrEqual(70)
    expect((await bodyOf(answer, 200)).data).toHaveLength(20)
  })

  it('of SALES are those of their own customers, with their number', async () => {
    const { id } = await ownCustomer(people.sales)
    await api(people.sales.token).v1.customers[':id'].tags[':name'].$put({ param: { id, name: 'Tag 00007' } })
    for (const query of [{}, { q: '7' }]) {
      const { data } = await bodyOf(api(people.sales.token).v1.tags.$get({ query }), 200)
      expect(data).toMatchObject([{ name: 'tag 00007', count: 1 }])
    }
  })
})

describe('duplicates', () => {
  it('of SALES are found among thousands who share the number, in a few rows', async () => {
    const { manager, sales, rival } = await team()
    const phone = '+44 20 7946 0958'
    await run(
      `INSERT INTO customers (id, workspace_id, name, sort_name, phone, phone_e164, owner_id, created_at, updated_at) ${numbers}
       SELECT printf('0192f0c4-7a10-7c3e-7d2b-%012d', n), ?2, 'C' || n, 'c' || n, ?4, '+442079460958', ?5, ?3, ?3 FROM numbers`,
      3_000,
      manager.workspaceId,
      AT,
      phone,
      rival.id,
    )
    const mine = [await ownCustomer(sales, { name: 'One', phone }), await ownCustomer(sales, { name: 'Two', phone })]
    const answer = await api(sales.token).v1.customers.duplicates.$get({ query: { limit: '100' } })
    expect(costOf(answer).read).toBeLessThanOrEqual(60)
    const { data, nextCursor } = await bodyOf(answer, 200)
    expect(data.map(({ customers }) => customers.map(({ id }) => id).toSorted())).toEqual([
      mine.map(({ id }) => id).toSorted(),
    ])
    expect(nextCursor).toBeNull()
  })

  it('of SALES who share few of many keys are found in few requests, and a short page says how far it has looked', async () => {
    const { manager, sales, rival } = await team()
    await run(
      `INSERT INTO customers (id, workspace_id, name, sort_name, owner_id, created_at, updated_at) ${numbers}
       SELECT printf('0192f0c4-7a10-7c3e-6d2b-%012d', n), ?2, printf('C%05d', n / 2), printf('c%05d', n / 2), ?4, ?3, ?3
       FROM numbers`,
      5_000,
      manager.workspaceId,
      AT,
      rival.id,
    )
    await ownCustomer(sales, { name: 'Zz Twice' })
    await ownCustomer(sales, { name: 'Zz Twice' })
    const first = await api(sales.token).v1.customers.duplicates.$get({ query: {} })
    expect(costOf(first).read).toBeLessThanOrEqual(10_000)
    const page = await bodyOf(first, 200)
    expect(page).toMatchObject({ data: [], scanned: { rows: 2_000 } })
    const rest = await api(sales.token).v1.customers.duplicates.$get({ query: { cursor: page.nextCursor ?? '' } })
    expect(await bodyOf(rest, 200)).toMatchObject({ data: [{ reason: 'name' }], nextCursor: null })
  })
})

describe('a timeline', () => {
  it('of a customer who was a thousand leads has the events of the latest hundred', async () => {
    const { admin } = people
    const { id } = await made(admin)
    const leads = await seedLeads(
      admin.workspaceId,
      Array.from({ length: 1_000 }, () => ({ customerId: id, status: 'CLOSED' as const })),
    )
    await run(
      `INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)
       SELECT 'e' || seq, workspace_id, 1000000 + seq, 'lead', id, 'lead.created', 'system', created_at FROM leads WHERE customer_id = ?`,
      id,
    )
    const timeline = api(admin.token).v1.customers[':id'].timeline
    const answer = await timeline.$get({ param: { id }, query: { limit: '100' } })
    expect(costOf(answer).read).toBeLessThanOrEqual(1_000)
    const { data } = await bodyOf(answer, 200)
    const shown = data.flatMap((item) => (item.kind === 'event' ? [item.event.subject.id] : []))
    expect(leads.slice(-99).every((lead) => shown.includes(lead.id))).toBe(true)
  })
})

describe('figures', () => {
  it('have the first 50 sources of a day, and the sum of all others', async () => {
    const { admin, manager } = await team()
    const day = new Date().toISOString().slice(0, 10)
    await seedLeads(
      admin.workspaceId,
      Array.from({ length: 400 }, (_, i) => ({ createdAt: `${day}T00:00:00.000Z`, source: `source ${i % 200}` })),
    )
    for (const path of ['summary', 'funnel', 'trends'] as const) {
      const answer = await send(`/v1/analytics/${path}`, { token: manager.token })
      expect(costOf(answer).read).toBeLessThanOrEqual(120)
    }
    const { leads } = await bodyOf(api(manager.token).v1.analytics.summary.$get({ query: {} }), 200)
    expect(leads.created).toBe(400)
    expect(leads.bySource).toHaveLength(50)
    expect(leads.bySource[0]).toEqual({ source: 'source 0', count: 2 })
    expect(leads.ofOtherSources).toBe(300)
  })

  it('of years with so many sources that they cannot be added up in a request are refused', async () => {
    const { manager } = await team()
    await run(
      `INSERT INTO rollups (workspace_id, owner, metric, day, part, count, cells) ${numbers}
       SELECT ?2, '*', 'lead', date('2026-01-01', '-' || (n / 50) || ' days'), 's' || (n % 50), 1, '{"0/NEW/":1}' FROM numbers`,
      22_100,
      manager.workspaceId,
    )
    const query = 'from=2024-06-01&to=2026-01-02&groupBy=month'
    const { errors } = await refusalOf(send(`/v1/analytics/trends?${query}`, { token: manager.token }), 400, 'invalid')
    expect(errors).toMatchObject([{ path: 'query.to', code: 'too_long' }])
    expect((await send('/v1/analytics/trends?from=2025-06-01&to=2026-01-02', { token: manager.token })).status).toBe(
      200,
    )
  })

  it('of members over a year are a page of ten of them', async () => {
    const { admin } = await team()
    await run(
      `INSERT INTO users (id, workspace_id, email, name, role, created_at, updated_at) ${numbers}
       SELECT printf('0192f0c4-7a10-7c3e-5d2b-%012d', n), ?2, 'sales-' || n || '@example.com', 'S', 'SALES', ?3, ?3 FROM numbers`,
      30,
      admin.workspaceId,
      AT,
    )
    const query = { limit: '100', from: '2025-01-01', to: '2026-01-01' }
    const { data, nextCursor } = await bodyOf(api(admin.token).v1.analytics.team.$get({ query }), 200)
    expect([data.length, nextCursor !== null]).toEqual([10, true])
  })
})
