// The dialect `tickets`: every request that its README lists, sent as its curl lines send them.
import { beforeAll, describe, expect, it } from 'vitest'
import readme from '../../src/dialects/tickets/README.md?raw'
import { tickets } from '../../src/dialects/tickets/routes'
import { worker } from '../support/api'
import { rows } from '../support/database'
import { unique } from '../support/factories'
import { replaying } from '../support/replay'

const { replay: ask, demandHonesty } = replaying(tickets, readme)
const fetch = worker({ DIALECTS: 'tickets' })
type Call = Parameters<typeof ask>[2]
/** As its curl lines: the token in its own header, JSON that claims to be multipart. */
const replay = (request: string, status: number, { token, json, ...call }: Call = {}) =>
  ask(request, status, {
    fetch,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...call,
    headers: { 'Content-Type': 'multipart/form-data', ...call.headers, ...(token ? { token } : {}) },
  })

const SECOND = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
const RAMLAL = {
  Name: 'ramlal',
  Email: 'ram@gmail.com',
  Password: '$2a$15$lShiva',
  Company: 'TATA',
  Phone: '+91 35636621762',
}
const SITA = { Email: 'sita@gmail.com', Password: '$15$lShiva', name: 'sita', role: 'ADMIN' }
const user = (fields: object = {}) => ({
  Email: `${unique('u')}@gmail.com`,
  Password: '$15$lShiva',
  NAME: 'temp',
  ...fields,
})

let admin: string
let sita: { id: string }
let ram: string
let ramsId: string
let other: string
let otherToken: string

beforeAll(async () => {
  const made = await replay('POST /user/signup', 201, { json: SITA, token: 'eyJhbGcik' })
  expect(made.message).toBe('User created successfully')
  sita = made.user
  const { Email, Password } = SITA
  const { msg, token, user: signedIn } = await replay('POST /user/signin', 200, { json: { Email, Password } })
  expect(msg).toBe('User logged in successfully')
  const { id } = signedIn
  const about = { id, user_id: id, name: 'sita', email: Email, role: 'ADMIN', token }
  expect(signedIn).toEqual({ ...about, created_at: SECOND, updated_at: SECOND })
  admin = token
  const ramlal = await replay('POST /customer/signup', 201, { json: RAMLAL, token: admin })
  ramsId = ramlal.insertId.InsertedID
  expect(ramlal).toEqual({ insertId: { InsertedID: ramsId }, message: 'Customer created successfully' })
  const temp = await replay('POST /user/signup', 201, { json: user({ role: 'user' }) })
  other = temp.user.id
  otherToken = temp.user.token
})

describe('accounts', () => {
  it('of customers sign in to their record', async () => {
    const { Email, Password } = RAMLAL
    const { customer, message } = await replay('POST /customer/signin', 200, { json: { Email, Password } })
    expect(message).toBe('Customer logged in successfully')
    expect(customer).toEqual({
      customer_id: ramsId,
      id: ramsId,
      name: 'ramlal',
      email: Email,
      company: 'TATA',
      phone: RAMLAL.Phone,
      token: expect.any(String),
      created_at: SECOND,
      updated_at: SECOND,
    })
    ram = customer.token
    const wrong = await replay('POST /customer/signin', 401, { json: { Email, Password: 'wrong' } })
    expect(wrong).toEqual({ error: 'email or password is incorrect' })
    await replay('POST /customer/signin', 401, { json: { Email: SITA.Email, Password: SITA.Password } })
    await replay('POST /customer/signup', 409, { json: RAMLAL })
    expect(await replay('POST /customer/signup', 400, { json: { Email: 'no' } })).toHaveProperty('error')
  })

  it('of users take a role, a privileged one with the token of an ADMIN alone', async () => {
    const known = await replay('POST /user/signup', 201, { json: user() })
    expect(known.user.role).toBe('USER')
    await replay('POST /user/signup', 403, { json: user({ ROLE: 'admin' }), token: otherToken })
    const promoted = await replay('POST /user/signup', 201, { json: user({ Role: 'ADMIN' }), token: admin })
    expect(promoted.user.role).toBe('ADMIN')
    await replay('POST /user/signup', 409, { json: SITA, token: admin })
    await replay('POST /user/signup', 400, { json: user({ role: 'EMPEROR' }) })
    await replay('POST /user/signup', 400, { body: 'name=sita' })
    await replay('POST /user/signin', 401, { json: { email: SITA.Email, PASSWORD: 'wrong' } })
  })

  it('take the token as Authorization as well', async () => {
    const list = await ask('GET /users', 200, { token: admin, fetch })
    expect(list[0]).toMatchObject({ user_id: sita.id, role: 'ADMIN' })
  })
})

