// Ids in capitals are the same ids: in paths, bodies and filters of the API, and in the dialects.
/// <reference types="vite/types/importMeta.d.ts" />
import { beforeAll, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { founder, member, type Person } from '../support/factories'

let admin: Person
let sales: Person
beforeAll(async () => {
  admin = await founder()
  sales = await member(admin, 'SALES')
})

const call = async (method: string, path: string, json?: unknown) => {
  const response = await send(path, { method, token: admin.token, json })
  expect([path, response.status < 300]).toEqual([path, true])
  return response.status === 204 ? undefined : response.json<{ id: string; data: { id: string }[] }>()
}
const upper = (id: string) => id.toUpperCase()

it('no schema of an input reads an id by itself', () => {
  const sources = import.meta.glob<string>('../../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true })
  const own = Object.entries(sources).filter(([, text]) => text.includes('z.uuid('))
  expect(own.map(([path]) => path)).toEqual(['../../src/field-schemas.ts'])
})

it('in paths, bodies and filters of the API', async () => {
  const { customers, leads } = api(admin.token).v1
  const customer = await bodyOf(customers.$post({ json: { name: 'Alice', ownerId: sales.id } }), 201)
  const lead = await bodyOf(leads.$post({ json: { title: 'Rooms' } }), 201)
  expect((await call('GET', `/v1/customers/${upper(customer.id)}`))?.id).toBe(customer.id)
  const assigned = await send(`/v1/leads/${upper(lead.id)}/assign`, {
    method: 'POST',
    token: admin.token,
    json: { ownerId: upper(sales.id) },
  })
  expect(await assigned.json()).toMatchObject({ id: lead.id, ownerId: sales.id })
  for (const list of ['leads', 'customers']) {
    expect((await call('GET', `/v1/${list}?owner=${upper(sales.id)}`))?.data).toHaveLength(1)
  }
  const note = await call('POST', '/v1/interactions', { type: 'NOTE', customerId: upper(customer.id), body: 'x' })
  expect((await call('GET', `/v1/interactions?customer=${upper(customer.id)}`))?.data).toHaveLength(1)
  await call('PATCH', `/v1/interactions/${upper(note?.id ?? '')}`, { body: 'y' })
  const ticket = await call('POST', '/v1/tickets', { customerId: upper(customer.id), title: 'x' })
  expect((await call('GET', `/v1/tickets?customer=${upper(customer.id)}`))?.data).toHaveLength(1)
  await call('DELETE', `/v1/tickets/${upper(ticket?.id ?? '')}`)
  await call('PATCH', `/v1/users/${upper(sales.id)}`, { name: 'Sal' })
  await call('POST', '/v1/tags/bulk', { customerIds: [upper(customer.id)], add: ['vip'], remove: [] })
  await call('DELETE', `/v1/users/${upper(sales.id)}?reassignTo=${upper(admin.id)}`)
  expect(await bodyOf(customers[':id'].$get({ param: { id: customer.id }, query: {} }), 200)).toMatchObject({
    ownerId: admin.id,
  })
})

it('in the dialects', async () => {
  const fetch = worker({ DIALECTS: 'personal' })
  const { id } = await bodyOf(api(admin.token).v1.customers.$post({ json: { name: 'Bob' } }), 201)
  const answer = await send(`/api/v1/contacts/get-contact-by-id?contactId=${upper(id)}`, { token: admin.token }, fetch)
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(id)])
})
