// Who hears by mail of tickets and meetings, through the operations themselves.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { send, worker } from '../support/api'
import { customer, member, type Person, team, unique } from '../support/factories'
import { mailing, queuedTo } from '../support/mailbox'

// Everything is queued and nothing is sent.
const waiting = worker(mailing({ SMTP_PORT: '1' }))
const templatesTo = async (email: string) => (await queuedTo(email)).map(({ template }) => template)

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

async function post(person: Person, path: string, json: unknown, method = 'POST') {
  const response = await send(path, { method, token: person.token, json }, waiting)
  expect(response.status).toBeLessThan(300)
  return response.json<{ id: string }>()
}

describe('a ticket', () => {
  it('is mailed to customer and assignee as it is opened, given, changed and commented on, not to the author', async () => {
    const { admin, manager, sales } = await team()
    const portal = await member(admin, 'CUSTOMER')
    const customerId = await customer(sales, { email: portal.email, userId: portal.id })
    const { id } = await post(manager, '/v1/tickets', { customerId, title: 'The invoice' })
    expect(await templatesTo(portal.email)).toEqual(['ticketOpened'])
    // Told twice, it has happened once.
    for (let turn = 0; turn < 2; turn += 1) await post(manager, `/v1/tickets/${id}/assign`, { assigneeId: sales.id })
    expect(await templatesTo(sales.email)).toEqual(['ticketUpdated'])
    for (let turn = 0; turn < 2; turn += 1) await post(sales, `/v1/tickets/${id}`, { status: 'IN_PROGRESS' }, 'PATCH')
    await post(portal, `/v1/tickets/${id}/comments`, { body: 'Thank you' })
    expect(await templatesTo(portal.email)).toEqual(['ticketOpened', 'ticketUpdated'])
    expect(await templatesTo(sales.email)).toEqual(['ticketUpdated', 'ticketCommented'])
    const refused = await send(
      `/v1/tickets/${id}`,
      { method: 'PATCH', token: portal.token, json: { status: 'RESOLVED' } },
      waiting,
    )
    expect(refused.status).toBe(403)
    expect(await templatesTo(manager.email)).toEqual([])
    expect(await templatesTo(sales.email)).toHaveLength(2)
  })
})

describe('a meeting', () => {
  it('is mailed to the customer where the request says so', async () => {
    const { sales } = await team()
    const email = `${unique('carla')}@example.com`
    const customerId = await customer(sales, { email })
    const meeting = { customerId, type: 'MEETING', body: 'We agreed.' }
    await post(sales, '/v1/interactions', meeting)
    await post(sales, '/v1/interactions', { ...meeting, notifyCustomer: false })
    await post(sales, '/v1/interactions', { ...meeting, type: 'CALL', notifyCustomer: true })
    expect(await templatesTo(email)).toEqual([])
    await post(sales, '/v1/interactions', { ...meeting, notifyCustomer: true })
    expect(await templatesTo(email)).toEqual(['meetingLogged'])
  })
})
