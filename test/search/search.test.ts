// Search over everything, and words in tickets and interactions: by role, in any order, however short the words are.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api, send } from '../support/api'
import { made, ownCustomer } from '../support/customers'
import { customer as customerOf, founder, type Person, team } from '../support/factories'
import { logged, seedInteractions } from '../support/interactions'
import { lead } from '../support/leads'
import { ticket } from '../support/tickets'

const search = ({ token }: Pick<Person, 'token'>, q: string, limit?: string) =>
  bodyOf(api(token).v1.search.$get({ query: { q, ...(limit && { limit }) } }), 200)
const bodies = (group: { data: { body: string }[] } | undefined) => group?.data.map(({ body }) => body)

let people: Awaited<ReturnType<typeof team>>
beforeAll(async () => {
  people = await team()
})

describe('a search over everything', () => {
  it('finds records of each kind in one round trip, and says if there are more', async () => {
    const admin = await founder()
    const { id: customerId } = await made(admin, { name: 'Zoë Quandt', company: 'Quandt Ltd' })
    await lead(admin, { title: 'Course for Quandt' })
    await ticket(admin, { customerId, title: 'Invoice of QUANDT' })
    for (const body of ['Quandt called', 'Spoke to Mr Quandt']) await logged(admin, { customerId, body })
    const response = await send('/v1/search?q=quandt&limit=1', { token: admin.token })
    expect(response.headers.get('Server-Timing')).toContain('round trips 1,')
    const found = JSON.parse(await response.text())
    expect(found.customers).toMatchObject({ data: [{ name: 'Zoë Quandt' }], hasMore: false })
    expect(found.leads).toMatchObject({ data: [{ title: 'Course for Quandt' }], hasMore: false })
    expect(found.tickets).toMatchObject({ data: [{ title: 'Invoice of QUANDT' }], hasMore: false })
    expect(found.interactions).toMatchObject({ data: [{ body: 'Spoke to Mr Quandt' }], hasMore: true })
  })

  it.each(['東', '東京', 'Q', 'ß5'])('finds %s, which is shorter than the index knows', async (q) => {
    const admin = await founder()
    const { id: customerId } = await made(admin, { name: '東京 Q ß5' })
    await lead(admin, { title: '東京 Q ß5' })
    await ticket(admin, { customerId, title: '東京 Q ß5' })
    await logged(admin, { customerId, body: '東京 Q ß5' })
    const found = await search(admin, q)
    for (const group of Object.values(found)) expect(group?.data).toHaveLength(1)
  })

  it('shows each role what it sees, and leaves out what it may not see', async () => {
    const own = await ownCustomer(people.sales, { name: 'Wexford Own' })
    const rivals = await ownCustomer(people.rival, { name: 'Wexford Rival' })
    const portal = await customerOf(people.admin, { name: 'Wexford Portal', userId: people.customer.id, ownerId: null })
    for (const customerId of [own.id, rivals.id, portal]) {
      await logged(people.admin, { customerId, body: `Wexford note ${customerId}` })
      await logged(people.admin, { customerId, type: 'CALL', body: `Wexford call ${customerId}` })
      await ticket(people.admin, { customerId, title: `Wexford ${customerId}` })
    }
    const bySales = await search(people.sales, 'wexford', '20')
    expect(bySales.customers?.data.map(({ id }) => id)).toEqual([own.id])
    expect(bySales.tickets?.data.map(({ customerId }) => customerId)).toEqual([own.id])
    expect(bodies(bySales.interactions)).toEqual([`Wexford call ${own.id}`, `Wexford note ${own.id}`])
    const byCustomer = await search(people.customer, 'wexford', '20')
    expect(byCustomer.leads).toBeUndefined()
    expect(byCustomer.customers?.data).toMatchObject([{ id: portal, ownerId: null }])
    expect(bodies(byCustomer.interactions)).toEqual([`Wexford call ${portal}`])
    expect(byCustomer.tickets?.data).toHaveLength(1)
    const byAdmin = await search(people.admin, 'wexford', '20')
    expect([byAdmin.customers?.data.length, byAdmin.interactions?.data.length]).toEqual([3, 6])
  })

  it('finds nothing of another workspace', async () => {
    const [one, other] = await Promise.all([founder(), founder()])
    const { id: customerId } = await made(one, { name: 'Foreign Person' })
    await logged(one, { customerId, body: 'Foreign words' })
    await ticket(one, { customerId, title: 'Foreign ticket' })
    for (const group of Object.values(await search(other, 'foreign')))
      expect(group).toEqual({ data: [], hasMore: false })
  })
})

describe('words of interactions and tickets', () => {
  it('are found folded, and follow every change', async () => {
    const admin = await founder()
    const { id: customerId } = await made(admin, { name: 'C' })
    const { id } = await logged(admin, { customerId, body: 'Über ein ANGEBOT gesprochen' })
    const found = async (q: string) =>
      (await bodyOf(api(admin.token).v1.interactions.$get({ query: { q } }), 200)).data.length
    expect([await found('uber ein angebot'), await found('vertrag')]).toEqual([1, 0])
    await api(admin.token).v1.interactions[':id'].$patch({
      param: { id },
      header: {},
      json: { body: 'Über den Vertrag' },
    })
    expect([await found('angebot'), await found('VERTRAG')]).toEqual([0, 1])
    await api(admin.token).v1.interactions[':id'].$delete({ param: { id }, header: {} })
    expect(await found('vertrag')).toBe(0)
    const made1 = await ticket(admin, { customerId, title: 'Größe', description: 'zu klein' })
    const tickets = async (
      query: NonNullable<Parameters<ReturnType<typeof api>['v1']['tickets']['$get']>[0]>['query'],
    ) => (await bodyOf(api(admin.token).v1.tickets.$get({ query }), 200)).data.length
    expect([
      await tickets({ q: 'grosse' }),
      await tickets({ q: 'klein', status: 'OPEN' }),
      await tickets({ q: 'klein', status: 'CLOSED' }),
    ]).toEqual([1, 1, 0])
    await api(admin.token).v1.tickets[':id'].$patch({ param: { id: made1.id }, header: {}, json: { title: 'Farbe' } })
    expect([await tickets({ q: 'grosse' }), await tickets({ q: 'farbe' })]).toEqual([0, 1])
  })

  it('of interactions come latest logged first, or in another order', async () => {
    const { workspaceId, token } = await founder()
    const { id: customerId } = await made({ token } as Person, { name: 'C' })
    const seeds = [3, 1, 2].map((day) => ({
      customerId,
      body: `offer ${day}`,
      occurredAt: `2026-05-0${day}T00:00:00.000Z`,
    }))
    await seedInteractions(workspaceId, seeds)
    const listed = async (query: object) =>
      (await bodyOf(api(token).v1.interactions.$get({ query }), 200)).data.map(({ body }) => body)
    expect(await listed({ q: 'offer' })).toEqual(['offer 2', 'offer 1', 'offer 3'])
    expect(await listed({ q: 'offer', sort: 'occurredAt' })).toEqual(['offer 1', 'offer 2', 'offer 3'])
    expect(await listed({ q: 'offer', customer: customerId })).toEqual(['offer 3', 'offer 2', 'offer 1'])
    expect(await listed({ q: 'of', sort: '-occurredAt' })).toEqual(['offer 3', 'offer 2', 'offer 1'])
  })
})
