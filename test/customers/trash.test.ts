// The trash: one customer or hundreds go there at once, and come back as they were.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { costOf, counters, happenings, made, ownCustomer, page, seedCustomers, stored } from '../support/customers'
import { count } from '../support/database'
import { founder, type Person, team } from '../support/factories'
import { runJobsToTheEnd } from '../support/jobs'

const customersOf = ({ token }: Person) => api(token).v1.customers
const restore = (by: Person, id: string) => customersOf(by)[':id'].restore.$post({ param: { id } })
const bulk = (by: Person, ids: unknown) =>
  send('/v1/customers/bulk-delete', { method: 'POST', token: by.token, json: { ids } })
const ids = (list: { id: string }[]) => list.map(({ id }) => id)

describe('a trashed customer', () => {
  it('is gone from everywhere but the trash, and comes back as it was, once', async () => {
    const { sales } = await team()
    const { warnings: _, ...before } = await made(sales, { customFields: { plan: 'gold' }, phone: '+442079460958' })
    const param = { id: before.id }
    expect((await customersOf(sales)[':id'].$delete({ param, header: {} })).status).toBe(204)
    await refusalOf(customersOf(sales)[':id'].$get({ param, query: {} }), 404, 'not_found')
    await refusalOf(customersOf(sales)[':id'].$patch({ param, header: {}, json: { name: 'B' } }), 404, 'not_found')
    await refusalOf(customersOf(sales)[':id'].$delete({ param, header: {} }), 404, 'not_found')
    expect((await page(sales, { total: 'true' })).total).toBe(0)
    expect((await page(sales, { q: 'carla' })).data).toEqual([])
    const [trashed] = (await page(sales, { trashed: 'true' })).data
    expect(trashed).toEqual({ ...before, updatedAt: trashed?.updatedAt, deletedAt: expect.any(String) })
    const answers = await Promise.all([restore(sales, param.id), restore(sales, param.id)])
    for (const answer of answers) {
      const restored = await bodyOf(answer, 200)
      expect(restored).toEqual({ ...before, updatedAt: restored.updatedAt })
    }
    expect(await happenings(param.id)).toEqual(['customer.created', 'customer.trashed', 'customer.restored'])
    await refusalOf(restore(sales, crypto.randomUUID()), 404, 'not_found')
  })

  it('is found in the trash by its name, number and fields, as among the living', async () => {
    const admin = await founder()
    const deletedAt = new Date().toISOString()
    const shared = { deletedAt, company: 'Acme' }
    const [needle] = await seedCustomers(admin.workspaceId, [
      { ...shared, name: 'Nédle', phone: '(020) 7946-0958', customFields: { Plan: 'Gold' }, tags: ['vip'] },
      { ...shared, name: 'Hay', tags: ['cold'] },
      { name: 'Nedle' },
    ])
    const hits = [{ q: 'nedl' }, { q: 'NÉ' }, { q: '207946' }, { phone: '020-7946' }, { tag: 'Vip' }]
    for (const query of [...hits, { 'customFields.plan': 'gold' }, { tag: ['vip', 'new'], tagMatch: 'any' }]) {
      expect(ids((await page(admin, { ...query, trashed: 'true' })).data), JSON.stringify(query)).toEqual([needle?.id])
    }
    for (const query of [{ q: 'nobody' }, { tag: ['vip', 'cold'] }, { 'customFields.plan': 'tin' }]) {
      expect((await page(admin, { ...query, trashed: 'true' })).data, JSON.stringify(query)).toEqual([])
    }
  })
})

describe('deleting in bulk', () => {
  it('says of each id once whether it was there to be deleted', async () => {
    const [{ manager, sales, rival }, stranger] = [await team(), await founder()]
    const mine = [await ownCustomer(sales), await ownCustomer(sales), await ownCustomer(sales)]
    const [gone, ...living] = ids(mine)
    const others = ids([await ownCustomer(rival), await made(manager), await made(stranger)])
    await customersOf(sales)[':id'].$delete({ param: { id: gone ?? '' }, header: {} })
    const nowhere = crypto.randomUUID()
    const asked = [gone, ...living, ...others, nowhere, ...living, nowhere]
    const { deleted, notFound } = await bodyOf(bulk(sales, asked), 200)
    expect([deleted, notFound]).toEqual([expect.any(Array), [gone, ...others, nowhere]])
    expect(new Set([...(Array.isArray(deleted) ? deleted : [])])).toEqual(new Set(living))
    expect(deleted).toHaveLength(2)
    for (const id of living) expect(await happenings(id)).toEqual(['customer.created', 'customer.trashed'])
    for (const id of others) expect(await happenings(id)).toEqual(['customer.created'])
    expect(await bodyOf(bulk(sales, living), 200)).toEqual({ deleted: [], notFound: living, jobId: null })
  })

  it('takes 1 to 500 ids', async () => {
    const admin = await founder()
    const some = (length: number) => Array.from({ length }, () => crypto.randomUUID())
    for (const bad of [[], some(501), ['1'], 'all', undefined, [null]])
      await refusalOf(bulk(admin, bad), 400, 'invalid')
  })

  it('reads what it deletes and not the workspace, in one round trip, and 500 at once', async () => {
    const { admin, sales } = await team()
    const seeds = Array.from({ length: 1_200 }, (_, i) => ({ ownerId: i % 2 ? sales.id : null }))
    const all = await seedCustomers(admin.workspaceId, seeds)
    const few = await bulk(admin, ids(all.slice(0, 10)))
    const { trips, read } = costOf(few)
    expect(trips).toBe(1)
    expect(read).toBeLessThan(450)
    expect(
      await bodyOf(bulk(sales, ids(all.slice(0, 20).filter(({ ownerId }) => ownerId === null))), 200),
    ).toMatchObject({ deleted: [] })
    const most = all.slice(10, 510)
    const answer = await bodyOf(bulk(admin, ids(most)), 200)
    expect(answer).toMatchObject({ deleted: expect.any(Array), notFound: [] })
    await runJobsToTheEnd()
    const trashed = (await stored(admin.workspaceId)).filter(({ deletedAt }) => deletedAt !== null)
    expect(ids(trashed)).toEqual(ids(all.slice(0, 510)))
    expect(await count('events', `workspace_id = ? AND verb = 'customer.trashed'`, admin.workspaceId)).toBe(510)
    const { kept, counted } = await counters(admin.workspaceId)
    expect(kept).toEqual(counted)
    expect((await page(admin, { total: 'true' })).total).toBe(690)
  })
})
