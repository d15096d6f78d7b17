// What frontends of the five systems do without a README saying so: blank fields, whole records sent back, a slash more.
import { beforeAll, describe, expect, it } from 'vitest'
import { dialects } from '../../src/dialects/dialects'
import { documentText } from '../../src/dialects/documents'
import { send } from '../support/api'
import { PASSWORD, unique } from '../support/factories'

type Call = Parameters<typeof send>[1]

/** Sends a request such as `GET /api/leads`, which must be answered with this status, and gives the answer's JSON. */
async function ask(request: string, status: number, call: Call = {}) {
  const [method = '', path = ''] = request.split(' ')
  const response = await send(path, { method, ...call })
  const text = await response.text()
  expect(response.status, `${request}: ${text}`).toBe(status)
  return JSON.parse(text)
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const address = () => `${unique('f')}@example.com`
const account = () => ({ name: 'Sita', email: address(), password: PASSWORD })

let admin: { token: string; id: string }
let seller: { token: string; id: string; email: string }
let owner: string
let customerId: string

beforeAll(async () => {
  const { user } = await ask('POST /user/signup', 201, { json: account() })
  admin = { token: user.token, id: user.id }
  const { user: other } = await ask('POST /user/signup', 201, { json: account() })
  seller = { token: other.token, id: other.id, email: other.email }
  const { data } = await ask('POST /api/v1/user/register', 201, { json: account() })
  owner = data.accessToken
  const blank = { ...account(), company: '', phone: '' }
  customerId = (await ask('POST /customer/signup', 201, { json: blank })).insertId.InsertedID
})

describe('what a form leaves blank', () => {
  it('is nothing in a lead, its list and its activities', async () => {
    const by = { token: admin.token }
    const blank = { description: '', source: '', ownerId: '', status: '', metadata: '' }
    const lead = await ask('POST /api/leads', 201, { ...by, json: { title: 'Blank', ...blank } })
    const none = { description: null, source: null, ownerId: null, metadata: null, status: 'NEW' }
    expect(lead).toMatchObject(none)
    const path = `PUT /api/leads/${lead.id}`
    await ask(path, 200, { ...by, json: { description: 'd', source: 's', ownerId: seller.id } })
    expect(await ask(path, 200, { ...by, json: blank })).toMatchObject(none)
    const list = await ask('GET /api/leads?page=&limit=&status=&source=&ownerId=&search=', 200, by)
    expect(list.pagination).toMatchObject({ page: 1, limit: 20, total: 1 })
    const activity = { leadId: lead.id, type: 'CALL' }
    for (const json of [activity, { ...activity, body: '' }]) {
      expect((await ask('POST /api/activities', 201, { ...by, json })).body).toBe('Call')
    }
  })

  it('is nothing in an enquiry', async () => {
    const json = { name: 'Alice', email: address(), courseInterest: '', message: '', phone: null }
    const { data } = await ask('POST /api/enquiries/public', 201, { json })
    expect(data).toMatchObject({ courseInterest: null, message: null })
  })

  it('clears a customer of `manager`, whose record may come back as it was read', async () => {
    const by = { token: admin.token }
    const path = `/customers/${customerId}`
    for (const json of [{ phone: '1', company: 'Acme' }, {}, { Name: 'Sita', email: 'kept@example.com' }]) {
      await ask(`PUT ${path}`, 200, { ...by, json })
      expect(await ask(`GET ${path}`, 200, by)).toMatchObject({ phone: '1', company: 'Acme' })
    }
    await ask(`PUT ${path}`, 400, { ...by, json: { email: 'kept@example.com' } })
    await ask(`PUT ${path}`, 200, { ...by, json: { phone: '', company: null } })
    const read = await ask(`GET ${path}`, 200, by)
    expect(read).toMatchObject({ phone: null, company: null })
    await ask(`PUT ${path}`, 200, { ...by, json: read })
    await ask(`PUT /customers/${crypto.randomUUID()}`, 404, { ...by, json: {} })
    const list = await ask('GET /customers?page=&limit=&name=&email=&phone=&company=', 200, by)
    expect(list).toMatchObject({ currentPage: 1, totalCustomers: 1 })
  })

  it('is nothing in the requests of `tickets`', async () => {
    const by = { token: admin.token }
    await ask(`PATCH /customers/${customerId}`, 200, { ...by, json: { Phone: '2', Company: '' } })
    const json = { type: '', description: '', date: '2026-01-02', follow_up: '' }
    const { InsertedID } = await ask(`POST /users/meetings/${customerId}`, 201, { ...by, json })
    const told = { description: 'Meeting', type: 'MEETING', date: '2026-01-02T00:00:00Z', follow_up: null }
    expect(await ask(`GET /interactions/${InsertedID}`, 200, by)).toMatchObject(told)
    const ticket = { title: 'T', description: '', priority: '' }
    await ask(`POST /customers/ticket/${InsertedID}`, 201, { ...by, json: ticket })
    await ask(`PATCH /users/${seller.id}`, 200, { ...by, json: { name: 'Sita', password: '' } })
  })

  it('is nothing in a contact and what is logged of it', async () => {
    const by = { token: owner }
    const blank = { email: '', phone: '', company: '', customFields: '' }
    const { data } = await ask('POST /api/v1/contacts/add-contact', 201, { ...by, json: { name: 'Bo', ...blank } })
    expect(data).toMatchObject({ email: null, phone: null, company: null, customFields: null })
    const dates = { date: '2026-01-02', followUpDate: '2026-02-03' }
    const json = { contactId: data.id, type: 'call', content: 'Rang', ...dates }
    const logged = await ask('POST /api/v1/interactions/log-interaction', 201, { ...by, json })
    expect(logged.data).toMatchObject({ date: '2026-01-02T00:00:00.000Z', followUpDate: '2026-02-03T00:00:00.000Z' })
    const lists = ['interactions/list-interactions', 'notes/list-notes']
    for (const list of lists) await ask(`GET /api/v1/${list}?contactId=&page=&limit=`, 200, by)
  })
})

describe('an empty body that is called JSON', () => {
  const headers = JSON_TYPE
  it.each(['', undefined])('is one without fields: %j', async (body) => {
    expect(await ask('POST /auth/login', 400, { headers, body })).toEqual({
      message: 'Invalid - Username field required',
    })
    const { errors } = await ask('POST /api/v1/user/renewToken', 400, { headers, body })
    expect(errors).toEqual([{ field: 'refreshToken', message: 'Required' }])
    expect(await ask('POST /user/signin', 400, { headers, body })).toEqual({ error: 'email Required' })
    const { email, password } = await someone()
    const { accessToken } = await ask('POST /api/auth/login', 200, { json: { email, password } })
    await ask('POST /api/auth/logout', 200, { headers, body, token: accessToken })
  })

  async function someone() {
    const json = account()
    await ask('POST /api/auth/register', 201, { json })
    return json
  }
})

describe('a record that is sent back whole', () => {
  it('changes one’s own account, whose role stays', async () => {
    const by = { token: seller.token }
    const own = await ask(`GET /api/users/${seller.id}`, 200, by)
    const changed = await ask(`PUT /api/users/${seller.id}`, 200, { ...by, json: { ...own, name: 'Sita Devi' } })
    expect(changed).toMatchObject({ name: 'Sita Devi', role: 'SALES', email: seller.email })
    const json = { ...(await ask(`GET /users/${seller.id}`, 200, by)), name: 'Sita' }
    expect(json.role).toBe('USER')
    await ask(`PUT /users/${seller.id}`, 200, { ...by, json })
    await ask(`PUT /api/users/${seller.id}`, 403, { ...by, json: { ...own, role: 'MANAGER' } })
  })

  it('does not pretend to change an address', async () => {
    const path = 'PATCH /api/v1/user/updateDetails'
    const { data } = await ask(path, 200, { token: owner, json: { name: 'Ada' } })
    await ask(path, 200, { token: owner, json: { ...data, name: 'Ada King' } })
    const { errors } = await ask(path, 400, { token: owner, json: { name: 'Ada', email: address() } })
    expect(errors).toEqual([{ field: 'email', message: expect.any(String) }])
  })
})

it('a slash at the end makes no difference', async () => {
  const by = { token: admin.token }
  for (const path of ['/api/leads', '/api/users', '/customers', '/customers/search', '/users', '/users/meetings']) {
    expect(await ask(`GET ${path}/`, 200, by), path).toEqual(await ask(`GET ${path}`, 200, by))
  }
  await ask('GET /api/v1/health/', 200)
  await ask('POST /auth/login/', 400, { json: {} })
  await ask('GET /api/nowhere/', 404)
  for (const path of ['/v1/leads/', '/v1//leads', '//v1/leads//']) await ask(`GET ${path}`, 200, by)
})

it('members are listed without the logins of customers', async () => {
  const { data, pagination } = await ask('GET /api/users?limit=1000', 200, { token: admin.token })
  expect(data.map(({ role }: { role: string }) => role)).not.toContain('CUSTOMER')
  expect(pagination.total).toBe(data.length)
})

describe('what is wrong', () => {
  it('is told with the field that it is about', async () => {
    const by = { token: admin.token }
    const put = (json: object) => ask(`PUT /customers/${customerId}`, 400, { ...by, json })
    expect((await put({ name: {} })).message).toMatch(/^Invalid - name: /)
    const json = { note: 'n', followUpDate: 'tomorrow' }
    const { message } = await ask(`POST /customers/${customerId}/interactions`, 400, { ...by, json })
    expect(message).toMatch(/^Invalid - followUpDate: must be an instant .*, or a day/)
    const change = { oldPassword: 'wrong', newPassword: 'a second password' }
    const { errors } = await ask('PATCH /api/v1/user/updatePassword', 400, { token: owner, json: change })
    expect(errors).toMatchObject([{ field: 'oldPassword' }])
  })

  it('is a NOTE among interactions, which no list of them would show', async () => {
    const { data } = await ask('POST /api/v1/contacts/add-contact', 201, { token: owner, json: { name: 'Cy' } })
    const json = { contactId: data.id, type: 'NOTE', content: 'x' }
    await ask('POST /api/v1/interactions/log-interaction', 400, { token: owner, json })
  })

  it('is a customer who signs in as a user', async () => {
    const json = account()
    await ask('POST /customer/signup', 201, { json })
    await ask('POST /user/signin', 401, { json })
    await ask('POST /customer/signin', 200, { json })
  })
})

describe('from another origin', () => {
  const ORIGIN = 'http://localhost:5173'
  const asked = async (path: string, init: RequestInit) => {
    const { headers } = await send(path, { ...init, headers: { Origin: ORIGIN, ...init.headers } })
    return ['Origin', 'Credentials', 'Headers'].map((name) => headers.get(`Access-Control-Allow-${name}`))
  }
  const preflight = {
    method: 'OPTIONS',
    headers: { 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'token,content-type' },
  }

  it.each(['/api/leads', '/customers', '/users', '/api/v1/notes/list-notes', '/api/nowhere'])(
    '%s may be asked with credentials, refusals included',
    async (path) => {
      expect(await asked(path, preflight)).toEqual([ORIGIN, 'true', 'token,content-type'])
      expect(await asked(path, {})).toEqual([ORIGIN, 'true', null])
      expect(await asked(path, { headers: { Origin: 'http://elsewhere.example' } })).not.toContain(
        'http://elsewhere.example',
      )
    },
  )

  it('/v1 and the desk may not', async () => {
    for (const path of ['/v1/leads', '/dashboard', '/health']) expect((await asked(path, {}))[1]).toBeNull()
    expect((await asked('/v1/leads', preflight))[1]).toBeNull()
  })
})

describe('a file of customers', () => {
  it('is read though its type is the one that every request of `tickets` names', async () => {
    const headers = { 'Content-Type': 'multipart/form-data', token: admin.token }
    for (const body of [`Name,Email\nImp,${address()}\n`, JSON.stringify([{ Name: 'Jay', Email: address() }])]) {
      const done = await ask('POST /import/customer_data', 201, { headers, body })
      expect(done).toMatchObject({ created: 1, failed: 0 })
    }
  })

  it('stands in the document with its types', () => {
    const tickets = dialects.find(({ name }) => name === 'tickets') ?? expect.fail('no tickets')
    const { paths } = JSON.parse(documentText(tickets))
    const { requestBody } = paths['/import/customer_data'].post
    expect(Object.keys(requestBody.content)).toContain('text/csv')
    const unsaid = Object.keys(paths).flatMap((path) =>
      ['post', 'put', 'patch'].filter((m) => paths[path][m] && !paths[path][m].requestBody).map(() => path),
    )
    expect([...new Set(unsaid)].sort()).toEqual(['/users', '/users/{user_id}'])
  })
})
