// The dialect `manager`: every request that its README lists, with every answer and every message.
import { beforeAll, describe, expect, it } from 'vitest'
import readme from '../../src/dialects/manager/README.md?raw'
import { manager } from '../../src/dialects/manager/routes'
import { worker } from '../support/api'
import { rows, sharedWorkspace } from '../support/database'
import { customer, member, unique } from '../support/factories'
import { replaying } from '../support/replay'

const { replay: ask, demandHonesty } = replaying(manager, readme)
const fetch = worker({ DIALECTS: 'manager' })
type Call = Parameters<typeof ask>[2]
const replay = (request: string, status: number, call: Call = {}) => ask(request, status, { fetch, ...call })
const refuse = async (request: string, status: number, message: string, call: Call = {}) =>
  expect(await replay(request, status, call)).toEqual({ message })

const JOHN = {
  username: 'john_doe',
  email: 'john.doe@example.com',
  password: 'password123',
  role: 'user',
  name: 'John Doe',
  phone: '123-456-7890',
  company: 'Acme Corp',
}
const ADMIN = { username: 'admin_user', email: 'admin.user@example.com', password: 'admin_password', role: 'admin' }
const STAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

let john: string
let admin: string
let johnsId: string
let workspaceId: string

const login = async ({ username, password }: typeof ADMIN) =>
  (await replay('POST /auth/login', 200, { json: { username, password } })).jwtToken

/** A customer whom nobody owns, written past the API. */
const made = (fields: object) =>
  customer(
    { id: '', email: '', token: '', refreshToken: '', slug: 'default', role: 'ADMIN', workspaceId },
    { ownerId: null, ...fields },
  )

beforeAll(async () => {
  const json = JOHN
  expect(await replay('POST /auth/register', 201, { json })).toEqual({ message: 'Customer-user created Successfully' })
  const promoted = await replay('POST /auth/register', 201, { json: ADMIN })
  expect(promoted).toEqual({ message: 'Admin-User created Successfully' })
  john = await login(JOHN)
  admin = await login(ADMIN)
  const [row] = await rows<{ id: string; workspace_id: string }>('SELECT id, workspace_id FROM customers')
  johnsId = row?.id ?? ''
  workspaceId = row?.workspace_id ?? ''
})

describe('registration', () => {
  it.each([
    ['username', 'Invalid - Username field required'],
    ['email', 'Invalid - Email field required'],
    ['password', 'Invalid - Password field required'],
    ['role', 'Invalid - Role field required'],
    ['name', 'Invalid - Name field required'],
    ['phone', 'Invalid - PhoneNo field required'],
    ['company', 'Invalid - Company field required'],
  ])('without %s says so', async (field, message) => {
    const fresh = { ...JOHN, username: unique('u'), email: `${unique('u')}@example.com` }
    await refuse('POST /auth/register', 400, message, { json: { ...fresh, [field]: undefined } })
    await refuse('POST /auth/register', 400, message, { json: { ...fresh, [field]: '' } })
  })

  it('refuses what is taken, and an address that is none', async () => {
    const other = { username: unique('u'), email: `${unique('u')}@example.com` }
    const taken = { ...JOHN, ...other }
    await refuse('POST /auth/register', 400, 'User already Exists', { json: { ...taken, username: 'John_Doe' } })
    const byEmail = { json: { ...taken, email: JOHN.email } }
    await refuse('POST /auth/register', 400, 'User already Exists with this Email', byEmail)
    await refuse('POST /auth/register', 400, 'User already Exists', { json: JOHN })
    await refuse('POST /auth/register', 400, 'Invalid email format', { json: { ...taken, email: 'john' } })
    await replay('POST /auth/register', 400, { json: { ...taken, password: 'short' } })
    const email = `${unique('known')}@example.com`
    await made({ email })
    await refuse('POST /auth/register', 400, 'User already Exists with this Email', { json: { ...taken, email } })
  })

  it('makes a second admin with the token of an ADMIN alone', async () => {
    const json = { ...ADMIN, username: unique('u'), email: `${unique('u')}@example.com` }
    for (const token of [undefined, john]) await replay('POST /auth/register', 403, { json, token })
    await replay('POST /auth/register', 201, { json, token: admin })
  })
})

