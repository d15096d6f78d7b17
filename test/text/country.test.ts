// A number without a country's code is read by the country that the workspace has, at whatever door it comes in.
import { describe, expect, it } from 'vitest'
import { bodyOf, costOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { rows } from '../support/database'
import { founder, PASSWORD, type Person, unique } from '../support/factories'

const WRITTEN = '020 7946 0958'
const READ = '+442079460958'
const keyOf = async (table: 'customers' | 'leads', column: string, value: string) =>
  (await rows<{ key: string | null }>(`SELECT phone_e164 AS key FROM ${table} WHERE ${column} = ?`, value))[0]?.key
const setCountry = (by: Person, defaultCountry: string) =>
  bodyOf(api(by.token).v1.workspace.$patch({ header: {}, json: { defaultCountry } }), 200)

/** An ADMIN whose token knows no country, while the workspace has one. */
async function withOldToken(defaultCountry = 'GB') {
  const admin = await founder()
  await setCountry(admin, defaultCountry)
  return admin
}

describe('by a token from before the workspace had its country', () => {
  it.each([
    ['POST /v1/customers', '/v1/customers', 'POST'],
    ['PUT /v1/customers', '/v1/customers?match=email', 'PUT'],
  ])('%s reads the number of a customer', async (_, path, method) => {
    const admin = await withOldToken()
    const email = `${unique('c')}@example.com`
    const response = await send(path, { method, token: admin.token, json: { name: 'C', email, phone: WRITTEN } })
    expect([response.status, await response.json()]).toEqual([
      201,
      expect.objectContaining({ phoneE164: READ, warnings: [] }),
    ])
    expect(await keyOf('customers', 'email', email)).toBe(READ)
  })

  it('PATCH reads the number of a customer, of a list of numbers, and of a lead', async () => {
    const admin = await withOldToken()
    const { v1 } = api(admin.token)
    const { id } = await bodyOf(v1.customers.$post({ json: { name: 'C' } }), 201)
    const one = await bodyOf(v1.customers[':id'].$patch({ param: { id }, header: {}, json: { phone: WRITTEN } }), 200)
    expect(one.phoneE164).toBe(READ)
    const phones = [{ phone: '+14155550100' }, { phone: '020 7946 0959' }]
    const two = await bodyOf(v1.customers[':id'].$patch({ param: { id }, header: {}, json: { phones } }), 200)
    expect(two.phones[1]).toMatchObject({ phoneE164: '+442079460959' })
    const lead = await bodyOf(v1.leads.$post({ json: { title: 'L', phone: WRITTEN } }), 201)
    expect(await keyOf('leads', 'id', lead.id)).toBe(READ)
    await bodyOf(v1.leads[':id'].$patch({ param: { id: lead.id }, header: {}, json: { phone: '020 7946 0959' } }), 200)
    expect(await keyOf('leads', 'id', lead.id)).toBe('+442079460959')
  })

  it('a number is not read by the country that the workspace had before', async () => {
    const admin = await withOldToken('DE')
    const { accessToken } = await bodyOf(
      api().v1.auth.login.$post({ json: { email: admin.email, password: PASSWORD } }),
      200,
    )
    await setCountry(admin, 'AT')
    const phone = '030 901820'
    const made = await bodyOf(api(accessToken).v1.customers.$post({ json: { name: 'C', phone } }), 201)
    expect(made.phoneE164).not.toBe('+4930901820')
  })

  it('it takes one round trip more, and none where the token knows the country or the number says it', async () => {
    const admin = await withOldToken()
    const { accessToken } = await bodyOf(
      api().v1.auth.login.$post({ json: { email: admin.email, password: PASSWORD } }),
      200,
    )
    const trips = async (token: string, phone?: string) =>
      costOf(await send('/v1/customers', { method: 'POST', token, json: { name: 'C', phone } })).trips
    expect([await trips(admin.token, WRITTEN), await trips(accessToken, WRITTEN), await trips(admin.token)]).toEqual([
      2, 1, 1,
    ])
  })
})

describe('of a stranger', () => {
  it('an enquiry has its number read', async () => {
    const admin = await withOldToken()
    const email = `${unique('e')}@example.com`
    const json = { workspace: admin.slug, name: 'E', email, phone: WRITTEN }
    expect((await send('/v1/enquiries', { method: 'POST', json })).status).toBe(201)
    expect(await keyOf('leads', 'email', email)).toBe(READ)
    expect(await rows(`SELECT sum(count) AS n FROM daily_counts WHERE subject LIKE '%${email}'`)).toEqual([{ n: 1 }])
    const { data } = await bodyOf(api(admin.token).v1.leads.$get({ query: { q: '0044 20 79460958' } }), 200)
    expect(data).toMatchObject([{ email }])
  })

  it('an enquiry in a dialect, and the sign-ups of two others, have theirs read', async () => {
    const fetch = worker({ DIALECTS: 'enquiries,manager,tickets' })
    const password = PASSWORD
    const admin = { username: unique('a'), email: `${unique('a')}@example.com`, password, role: 'admin' }
    expect((await send('/auth/register', { method: 'POST', json: admin }, fetch)).status).toBe(201)
    await rows(`UPDATE workspaces SET default_country = 'GB' WHERE slug = 'default' RETURNING id`)
    const [one, two, three] = [1, 2, 3].map(() => `${unique('e')}@example.com`)
    const enquiry = { name: 'E', email: one, phone: WRITTEN }
    expect((await send('/api/enquiries/public', { method: 'POST', json: enquiry }, fetch)).status).toBe(201)
    const user = { username: unique('u'), email: two, password, role: 'user', name: 'U', phone: WRITTEN, company: 'C' }
    expect((await send('/auth/register', { method: 'POST', json: user }, fetch)).status).toBe(201)
    const customer = { name: 'T', email: three, password, phone: WRITTEN }
    expect((await send('/customer/signup', { method: 'POST', json: customer }, fetch)).status).toBe(201)
    expect(await keyOf('leads', 'email', one ?? '')).toBe(READ)
    expect(await keyOf('customers', 'email', two ?? '')).toBe(READ)
    expect(await keyOf('customers', 'email', three ?? '')).toBe(READ)
  })

  it('an enquiry from the second address of a customer is linked to the customer', async () => {
    const admin = await founder()
    const [main, second] = [`${unique('m')}@example.com`, `${unique('s')}@example.com`]
    const emails = [{ email: main }, { email: second }]
    const { id } = await bodyOf(api(admin.token).v1.customers.$post({ json: { name: 'C', emails } }), 201)
    await send('/v1/enquiries', { method: 'POST', json: { workspace: admin.slug, name: 'C', email: second } })
    expect(await rows('SELECT customer_id FROM leads WHERE email = ?', second)).toEqual([{ customer_id: id }])
  })
})
