// Relationships: one for a pair, seen from both sides, and no way to stand above oneself.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api } from '../support/api'
import { count } from '../support/database'
import { customer, type Person, team } from '../support/factories'
import { costOf, told } from '../support/tickets'

const relating = (by: Person, id: string, otherId: string, kind: string) =>
  api(by.token).v1.customers[':id'].relationships[':otherId'].$put({ param: { id, otherId }, json: { kind } })
const unrelating = (by: Person, id: string, otherId: string) =>
  api(by.token).v1.customers[':id'].relationships[':otherId'].$delete({ param: { id, otherId } })
const listing = (by: Person, id: string, query: { limit?: string; cursor?: string } = {}) =>
  bodyOf(api(by.token).v1.customers[':id'].relationships.$get({ param: { id }, query }), 200)

/** Kind by the other's id, as a customer's list shows it. */
async function relationsOf(by: Person, id: string): Promise<Record<string, string>> {
  const { data } = await listing(by, id, { limit: '100' })
  return Object.fromEntries(data.map((each) => [each.customer.id, each.kind]))
}

const several = (by: Person, n: number) =>
  Promise.all(Array.from({ length: n }, (_, i) => customer(by, { name: `Customer ${i}`, company: `Company ${i}` })))

const INVERSE: Record<string, string> = { manager: 'report', report: 'manager', parent: 'child', child: 'parent' }

describe('a relationship', () => {
  it.each([
    ['manager', 'report'],
    ['report', 'manager'],
    ['parent', 'child'],
    ['child', 'parent'],
    ['partner', 'partner'],
    ['Old school friend', 'Old school friend'],
  ])('says %s on one side and %s on the other', async (kind, inverse) => {
    const { sales } = await team()
    const [a = '', b = ''] = await several(sales, 2)
    const made = await bodyOf(relating(sales, a, b, kind), 200)
    expect(made).toEqual({ customer: { id: b, name: 'Customer 1', company: 'Company 1' }, kind })
    expect((await listing(sales, a)).data).toEqual([made])
    expect((await listing(sales, b)).data).toEqual([
      { customer: { id: a, name: 'Customer 0', company: 'Company 0' }, kind: inverse },
    ])
  })

  it('knows its kinds in any case, and keeps other words as they are written', async () => {
    const { sales } = await team()
    const [a = '', b = ''] = await several(sales, 2)
    expect((await bodyOf(relating(sales, a, b, ' MANAGER '), 200)).kind).toBe('manager')
    expect((await bodyOf(relating(sales, a, b, ' Best Friend '), 200)).kind).toBe('Best Friend')
  })

  it('is one for a pair: saying it from the other side, or something else, takes its place', async () => {
    const { sales } = await team()
    const [a = '', b = ''] = await several(sales, 2)
    const steps: [string, string, string][] = [
      [a, b, 'manager'],
      [b, a, 'report'],
      [b, a, 'manager'],
      [a, b, 'parent'],
      [b, a, 'rival'],
      [a, b, 'rival'],
    ]
    for (const [from, to, kind] of steps) {
      await bodyOf(relating(sales, from, to, kind), 200)
      expect(await relationsOf(sales, from)).toEqual({ [to]: kind })
      expect(await relationsOf(sales, to)).toEqual({ [from]: INVERSE[kind] ?? kind })
      expect(await count('customer_relationships', 'from_id IN (?, ?)', a, b)).toBe(1)
    }
  })

  it('is told in the trail of both, with what it was, and only when it changes', async () => {
    const { sales } = await team()
    const [a = '', b = ''] = await several(sales, 2)
    await relating(sales, a, b, 'manager')
    await relating(sales, b, a, 'report')
    await relating(sales, b, a, 'partner')
    expect((await unrelating(sales, a, b)).status).toBe(204)
    const state = (customerId: string, kind: string) => ({ customerId, kind })
    for (const [id, other, kind] of [
      [a, b, 'manager'],
      [b, a, 'report'],
    ] as const) {
      expect((await told(id)).map(({ verb, changes }) => [verb, changes?.relationship])).toEqual([
        ['customer.related', [null, state(other, kind)]],
        ['customer.related', [state(other, kind), state(other, 'partner')]],
        ['customer.unrelated', [state(other, 'partner'), null]],
      ])
    }
  })

  it('ends from either side, once', async () => {
    const { sales } = await team()
    const [a = '', b = ''] = await several(sales, 2)
    await relating(sales, a, b, 'friend')
    expect((await unrelating(sales, b, a)).status).toBe(204)
    await refusalOf(unrelating(sales, a, b), 404, 'not_found')
    expect([await relationsOf(sales, a), await relationsOf(sales, b)]).toEqual([{}, {}])
  })

  it('leads to no one in the trash', async () => {
    const { sales } = await team()
    const [a = '', b = ''] = await several(sales, 2)
    await relating(sales, a, b, 'friend')
    await api(sales.token).v1.customers[':id'].$delete({ param: { id: b }, header: {} })
    expect(await relationsOf(sales, a)).toEqual({})
    await refusalOf(relating(sales, a, b, 'partner'), 404, 'not_found')
    await refusalOf(unrelating(sales, a, b), 404, 'not_found')
    await api(sales.token).v1.customers[':id'].restore.$post({ param: { id: b } })
    expect(await relationsOf(sales, a)).toEqual({ [b]: 'friend' })
  })

  it('is not to oneself, nor of a kind without a word', async () => {
    const { sales } = await team()
    const [a = '', b = ''] = await several(sales, 2)
    const self = await refusalOf(relating(sales, a, a, 'friend'), 400, 'invalid')
    expect(self.errors).toEqual([expect.objectContaining({ path: 'path.otherId' })])
    for (const kind of ['', ' ', 'x'.repeat(51)]) await refusalOf(relating(sales, a, b, kind), 400, 'invalid')
  })
})

