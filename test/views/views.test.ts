// Views: saved questions of lists, private or shared, asked as their reader, in lists and in exports.
import { beforeEach, describe, expect, it } from 'vitest'
import { bodyOf, costOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { rows } from '../support/database'
import { type Person, team, unique } from '../support/factories'
import { newKey } from '../support/keys'
import { seedLeads } from '../support/leads'

let people: Awaited<ReturnType<typeof team>>
beforeEach(async () => {
  people = await team()
})

const NEW = { field: 'status', op: 'eq' as const, value: 'NEW' }
type Json = Parameters<ReturnType<typeof api>['v1']['views']['$post']>[0]['json']
const saved = ({ token }: Person, json: Partial<Json> = {}) =>
  bodyOf(api(token).v1.views.$post({ json: { entity: 'lead', name: 'New ones', filter: NEW, ...json } }), 201)
const namesSeenBy = async ({ token }: Person) =>
  (await bodyOf(api(token).v1.views.$get({ query: {} }), 200)).data.map(({ name }) => name)

async function titles(query: string, { token }: Pick<Person, 'token'>): Promise<string[]> {
  const response = await send(`/v1/leads?${query}`, { token })
  const text = await response.text()
  expect(response.status, text).toBe(200)
  return JSON.parse(text).data.map(({ title }: { title: string }) => title)
}

const seeds = ({ admin, sales, rival }: typeof people) =>
  seedLeads(admin.workspaceId, [
    ...[{ title: 'A', status: 'NEW' as const, ownerId: sales.id, updatedAt: '2026-05-03T00:00:00.000Z' }],
    ...[{ title: 'B', status: 'NEW' as const, ownerId: rival.id, updatedAt: '2026-05-02T00:00:00.000Z' }],
    ...[{ title: 'C', status: 'CLOSED' as const, ownerId: sales.id, updatedAt: '2026-05-01T00:00:00.000Z' }],
  ])

describe('a view', () => {
  it('is private until it is shared, and stands in its order', async () => {
    const { admin, sales, rival } = people
    const view = await saved(sales, { name: 'Mine' })
    await saved(admin, { name: 'Ours', shared: true })
    expect([await namesSeenBy(sales), await namesSeenBy(rival)]).toEqual([['Mine', 'Ours'], ['Ours']])
    await refusalOf(api(rival.token).v1.views[':id'].$get({ param: view }), 404, 'not_found')
    await refusalOf(api(admin.token).v1.views[':id'].$get({ param: view }), 404, 'not_found')
    const json = { shared: true, position: 9 }
    await bodyOf(api(sales.token).v1.views[':id'].$patch({ param: view, header: {}, json }), 200)
    expect(await namesSeenBy(rival)).toEqual(['Ours', 'Mine'])
  })

  it('that is shared is changed by its maker and by managers, and made private by its maker alone', async () => {
    const { manager, sales, rival } = people
    const view = await saved(sales, { shared: true })
    const patch = (by: Person, json: object) => api(by.token).v1.views[':id'].$patch({ param: view, header: {}, json })
    await refusalOf(patch(rival, { name: 'Taken' }), 403, 'forbidden')
    await refusalOf(patch(manager, { shared: false }), 403, 'forbidden')
    expect(await bodyOf(patch(manager, { name: 'Better' }), 200)).toMatchObject({ name: 'Better', ownerId: sales.id })
    await refusalOf(api(rival.token).v1.views[':id'].$delete({ param: view, header: {} }), 403, 'forbidden')
    expect((await api(manager.token).v1.views[':id'].$delete({ param: view, header: {} })).status).toBe(204)
    expect(await namesSeenBy(sales)).toEqual([])
  })

  it('is the default of its audience, in the place of the one before', async () => {
    const { admin, sales } = people
    const first = await saved(admin, { name: 'First', shared: true, default: true })
    await saved(sales, { name: 'Own', default: true })
    await saved(admin, { name: 'Second', shared: true, default: true })
    const { data } = await bodyOf(api(sales.token).v1.views.$get({ query: { entity: 'lead' } }), 200)
    expect(data.filter((each) => each.default).map(({ name }) => name)).toEqual(['Own', 'Second'])
    const json = { default: true }
    await bodyOf(api(admin.token).v1.views[':id'].$patch({ param: first, header: {}, json }), 200)
    const now = await bodyOf(api(admin.token).v1.views.$get({ query: {} }), 200)
    expect(now.data.filter((each) => each.default).map(({ name }) => name)).toEqual(['First'])
  })

  it('is checked when it is saved, by the path of what is wrong', async () => {
    const { v1 } = api(people.sales.token)
    const refused = async (json: Partial<Json>, path: string) => {
      const asked = v1.views.$post({ json: { entity: 'lead', name: 'x', ...json } })
      expect((await refusalOf(asked, 400, 'invalid')).errors?.[0]?.path).toBe(path)
    }
    await refused({ filter: { and: [{ field: 'stauts', op: 'eq', value: 'NEW' }] } }, 'body.filter.and.0.field')
    await refused({ sort: 'name' }, 'body.sort')
    await refused({ columns: ['title', 'secret'] }, 'body.columns.1')
    await refused({ name: ' ' }, 'body.name')
    const view = await saved(people.sales)
    const patch = v1.views[':id'].$patch({ param: view, header: {}, json: { sort: 'nextTouchAt' } })
    await refusalOf(patch, 400, 'invalid')
    expect((await bodyOf(v1.views[':id'].$get({ param: view }), 200)).filter).toEqual(NEW)
  })

  it('of an API key is shared', async () => {
    const { key } = await newKey(people.admin, { scopes: ['views:read', 'views:write', 'leads:read'] })
    const { v1 } = api(key)
    await refusalOf(v1.views.$post({ json: { entity: 'lead', name: 'x' } }), 400, 'invalid')
    const view = await bodyOf(v1.views.$post({ json: { entity: 'lead', name: 'x', shared: true } }), 201)
    expect([view.ownerId, await namesSeenBy(people.sales)]).toEqual([null, ['x']])
    await saved(people.sales, { name: 'Private' })
    expect((await bodyOf(v1.views.$get({ query: {} }), 200)).data.map(({ name }) => name)).toEqual(['x'])
  })

  it('is one of fifty at most, of the team and of each member', async () => {
    const { admin, sales } = people
    await saved(sales)
    const [{ id = '' } = {}] = await rows<{ id: string }>(
      'SELECT id FROM views WHERE workspace_id = ?',
      admin.workspaceId,
    )
    for (let n = 1; n < 50; n += 1)
      await rows(
        `INSERT INTO views (id, workspace_id, entity, name, owner_id, is_shared, position, created_at, updated_at)
          SELECT ?1, workspace_id, entity, name, owner_id, is_shared, position, created_at, updated_at FROM views WHERE id = ?2`,
        ...[unique('view'), id],
      )
    const json = { entity: 'lead' as const, name: 'one more' }
    await refusalOf(api(sales.token).v1.views.$post({ json }), 409, 'too_many_views')
    await saved(sales, { shared: true })
    await saved(sales, { entity: 'customer', filter: null })
  })
})

describe('a list', () => {
  it('is asked by a view as its reader, beside everything else that is asked', async () => {
    await seeds(people)
    const { admin, sales, rival, customer } = people
    const { id } = await saved(admin, { shared: true, sort: 'updatedAt' })
    expect([await titles(`view=${id}`, admin), await titles(`view=${id}`, sales)]).toEqual([['B', 'A'], ['A']])
    expect(await titles(`view=${id}&sort=-updatedAt`, admin)).toEqual(['A', 'B'])
    expect(await titles(`view=${id}&owner=${rival.id}`, admin)).toEqual(['B'])
    const filter = encodeURIComponent(JSON.stringify({ field: 'title', op: 'ne', value: 'b' }))
    expect(await titles(`view=${id}&filter=${filter}`, admin)).toEqual(['A'])
    const asked = await bodyOf(api(admin.token).v1.leads.query.$post({ json: { view: id, limit: 1 } }), 200)
    expect(asked.data.map(({ title }) => title)).toEqual(['B'])
    expect(await titles(`view=${id}&limit=1&cursor=`.replace('&cursor=', ''), admin)).toEqual(['B'])
    const { errors } = await refusalOf(send(`/v1/customers?view=${id}`, { token: admin.token }), 400, 'invalid')
    expect(errors?.[0]?.path).toBe('query.view')
    await refusalOf(send(`/v1/tickets?view=${id}`, { token: customer.token }), 400, 'invalid')
    expect(costOf(await send(`/v1/leads?view=${id}`, { token: admin.token })).trips).toBe(2)
  })

  it('knows no private view of another member', async () => {
    const { id } = await saved(people.sales)
    await refusalOf(send(`/v1/leads?view=${id}`, { token: people.rival.token }), 400, 'invalid')
    await refusalOf(
      send('/v1/leads?view=0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e', { token: people.admin.token }),
      400,
      'invalid',
    )
  })

  it('names the view that does not fit it any more, and gives nothing', async () => {
    const { admin } = people
    const { id } = await saved(admin, { name: 'Old one', shared: true })
    for (const column of ['sort', 'filter']) {
      const gone = column === 'sort' ? 'gone' : JSON.stringify({ field: 'gone', op: 'empty' })
      await rows(`UPDATE views SET ${column} = ? WHERE id = ?`, gone, id)
      const { detail } = await refusalOf(send(`/v1/leads?view=${id}`, { token: admin.token }), 409, 'view_outdated')
      expect(detail).toContain('Old one')
    }
    await refusalOf(send(`/v1/exports/leads?view=${id}`, { token: admin.token }), 409, 'view_outdated')
  })

  it('goes on where a field was archived since: its values stay', async () => {
    const { admin } = people
    const { v1 } = api(admin.token)
    const field = await bodyOf(v1.fields.$post({ json: { entity: 'lead', key: 'budget', type: 'number' } }), 201)
    await bodyOf(v1.leads.$post({ json: { title: 'Rich', customFields: { budget: 9 } } }), 201)
    const { id } = await saved(admin, { filter: { field: 'customFields.budget', op: 'gt', value: 5 } })
    await bodyOf(v1.fields[':id'].$patch({ param: field, header: {}, json: { archived: true } }), 200)
    expect(await titles(`view=${id}`, admin)).toEqual(['Rich'])
  })

  it('is exported by a view, with its columns', async () => {
    await seeds(people)
    const { id } = await saved(people.admin, { shared: true, columns: ['title', 'owner.name', 'followUpAt'] })
    const file = await (await send(`/v1/exports/leads?view=${id}`, { token: people.sales.token })).text()
    expect(file.split('\r\n')[0]).toBe('title,owner,followUpAt')
    expect(file.split('\r\n')[1]).toMatch(/^A,/)
    expect(file.trimEnd().split('\r\n')).toHaveLength(2)
  })

  it('begins anew where the view has changed between two pages', async () => {
    await seeds(people)
    const { id } = await saved(people.admin, { shared: true })
    const first = await (await send(`/v1/leads?view=${id}&limit=1`, { token: people.admin.token })).json<{
      nextCursor: string
    }>()
    const json = { sort: 'updatedAt' }
    await bodyOf(api(people.admin.token).v1.views[':id'].$patch({ param: { id }, header: {}, json }), 200)
    const path = `/v1/leads?view=${id}&limit=1&cursor=${first.nextCursor}`
    await refusalOf(send(path, { token: people.admin.token }), 400, 'invalid_cursor')
  })
})

it('of a member who leaves, shared views stay and private ones go', async () => {
  const { admin, sales } = people
  await saved(sales, { name: 'Stays', shared: true })
  await saved(sales, { name: 'Goes' })
  const patch = { param: { id: sales.id }, query: {}, header: {}, json: { status: 'INACTIVE' as const } }
  await bodyOf(api(admin.token).v1.users[':id'].$patch(patch), 200)
  expect(await rows('SELECT name FROM views WHERE workspace_id = ?', admin.workspaceId)).toEqual([{ name: 'Stays' }])
  const json = { name: 'Still ours' }
  const [{ id = '' } = {}] = await rows<{ id: string }>(
    'SELECT id FROM views WHERE workspace_id = ?',
    admin.workspaceId,
  )
  await bodyOf(api(people.manager.token).v1.views[':id'].$patch({ param: { id }, header: {}, json }), 200)
})

it('that name a person by an address go when that person is erased', async () => {
  const { admin, sales } = people
  const { v1 } = api(admin.token)
  const email = `${unique('ada')}@example.com`
  const customer = await bodyOf(v1.customers.$post({ json: { name: 'Ada', email } }), 201)
  await saved(sales, { name: 'Hers', filter: { field: 'email', op: 'eq', value: email } })
  await saved(sales, { name: 'Others' })
  const erased = await send(`/v1/customers/${customer.id}/erase`, {
    method: 'POST',
    token: admin.token,
    json: { confirm: 'erase' },
  })
  expect(erased.status, await erased.text()).toBeLessThan(300)
  expect(await namesSeenBy(sales)).toEqual(['Others'])
})
