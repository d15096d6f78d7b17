// Lists of interactions: who sees which, what filters leave, cursors that walk every row once, and what a page costs.
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { rows } from '../support/database'
import { customer, enquiry, founder, type Person, team } from '../support/factories'
import {
  costOf,
  listed,
  logged,
  minute,
  ownLead,
  type Query,
  type Seed,
  seedInteractions,
  walked,
} from '../support/interactions'

const ids = async (by: Person, query: Query = {}) => (await listed(by, query)).data.map(({ id }) => id)

describe('a list of interactions', () => {
  it('comes newest first by when they occurred', async () => {
    const admin = await founder()
    const customerId = await customer(admin)
    const made = await Promise.all(
      [3, 1, 2].map((at) => logged(admin, { customerId, body: `${at}`, occurredAt: minute(at) })),
    )
    const { data, nextCursor } = await listed(admin)
    expect(data.map(({ body }) => body)).toEqual(['3', '2', '1'])
    expect(data).toContainEqual(made[0])
    expect(nextCursor).toBeNull()
  })

  it('shows each role what it reaches, and another workspace nothing', async () => {
    const { admin, manager, sales, rival, customer: portal } = await team()
    const stranger = await founder()
    const pool = await enquiry(admin.slug)
    const own = [
      await logged(sales, { leadId: await ownLead(sales), type: 'CALL' }),
      await logged(sales, { customerId: await customer(sales, { userId: portal.id }), type: 'CALL' }),
      await logged(manager, { customerId: await customer(sales), type: 'CALL' }),
    ].map(({ id }) => id)
    const theirs = (await logged(rival, { customerId: await customer(rival), type: 'CALL' })).id
    const pooled = (await logged(admin, { leadId: pool })).id
    const nobodys = (await logged(admin, { customerId: await customer(admin, { ownerId: null }) })).id
    const all = [...own, theirs, pooled, nobodys].sort()
    for (const by of [admin, manager]) expect((await ids(by)).sort()).toEqual(all)
    expect((await ids(sales)).sort()).toEqual([...own].sort())
    expect(await ids(rival)).toEqual([theirs])
    expect(await ids(portal)).toEqual([own[1]])
    expect(await ids(stranger)).toEqual([])
    // A lead of the pool that is named shows its timeline to who might claim it.
    expect(await ids(sales, { lead: pool })).toEqual([pooled])
    expect(await ids(stranger, { lead: pool })).toEqual([])
    await rows(`UPDATE customers SET deleted_at = ? WHERE owner_id = ?`, minute(0), sales.id)
    expect(await ids(sales)).toEqual([own[0]])
    expect(await ids(portal)).toEqual([])
    expect(await ids(manager, { type: 'CALL' })).toEqual([theirs, own[0]])
  })

  it('is narrowed by type, author, customer and lead, alone and together', async () => {
    const { admin, sales } = await team()
    const [customerId, other, leadId] = [await customer(sales), await customer(sales), await ownLead(sales)]
    const call = (await logged(sales, { customerId, type: 'CALL' })).id
    const note = (await logged(admin, { customerId })).id
    const task = (await logged(sales, { customerId: other, type: 'TASK' })).id
    const early = (await logged(admin, { leadId, type: 'CALL' })).id
    const cases: [Query, string[]][] = [
      [{ type: 'CALL' }, [early, call]],
      [{ type: 'MEETING' }, []],
      [{ author: sales.id }, [task, call]],
      [{ author: admin.id }, [early, note]],
      [{ customer: customerId }, [note, call]],
      [{ lead: leadId }, [early]],
      [{ customer: customerId, type: 'CALL' }, [call]],
      [{ customer: customerId, author: admin.id }, [note]],
      [{ lead: leadId, type: 'NOTE' }, []],
      [{ author: admin.id, type: 'CALL' }, [early]],
      [{ customer: customerId, lead: leadId }, []],
      [{ customer: crypto.randomUUID() }, []],
    ]
    for (const [query, expected] of cases) {
      for (const by of [admin, sales]) expect(await ids(by, query), JSON.stringify(query)).toEqual(expected)
    }
    expect(await ids(sales, { author: 'me' })).toEqual([task, call])
    expect(await ids(admin, { author: 'me' })).toEqual([early, note])
  })

  it('keeps a rival’s customer and lead out of every filter', async () => {
    const { sales, rival, customer: portal } = await team()
    const [customerId, leadId] = [await customer(rival), await ownLead(rival)]
    const followUpAt = minute(0)
    for (const whose of [{ customerId }, { leadId }]) await logged(rival, { ...whose, type: 'CALL', followUpAt })
    const filters: Query[] = [{}, { customer: customerId }, { lead: leadId }, { type: 'CALL' }, { author: rival.id }]
    for (const filter of filters) {
      for (const further of [{}, { due: 'overdue' }, { done: 'true' }] as Query[]) {
        for (const by of [sales, portal]) expect(await ids(by, { ...filter, ...further })).toEqual([])
      }
    }
    expect(await ids(rival, { customer: customerId })).toHaveLength(1)
  })

  it('refuses what it does not know', async () => {
    const admin = await founder()
    const bad = ['type=LUNCH', 'author=nobody', 'due=later', 'timeZone=Mars/Olympus', 'done=maybe', 'customer=1', 'x=1']
    for (const query of bad) {
      await refusalOf(send(`/v1/interactions?${query}`, { token: admin.token }), 400, 'invalid')
    }
  })
})

