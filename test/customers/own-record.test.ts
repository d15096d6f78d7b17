// A customer's own record: its name, phone number and company are the customer's to change, and nothing else is.
import { expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { customer, type Person, team } from '../support/factories'
import { happenings } from '../support/leads'

const amend = (by: Person, json: Record<string, unknown>, version?: string) =>
  send('/v1/customers/me', {
    method: 'PATCH',
    token: by.token,
    json,
    headers: version ? { 'If-Match': version } : {},
  })

it('is changed by whose it is, in these fields alone', async () => {
  const { sales, customer: portal } = await team()
  const id = await customer(sales, { userId: portal.id, customFields: { secret: 'rich' } })
  const bystander = await customer(sales, {})
  const json = { name: 'Carla Née', phone: '+44 20 7946 0958', company: null }
  const changed = await bodyOf(amend(portal, json), 200)
  expect(changed).toMatchObject({ ...json, id, phoneE164: '+442079460958', ownerId: null, customFields: null })
  for (const field of ['email', 'ownerId', 'userId', 'customFields']) {
    await refusalOf(amend(portal, { name: 'A', [field]: null }), 400, 'invalid')
  }
  await refusalOf(amend(portal, {}), 400, 'invalid')
  await refusalOf(amend(portal, json, '"1"'), 412, 'stale')
  const seen = await bodyOf(api(sales.token).v1.customers[':id'].$get({ param: { id }, query: {} }), 200)
  expect(seen).toMatchObject({ ...json, ownerId: sales.id, customFields: { secret: 'rich' } })
  expect(await happenings(id)).toEqual(['customer.updated'])
  expect(await happenings(bystander)).toEqual([])
})

it('is read by whose it is, without what the team notes, and by nobody else', async () => {
  const { admin, sales, customer: portal } = await team()
  const own = () => send('/v1/customers/me', { token: portal.token })
  await refusalOf(own(), 404, 'not_found')
  const id = await customer(sales, { name: 'Carla', userId: portal.id, customFields: { secret: 'rich' } })
  expect(await bodyOf(own(), 200)).toMatchObject({ id, name: 'Carla', ownerId: null, customFields: null })
  for (const { token } of [admin, sales]) await refusalOf(send('/v1/customers/me', { token }), 404, 'not_found')
})

it('is a 404 where there is none, and a 403 for the team', async () => {
  const { admin, sales, customer: portal } = await team()
  await customer(sales, {})
  await refusalOf(amend(portal, { name: 'A' }), 404, 'not_found')
  for (const by of [admin, sales]) await refusalOf(amend(by, { name: 'A' }), 403, 'forbidden')
})
