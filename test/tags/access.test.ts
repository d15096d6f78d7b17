// Tags and relationships as the owner, a rival, the team's leads, a customer and a stranger: who does what, and to whom.
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { count, rows } from '../support/database'
import { customer, founder, type Person, team } from '../support/factories'

async function scene() {
  const people = await team()
  const stranger = await founder()
  const [mine, mine2] = [await customer(people.sales, { userId: people.customer.id }), await customer(people.sales)]
  const put = (path: string, json?: unknown) => send(path, { method: 'PUT', token: people.sales.token, json })
  await put(`/v1/customers/${mine}/tags/VIP`)
  await put(`/v1/customers/${mine}/relationships/${mine2}`, { kind: 'partner' })
  const [tag] = await rows<{ id: string }>('SELECT id FROM tags WHERE workspace_id = ?', stranger.workspaceId)
  expect(tag).toBeUndefined()
  const [{ id: tagId } = { id: '' }] = await rows<{ id: string }>(
    'SELECT id FROM tags WHERE workspace_id = ?',
    people.admin.workspaceId,
  )
  return { ...people, portal: people.customer, stranger, mine, mine2, tagId }
}
type Scene = Awaited<ReturnType<typeof scene>>

type Operation = (by: Person, scene: Scene) => Promise<Pick<Response, 'status' | 'headers' | 'text'>>
const at = (method: string, path: (scene: Scene) => string, json?: unknown): Operation => {
  return (by, world) => send(path(world), { method, token: by.token, json })
}
const OF_CUSTOMER: Record<string, Operation> = {
  'list the tags': at('GET', ({ mine }) => `/v1/customers/${mine}/tags`),
  'put a tag': at('PUT', ({ mine }) => `/v1/customers/${mine}/tags/New`),
  'take a tag': at('DELETE', ({ mine }) => `/v1/customers/${mine}/tags/VIP`),
  'list the relationships': at('GET', ({ mine }) => `/v1/customers/${mine}/relationships`),
  relate: at('PUT', ({ mine, mine2 }) => `/v1/customers/${mine}/relationships/${mine2}`, { kind: 'manager' }),
  unrelate: at('DELETE', ({ mine, mine2 }) => `/v1/customers/${mine}/relationships/${mine2}`),
}
const OF_WORKSPACE: Record<string, Operation> = {
  'rename a tag': at('PATCH', ({ tagId }) => `/v1/tags/${tagId}`, { name: 'Other' }),
  'delete a tag': at('DELETE', ({ tagId }) => `/v1/tags/${tagId}`),
}
const state = async () => [
  await count('customer_tags'),
  await rows('SELECT * FROM customer_relationships ORDER BY from_id, to_id'),
  await rows('SELECT * FROM tags ORDER BY id'),
  await count('events'),
]

describe('of a customer', () => {
  it.each(Object.entries(OF_CUSTOMER))(
    '%s: whoever reaches the customer, a 404 for others, not the customer',
    async (name, operation) => {
      const world = await scene()
      const { admin, manager, sales, rival, portal, stranger } = world
      const before = await state()
      for (const by of [rival, stranger]) await refusalOf(operation(by, world), 404, 'not_found')
      if (name === 'list the relationships') {
        const answer = await operation(portal, world)
        expect(JSON.parse(await answer.text()), 'others stay unknown to a customer').toEqual({
          data: [],
          nextCursor: null,
        })
      } else await refusalOf(operation(portal, world), 403, 'forbidden')
      expect(await state()).toEqual(before)
      for (const pick of [admin, manager, sales]) {
        const fresh = await scene()
        const by = [fresh.admin, fresh.manager, fresh.sales].find(({ role }) => role === pick.role) ?? pick
        expect([200, 204], by.role).toContain((await operation(by, fresh)).status)
      }
    },
  )

  it('a relationship takes reach of both: neither is found through the other', async () => {
    const { sales, rival, manager, mine, mine2 } = await scene()
    const theirs = await customer(rival)
    const relating = (by: Person, id: string, otherId: string, kind = 'friend') =>
      api(by.token).v1.customers[':id'].relationships[':otherId'].$put({ param: { id, otherId }, json: { kind } })
    const unrelating = (by: Person, id: string, otherId: string) =>
      api(by.token).v1.customers[':id'].relationships[':otherId'].$delete({ param: { id, otherId } })
    await refusalOf(relating(sales, mine, theirs), 404, 'not_found')
    await refusalOf(relating(sales, theirs, mine), 404, 'not_found')
    expect((await relating(manager, mine, theirs)).status).toBe(200)
    for (const [by, id, seen] of [
      [sales, mine, [mine2]],
      [rival, theirs, []],
      [manager, mine, [mine2, theirs]],
    ] as const) {
      const list = await api(by.token).v1.customers[':id'].relationships.$get({ param: { id }, query: {} })
      const { data }: { data: { customer: { id: string } }[] } = JSON.parse(await list.text())
      expect(
        data.map((each) => each.customer.id),
        by.role,
      ).toEqual(seen)
    }
    await refusalOf(unrelating(sales, mine, theirs), 404, 'not_found')
    await refusalOf(unrelating(rival, theirs, mine), 404, 'not_found')
    expect((await unrelating(manager, theirs, mine)).status).toBe(204)
  })
})

describe('of the workspace', () => {
  it.each(Object.entries(OF_WORKSPACE))('%s: MANAGER and ADMIN of this workspace', async (_, operation) => {
    const world = await scene()
    const before = await state()
    for (const by of [world.sales, world.rival, world.portal]) await refusalOf(operation(by, world), 403, 'forbidden')
    await refusalOf(operation(world.stranger, world), 404, 'not_found')
    expect(await state()).toEqual(before)
    expect([200, 204]).toContain((await operation(world.manager, world)).status)
    const fresh = await scene()
    expect([200, 204]).toContain((await operation(fresh.admin, fresh)).status)
  })

  it('tags are listed to who has customers with them, tagging many reaches the own alone', async () => {
    const { admin, manager, sales, rival, portal, stranger, mine } = await scene()
    const names = async (by: Person) => {
      const answer = await api(by.token).v1.tags.$get({ query: {} })
      const { data }: { data: { name: string }[] } = JSON.parse(await answer.text())
      return data.map(({ name }) => name)
    }
    for (const by of [admin, manager, sales]) expect(await names(by)).toEqual(['VIP'])
    for (const by of [rival, stranger]) expect(await names(by)).toEqual([])
    await refusalOf(api(portal.token).v1.tags.$get({ query: {} }), 403, 'forbidden')
    const bulk = (by: Person) => api(by.token).v1.tags.bulk.$post({ json: { customerIds: [mine], remove: ['VIP'] } })
    for (const by of [rival, stranger])
      expect(JSON.parse(await (await bulk(by)).text())).toEqual({ changed: 0, notFound: [mine], jobId: null })
    await refusalOf(bulk(portal), 403, 'forbidden')
    expect(JSON.parse(await (await bulk(manager)).text())).toEqual({ changed: 1, notFound: [], jobId: null })
  })
})