describe('signing in', () => {
  it('tells what is wrong', async () => {
    const { username, password } = JOHN
    await refuse('POST /auth/login', 400, 'Invalid - Username field required', { json: { password } })
    await refuse('POST /auth/login', 400, 'Invalid - Password field required', { json: { username } })
    await refuse('POST /auth/login', 400, "Password Doesn't Matched", { json: { username, password: 'wrong' } })
    await refuse('POST /auth/login', 404, "Username Doesn't Exist", { json: { username: 'nobody', password } })
  })
})

describe('customers', () => {
  it('are listed in pages with their totals, narrowed by each field', async () => {
    const company = unique('Company')
    for (let i = 0; i < 5; i += 1) await made({ name: `Johanna ${i}`, email: `${unique('jo')}@example.com`, company })
    const query = `?company=${company.toUpperCase()}&page=2&limit=2`
    const page = await replay('GET /customers', 200, { query, token: admin })
    expect(page).toMatchObject({ totalCustomers: 5, totalPages: 3, currentPage: 2 })
    expect(page.customers).toHaveLength(2)
    expect(page.customers[0]).toEqual({
      id: expect.any(String),
      name: 'Johanna 2',
      email: expect.stringContaining('@'),
      phone: null,
      company,
      created_at: STAMP,
      updated_at: STAMP,
    })
    const all = await replay('GET /customers', 200, { token: admin })
    const [counted] = await rows<{ n: number }>('SELECT count(*) AS n FROM customers WHERE deleted_at IS NULL')
    expect(all).toMatchObject({
      totalCustomers: counted?.n,
      totalPages: Math.ceil((counted?.n ?? 0) / 10),
      currentPage: 1,
    })
    for (const sought of [
      'name=john+d',
      'email=JOHN.DOE',
      'phone=456-78',
      'name=jo&company=acme',
      'name=jo&limit=1&page=6',
    ]) {
      const { customers } = await replay('GET /customers', 200, { query: `?${sought}`, token: admin })
      expect(
        customers.map(({ id }: { id: string }) => id),
        sought,
      ).toContain(johnsId)
    }
    await refuse('GET /customers', 404, 'No customers Found', { query: '?name=nobody', token: admin })
    await refuse('GET /customers', 404, 'No customers Found', { query: '?page=900', token: admin })
    await replay('GET /customers', 400, { query: '?page=none', token: admin })
    await replay('GET /customers', 401)
  })

  it('are found by one term, in name, e-mail and phone but not in the company', async () => {
    const query = '?query=john&company=Acme'
    const { customers, ...rest } = await replay('GET /customers/search', 200, { query, token: admin })
    expect([customers.map(({ id }: { id: string }) => id), rest]).toEqual([[johnsId], {}])
    const none = 'No customers found matching the criteria'
    await refuse('GET /customers/search', 404, none, { query: '?query=acme', token: admin })
    await replay('GET /customers/search', 401)
  })

  it('are read one by one, by themselves or the team', async () => {
    const params = { customerId: johnsId }
    const { name, email, phone, company } = JOHN
    for (const token of [john, admin]) {
      const own = await replay('GET /customers/:customerId', 200, { params, token })
      expect(own).toEqual({ name, email, phone, company })
    }
    const other = { customerId: await made({}) }
    const denied = 'Access Denied- You can only Access your details'
    await refuse('GET /customers/:customerId', 403, denied, { params: other, token: john })
    const gone = { customerId: crypto.randomUUID() }
    await refuse('GET /customers/:customerId', 403, denied, { params: gone, token: john })
    await refuse('GET /customers/:customerId', 404, 'Customer-User not Found', { params: gone, token: admin })
    await refuse('GET /customers/:customerId', 400, 'Invalid Customer Id', {
      params: { customerId: '123' },
      token: admin,
    })
    await replay('GET /customers/:customerId', 401, { params })
  })

  it('are changed, by themselves or the team, in name, phone and company alone', async () => {
    const params = { customerId: johnsId }
    const json = {
      name: 'Updated John Doe',
      phone: '987-654-3210',
      company: 'Updated Acme Corp',
      email: 'x@example.com',
    }
    const done = await replay('PUT /customers/:customerId', 200, { params, json, token: john })
    expect(done).toEqual({ message: 'User details updated Successfully' })
    const changed = await replay('GET /customers/:customerId', 200, { params, token: john })
    expect(changed).toEqual({ ...json, email: JOHN.email })
    await replay('PUT /customers/:customerId', 200, { params, json: { ...JOHN }, token: admin })
    const other = { customerId: await made({}) }
    const denied = 'Access Denied- You can only Update your details'
    await refuse('PUT /customers/:customerId', 403, denied, { params: other, json, token: john })
    const gone = { customerId: crypto.randomUUID() }
    await refuse('PUT /customers/:customerId', 404, 'User Not Found', { params: gone, json, token: admin })
    await replay('PUT /customers/:customerId', 400, { params, json: { name: '' }, token: john })
    await replay('PUT /customers/:customerId', 401, { params, json })
  })

  it('are deleted by the team', async () => {
    const params = { customerId: await made({}) }
    await refuse('DELETE /customers/:customerId', 403, 'Access Denied', { params, token: john })
    await refuse('DELETE /customers/:customerId', 400, 'Invalid - customerId', {
      params: { customerId: 'x' },
      token: admin,
    })
    const done = await replay('DELETE /customers/:customerId', 200, { params, token: admin })
    expect(done).toEqual({ message: 'Customer Deleted Successfully' })
    await refuse('DELETE /customers/:customerId', 404, 'Customer not found', { params, token: admin })
    await replay('DELETE /customers/:customerId', 401, { params })
  })
})