describe('users', () => {
  it('are listed and read, also by POST, without the tokens of others', async () => {
    const list = await replay('GET /users', 200, { token: admin })
    const emails = list.map(({ email }: { email: string }) => email)
    expect(emails).toContain(SITA.Email)
    expect(emails).not.toContain(RAMLAL.Email)
    expect(JSON.stringify(list)).not.toContain('"token"')
    expect(await replay('POST /users', 200, { token: admin, body: '' })).toEqual(list)
    const params = { user_id: other }
    const one = await replay('GET /users/:user_id', 200, { params, token: admin })
    const { id } = one
    expect(one).toEqual({
      id,
      user_id: id,
      name: 'temp',
      email: one.email,
      role: 'USER',
      created_at: SECOND,
      updated_at: SECOND,
    })
    expect(await replay('POST /users/:user_id', 200, { params, token: admin, body: '' })).toEqual(one)
    await replay('GET /users/:user_id', 404, { params: { user_id: sita.id }, token: otherToken })
    await replay('GET /users/:user_id', 404, { params: { user_id: '66d321f59940e15df21d71b3x' }, token: admin })
    await replay('GET /users', 401)
  })

  it('are changed and deleted', async () => {
    const { user: gone } = await replay('POST /user/signup', 201, { json: user() })
    const params = { user_id: gone.id }
    const changed = await replay('PUT /users/:user_id', 200, { params, json: { name: 'sahil' }, token: admin })
    expect(changed).toEqual({ message: 'user updated successfully' })
    await replay('PATCH /users/:user_id', 200, { params, json: { Role: 'manager' }, token: admin })
    expect(await replay('GET /users/:user_id', 200, { params, token: admin })).toMatchObject({
      name: 'sahil',
      role: 'MANAGER',
    })
    await replay('PATCH /users/:user_id', 400, { params, json: { Password: 'another one' }, token: admin })
    await replay('PATCH /users/:user_id', 403, {
      params: { user_id: other },
      json: { role: 'ADMIN' },
      token: otherToken,
    })
    await replay('DELETE /users/:user_id', 403, { params, token: otherToken })
    const deleted = await replay('DELETE /users/:user_id', 200, { params, token: admin, body: '' })
    expect(deleted).toEqual({ message: 'User deleted successfully' })
    await replay('DELETE /users/:user_id', 404, { params, token: admin })
  })
})

describe('customers', () => {
  it('are listed, read, changed and deleted', async () => {
    const json = { ...RAMLAL, Email: `${unique('c')}@gmail.com` }
    const { insertId } = await replay('POST /customer/signup', 201, { json })
    const params = { cust_id: insertId.InsertedID }
    const list = await replay('GET /customers', 200, { token: admin })
    expect(list.map(({ customer_id }: { customer_id: string }) => customer_id)).toEqual([params.cust_id, ramsId])
    expect(await replay('GET /customers', 200, { token: otherToken })).toEqual([])
    const one = await replay('GET /customers/:cust_id', 200, { params, token: admin })
    expect(one).toEqual(list[0])
    await replay('GET /customers/:cust_id', 404, { params, token: ram })
    const patch = { Company: 'Tata Sons', EMAIL: `${unique('c')}@gmail.com` }
    const changed = await replay('PATCH /customers/:cust_id', 200, { params, json: patch, token: admin })
    expect(changed).toEqual({ message: 'Customer updated successfully' })
    expect(await replay('GET /customers/:cust_id', 200, { params, token: admin })).toMatchObject({
      company: 'Tata Sons',
      email: patch.EMAIL,
    })
    await replay('PATCH /customers/:cust_id', 200, { params: { cust_id: ramsId }, json: { phone: '1' }, token: ram })
    await replay('PATCH /customers/:cust_id', 403, { params: { cust_id: ramsId }, json: patch, token: ram })
    await replay('PATCH /customers/:cust_id', 404, { params, json: { phone: '1' }, token: ram })
    await replay('PATCH /customers/:cust_id', 400, { params, json: {}, token: admin })
    await replay('DELETE /customers/:cust_id', 403, { params, token: ram })
    const deleted = await replay('DELETE /customers/:cust_id', 200, { params, token: admin })
    expect(deleted).toEqual({ message: 'Customer deleted successfully' })
    await replay('DELETE /customers/:cust_id', 404, { params, token: admin })
  })
})