describe('a cursor', () => {
  it('walks every interaction once where hundreds share an instant', { tags: ['long'] }, async () => {
    const { manager, sales } = await team()
    const [customerId, leadId] = [await customer(sales), await ownLead(sales)]
    const seeds = Array.from({ length: 120 }, (_, i): Seed => {
      const whose = i % 3 ? { customerId } : { leadId }
      const type = i % 5 ? 'NOTE' : 'CALL'
      return {
        ...whose,
        ownerId: sales.id,
        createdBy: sales.id,
        type,
        occurredAt: minute(i % 2),
        followUpAt: minute(i % 4),
      }
    })
    const made = await seedInteractions(sales.workspaceId, seeds)
    const filters: [Query, (seed: Seed) => boolean][] = [
      [{}, () => true],
      [{ type: 'CALL' }, ({ type }) => type === 'CALL'],
      [{ customer: customerId }, (seed) => seed.customerId === customerId],
      [{ lead: leadId, type: 'CALL' }, (seed) => seed.leadId === leadId && seed.type === 'CALL'],
      [{ author: sales.id }, () => true],
      [{ author: sales.id, type: 'NOTE' }, ({ type }) => type === 'NOTE'],
      [{ done: 'false' }, () => true],
      [{ done: 'false', lead: leadId }, (seed) => seed.leadId === leadId],
      [{ followUpAfter: minute(1), followUpBefore: minute(3) }, ({ followUpAt }) => /0[12]:00/.test(followUpAt ?? '')],
    ]
    for (const [query, isWanted] of filters) {
      const wanted = made.filter((_, i) => isWanted(seeds[i] ?? {})).sort()
      for (const by of [manager, sales]) {
        const found = await walked(by, { ...query, limit: '7' })
        expect(found.toSorted(), JSON.stringify(query)).toEqual(wanted)
        if (query.done === undefined && !query.followUpAfter)
          expect(await ids(by, { ...query, limit: '100' })).toEqual(found.slice(0, 100))
      }
    }
  })

  it('belongs to the filters that gave it', async () => {
    const admin = await founder()
    const customerId = await customer(admin)
    await seedInteractions(admin.workspaceId, [{ customerId }, { customerId }])
    const { nextCursor } = await listed(admin, { limit: '1' })
    const query = { cursor: nextCursor ?? '', type: 'CALL' } as const
    await refusalOf(api(admin.token).v1.interactions.$get({ query }), 400, 'invalid_cursor')
  })
})

