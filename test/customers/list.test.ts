// Lists of customers: every order walked by cursor to its end, what a list refuses, and what each costs.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CustomerRow } from '../../src/customers/customers.record'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { costOf, made, ownCustomer, page, type Query, seedCustomers, walk } from '../support/customers'
import { founder, type Person, team } from '../support/factories'

const SORTS = ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'name', '-name', '-lastInteractionAt'] as const
const ALL_SORTS = [...SORTS, 'lastInteractionAt', 'nextFollowUpAt'] as const

const at = (hour: number) => `2026-05-01T0${hour}:00:00.000Z`
const NAMES = ['alpha', 'Álpha', 'beta']

// Three values for two dozen rows: nearly every row has the same as others, on both sides of a page's end.
function tiedCustomers({ admin, sales, rival }: Record<'admin' | 'sales' | 'rival', Person>) {
  const owners = [sales.id, null, rival.id, sales.id]
  const seeds = Array.from({ length: 24 }, (_, i) => ({
    ownerId: owners[i % 4] ?? null,
    name: NAMES[(i * 5) % 3] ?? '',
    updatedAt: at((i * 7) % 3),
    lastInteractionAt: i % 2 ? at((i * 5) % 4) : null,
    nextFollowUpAt: i % 3 ? at((i * 5) % 4) : null,
  }))
  return seedCustomers(admin.workspaceId, seeds)
}

/** The ids of customers in an order, as a plain sort gives them. */
function sorted(rows: CustomerRow[], sort: (typeof ALL_SORTS)[number]): string[] {
  const key = (row: CustomerRow) => {
    if (sort.endsWith('name')) return row.sortName
    if (sort.endsWith('updatedAt')) return row.updatedAt
    return (sort.endsWith('lastInteractionAt') ? row.lastInteractionAt : row.nextFollowUpAt) ?? ''
  }
  const listed = sort === 'nextFollowUpAt' ? rows.filter(({ nextFollowUpAt }) => nextFollowUpAt !== null) : rows
  const up = listed.toSorted((a, b) =>
    sort.endsWith('createdAt') || key(a) === key(b) ? a.seq - b.seq : key(a) < key(b) ? -1 : 1,
  )
  return (sort.startsWith('-') ? up.reverse() : up).map(({ id }) => id)
}

