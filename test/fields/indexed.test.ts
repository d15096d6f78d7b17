// Indexed fields: lists are sorted and filtered by them at the cost of their page, whatever has become of the records.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, costOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { rows } from '../support/database'
import { founder, type Person, team } from '../support/factories'
import { runJobsToTheEnd } from '../support/jobs'

type Asked = { field: string; op: string; value?: unknown }
const listed = async (query: string, { token }: Person, filter?: Asked, records = 'leads') => {
  const asked = filter ? `${query}&filter=${encodeURIComponent(JSON.stringify(filter))}` : query
  const response = await send(`/v1/${records}?${asked}`, { token })
  const text = await response.text()
  expect(response.status, text).toBe(200)
  return { page: JSON.parse(text), cost: costOf(response) }
}
const budgets = ({ data }: { data: { customFields: { budget: number } }[] }) =>
  data.map((row) => row.customFields.budget)

async function index(
  by: Person,
  json: {
    entity?: 'lead' | 'customer' | 'ticket'
    key?: string
    type?: 'number' | 'date' | 'select'
    options?: string[]
  } = {},
) {
  const field = { entity: 'lead' as const, key: 'budget', type: 'number' as const, indexed: true, ...json }
  const made = await bodyOf(api(by.token).v1.fields.$post({ json: field }), 201)
  await runJobsToTheEnd()
  return made
}

async function seed({ workspaceId }: Person, owners: (string | null)[], size: number) {
  await rows(
    `INSERT INTO leads (id, workspace_id, title, status, owner_id, custom_fields, version, created_at, updated_at)
      SELECT value ->> 'id', ?1, 'Lead ' || (value ->> 'n'), 'NEW', value ->> 'owner', json_object('budget', value -> 'budget'), 1,
        '2026-05-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z' FROM json_each(?2)`,
    ...[
      workspaceId,
      JSON.stringify(
        Array.from({ length: size }, (_, n) => ({
          id: crypto.randomUUID(),
          n,
          budget: (n * 37) % size,
          owner: owners[n % owners.length],
        })),
      ),
    ],
  )
}

describe('a list of 3,000 leads with an indexed field', () => {
  const SIZE = 3_000
  let people: Awaited<ReturnType<typeof team>>
  beforeAll(async () => {
    people = await team()
    const { admin, sales, rival } = people
    await seed(admin, [sales.id, null, rival.id], SIZE)
    await index(admin)
  })

  it('is sorted by it page by page, at two rows for each of a page', async () => {
    for (const by of [people.admin, people.sales]) {
      for (const sort of ['customFields.budget', '-customFields.budget']) {
        const found: number[] = []
        let cursor = ''
        for (let pages = 0; pages < 3; pages += 1) {
          const { page, cost } = await listed(`sort=${sort}&limit=20${cursor}`, by)
          expect([cost.trips, page.data.length]).toEqual([1, 20])
          expect(cost.read).toBeLessThanOrEqual(2 * 20 + 10)
          found.push(...budgets(page))
          cursor = `&cursor=${page.nextCursor}`
        }
        const sorted = found.toSorted((a, b) => (sort.startsWith('-') ? b - a : a - b))
        expect([found, new Set(found).size]).toEqual([sorted, 60])
      }
    }
  })

  it('is filtered by it in its order, at two rows for each of a page', async () => {
    for (const by of [people.admin, people.sales]) {
      const range: Asked = { field: 'customFields.budget', op: 'between', value: [1_000, 1_200] }
      const { page, cost } = await listed('limit=20', by, range)
      expect(cost.trips).toBe(1)
      expect(cost.read).toBeLessThanOrEqual(2 * 20 + 10)
      expect(budgets(page).every((budget) => budget >= 1_000 && budget <= 1_200)).toBe(true)
      const found = budgets(page)
      let next = page.nextCursor
      while (next) {
        const more = await listed(`limit=50&cursor=${next}`, by, range)
        found.push(...budgets(more.page))
        next = more.page.nextCursor
      }
      const isSales = by === people.sales
      const expected = Array.from({ length: SIZE }, (_, n) => ({ n, budget: (n * 37) % SIZE }))
        .filter(({ n, budget }) => budget >= 1_000 && budget <= 1_200 && !(isSales && n % 3 === 2))
        .map(({ budget }) => budget)
      expect(found).toEqual(expected.toSorted((a, b) => a - b))
    }
    const one = await listed('limit=20', people.admin, { field: 'customFields.budget', op: 'eq', value: 777 })
    expect([budgets(one.page), one.cost.read <= 50]).toEqual([[777], true])
  })

  it('counts those that have a value, and goes beside a search and other filters', async () => {
    expect((await listed('sort=customFields.budget&limit=1&total=true', people.admin)).page.total).toBe(1_000)
    const { page } = await listed('sort=customFields.budget&limit=3&owner=none', people.admin)
    expect(page.data.every((row: { ownerId: null }) => row.ownerId === null)).toBe(true)
    const searched = await listed('sort=-customFields.budget&q=lead&limit=5', people.admin)
    expect([budgets(searched.page).toSorted((a, b) => b - a), searched.page.partial]).toEqual([
      budgets(searched.page),
      true,
    ])
  })
})