describe('interactions and tickets', () => {
  it('begin with a meeting, and end with a ticket that is closed', async () => {
    const meeting = await replay('POST /users/meetings/:customer_id', 201, {
      params: { customer_id: ramsId },
      json: {},
      token: admin,
    })
    expect(meeting).toEqual({ InsertedID: expect.any(String) })
    const nobody = { customer_id: crypto.randomUUID() }
    await replay('POST /users/meetings/:customer_id', 404, { params: nobody, json: {}, token: admin })
    const task = {
      Customer_ID: ramsId,
      Type: 'follow-up',
      Description: 'Send an offer',
      FOLLOW_UP: '2030-01-01T10:00:00+05:30',
    }
    const { InsertedID } = await replay('POST /interactions', 201, { json: task, token: admin })
    const params = { interaction_id: InsertedID }
    const one = await replay('GET /interactions/:interaction_id', 200, { params, token: admin })
    expect(one).toEqual({
      id: InsertedID,
      interaction_id: InsertedID,
      user_id: sita.id,
      customer_id: ramsId,
      type: 'FOLLOW_UP',
      description: 'Send an offer',
      date: SECOND,
      follow_up: '2030-01-01T04:30:00Z',
      created_at: SECOND,
      updated_at: SECOND,
    })
    const all = await replay('GET /users/meetings/', 200, { token: admin })
    expect(all.map(({ id }: { id: string }) => id)).toEqual([InsertedID, meeting.InsertedID])
    for (const id of [sita.id, ramsId]) {
      expect(await replay('GET /interactions/user/:id', 200, { params: { id }, token: admin })).toEqual(all)
    }
    expect(await replay('GET /interactions/user/:id', 200, { params: { id: other }, token: admin })).toEqual([])
    const changed = await replay('PATCH /interactions/:interaction_id', 200, {
      params,
      json: { type: 'TASK' },
      token: admin,
    })
    expect(changed).toEqual({ message: 'Interaction updated successfully' })
    await replay('PATCH /interactions/:interaction_id', 400, { params, json: {}, token: admin })
    await replay('POST /interactions', 400, { json: { type: 'MEETING' }, token: admin })
    await replay('POST /interactions', 404, { json: { customer_id: ramsId }, token: otherToken })

    const about = { Title: 'Cannot sign in', Priority: 'high' }
    const opened = await replay('POST /customers/ticket/:interaction_id', 201, { params, json: about, token: admin })
    const ticket = { ticket_id: opened.InsertedID }
    expect(await replay('GET /customers/tickets/', 200, { token: ram })).toEqual([
      {
        ...ticket,
        id: opened.InsertedID,
        ...params,
        customer_id: ramsId,
        title: 'Cannot sign in',
        description: null,
        status: 'OPEN',
        priority: 'HIGH',
        created_at: SECOND,
        updated_at: SECOND,
      },
    ])
    await replay('POST /customers/ticket/:interaction_id', 400, { params, json: {}, token: admin })
    const lost = { interaction_id: crypto.randomUUID() }
    await replay('POST /customers/ticket/:interaction_id', 404, { params: lost, json: about, token: admin })
    const done = await replay('PATCH /customers/ticket/:ticket_id', 200, {
      params: ticket,
      json: { Status: 'closed' },
      token: ram,
    })
    expect(done).toEqual({ message: 'Ticket updated successfully' })
    await replay('PATCH /customers/ticket/:ticket_id', 409, {
      params: ticket,
      json: { status: 'resolved' },
      token: admin,
    })
    await replay('PATCH /customers/ticket/:ticket_id', 400, { params: ticket, json: { status: 'gone' }, token: admin })
    await replay('PATCH /customers/ticket/:ticket_id', 404, {
      params: ticket,
      json: { status: 'open' },
      token: otherToken,
    })
    await replay('DELETE /customers/ticket/:ticket_id', 403, { params: ticket, token: ram })
    const trashed = await replay('DELETE /customers/ticket/:ticket_id', 200, { params: ticket, token: admin })
    expect(trashed).toEqual({ message: 'Ticket deleted successfully' })
    await replay('DELETE /customers/ticket/:ticket_id', 404, { params: ticket, token: admin })
    const deleted = await replay('DELETE /interactions/:interaction_id', 200, { params, token: admin })
    expect(deleted).toEqual({ message: 'Interaction deleted successfully' })
    await replay('DELETE /interactions/:interaction_id', 404, { params, token: admin })
    await replay('GET /interactions/:interaction_id', 404, { params, token: admin })
    expect(await rows('SELECT type FROM interactions')).toEqual([{ type: 'MEETING' }])
  })
})

