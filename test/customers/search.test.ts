// Searching customers: a search finds what a plain look at every customer would, whatever people write into names.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CustomerRow } from '../../src/customers/customers.record'
import { foldText } from '../../src/text/fold'
import { phoneTerms } from '../../src/text/phone-search'
import { readPhoneField } from '../../src/text/searched'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { made, ownCustomer, type Query, seedCustomers, walk } from '../support/customers'
import { founder, type Person, team, unique } from '../support/factories'

const FIELDS = ['name', 'email', 'phone', 'company', 'jobTitle'] as const
type Field = (typeof FIELDS)[number]
const digits = (text: string) => text.replace(/[ ()+./-]/g, '')

/** Whether a term is part of one of these fields: what a search must find. */
function has(row: CustomerRow, fields: readonly Field[], term: string): boolean {
  const folded = foldText(term)
  if (folded === '') return false
  return fields.some((field) => {
    const text = row[field] ?? ''
    if (field !== 'phone') return foldText(text).includes(folded)
    const few = /^[+\d\s()./-]+$/.test(folded) ? [folded.replace(/\D/g, '')] : []
    const asked = phoneTerms(term, { country: null })
    const terms = [folded, ...(asked.length > 0 ? asked : few)].filter((each) => each !== '')
    const searched = text === '' ? '' : readPhoneField(text, null).text
    return terms.some((each) => searched.includes(each))
  })
}

const search = async (by: Person, query: Query) => (await walk(by, { limit: '100', ...query })).ids

// Few characters, so that customers share parts; every one of them has bitten some search before.
const NASTY = [
  ...'aaAbBeéÉèEoöOøßñ"\'%_*^:()-+.\\/{}[]⟦⟧ \n日本語東京😀👩🏽',
  ...['\u0301', '\u0323', 'AND', 'OR', 'NOT', 'NEAR', 'name:', 'scope'],
]
const text = fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''))
const number = fc.array(fc.constantFrom(...'0123456789012345 -()./+'), { minLength: 5, maxLength: 14 })

describe('a search', () => {
  let people: Awaited<ReturnType<typeof team>>
  let customers: CustomerRow[]

  beforeAll(async () => {
    people = await team()
    const { admin, sales, rival } = people
    const clean = (some: string) => some.trim().normalize() || 'x'
    const texts = fc.sample(text, { numRuns: 300, seed: 7 }).map(clean)
    const numbers = fc.sample(number, { numRuns: 100, seed: 7 }).map((parts) => clean(parts.join('')))
    const owners = [sales.id, rival.id, null]
    const seeds = Array.from({ length: 100 }, (_, i) => ({
      name: texts[3 * i] ?? 'x',
      company: i % 4 ? (texts[3 * i + 1] ?? null) : null,
      jobTitle: i % 5 ? null : (texts[3 * i + 2] ?? null),
      email: i % 3 ? `${i}b.e+a@example.com` : null,
      phone: i % 2 ? (numbers[i] ?? null) : null,
      ownerId: owners[i % 3] ?? null,
    }))
    customers = await seedCustomers(admin.workspaceId, seeds)
  })

  const inText = fc
    .record({
      at: fc.nat({ max: 99 }),
      field: fc.constantFrom(...FIELDS),
      from: fc.nat(),
      length: fc.integer({ min: 1, max: 9 }),
    })
    .map(({ at, field, from, length }) => {
      const characters = [...(customers[at]?.[field] ?? 'x')]
      return characters.slice(from % characters.length, (from % characters.length) + length).join('')
    })
  const term = fc.oneof(
    { arbitrary: inText, weight: 3 },
    inText.map((some) => some.toUpperCase()),
    inText.map((some) => some.normalize('NFD').replace(/\p{M}/gu, '')),
    inText.map((some) => some.normalize('NFD')),
    inText.map(digits),
    inText.map((some) => [...digits(some)].join(' ')),
    text,
    number.map((parts) => parts.join('')),
  )

  it('finds what a plain look at every customer finds, and shows SALES the own ones of it', {
    tags: ['long'],
  }, async () => {
    let hits = 0
    await fc.assert(
      fc.asyncProperty(term, fc.constantFrom('q', ...FIELDS), async (q, parameter) => {
        fc.pre(q.trim() !== '' && !/\n./.test(q.trim()))
        const fields = parameter === 'q' ? FIELDS : FIELDS.filter((field) => field === parameter)
        const found = customers.filter((row) => has(row, fields, q)).reverse()
        expect(await search(people.manager, { [parameter]: q })).toEqual(found.map(({ id }) => id))
        const own = found.filter(({ ownerId }) => ownerId === people.sales.id)
        expect(await search(people.sales, { [parameter]: q })).toEqual(own.map(({ id }) => id))
        hits += found.length
      }),
      {
        numRuns: 300,
        examples: [
          ['日\u0301\u0323', 'q'],
          ['e😀\u0301', 'name'],
        ],
      },
    )
    expect(hits).toBeGreaterThan(300)
  })

  it.each([
    'a" OR name : "b',
    'NOT alpha',
    'alpha AND beta',
    'NEAR(alpha beta, 2)',
    'alph*',
    '^alpha',
    'name:alpha',
    '{name} : alpha',
    '-alpha',
    '(alpha)',
    '100%',
    'a_pha',
    "alpha'); DROP TABLE customers; --",
    'alpha\\',
    '"',
    '""',
    '%',
    '_%',
  ])('takes %o for a text and not for a command', async (some) => {
    const admin = await founder()
    const { id } = await made(admin, { name: some, company: 'alpha beta' })
    await made(admin, { name: 'alpha xx beta alphabet', company: 'Beta' })
    for (const query of [{ q: some }, { name: some }]) expect(await search(admin, query)).toEqual([id])
    expect(await search(admin, { tag: some.slice(0, 50), 'customFields.a': some })).toEqual([])
  })

  it('finds each part of what it looks at, and of nothing else', async () => {
    const admin = await founder()
    const { id } = await made(admin, {
      name: 'Carla',
      email: 'mail@carla.example',
      phone: '+44 20 7946 0958',
      company: 'Acme',
      customFields: { secret: 'hidden' },
    })
    for (const q of ['carl', 'mail@', '7946', 'ACME', 'ca', '@', '0', 'cm'])
      expect(await search(admin, { q })).toEqual([id])
    for (const q of ['hidden', 'secret', admin.id.slice(0, 8), id.slice(0, 8), 'acmecarla']) {
      expect(await search(admin, { q })).toEqual([])
    }
    expect(await search(admin, { name: 'acme' })).toEqual([])
    expect(await search(admin, { q: 'carla', company: 'acme', phone: '7946', email: 'mail' })).toEqual([id])
  })
})