describe('walking a list', () => {
  it.each(ALL_SORTS)(
    'by %s gives every customer once, in order, whatever comes in meanwhile',
    { tags: ['long'] },
    async (sort) => {
      const people = await team()
      const { manager, sales } = people
      const rows = await tiedCustomers(people)
      const visible = new Map([
        [manager, rows],
        [sales, rows.filter(({ ownerId }) => ownerId === sales.id)],
      ])
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.constantFrom(manager, sales), async (limit, by) => {
          const newcomers = new Set<string>()
          const another = async () => {
            if (newcomers.size < 3) newcomers.add((await made(sales, { name: 'Alpha' })).id)
          }
          const { ids } = await walk(by, { sort, limit: String(limit) }, another)
          expect(new Set(ids).size).toBe(ids.length)
          const known = new Set(visible.get(by)?.map(({ id }) => id))
          expect(ids.filter((id) => known.has(id))).toEqual(sorted(visible.get(by) ?? [], sort))
        }),
        { numRuns: 10, examples: [[1, sales]] },
      )
    },
  )

  it('is newest first unless said otherwise, and of the due ones the earliest', async () => {
    const people = await team()
    const rows = await tiedCustomers(people)
    expect((await walk(people.manager)).ids).toEqual(sorted(rows, '-createdAt'))
    const due = rows.filter(({ nextFollowUpAt }) => nextFollowUpAt !== null && nextFollowUpAt < at(2))
    expect((await walk(people.manager, { followUpBefore: at(2) })).ids).toEqual(sorted(due, 'nextFollowUpAt'))
  })

  it('shows SALES the own ones alone, and asked for another owner nothing', async () => {
    const { admin, sales, rival } = await team()
    const [mine] = [await ownCustomer(sales), await ownCustomer(rival), await made(admin)]
    for (const query of [{}, { owner: 'me' }, { owner: sales.id }]) {
      expect((await page(sales, query)).data.map(({ id }) => id)).toEqual([mine?.id])
    }
    for (const owner of ['none', rival.id, admin.id, crypto.randomUUID()]) {
      for (const query of [{}, { q: 'carla' }, { q: 'ca' }, { createdAfter: at(1) }, { trashed: 'true' }]) {
        const empty = { data: [], nextCursor: null, total: 0 }
        expect(await page(sales, { ...query, owner, total: 'true' })).toEqual(empty)
      }
    }
  })

  it('by a cursor goes on in the own customers, and in the query that the cursor is of', async () => {
    const { manager, sales, rival } = await team()
    const mine = [await ownCustomer(sales), await ownCustomer(sales)]
    for (const owner of [rival, rival]) await ownCustomer(owner)
    const own = (await page(sales, { limit: '1' })).nextCursor ?? expect.fail()
    expect((await page(sales, { cursor: own })).data.map(({ id }) => id)).toEqual([mine[0]?.id])
    const cursor = (await page(manager, { limit: '1' })).nextCursor ?? expect.fail()
    await refusalOf(send(`/v1/customers?cursor=${cursor}`, { token: sales.token }), 400, 'invalid_cursor')
    for (const query of ['q=carla', 'sort=name', 'owner=me', 'tag=a', 'customFields.a=b', 'trashed=true']) {
      await refusalOf(send(`/v1/customers?${query}&cursor=${cursor}`, { token: manager.token }), 400, 'invalid_cursor')
    }
  })
})

describe('a list', () => {
  it('refuses what it does not know', async () => {
    const { token } = await founder()
    const paths = ['page=2', 'sort=phone', 'sort=-nextFollowUpAt', 'limit=0', 'limit=101', 'owner=all', 'total=yes']
    const more = ['trashed=1', 'createdAfter=today', 'tagMatch=some', 'q=', `q=${'x'.repeat(101)}`, 'q=a&q=b', 'tag=']
    const tags = Array.from({ length: 11 }, (_, i) => `tag=t${i}`).join('&')
    for (const query of [...paths, ...more, tags]) {
      await refusalOf(send(`/v1/customers?${query}`, { token }), 400, 'invalid')
    }
  })
})

