// What narrows a list of customers, and how many it says there are: both as a plain pass over all rows would have it.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CustomerRow } from '../../src/customers/customers.record'
import { foldText } from '../../src/text/fold'
import { page, type Query, seedCustomers, walk } from '../support/customers'
import { founder, type Person, team } from '../support/factories'

const ARRIVAL = ['-createdAt', 'createdAt'] as const
const OTHERS = [
  '-updatedAt',
  'updatedAt',
  'name',
  '-name',
  '-lastInteractionAt',
  'lastInteractionAt',
  'nextFollowUpAt',
] as const
const SORTS = [...ARRIVAL, ...OTHERS] as const
type Sort = (typeof SORTS)[number]
type Row = CustomerRow & { tags: string[] }

const START = Date.parse('2026-03-01T12:00:00.000Z')
/** The instant of a step on the axis that customers and queries of this file share: 5 minutes each. */
const instant = (step: number) => new Date(START + step * 300_000).toISOString()
const pick = <T>(list: readonly T[], i: number): T | undefined => list[i % list.length]

let people: Awaited<ReturnType<typeof team>>
let rows: Row[]

// Few values for many rows: nearly every row has the same as others, on both sides of a page's end.
beforeAll(async () => {
  people = await team()
  const { admin, sales, rival } = people
  const seeds = Array.from({ length: 120 }, (_, i) => ({
    name: pick(['Alpha', 'alpha', 'Álphabet', 'Beta', 'gamma'], i * 7 + Math.floor(i / 9)),
    company: pick(['Acme Ltd', 'ACME', 'Bolt', null], i * 5 + Math.floor(i / 4)) ?? null,
    jobTitle: pick(['Buyer', 'Head buyer', null], i * 5) ?? null,
    phone: i % 5 ? null : `+49 30 90${100 + i}`,
    email: i % 3 ? null : `person${i}@example.com`,
    createdAt: instant(Math.floor(i / 4)),
    updatedAt: instant((i * 11) % 9),
    lastInteractionAt: i % 3 === 1 ? instant((i * 7) % 5) : null,
    nextFollowUpAt: i % 3 === 2 ? null : instant((i * 7) % 6),
    ownerId: pick([sales.id, null, rival.id, null, admin.id], i * 3) ?? null,
    customFields: pick([{ plan: 'Gold', seats: 5 }, { plan: 'tin', seats: 50, 'x.y': true }, null], i * 7),
    tags: pick([['vip'], [], ['VIP ', 'cold'], ['cold', 'a']], i * 3 + Math.floor(i / 5)) ?? [],
    deletedAt: i % 6 === 5 ? instant(50) : null,
  }))
  const stored = await seedCustomers(admin.workspaceId, seeds)
  rows = stored.map((row, i) => ({ ...row, tags: (seeds[i]?.tags ?? []).map(foldText) }))
})

function key(row: Row, sort: Sort): string {
  const column = sort.replace('-', '')
  if (column === 'name') return foldText(row.name)
  if (column === 'updatedAt') return row.updatedAt
  if (column === 'lastInteractionAt') return row.lastInteractionAt ?? ''
  return column === 'nextFollowUpAt' ? (row.nextFollowUpAt ?? '') : ''
}

const SOUGHT = /^(q|name|email|phone|company|jobTitle|tag|customFields\..*)$/
const isSought = (query: Query) => Object.keys(query).some((name) => SOUGHT.test(name))

/** The ids that a query asks for, as somebody who may see all customers, or only the own ones. */
function expected(query: Query, { id, role }: Person): string[] {
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : undefined)
  const [owner, after, before, due] = ['owner', 'createdAfter', 'createdBefore', 'followUpBefore'].map(text)
  const isTrash = query.trashed === 'true'
  const isByDue = due !== undefined && !isTrash && !isSought(query)
  const order = SORTS.find((sort) => sort === query.sort) ?? (isByDue ? 'nextFollowUpAt' : '-createdAt')
  const asked = owner === 'none' ? null : owner === 'me' ? id : owner
  const tags = [query.tag ?? []].flat().map(foldText)
  const has = (value: string | null, part = '') => foldText(value ?? '').includes(foldText(part))
  const found = rows.filter((row) => {
    const phones = row.phone && `${row.phone}\n${row.phone.replace(/\D/g, '')}`
    const hasTag = (tag: string) => row.tags.includes(tag)
    return (
      (role !== 'SALES' || row.ownerId === id) &&
      (row.deletedAt !== null) === isTrash &&
      (asked === undefined || row.ownerId === asked) &&
      (after === undefined || row.createdAt >= after) &&
      (before === undefined || row.createdAt < before) &&
      (due === undefined || (row.nextFollowUpAt !== null && row.nextFollowUpAt < due)) &&
      (order !== 'nextFollowUpAt' || row.nextFollowUpAt !== null) &&
      has([row.name, row.email, phones, row.company, row.jobTitle].join('\n'), text('q')) &&
      has(row.name, text('name')) &&
      has(row.email, text('email')) &&
      has(phones, text('phone')) &&
      has(row.company, text('company')) &&
      has(row.jobTitle, text('jobTitle')) &&
      (tags.length === 0 || (query.tagMatch === 'any' ? tags.some(hasTag) : tags.every(hasTag))) &&
      ['plan', 'seats', 'x.y'].every((name) => {
        const wanted = text(`customFields.${name}`)
        return wanted === undefined || String(row.customFields?.[name] ?? '').toLowerCase() === wanted.toLowerCase()
      })
    )
  })
  const up = found.sort((a, b) =>
    key(a, order) === key(b, order) ? a.seq - b.seq : key(a, order) < key(b, order) ? -1 : 1,
  )
  return (order.startsWith('-') ? up.reverse() : up).map((row) => row.id)
}