it('the index follows every change, trash, restoring, a new owner and a merge', async () => {
  const { admin, sales } = await team()
  const { v1 } = api(admin.token)
  await index(admin, { entity: 'customer' })
  const make = (name: string, budget: unknown) =>
    bodyOf(v1.customers.$post({ json: { name, customFields: { budget } } }), 201)
  const [a, b] = [await make('A', 3), await make('B', 1)]
  await make('C', 2)
  const names = async (by = admin) =>
    (await listed('sort=customFields.budget', by, undefined, 'customers')).page.data.map(
      ({ name }: { name: string }) => name,
    )
  expect(await names()).toEqual(['B', 'C', 'A'])
  const patch = (id: string, json: object) =>
    bodyOf(v1.customers[':id'].$patch({ param: { id }, header: {}, json }), 200)
  await patch(a.id, { customFields: { budget: 0.5 } })
  expect(await names()).toEqual(['A', 'B', 'C'])
  await patch(b.id, { ownerId: sales.id })
  expect(await names(sales)).toEqual(['B'])
  await v1.customers[':id'].$delete({ param: { id: a.id }, header: {} })
  expect(await names()).toEqual(['B', 'C'])
  await bodyOf(v1.customers[':id'].restore.$post({ param: { id: a.id } }), 200)
  expect(await names()).toEqual(['A', 'B', 'C'])
  await bodyOf(v1.customers[':id'].merge.$post({ param: { id: a.id }, query: {}, json: { fromId: b.id } }), 200)
  expect(await names()).toEqual(['A', 'C'])
  await patch(a.id, { customFields: { budget: null } })
  expect(await names()).toEqual(['C'])
})

it('an order by a field that is not indexed, or no more, is refused; a filter by it is looked through', async () => {
  const admin = await founder()
  const { v1 } = api(admin.token)
  await bodyOf(v1.leads.$post({ json: { title: 'T', customFields: { budget: 5 } } }), 201)
  const sorted = () => send('/v1/leads?sort=customFields.budget', { token: admin.token })
  const { errors } = await refusalOf(sorted(), 400, 'invalid')
  expect(errors?.[0]).toMatchObject({ path: 'query.sort', code: 'not_indexed' })
  const range: Asked = { field: 'customFields.budget', op: 'gt', value: 1 }
  expect(budgets((await listed('', admin, range)).page)).toEqual([5])
  const field = await index(admin)
  expect(budgets((await listed('sort=customFields.budget', admin)).page)).toEqual([5])
  const change = (indexed: boolean) => v1.fields[':id'].$patch({ param: field, header: {}, json: { indexed } })
  expect(await bodyOf(change(false), 200)).toMatchObject({ indexed: false, indexedSince: null })
  await refusalOf(sorted(), 400, 'invalid')
  expect(budgets((await listed('', admin, range)).page)).toEqual([5])
  await runJobsToTheEnd()
  expect(await rows('SELECT 1 FROM field_values WHERE field_id = ?', field.id)).toEqual([])
  await bodyOf(change(true), 200)
  await runJobsToTheEnd()
  expect(budgets((await listed('sort=customFields.budget', admin)).page)).toEqual([5])
})

it('five fields of an entity are indexed at most, and only numbers, days and choices', async () => {
  const admin = await founder()
  const { v1 } = api(admin.token)
  const define = (key: string, more: object = {}) =>
    v1.fields.$post({ json: { entity: 'lead', key, type: 'number', indexed: true, ...more } })
  for (const key of ['a', 'b', 'c', 'd', 'e']) await bodyOf(define(key), 201)
  await refusalOf(define('f'), 409, 'too_many_indexed')
  await refusalOf(define('g', { type: 'text' }), 400, 'invalid')
  const plain = await bodyOf(define('h', { indexed: false }), 201)
  const change = v1.fields[':id'].$patch({ param: plain, header: {}, json: { indexed: true } })
  await refusalOf(change, 409, 'too_many_indexed')
  await bodyOf(define('i', { entity: 'ticket' }), 201)
})

it('others pay nothing for what a workspace has indexed', async () => {
  const admin = await founder()
  const make = async () => {
    const response = await send('/v1/leads', {
      method: 'POST',
      token: admin.token,
      json: { title: 'T', customFields: { budget: 5 } },
    })
    expect(response.status).toBe(201)
    return costOf(response)
  }
  const before = await make()
  await index(admin)
  const after = await make()
  expect(after.written - before.written).toBeLessThanOrEqual(3)
  expect(after.statements).toBe(before.statements)
})