describe('what a list costs', () => {
  const LIMIT = 20
  let people: Awaited<ReturnType<typeof team>>

  beforeAll(async () => {
    people = await team()
    const { admin, sales, rival } = people
    const owners = [sales.id, rival.id, null, admin.id]
    const seeds = Array.from({ length: 400 }, (_, i) => ({
      createdAt: new Date(Date.now() + i * 1_000).toISOString(),
      ownerId: owners[i % 4] ?? null,
      name: `Person ${i}`,
      email: `person${i}@example.com`,
      phone: `+49 30 90${1_000 + i}`,
      company: i % 3 ? 'Acme' : 'Bolt',
      tags: i % 2 ? ['vip'] : ['cold'],
      customFields: { plan: i % 2 ? 'gold' : 'tin' },
      lastInteractionAt: i % 5 ? at(i % 7) : null,
      nextFollowUpAt: i % 2 ? at(i % 8) : null,
      deletedAt: i % 8 > 5 ? at(3) : null,
    }))
    await seedCustomers(
      (await founder()).workspaceId,
      seeds.map((seed) => ({ ...seed, ownerId: null, createdAt: undefined })),
    )
    await seedCustomers(admin.workspaceId, seeds)
  })

  const queries: Query[] = [
    ...ALL_SORTS.map((sort) => ({ sort })),
    ...ALL_SORTS.map((sort) => ({ sort, owner: 'me' })),
    { total: 'true' },
    { owner: 'none' },
    { owner: 'me', total: 'true' },
    { sort: 'name', total: 'true' },
    { followUpBefore: at(5) },
    { trashed: 'true' },
    { createdAfter: '2100-01-01T00:00:00Z' },
    { createdBefore: '2020-01-01T00:00:00Z' },
    { q: 'person' },
    { q: 'nowhere' },
    { q: '4930' },
    { company: 'acme' },
    { tag: 'vip' },
    { tag: ['vip', 'cold'], tagMatch: 'any' },
    { 'customFields.plan': 'gold' },
    { q: 'person', tag: 'cold', company: 'acme', owner: 'me' },
  ]

  it.each(queries)('is one round trip and two rows for each on the page: %o', async (query) => {
    for (const who of ['manager', 'sales'] as const) {
      const list = api(people[who].token).v1.customers
      const answer = await list.$get({ query: { ...query, limit: String(LIMIT) } })
      const { trips, read } = costOf(answer)
      expect([trips <= 1, read <= 2 * LIMIT + 10], `${who} read ${read} rows`).toEqual([true, true])
      const cursor = (await bodyOf(answer, 200)).nextCursor
      if (!cursor) continue
      const next = costOf(await list.$get({ query: { ...query, limit: String(LIMIT), cursor } }))
      expect([next.trips, next.read <= 2 * LIMIT + 10], `${who} read ${next.read} rows on`).toEqual([1, true])
    }
  })

  it('is a few rows for one customer', async () => {
    const [first] = (await page(people.sales)).data
    const param = { id: first?.id ?? expect.fail() }
    for (const { token } of [people.manager, people.sales]) {
      const { trips, read } = costOf(await api(token).v1.customers[':id'].$get({ param, query: {} }))
      expect([trips, read <= 3]).toEqual([1, true])
    }
  })

  it.each([
    { sort: 'name' as const, createdBefore: at(0) },
    { sort: '-updatedAt' as const, followUpBefore: at(1) },
    { sort: '-createdAt' as const, followUpBefore: at(1) },
    { q: 'person', followUpBefore: at(1) },
    { tag: 'vip', followUpBefore: at(1) },
  ])('is bounded for what its order has no index for, and all of it is found: %o', async (query) => {
    const { admin, manager } = await team()
    const isWanted = (i: number) => [1, 331, 333, 601].includes(i)
    const rows = await seedCustomers(
      admin.workspaceId,
      Array.from({ length: 700 }, (_, i) => ({
        name: `Person ${i % 2}`,
        createdAt: isWanted(i) && 'createdBefore' in query ? '2026-04-30T00:00:00.000Z' : at(1),
        updatedAt: at(2 + (i % 3)),
        nextFollowUpAt: at(isWanted(i) ? 0 : 1),
        tags: ['vip'],
      })),
    )
    const list = api(manager.token).v1.customers
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const answer = await list.$get({ query: { ...query, limit: '2', ...(cursor ? { cursor } : {}) } })
      const { trips, read } = costOf(answer)
      // A hit of the search index is read twice: there and in its table.
      const most = ('sort' in query ? 2 : 4) * 700 + 20
      expect([trips, read <= most], `${read} rows for ${JSON.stringify(query)}`).toEqual([1, true])
      const { data, nextCursor } = await bodyOf(answer, 200)
      found.push(...data.map(({ id }) => id))
      cursor = nextCursor
    }
    expect(found.toSorted()).toEqual(rows.flatMap(({ id }, i) => (isWanted(i) ? [id] : [])).toSorted())
  })

  it('is bounded for a word of one or two characters, whatever else is asked for', async () => {
    for (const query of [
      { q: 'zz' },
      { q: 'zz', tag: 'vip' },
      { q: 'zz', company: 'acme' },
      { name: 'p', owner: 'me' },
    ]) {
      const { trips, read } = costOf(await api(people.manager.token).v1.customers.$get({ query }))
      expect([trips, read <= 10_000], `${JSON.stringify(query)} read ${read} rows`).toEqual([1, true])
    }
  })
})