const step = fc.integer({ min: -2, max: 32 }).map(instant)
const tags = fc.uniqueArray(fc.constantFrom('vip', 'COLD', 'a', 'none'), { minLength: 1, maxLength: 3 })
const queries = (): fc.Arbitrary<Query> =>
  fc
    .record(
      {
        owner: fc.constantFrom('none', 'me', people.sales.id, people.rival.id, people.customer.id),
        createdAfter: step,
        createdBefore: step,
        followUpBefore: fc.integer({ min: 0, max: 7 }).map(instant),
        trashed: fc.constant('true'),
        q: fc.constantFrom('alpha', 'acme', 'head b', '4930', 'person1', 'zeta'),
        name: fc.constantFrom('alp', 'bet'),
        email: fc.constantFrom('example', 'person9'),
        phone: fc.constantFrom('9010', '+49 30'),
        company: fc.constantFrom('bolt', 'acme ltd'),
        jobTitle: fc.constantFrom('buyer', 'head'),
        tag: fc.oneof(tags, fc.constantFrom('vip', 'a')),
        tagMatch: fc.constantFrom('any', 'all'),
        'customFields.plan': fc.constantFrom('gold', 'TIN', 'go'),
        'customFields.seats': fc.constantFrom('5', '50'),
        'customFields.x.y': fc.constantFrom('true', 'false'),
        sort: fc.constantFrom(...SORTS),
      },
      { requiredKeys: [] },
    )
    // Each narrows: leave most of them out, or nothing is ever found.
    .chain((query) => fc.subarray(Object.entries(query), { maxLength: 4 }))
    .map((some): Query => {
      const { sort, ...query }: Query = Object.fromEntries(some)
      const isFree = ARRIVAL.some((each) => each === sort) || !(isSought(query) || query.trashed)
      return sort && isFree ? { ...query, sort } : query
    })

// Before the others, which add customers of today: ids rise with the order of arrival.
it('leaves out no customer that reached the database up to a minute after younger ones', async () => {
  const { workspaceId, ...admin } = await founder()
  const late = [0, 10, 1, 11, 2].map((at) => new Date(START + 86_400_000 + at * 5_000).toISOString())
  const made = await seedCustomers(
    workspaceId,
    late.map((createdAt) => ({ createdAt })),
  )
  const where = (test: (row: CustomerRow) => boolean) =>
    made
      .filter(test)
      .map(({ id }) => id)
      .reverse()
  for (const boundary of late) {
    for (const query of [{}, { q: 'seed' }, { q: 'se' }]) {
      expect((await walk(admin, { ...query, createdAfter: boundary })).ids).toEqual(
        where((row) => row.createdAt >= boundary),
      )
      expect((await walk(admin, { ...query, createdBefore: boundary })).ids).toEqual(
        where((row) => row.createdAt < boundary),
      )
    }
  }
})

describe('filters together', () => {
  it.each(['manager', 'sales'] as const)('give a %s the rows of a plain pass, and their number', async (who) => {
    const by = people[who]
    let hits = 0
    await fc.assert(
      fc.asyncProperty(queries(), fc.integer({ min: 4, max: 100 }), async (query, limit) => {
        const wanted = expected(query, by)
        expect((await walk(by, { ...query, limit: String(limit) })).ids).toEqual(wanted)
        const { total, totalCapped } = await page(by, { ...query, total: 'true', limit: '1' })
        const isUncounted = query.trashed && isSought(query)
        if (!isUncounted) expect([total, totalCapped]).toEqual([wanted.length, undefined])
        hits += wanted.length
      }),
      { numRuns: 120, examples: [[{ owner: 'me', createdAfter: instant(0) }, 100]] },
    )
    expect(hits).toBeGreaterThan(300)
  })

  it('of words with one or two characters too, and beside others; these are not counted', async () => {
    for (const who of ['manager', 'sales'] as const) {
      const some: Query[] = [
        { q: 'ph' },
        { q: 'a' },
        { name: 'Á', tag: 'cold' },
        { q: '9', company: 'acme' },
        { q: 'zz', tag: 'vip' },
      ]
      for (const query of some) {
        expect((await walk(people[who], { ...query, limit: '7' })).ids).toEqual(expected(query, people[who]))
        expect(await page(people[who], { ...query, total: 'true' })).not.toHaveProperty('total')
      }
    }
  })
})

it('counts to 1,000 where no counter is kept, and says that there are more', async () => {
  const { workspaceId, ...admin } = await founder()
  const count = async (query: Query) => {
    const { total, totalCapped } = await page(admin, { ...query, total: 'true', limit: '1' })
    return [total, totalCapped]
  }
  const narrowed: Query[] = [{ company: 'acme' }, { createdBefore: '2100-01-01T00:00:00Z' }, { tag: 'vip' }]
  await seedCustomers(workspaceId, Array(1_000).fill({ company: 'Acme', tags: ['vip'] }))
  for (const query of narrowed) expect(await count(query)).toEqual([1_000, undefined])
  await seedCustomers(workspaceId, Array(1).fill({ company: 'Acme', tags: ['vip'] }))
  for (const query of narrowed) expect(await count(query)).toEqual([1_000, true])
  for (const query of [{}, { owner: 'none' }, { sort: 'name' }]) expect(await count(query)).toEqual([1_001, undefined])
})
