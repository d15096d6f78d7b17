// Names and titles in the dialects: as long as a String(255) of those systems takes them, and texts as long as a Text.
import { beforeAll, describe, expect, it } from 'vitest'
import { send, worker } from '../support/api'
import { PASSWORD, unique } from '../support/factories'

const fetch = worker({ DIALECTS: 'personal,enquiries,leads,manager,tickets' })
const email = () => `${unique('s')}@example.com`
const long = (length: number) => `${unique('n')} `.padEnd(length, 'x')
const LONG_TEXT = 'd'.repeat(200_000)

async function ask(path: string, json: object, token?: string, method = 'POST') {
  const response = await send(path, { method, json, ...(token ? { token } : {}) }, fetch)
  return { status: response.status, text: await response.text() }
}

let admin: string
let owner: string
let customerId: string

beforeAll(async () => {
  admin = JSON.parse((await ask('/user/signup', { name: 'A', email: email(), password: PASSWORD })).text).user.token
  owner = JSON.parse((await ask('/api/v1/user/register', { name: 'O', email: email(), password: PASSWORD })).text).data
    .accessToken
  const made = await ask('/customer/signup', { name: 'C', email: email(), password: PASSWORD }, admin)
  customerId = JSON.parse(made.text).insertId.InsertedID
})

const account = () => ({ email: email(), password: PASSWORD })
const registration = () => ({ ...account(), username: unique('u'), role: 'user', name: 'N', phone: '1', company: 'C' })
const enquiry = () => ({ name: 'N', email: email() })
const by = { admin: () => admin, owner: () => owner, nobody: () => undefined }

const FIELDS: [door: string, field: string, who: keyof typeof by, rest: () => object][] = [
  ['/auth/register', 'username', 'nobody', registration],
  ['/auth/register', 'name', 'nobody', registration],
  ['/auth/register', 'company', 'nobody', registration],
  ['/auth/register', 'phone', 'nobody', registration],
  ['/user/signup', 'name', 'nobody', account],
  ['/customer/signup', 'name', 'nobody', account],
  ['/customer/signup', 'company', 'nobody', () => ({ ...account(), name: 'N' })],
  ['/customer/signup', 'phone', 'nobody', () => ({ ...account(), name: 'N' })],
  ['/api/auth/register', 'name', 'nobody', account],
  ['/api/enquiries/public', 'name', 'nobody', enquiry],
  ['/api/enquiries/public', 'courseInterest', 'nobody', enquiry],
  ['/api/enquiries/public', 'phone', 'nobody', enquiry],
  ['/api/leads', 'title', 'admin', () => ({})],
  ['/api/leads', 'source', 'admin', () => ({ title: 'T' })],
  ['/api/v1/user/register', 'name', 'nobody', account],
  ['/api/v1/contacts/add-contact', 'name', 'owner', () => ({})],
  ['/api/v1/contacts/add-contact', 'company', 'owner', () => ({ name: 'N' })],
  ['/api/v1/contacts/add-contact', 'phone', 'owner', () => ({ name: 'N' })],
]

describe('a field that those systems keep in a String', () => {
  it.each(FIELDS)('%s takes a %s of 255 characters, and says that 256 are too many', async (door, field, who, rest) => {
    const taken = await ask(door, { ...rest(), [field]: long(255) }, by[who]())
    expect([taken.status, taken.text]).toEqual([201, taken.text])
    const refused = await ask(door, { ...rest(), [field]: long(256) }, by[who]())
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('255')
  })

  it('signs in by a username of 255 characters', async () => {
    const username = long(255)
    await ask('/auth/register', { ...registration(), username })
    expect((await ask('/auth/login', { username, password: PASSWORD })).status).toBe(200)
  })
})

describe('a field that those systems keep in a Text', () => {
  it('takes what a body has room for', async () => {
    const interaction = JSON.parse(
      (await ask('/interactions', { customer_id: customerId, description: LONG_TEXT }, admin)).text,
    )
    const contactId = JSON.parse((await ask('/api/v1/contacts/add-contact', { name: 'N' }, owner)).text).data.id
    const taken = [
      await ask(`/customers/${customerId}/interactions`, { note: LONG_TEXT }, admin),
      await ask(`/customers/ticket/${interaction.InsertedID}`, { title: 'T', description: LONG_TEXT }, admin),
      await ask('/api/v1/notes/create-note', { contactId, content: LONG_TEXT }, owner),
      await ask('/api/v1/interactions/log-interaction', { contactId, type: 'CALL', content: LONG_TEXT }, owner),
    ]
    expect(taken.map(({ status, text }) => [status, status === 201 ? '' : text])).toEqual(Array(4).fill([201, '']))
  })
})
