// Duplicates: who shares a number or a name and company, as a plain comparison of all pairs would have it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameKey } from '../../src/text/fold'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { costOf, counters, made, ownCustomer, seedCustomers, stored } from '../support/customers'
import { rows } from '../support/database'
import { founder, type Person, team } from '../support/factories'
import { mergeInto, restore } from '../support/merges'

const one = (by: Person, query: { limit?: string; cursor?: string } = {}) =>
  api(by.token).v1.customers.duplicates.$get({ query })

/** Every group, page by page: what is shared, and by whom. */
async function groups(by: Person, limit = '100'): Promise<[reason: string, ids: string[]][]> {
  const all: [string, string[]][] = []
  let cursor: string | undefined
  do {
    const { data, nextCursor } = await bodyOf(one(by, { limit, ...(cursor ? { cursor } : {}) }), 200)
    all.push(...data.map(({ reason, customers }): [string, string[]] => [reason, customers.map(({ id }) => id).sort()]))
    cursor = nextCursor ?? undefined
  } while (cursor)
  return all
}

/** The groups of a plain comparison. */
async function expected({ workspaceId, role, id }: Person): Promise<[string, string[]][]> {
  const all = (await stored(workspaceId)).filter((row) => row.deletedAt === null)
  const mine = all.filter((row) => role !== 'SALES' || row.ownerId === id)
  const keyed = mine.flatMap((row) => [
    [`name ${nameKey(row.name)}|${nameKey(row.company ?? '')}`, row.id],
    ...(row.phoneE164 === null ? [] : [[`phone ${row.phoneE164}`, row.id]]),
  ])
  const shared = [...Map.groupBy(keyed, ([key = '']) => key)].filter(([, list]) => list.length > 1)
  const up = shared.sort(([a], [b]) => (a < b ? -1 : 1))
  return up.map(([key, list]) => [key.split(' ')[0] ?? '', list.map(([, each]) => each ?? '').sort()])
}

describe('duplicates', () => {
  it('share a number, however it is written, or a near-equal name and company', async () => {
    const admin = await founder()
    const sets = [
      [{ phone: '+44 20 7946 0958' }, { phone: '+44 (0)20-7946.0958' }, { phone: '+442079460958' }],
      [
        { name: 'Éva Nagy-Kiss', company: 'Acme Ltd' },
        { name: 'eva NAGY  kiss', company: 'acmeltd' },
      ],
      [{ name: 'J. R. Bob' }, { name: 'JR Bob' }],
      [{ name: 'Alone', company: 'Acme' }, { name: 'Alone', company: 'Bolt' }, { name: 'Alone' }],
      [{ phone: 'ask Bob' }, { phone: 'ask Bob' }],
      [{ phone: '020 7946 0000' }, { phone: '02079460000' }],
    ]
    const ids: string[][] = []
    for (const [i, set] of sets.entries()) {
      const made_ = []
      for (const [j, fields] of set.entries()) made_.push((await made(admin, { name: `Name ${i} ${j}`, ...fields })).id)
      ids.push(made_.sort())
    }
    expect(await groups(admin)).toEqual([
      ['name', ids[1]],
      ['name', ids[2]],
      ['phone', ids[0]],
    ])
    expect(await groups(admin)).toEqual(await expected(admin))
  })

  it('are shown to SALES where they own both, and to nobody of another workspace', async () => {
    const { manager, sales, rival } = await team()
    const phone = '+44 20 7946 0958'
    const [mine, theirs] = [
      await ownCustomer(sales, { name: 'A', phone }),
      await ownCustomer(rival, { name: 'B', phone }),
    ]
    await made(await founder(), { name: 'A', phone })
    expect([await groups(sales), await groups(rival)]).toEqual([[], []])
    expect(await groups(manager)).toEqual([['phone', [mine.id, theirs.id].sort()]])
    const second = await ownCustomer(sales, { name: 'C', phone })
    expect(await groups(sales)).toEqual([['phone', [mine.id, second.id].sort()]])
    await api(sales.token).v1.customers[':id'].$delete({ param: second, header: {} })
    expect(await groups(sales)).toEqual([])
  })

  it('come ten to a group, group by group over pages of any size', async () => {
    const { admin, sales } = await team()
    const seeds = Array.from({ length: 60 }, (_, i) => ({
      name: i < 12 ? 'Twelve' : `Pair ${Math.floor(i / 2)}`,
      ownerId: i % 4 < 2 ? sales.id : null,
    }))
    await seedCustomers(admin.workspaceId, seeds)
    for (const by of [admin, sales]) {
      const all = await expected(by)
      for (const limit of ['1', '7', '25']) {
        const shown = await groups(by, limit)
        expect(shown.map(([reason, ids]) => [reason, ids.length])).toEqual(
          all.map(([reason, ids]) => [reason, Math.min(10, ids.length)]),
        )
        expect(shown.slice(0, 12)).toEqual(all.slice(0, 12))
      }
    }
    const { nextCursor } = await bodyOf(one(admin, { limit: '1' }), 200)
    await refusalOf(send(`/v1/customers?cursor=${nextCursor}`, { token: admin.token }), 400, 'invalid_cursor')
    await refusalOf(send('/v1/customers/duplicates?total=true', { token: admin.token }), 400, 'invalid')
  })

  it('are found in one round trip, reading them and not the workspace', async () => {
    const { admin, sales } = await team()
    const seeds = Array.from({ length: 600 }, (_, i) => ({
      name: i < 6 ? `Pair ${i % 3}` : `Single ${i}`,
      phone: `+44${i}`,
      phoneE164: `+44${i}`,
      ownerId: i % 2 ? sales.id : null,
    }))
    await seedCustomers(admin.workspaceId, seeds)
    for (const by of [admin, sales]) {
      const { trips, read } = costOf(await one(by))
      expect([trips, read < 80], `read ${read} rows`).toEqual([1, true])
    }
  })
})