it('the customers are exported as CSV and JSON, but not by one of them', async () => {
  const [head, ...records] = (await replay('GET /export/customer_data', 200, { token: admin, type: 'text/csv' })).split(
    '\r\n',
  )
  expect(head).toBe('id,name,email,phone,company,createdAt,updatedAt')
  const listed = await replay('GET /customers', 200, { token: admin })
  expect(records).toHaveLength(listed.length + 1)
  const all = await replay('GET /export/customer_data', 200, { token: admin, query: '?format=json' })
  expect(all.map(({ id }: { id: string }) => id)).toEqual(listed.map(({ id }: { id: string }) => id).reverse())
  await replay('GET /export/customer_data', 400, { token: admin, query: '?format=xls' })
  await replay('GET /export/customer_data', 403, { token: ram })
})

describe('with `manager` on as well', () => {
  it('a `token` header is answered as here, Authorization as there', async () => {
    const both = worker({ DIALECTS: 'manager,tickets' })
    const get = async (path: string, headers: Record<string, string>) =>
      (await both(`http://crm.test${path}`, { headers })).json<object>()
    expect(await get('/customers', { token: admin })).toEqual([expect.objectContaining({ customer_id: ramsId })])
    const bearer = { Authorization: `Bearer ${admin}` }
    expect(await get('/customers', bearer)).toMatchObject({ totalCustomers: 1, currentPage: 1 })
    expect(await get('/customers/tickets/', bearer)).toEqual([])
    expect(await get('/users', bearer)).toBeInstanceOf(Array)
    expect(await get('/customers', {})).toEqual({ message: 'Unauthorized' })
    expect(await get('/customers', { token: 'x' })).toHaveProperty('error')
  })
})

describe('a file of customers', () => {
  const csv = { 'Content-Type': 'text/csv' }
  const file = (rows: number, name = unique('imported')) =>
    ['Name,Email,Company', ...Array.from({ length: rows }, (_, i) => `${name},${name}-${i}@example.com,Acme`), ''].join(
      '\n',
    )

  it('is imported, as the body or in a form, and tells which rows are wrong', async () => {
    const body = `${file(2)}Nobody,not an address,\n`
    const done = await replay('POST /import/customer_data', 201, { token: admin, body, headers: csv })
    expect(done).toEqual({
      message: 'Customers imported successfully',
      import_id: expect.any(String),
      ...{ received: 3, created: 2, updated: 0, failed: 1 },
      errors: [{ line: 4, field: 'email', message: expect.any(String) }],
    })
    const form = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${file(1)}\r\n--x--\r\n`
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x' }
    const second = await replay('POST /import/customer_data', 201, { token: admin, body: form, headers })
    expect(second).toMatchObject({ created: 1, failed: 0, errors: [] })
  })

  it('goes on after the answer where it is large', { tags: ['long'] }, async () => {
    const slow = worker({ DIALECTS: 'tickets', IMPORT_STATEMENTS: '40' })
    const call = { token: admin, body: file(13_000, 'p'), headers: csv, fetch: slow, trips: 40 }
    const begun = await replay('POST /import/customer_data', 202, call)
    expect(begun).toMatchObject({ message: 'Customers are being imported', received: 13_000, failed: 0 })
  })

  it('is refused where nothing in it can be read, and to who may not import', async () => {
    const broken = await replay('POST /import/customer_data', 400, { token: admin, body: '', headers: csv })
    expect(broken).toEqual({ error: expect.any(String) })
    await replay('POST /import/customer_data', 403, { token: ram, body: file(1), headers: csv })
  })
})

it('does all that the table in its README says, and nothing else', demandHonesty)
