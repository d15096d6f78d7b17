// Keeping in touch: so many days after the last call, e-mail or meeting, whatever else is said or planned.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { made, ownCustomer, page, seedCustomers, walk } from '../support/customers'
import { type Person, team, unique } from '../support/factories'
import { costOf, logged } from '../support/interactions'

const DAY = 24 * 3_600_000
const daysAfter = (instant: string, days: number) => new Date(Date.parse(instant) + days * DAY).toISOString()
const one = (by: Person, id: string) =>
  bodyOf(api(by.token).v1.customers[':id'].$get({ param: { id }, query: {} }), 200)
const change = (by: Person, id: string, json: Record<string, unknown>) =>
  send(`/v1/customers/${id}`, { method: 'PATCH', token: by.token, json })

describe('keepInTouchDays', () => {
  it('counts from when the customer was made, then from the latest contact; notes and plans are none', async () => {
    const { sales } = await team()
    const { id, createdAt, nextTouchAt } = await ownCustomer(sales, { keepInTouchDays: 30 })
    expect(nextTouchAt).toBe(daysAfter(createdAt, 30))
    for (const type of ['NOTE', 'TASK', 'FOLLOW_UP'] as const) await logged(sales, { customerId: id, type })
    expect((await one(sales, id)).nextTouchAt).toBe(daysAfter(createdAt, 30))
    const call = await logged(sales, { customerId: id, type: 'CALL', occurredAt: '2026-11-01T12:00:00.000Z' })
    expect((await one(sales, id)).nextTouchAt).toBe('2026-12-01T12:00:00.000Z')
    await logged(sales, { customerId: id, type: 'EMAIL', occurredAt: '2026-10-01T12:00:00.000Z' })
    expect((await one(sales, id)).nextTouchAt).toBe('2026-12-01T12:00:00.000Z')
    await logged(sales, { customerId: id, type: 'MEETING', occurredAt: '2026-11-05T12:00:00.000Z' })
    expect((await one(sales, id)).nextTouchAt).toBe('2026-12-05T12:00:00.000Z')
    const param = { id: call.id }
    await api(sales.token).v1.interactions[':id'].$patch({ param, header: {}, json: { type: 'NOTE' } })
    expect((await one(sales, id)).nextTouchAt).toBe('2026-12-05T12:00:00.000Z')
  })

  it('is changed, emptied and upserted like any field, and knows of the contacts before it was set', async () => {
    const { sales } = await team()
    const email = `${unique('kit')}@example.com`
    const { id } = await ownCustomer(sales, { email })
    await logged(sales, { customerId: id, type: 'CALL', occurredAt: '2026-11-01T12:00:00.000Z' })
    const set = await change(sales, id, { keepInTouchDays: 7 })
    expect(await set.json()).toMatchObject({ keepInTouchDays: 7, nextTouchAt: '2026-11-08T12:00:00.000Z' })
    expect(await (await change(sales, id, { keepInTouchDays: null })).json()).toMatchObject({ nextTouchAt: null })
    const upsert = { method: 'PUT', token: sales.token, json: { name: 'K', email, keepInTouchDays: 14 } }
    expect(await (await send('/v1/customers?match=email', upsert)).json()).toMatchObject({
      nextTouchAt: '2026-11-15T12:00:00.000Z',
    })
    for (const keepInTouchDays of [0, 3651, 1.5, '7', -1]) {
      const { errors } = await refusalOf(change(sales, id, { keepInTouchDays }), 400, 'invalid')
      expect(errors?.[0]?.path).toBe('body.keepInTouchDays')
    }
  })

  it('gives the answer another ETag when a contact moves the next one, and is the team’s alone', async () => {
    const { manager, customer: portal } = await team()
    const { id } = await made(manager, { keepInTouchDays: 30, userId: portal.id })
    const read = (by: Person) => send(`/v1/customers/${id}`, { token: by.token })
    await logged(manager, { customerId: id, type: 'NOTE', occurredAt: '2030-01-01T00:00:00.000Z' })
    const before = (await read(manager)).headers.get('ETag')
    await logged(manager, { customerId: id, type: 'CALL', occurredAt: '2029-01-01T00:00:00.000Z' })
    expect((await read(manager)).headers.get('ETag')).not.toBe(before)
    expect(await (await read(portal)).json()).toMatchObject({ keepInTouchDays: null, nextTouchAt: null })
  })
})

describe('touchBefore', () => {
  it('lists with whom to be in touch, soonest first, page by page, for the price of a page', async () => {
    const { admin, sales, rival } = await team()
    const seeds = Array.from({ length: 90 }, (_, i) => ({
      createdAt: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
      keepInTouchDays: i % 3 === 0 ? null : 10 + ((i * 7) % 50),
      ownerId: i % 2 ? sales.id : rival.id,
    }))
    const stored = await seedCustomers(admin.workspaceId, seeds)
    const touchBefore = '2026-04-01T00:00:00.000Z'
    const due = (owner?: string) =>
      stored
        .filter(({ nextTouchAt, ownerId }) => nextTouchAt && nextTouchAt < touchBefore && (!owner || ownerId === owner))
        .sort((a, b) =>
          (a.nextTouchAt ?? '') < (b.nextTouchAt ?? '') ? -1 : a.nextTouchAt === b.nextTouchAt ? a.seq - b.seq : 1,
        )
        .map(({ id }) => id)
    expect(due().length).toBeGreaterThan(20)
    expect((await walk(admin, { touchBefore, limit: '7' })).ids).toEqual(due())
    expect((await walk(sales, { touchBefore, limit: '7' })).ids).toEqual(due(sales.id))
    expect((await page(admin, { touchBefore, total: 'true' })).total).toBe(due().length)
    const all = stored.filter(({ nextTouchAt }) => nextTouchAt).length
    expect((await walk(admin, { sort: 'nextTouchAt' })).ids).toHaveLength(all)
    const { rowsRead, roundTrips } = await costOf(admin, `/v1/customers?touchBefore=${touchBefore}&limit=10`)
    expect(roundTrips).toBe(1)
    expect(rowsRead).toBeLessThanOrEqual(30)
  })
})