describe('the index', () => {
  it('follows every change of a customer', async () => {
    const { manager, sales, rival } = await team()
    const customer = await ownCustomer(sales, { name: 'First', email: `${unique('one')}@example.com` })
    const param = { id: customer.id }
    const client = api(manager.token).v1.customers
    const patch = (json: Record<string, unknown>) => bodyOf(client[':id'].$patch({ param, header: {}, json }), 200)
    const found = async (by: Person, query: Query) => (await search(by, query)).length === 1
    const changes: [Record<string, unknown>, Query, Query][] = [
      [{ name: 'Second' }, { q: 'second' }, { q: 'first' }],
      [{ email: 'two@example.com' }, { q: 'two@' }, { q: 'one-' }],
      [{ phone: '+44 20 7946 0958' }, { q: '4420794' }, { q: '555' }],
      [{ phone: '+1 415 555 2671' }, { phone: '415-555' }, { q: '7946' }],
      [{ company: 'Acme' }, { company: 'acme' }, { q: 'bolt' }],
      [{ company: null }, { q: 'second' }, { q: 'acme' }],
      [{ customFields: { plan: 'gold' } }, { 'customFields.plan': 'gold' }, { 'customFields.plan': 'tin' }],
      [{ customFields: { plan: null } }, { q: 'second' }, { 'customFields.plan': 'gold' }],
    ]
    for (const [json, hit, miss] of changes) {
      await patch(json)
      for (const by of [manager, sales]) {
        expect([await found(by, hit), await found(by, miss)], JSON.stringify(json)).toEqual([true, false])
      }
    }
    await patch({ ownerId: rival.id })
    expect([await found(sales, { q: 'second' }), await found(rival, { q: 'second' })]).toEqual([false, true])
    expect([await found(manager, { q: 'second', owner: rival.id })]).toEqual([true])
    await client[':id'].$delete({ param, header: {} })
    expect(await found(manager, { q: 'second' })).toBe(false)
    await client[':id'].restore.$post({ param })
    expect([await found(manager, { q: 'second' }), await found(rival, { q: 'second' })]).toEqual([true, true])
  })

  it('follows every change of a tag', async () => {
    const { manager, sales } = await team()
    const param = { id: (await ownCustomer(sales)).id }
    const { customers, tags } = api(manager.token).v1
    const found = async (tag: string) => (await search(sales, { tag })).length === 1
    await customers[':id'].tags[':name'].$put({ param: { ...param, name: 'Größe "L"' } })
    for (const name of ['a', 'x⟧⟦forged']) await customers[':id'].tags[':name'].$put({ param: { ...param, name } })
    expect([await found('forged'), await found('x'), await found('x⟧⟦forged')]).toEqual([false, false, true])
    expect([await found('grosse "l"'), await found('GRÖSSE "L"'), await found('größe'), await found('A')]).toEqual([
      ...[true, true, false, true],
    ])
    expect([await found('größe "l"'), await found('GRÖßE “L”')]).toEqual([true, true])
    const { data } = await bodyOf(tags.$get({ query: {} }), 200)
    const id = data.find(({ name }) => name === 'a')?.id ?? expect.fail()
    await bodyOf(tags[':id'].$patch({ param: { id }, header: {}, json: { name: 'b' } }), 200)
    expect([await found('a'), await found('b')]).toEqual([false, true])
    await customers[':id'].tags[':name'].$delete({ param: { ...param, name: 'Größe "L"' } })
    expect([await found('größe "l"'), await found('b')]).toEqual([false, true])
    await tags[':id'].$delete({ param: { id }, header: {} })
    expect(await found('b')).toBe(false)
  })
})
