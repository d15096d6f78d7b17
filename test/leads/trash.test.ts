// The trash: leads leave every list and count, wait there for who may restore them, and come back as they were.
import { expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { founder, type Person, team } from '../support/factories'
import { counters, happenings, lead, ownLead } from '../support/leads'

const one = (token: string) => api(token).v1.leads[':id']
const trash = (by: Person, id: string) => one(by.token).$delete({ param: { id }, header: {} })
const restore = (by: Person, id: string) => one(by.token).restore.$post({ param: { id } })
const get = (by: Person, id: string) => one(by.token).$get({ param: { id }, query: {} })
type Query = NonNullable<Parameters<ReturnType<typeof api>['v1']['leads']['$get']>[0]>['query']
const listed = async (by: Person, query: Query) => {
  const page = await bodyOf(api(by.token).v1.leads.$get({ query: { ...query, total: 'true' } }), 200)
  expect(page.total).toBe(page.data.length)
  return page.data.map(({ id }) => id)
}

it('takes a lead out of get, lists, search and counts until it is restored', async () => {
  const { manager, sales } = await team()
  const before = await ownLead(sales, { title: 'Needle', source: 'fair' })
  const everywhere: Query[] = [{}, { q: 'needle' }, { source: 'fair' }, { owner: sales.id }, { status: 'NEW' }]
  for (const query of everywhere) expect(await listed(manager, query)).toEqual([before.id])
  expect((await trash(sales, before.id)).status).toBe(204)
  await refusalOf(get(sales, before.id), 404, 'not_found')
  for (const query of everywhere) expect(await listed(manager, query)).toEqual([])
  for (const query of [
    { trashed: 'true' },
    { trashed: 'true', owner: sales.id },
    { trashed: 'true', source: 'fair' },
  ]) {
    expect(await listed(manager, query as Query)).toEqual([before.id])
  }
  const restored = await restore(sales, before.id)
  expect(restored.headers.get('ETag')).toBe('"3"')
  expect(await bodyOf(restored, 200)).toEqual({ ...before, updatedAt: expect.any(String) })
  for (const query of everywhere) expect(await listed(manager, query)).toEqual([before.id])
  expect(await listed(manager, { trashed: 'true' })).toEqual([])
  expect(await happenings(before.id)).toEqual(['lead.created', 'lead.trashed', 'lead.restored'])
  const { kept, counted } = await counters(manager.workspaceId)
  expect(kept).toEqual(counted)
})

it('says when it was put there, and shows SALES the own ones alone', async () => {
  const { admin, manager, sales, rival } = await team()
  const [mine, theirs, pooled] = [await ownLead(sales), await ownLead(rival), await lead(admin)]
  for (const { id } of [mine, theirs, pooled]) await trash(manager, id)
  expect(await listed(manager, { trashed: 'true' })).toEqual([pooled.id, theirs.id, mine.id])
  expect(await listed(sales, { trashed: 'true' })).toEqual([mine.id])
  expect(await listed(sales, { trashed: 'true', owner: 'none' })).toEqual([])
  expect(await listed(manager, { trashed: 'true', owner: 'none' })).toEqual([pooled.id])
  const { data } = await bodyOf(api(sales.token).v1.leads.$get({ query: { trashed: 'true' } }), 200)
  expect(data[0]).toMatchObject({ id: mine.id, deletedAt: expect.stringMatching(/Z$/) })
})

it('is left only by who may change the lead; others do not find it', async () => {
  const { admin, sales, rival, manager } = await team()
  const stranger = await founder()
  const [theirs, pooled] = [await ownLead(rival), await lead(admin)]
  for (const { id } of [theirs, pooled]) {
    await trash(admin, id)
    for (const other of [sales, stranger]) await refusalOf(restore(other, id), 404, 'not_found')
    expect(await bodyOf(restore(manager, id), 200)).toMatchObject({ id, deletedAt: null })
  }
})

it('is entered once, and left once, however many try at once', async () => {
  const { manager } = await team()
  const { id } = await lead(manager)
  const gone = await Promise.all(Array.from({ length: 10 }, () => trash(manager, id)))
  expect(gone.filter(({ status }) => status === 204)).toHaveLength(1)
  const back = await Promise.all(Array.from({ length: 10 }, () => restore(manager, id)))
  // Who comes second finds it restored, which is what was asked for.
  expect(back.every(({ status }) => status === 200)).toBe(true)
  expect(await happenings(id)).toEqual(['lead.created', 'lead.trashed', 'lead.restored'])
})

it('demands the version that If-Match names', async () => {
  const { manager } = await team()
  const { id } = await lead(manager)
  const remove = (tag: string) =>
    send(`/v1/leads/${id}`, { method: 'DELETE', token: manager.token, headers: { 'If-Match': tag } })
  await refusalOf(remove('"2"'), 412, 'stale')
  expect((await remove('"1"')).status).toBe(204)
})