describe('a list of relationships', () => {
  it('holds both sides, each once, page by page at the price of a page', { tags: ['long'] }, async () => {
    const { sales } = await team()
    const [me = '', ...others] = await several(sales, 61)
    await Promise.all(
      others.map((other, i) => (i % 2 ? relating(sales, me, other, 'child') : relating(sales, other, me, 'friend'))),
    )
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listing(sales, me, { limit: '7', ...(cursor ? { cursor } : {}) })
      seen.push(...page.data.map((each) => each.customer.id))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(others.toSorted())
    const { trips, read, rows } = await costOf(sales, `/v1/customers/${me}/relationships`)
    expect({ trips, rows }).toEqual({ trips: 1, rows: 20 })
    expect(read).toBeLessThanOrEqual(2 * 20 + 10)
  })
})

describe('who stands above whom', () => {
  it.each([
    ['manager', 'report'],
    ['parent', 'child'],
  ])('never comes round again, over any number of %s levels', async (up, down) => {
    const { sales } = await team()
    const chain = await several(sales, 12)
    for (let i = 1; i < chain.length; i += 1) {
      const [lower = '', upper = ''] = [chain[i - 1], chain[i]]
      const [id, other, kind] = i % 2 ? [lower, upper, up] : [upper, lower, down]
      expect((await relating(sales, id, other, kind)).status).toBe(200)
    }
    const top = chain.at(-1) ?? ''
    for (const below of chain.slice(0, -2)) {
      await refusalOf(relating(sales, top, below, up), 409, 'relationship_cycle')
      await refusalOf(relating(sales, below, top, down), 409, 'relationship_cycle')
      expect((await relationsOf(sales, below))[top]).toBeUndefined()
      const shortcut = await relating(sales, below, top, up)
      expect(shortcut.status).toBe(200)
      await unrelating(sales, below, top)
    }
    expect(await count('events', `verb = 'customer.related' AND subject_id = ?`, chain[0])).toBe(2)
  })

  it('may be turned round for a pair, and differs between managers and parents', async () => {
    const { sales } = await team()
    const [a = '', b = '', c = ''] = await several(sales, 3)
    await relating(sales, a, b, 'manager')
    expect((await relating(sales, b, a, 'manager')).status).toBe(200)
    await relating(sales, c, b, 'manager')
    expect((await relating(sales, a, c, 'parent')).status).toBe(200)
    await refusalOf(relating(sales, a, c, 'manager'), 409, 'relationship_cycle')
    expect(await relationsOf(sales, a)).toEqual({ [b]: 'report', [c]: 'parent' })
  })

  it('holds over who is in the trash', async () => {
    const { sales } = await team()
    const [a = '', b = '', c = ''] = await several(sales, 3)
    await relating(sales, a, b, 'manager')
    await relating(sales, b, c, 'manager')
    await api(sales.token).v1.customers[':id'].$delete({ param: { id: b }, header: {} })
    await refusalOf(relating(sales, c, a, 'manager'), 409, 'relationship_cycle')
  })

  it('comes to no circle when many close it at once', { tags: ['long'] }, async () => {
    const { sales } = await team()
    for (let round = 0; round < 5; round += 1) {
      const ring = await several(sales, 6)
      const answers = await Promise.all(ring.map((id, i) => relating(sales, id, ring[(i + 1) % 6] ?? '', 'manager')))
      expect(tally(answers)).toEqual({ 200: 5, 409: 1 })
    }
  })

  it('is followed for 100 levels, and nothing is put below a longer line', { tags: ['long'] }, async () => {
    const { sales } = await team()
    const line = await several(sales, 102)
    for (let i = 101; i > 0; i -= 1) await bodyOf(relating(sales, line[i - 1] ?? '', line[i] ?? '', 'report'), 200)
    const last = await customer(sales)
    await refusalOf(relating(sales, last, line[101] ?? '', 'manager'), 409, 'relationship_cycle')
    expect((await relating(sales, last, line[0] ?? '', 'manager')).status).toBe(200)
  })

  it('is what a plain graph says, whatever is done in whatever order', { tags: ['long'] }, async () => {
    const { sales } = await team()
    const kinds = ['manager', 'report', 'parent', 'child', 'partner', 'friend']
    const steps = fc.array(
      fc
        .tuple(fc.nat(4), fc.nat(4), fc.oneof(fc.constantFrom(...kinds), fc.constant(undefined)))
        .filter(([a, b]) => a !== b),
      { minLength: 5, maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const ids = await several(sales, 5)
        const model = new Map<string, string>()
        const reaches = (from: number, to: number, up: string): boolean =>
          from === to || ids.some((_, next) => model.get(`${from} ${next}`) === up && reaches(next, to, up))
        for (const [a, b, kind] of list) {
          const [id = '', other = ''] = [ids[a], ids[b]]
          const before = [model.get(`${a} ${b}`), model.get(`${b} ${a}`)]
          model.delete(`${a} ${b}`)
          model.delete(`${b} ${a}`)
          if (kind === undefined) {
            expect((await unrelating(sales, id, other)).status).toBe(before[0] ? 204 : 404)
            continue
          }
          const up = kind === 'manager' || kind === 'parent' ? kind : (INVERSE[kind] ?? '')
          const isCycle = up !== '' && (kind === up ? reaches(b, a, up) : reaches(a, b, up))
          expect((await relating(sales, id, other, kind)).status).toBe(isCycle ? 409 : 200)
          const [there, back] = isCycle ? before : [kind, INVERSE[kind] ?? kind]
          if (there && back) model.set(`${a} ${b}`, there).set(`${b} ${a}`, back)
        }
        for (const [i, id] of ids.entries()) {
          const expected = ids.flatMap((other, j) => {
            const kind = model.get(`${i} ${j}`)
            return kind ? [[other, kind]] : []
          })
          expect(await relationsOf(sales, id)).toEqual(Object.fromEntries(expected))
        }
      }),
      { numRuns: 20 },
    )
  })
})