describe('after any changes', () => {
  const fields = fc.record(
    {
      name: fc.constantFrom('Bob', 'bób', 'B. Ob', 'Alice'),
      company: fc.constantFrom('Acme', 'AC ME', null),
      phone: fc.constantFrom('+44 20 7946 0958', '+442079460958', 'ask', null),
      customFields: fc.constantFrom({ a: 1 }, null),
    },
    { requiredKeys: [] },
  )
  const change = fc.record({
    what: fc.constantFrom(
      'make',
      'make',
      'patch',
      'give',
      'trash',
      'restore',
      'merge',
      'tag',
      'untag',
      'bulk',
      'upsert',
    ),
    fields,
    at: fc.nat(),
    other: fc.nat(),
    isMine: fc.boolean(),
  })

  it('duplicates, counters and the index are as they would be counted afresh', { tags: ['long'] }, async () => {
    const { manager, sales } = await team()
    const client = api(manager.token).v1.customers
    const ids: string[] = []
    const pick = (n: number) => ids[n % ids.length] ?? ''
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 4, maxLength: 15 }), async (changes) => {
        for (const { what, fields, at, other, isMine } of changes) {
          const ownerId = isMine ? sales.id : null
          const [param, json] = [{ id: pick(at) }, { name: 'Zoe', ...fields }]
          const send = {
            make: async () => ids.push((await made(manager, { ...json, ownerId })).id),
            patch: () => client[':id'].$patch({ param, header: {}, json: fields }),
            give: () => client[':id'].$patch({ param, header: {}, json: { ownerId } }),
            trash: () => client[':id'].$delete({ param, header: {} }),
            restore: () => restore(manager, param.id),
            merge: () => mergeInto(manager, param.id, pick(other)),
            tag: () => client[':id'].tags[':name'].$put({ param: { ...param, name: isMine ? 'vip' : 'cold' } }),
            untag: () => client[':id'].tags[':name'].$delete({ param: { ...param, name: 'vip' } }),
            bulk: () => client['bulk-delete'].$post({ json: { ids: [pick(at), pick(other)] } }),
            upsert: () =>
              client.$put({ query: { match: 'email' }, json: { ...json, email: `u${at % 4}@example.com`, ownerId } }),
          }
          if (what === 'make' || ids.length > 0) await send[what]()
        }
        const { kept, counted } = await counters(manager.workspaceId)
        expect(kept).toEqual(counted)
        for (const by of [manager, sales]) {
          const cut = (list: [string, string[]][]) => list.map(([reason, each]) => [reason, Math.min(10, each.length)])
          expect(cut(await groups(by))).toEqual(cut(await expected(by)))
        }
        const indexed = await rows('SELECT rowid AS seq FROM customers_fts ORDER BY rowid')
        expect(indexed).toEqual(await rows('SELECT seq FROM customers WHERE deleted_at IS NULL ORDER BY seq'))
      }),
      { numRuns: 20 },
    )
  })
})