describe('a page of interactions', () => {
  it('costs one round trip and twice its rows, whatever stands around it', async () => {
    const { manager, sales, rival, customer: portal } = await team()
    const mine = await Promise.all([customer(sales, { userId: portal.id }), customer(sales), customer(sales)])
    const theirs = await Promise.all([customer(rival), customer(rival)])
    const leadId = await ownLead(sales)
    const many = (count: number, seed: (i: number) => Seed) => Array.from({ length: count }, (_, i) => seed(i))
    const common = (i: number) => ({ occurredAt: minute(i % 50), followUpAt: minute(i % 50) })
    await seedInteractions(sales.workspaceId, [
      ...many(400, (i) => ({ ...common(i), customerId: theirs[i % 2], ownerId: rival.id, createdBy: rival.id })),
      ...many(400, (i) => ({ ...common(i), customerId: mine[i % 3], ownerId: sales.id, createdBy: sales.id })),
      ...many(100, (i) => ({ ...common(i), leadId, ownerId: sales.id, createdBy: manager.id })),
      ...many(60, (i) => ({ ...common(i), customerId: mine[0], ownerId: sales.id, createdBy: rival.id, type: 'CALL' })),
      ...many(300, (i) => ({ ...common(i), customerId: mine[0], ownerId: sales.id, type: 'TASK', doneAt: minute(60) })),
    ])
    const span = `&followUpAfter=${minute(3)}&followUpBefore=${minute(47)}`
    const whose = ['', `&customer=${mine[0]}`, `&lead=${leadId}`]
    const narrowed = ['', '&due=overdue', '&done=false', span].flatMap((filter) => whose.map((name) => name + filter))
    const paths = [
      ...[...narrowed, '&type=CALL'].flatMap((query) => [manager, sales].map((by) => ({ by, query }))),
      { by: manager, query: `&author=${manager.id}` },
      { by: sales, query: '&author=me' },
      { by: portal, query: '' },
      { by: portal, query: `&customer=${mine[0]}` },
    ]
    for (const { by, query } of paths) {
      let path = `/v1/interactions?limit=20${query}`
      for (const page of [1, 2, 3]) {
        const { roundTrips, rowsRead, data, nextCursor } = await costOf(by, path)
        expect(data, `${by.role} ${query} page ${page}`).toHaveLength(20)
        expect(roundTrips).toBe(1)
        // Behind the last row it looks whether the rows ended, or only the thousand of them.
        const rowCost = nextCursor ? 2 : 3
        expect(rowsRead, `${by.role} ${query} page ${page}`).toBeLessThanOrEqual(rowCost * 20 + 10)
        if (nextCursor) path = `/v1/interactions?limit=20${query}&cursor=${nextCursor}`
      }
    }
  })

  it('passes what is in the trash, thousands of rows at a time', async () => {
    const { manager, sales } = await team()
    const [kept, gone] = [await customer(sales), await customer(sales)]
    const seed = (customerId: string, at: number): Seed => ({ customerId, ownerId: sales.id, occurredAt: minute(at) })
    const found = await seedInteractions(sales.workspaceId, [seed(kept, 0), seed(kept, 1_201)])
    await seedInteractions(
      sales.workspaceId,
      Array.from({ length: 1_200 }, (_, i) => seed(gone, i + 1)),
    )
    await rows('UPDATE customers SET deleted_at = ? WHERE id = ?', minute(0), gone)
    for (const by of [manager, sales]) {
      expect(await walked(by)).toEqual(found.toReversed())
      expect((await costOf(by, '/v1/interactions')).rowsRead).toBeLessThan(5_000)
    }
  })

  it('is looked for among 3,333 rows at a time where filters stand together', async () => {
    const { manager, sales } = await team()
    const customerId = await customer(sales)
    const whose = { customerId, ownerId: sales.id, createdBy: sales.id }
    const notes = Array.from({ length: 3_400 }, (_, i): Seed => ({ ...whose, occurredAt: minute(i) }))
    const rare = [5, 1_700, 3_399].map((at): Seed => ({ ...whose, type: 'CALL', occurredAt: minute(at) }))
    const made = await seedInteractions(sales.workspaceId, [...notes, ...rare])
    const newestFirst = made.slice(-3).reverse()
    for (const by of [manager, sales]) {
      expect(await walked(by, { customer: customerId, type: 'CALL', limit: '2' })).toEqual(newestFirst)
      expect(await walked(by, { author: sales.id, type: 'CALL' })).toEqual(newestFirst)
      const { data, nextCursor, roundTrips, rowsRead } = await costOf(
        by,
        `/v1/interactions?customer=${customerId}&type=CALL`,
      )
      expect(data.map(({ id }) => id)).toEqual(newestFirst.slice(0, 2))
      expect(nextCursor).not.toBeNull()
      expect(roundTrips).toBe(1)
      expect(rowsRead).toBeLessThan(15_000)
      // A full page is not looked for any further.
      const full = await costOf(by, `/v1/interactions?customer=${customerId}&type=NOTE`)
      expect(full.rowsRead).toBeLessThanOrEqual(2 * 20 + 10)
    }
  })
})