describe('interactions', () => {
  it('are none at first, then logged and listed', async () => {
    const params = { customerId: johnsId }
    const path = 'GET /customers/:customerId/interactions'
    await refuse('GET /interactions', 404, 'No interactions found', { token: admin })
    await refuse(path, 404, 'No interactions found for this customer', { params, token: admin })
    const json = { note: 'Called customer for follow up.', followUpDate: '2024-03-15T10:00:00Z' }
    const logging = 'POST /customers/:customerId/interactions'
    const { message, interaction } = await replay(logging, 201, { params, json, token: admin })
    expect(message).toBe('Interaction logged successfully')
    expect(interaction).toEqual({ ...json, ...params, id: expect.any(String), created_at: STAMP, updated_at: STAMP })
    const day = await replay(logging, 201, { params, json: { note: 'n', followUpDate: '2024-03-16' }, token: admin })
    expect(day.interaction.followUpDate).toBe('2024-03-16T00:00:00Z')
    const { interactions } = await replay(path, 200, { params, token: admin })
    expect(interactions).toEqual([day.interaction, interaction])
    expect(await replay('GET /interactions', 200, { token: admin })).toEqual({ interactions })

    const gone = { customerId: crypto.randomUUID() }
    await refuse(path, 404, 'Customer not found', { params: gone, token: admin })
    await refuse(logging, 404, 'Customer not found', { params: gone, json, token: admin })
    await refuse(logging, 400, 'Invalid - Note field required', { params, json: {}, token: admin })
    await replay(logging, 401, { params, json })
    await replay(path, 401, { params })
    await replay('GET /interactions', 401)
  })
})

it('lets a member of the team who owns nothing find nothing', async () => {
  const { token } = await member(await sharedWorkspace(), 'SALES')
  await refuse('GET /customers', 404, 'No customers Found', { token })
})

it('does all that the table in its README says, and nothing else', demandHonesty)
