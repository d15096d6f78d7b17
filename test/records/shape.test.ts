// The shape of answers: some fields alone, and related records beside them, as far as the caller sees them, in one round trip.
import { beforeAll, describe, expect, it } from 'vitest'
import { costOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { made, ownCustomer } from '../support/customers'
import { type Person, team } from '../support/factories'
import { seedLeads } from '../support/leads'

let people: Awaited<ReturnType<typeof team>>
beforeAll(async () => {
  people = await team()
})

async function read(path: string, { token }: Person) {
  const response = await send(path, { token })
  const text = await response.text()
  expect(response.status, text).toBe(200)
  return { body: JSON.parse(text), cost: costOf(response), etag: response.headers.get('ETag') ?? '' }
}

async function rowOf(records: string, query: string, id: string, by: Person) {
  const { body, cost } = await read(`/v1/${records}?${query}`, by)
  expect(cost.trips).toBe(1)
  return body.data.find((row: { id: string }) => row.id === id)
}

async function scene() {
  const { admin, sales } = people
  const customer = await ownCustomer(sales, {
    name: 'Ada',
    company: 'Acme',
    email: `ada-${crypto.randomUUID()}@acme.test`,
  })
  const title = `Course ${crypto.randomUUID()}`
  const seeded = await seedLeads(admin.workspaceId, [{ title, ownerId: sales.id, customerId: customer.id }])
  const lead = seeded.find((each) => each.title === title)
  if (!lead) throw new Error('no lead')
  const { v1 } = api(admin.token)
  await v1.leads[':id'].tags[':name'].$put({ param: { id: lead.id, name: 'VIP' } })
  for (const [type, body, day] of [
    ['CALL', 'First', '01'],
    ['NOTE', 'Last', '02'],
  ] as const) {
    const occurredAt = `2026-05-${day}T10:00:00.000Z`
    await v1.interactions.$post({ json: { leadId: lead.id, type, body, occurredAt } })
    await v1.interactions.$post({ json: { customerId: customer.id, type, body, occurredAt } })
  }
  return { customer, lead }
}

describe('include', () => {
  it('brings owner, customer, tags and the latest interaction of leads, in one round trip', async () => {
    const { customer, lead } = await scene()
    const { admin, sales } = people
    const expected = {
      owner: { id: sales.id, name: expect.any(String), status: 'ACTIVE' },
      customer: { id: customer.id, name: 'Ada', company: 'Acme' },
      tags: ['VIP'],
      lastInteraction: { type: 'NOTE', body: 'Last' },
    }
    const include = 'include=owner,customer,tags,lastInteraction'
    for (const by of [admin, sales]) {
      expect(await rowOf('leads', include, lead.id, by)).toMatchObject(expected)
      expect((await read(`/v1/leads/${lead.id}?${include}`, by)).body).toMatchObject(expected)
    }
    const bare = await rowOf('leads', 'limit=5', lead.id, admin)
    expect(Object.keys(expected).filter((name) => name in bare)).toEqual([])
    const response = await api(admin.token).v1.leads.query.$post({ json: { include: ['owner'], limit: 1 } })
    expect(await response.json()).toMatchObject({ data: [{ owner: { id: expect.any(String) } }] })
  })

  it('brings what belongs to customers, tickets and interactions', async () => {
    const { customer, lead } = await scene()
    const { admin, sales } = people
    const { v1 } = api(admin.token)
    const opened = await v1.tickets.$post({ json: { customerId: customer.id, title: 'Broken' } })
    const ticket = JSON.parse(await opened.text())
    await v1.tickets[':id'].comments.$post({ param: { id: ticket.id }, json: { body: 'On it' } })
    expect(await rowOf('customers', 'include=owner,tags,lastInteraction', customer.id, sales)).toMatchObject({
      ...{ owner: { id: sales.id }, tags: [], lastInteraction: { body: 'On it' } },
    })
    expect(await rowOf('tickets', 'include=assignee,customer,lastInteraction', ticket.id, sales)).toMatchObject({
      ...{ assignee: null, customer: { name: 'Ada' }, lastInteraction: { body: 'On it' } },
    })
    const { body } = await read(`/v1/interactions?lead=${lead.id}&include=author,customer,lead`, admin)
    expect(body.data[0]).toMatchObject({
      author: { id: admin.id },
      customer: { name: 'Ada' },
      lead: { title: lead.title },
    })
  })

  it('shows nothing that the caller may not see', async () => {
    const { admin, sales, rival, customer: portal } = people
    const hidden = await ownCustomer(rival, { name: 'Hidden' })
    const seeded = await seedLeads(admin.workspaceId, [{ title: 'Mine', ownerId: sales.id, customerId: hidden.id }])
    const lead = seeded.find(({ title }) => title === 'Mine')
    const asSales = await rowOf('leads', 'include=customer', lead?.id ?? '', sales)
    expect([asSales.customerId, asSales.customer]).toEqual([hidden.id, null])
    const own = await made(admin, { name: 'Portal', userId: portal.id })
    const { v1 } = api(admin.token)
    for (const [type, body] of [
      ['CALL', 'Heard'],
      ['NOTE', 'Secret'],
    ] as const)
      await v1.interactions.$post({ json: { customerId: own.id, type, body } })
    await v1.customers[':id'].tags[':name'].$put({ param: { id: own.id, name: 'VIP' } })
    const { body } = await read('/v1/customers/me?include=owner,tags,lastInteraction', portal)
    expect(body).toMatchObject({ owner: null, tags: null, lastInteraction: { body: 'Heard' } })
  })

  it('costs a row or two for each row of the page', async () => {
    const plain = (await read('/v1/leads?limit=20', people.admin)).cost.read
    const { cost } = await read('/v1/leads?limit=20&include=owner,customer,tags,lastInteraction', people.admin)
    expect(cost.read).toBeLessThanOrEqual(plain + 21 * 8)
  })

  it('gives another ETag when what stands beside has changed, and the version still guards a change', async () => {
    const { lead, customer } = await scene()
    const { admin } = people
    const path = `/v1/leads/${lead.id}?include=customer`
    const { etag } = await read(path, admin)
    expect((await send(path, { token: admin.token, headers: { 'If-None-Match': etag } })).status).toBe(304)
    await api(admin.token).v1.customers[':id'].$patch({ param: customer, header: {}, json: { company: 'New Ltd' } })
    expect((await send(path, { token: admin.token, headers: { 'If-None-Match': etag } })).status).toBe(200)
    const header = { 'if-match': etag }
    const json = { title: 'Guarded' }
    const changed = await api(admin.token).v1.leads[':id'].$patch({ param: { id: lead.id }, header, json })
    expect(changed.status).toBe(200)
  })
})

describe('fields', () => {
  it('leaves out what was not asked for, and keeps the id', async () => {
    const { lead } = await scene()
    const { admin } = people
    const row = await rowOf('leads', 'fields=title,status', lead.id, admin)
    expect(Object.keys(row).sort()).toEqual(['id', 'status', 'title'])
    const { body } = await read(`/v1/leads/${lead.id}?fields=title&include=owner`, admin)
    expect(Object.keys(body).sort()).toEqual(['id', 'owner', 'title'])
    const asked = await api(admin.token).v1.leads.query.$post({ json: { fields: ['title'], limit: 1 } })
    expect(Object.keys(JSON.parse(await asked.text()).data[0]).sort()).toEqual(['id', 'title'])
  })

  it('that do not exist are a 400 with the nearest name', async () => {
    const { token } = people.admin
    const { errors } = await refusalOf(send('/v1/leads?fields=title,stauts', { token }), 400, 'invalid')
    expect(errors?.[0]).toMatchObject({ path: 'query.fields', message: 'No such field: stauts. Did you mean status?' })
    for (const query of ['fields=', 'fields=workspaceId', 'include=secrets', 'include=', 'fields=version']) {
      await refusalOf(send(`/v1/leads?${query}`, { token }), 400, 'invalid')
    }
  })

  it('may change from page to page', async () => {
    const first = await read('/v1/leads?limit=1&fields=title', people.admin)
    const next = await read(`/v1/leads?limit=1&cursor=${first.body.nextCursor}&include=owner`, people.admin)
    expect(next.body.data[0].id).not.toBe(first.body.data[0].id)
  })
})
