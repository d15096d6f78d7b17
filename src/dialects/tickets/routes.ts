// dialect tickets: accounts, users, customers, import and export. Interactions and tickets are beside.
import { Hono } from 'hono'
import { isTeamRole } from '../../access/policy'
import { login } from '../../auth/auth.service'
import { createSharedAccount, registerInSharedWorkspace } from '../../auth/shared-registration.service'
import { listCustomers } from '../../customers/customers.list'
import { amendCustomer, getCustomer, trashCustomer, updateCustomer } from '../../customers/customers.service'
import { AppError } from '../../errors'
import { exportCustomers } from '../../exports/exports.service'
import { download } from '../../exports/exports.stream'
import { type AppEnv, ctx, publicCtx } from '../../http/context'
import { continueAfterResponse, loadImportVerbs, readUpload, requestBudget } from '../../imports/imports.http'
import { listUsers } from '../../users/users.list'
import { getUser, removeUser } from '../../users/users.service'
import { changeMember } from '../accounts'
import { anyCtx, client, type Dialect, describe, requires, validates } from '../dialect'
import { toPageRequest } from '../fields'
import { addTimeline, UUID } from './timeline'
import * as wire from './wire'

const app = new Hono<AppEnv>()
app.onError(wire.onError)
const forADay = { isForADay: true }

app.post(
  '/customer/signup',
  describe('Create a customer with a login', { 201: wire.CustomerMade }),
  validates('json', wire.CustomerSignup),
  async (c) => {
    const { phone, company, ...account } = c.req.valid('json')
    const portal = { ...account, role: 'CUSTOMER' as const, customer: { phone, company } }
    const { customerId } = await createSharedAccount(anyCtx(c), portal)
    return c.json({ insertId: { InsertedID: customerId }, message: 'Customer created successfully' }, 201)
  },
)
app.post(
  '/customer/signin',
  describe('Sign in as a customer', { 200: wire.CustomerSignedIn }),
  validates('json', wire.Credentials),
  async (c) => {
    const credentials = { ...c.req.valid('json'), withCustomer: true }
    const { customer, accessToken } = await login(publicCtx(c), credentials, client(c, forADay))
    if (!customer) throw new AppError('invalid_credentials')
    const message = 'Customer logged in successfully'
    return c.json({ customer: wire.customerOf(customer, accessToken), message }, 200)
  },
)
app.post(
  '/user/signup',
  describe('Create a user', { 201: wire.UserMade, 403: 'only an ADMIN creates an ADMIN or a MANAGER' }),
  validates('json', wire.UserSignup),
  async (c) => {
    const { user, accessToken } = await registerInSharedWorkspace(anyCtx(c), c.req.valid('json'), client(c, forADay))
    return c.json({ message: 'User created successfully', user: wire.userOf(user, accessToken) }, 201)
  },
)
app.post(
  '/user/signin',
  describe('Sign in as a user', { 200: wire.UserSignedIn }),
  validates('json', wire.Credentials),
  async (c) => {
    const { user, accessToken } = await login(publicCtx(c), c.req.valid('json'), client(c, forADay))
    if (!isTeamRole(user.role)) throw new AppError('invalid_credentials')
    const msg = 'User logged in successfully'
    return c.json({ msg, token: accessToken, user: wire.userOf(user, accessToken) }, 200)
  },
)

// curl with --data sends a POST, and its README reads with such requests.
app.on(
  ['GET', 'POST'],
  '/users',
  describe('List the users', { 200: wire.User.array() }),
  requires('users:read'),
  validates('query', wire.Pages),
  async (c) => {
    const { rows } = await listUsers(ctx(c), { ...toPageRequest(c.req.valid('query')), total: false, team: true })
    return c.json(
      rows.map((row) => wire.userOf(row)),
      200,
    )
  },
)
app.on(
  ['GET', 'POST'],
  `/users/:user_id${UUID}`,
  describe('Get a user', { 200: wire.User }),
  requires('users:read'),
  validates('param', wire.UserParam),
  async (c) => c.json(wire.userOf(await getUser(ctx(c), c.req.valid('param').user_id)), 200),
)
app.on(
  ['PATCH', 'PUT'],
  `/users/:user_id${UUID}`,
  describe('Change a user', { 200: wire.Done }),
  requires('users:write'),
  validates('param', wire.UserParam),
  validates('json', wire.UserPatch),
  async (c) => {
    await changeMember(ctx(c), c.req.valid('param').user_id, c.req.valid('json'))
    return c.json({ message: 'user updated successfully' }, 200)
  },
)
app.delete(
  `/users/:user_id${UUID}`,
  describe('Delete a user', { 200: wire.Done }),
  requires('users:admin'),
  validates('param', wire.UserParam),
  async (c) => {
    await removeUser(ctx(c), c.req.valid('param').user_id, {})
    return c.json({ message: 'User deleted successfully' }, 200)
  },
)

app.get(
  '/customers',
  describe('List the customers', { 200: wire.Customer.array() }),
  requires('customers:read'),
  validates('query', wire.Pages),
  async (c) => {
    const { rows } = await listCustomers(ctx(c), { ...toPageRequest(c.req.valid('query')), total: false })
    return c.json(
      rows.map((row) => wire.customerOf(row)),
      200,
    )
  },
)
app.get(
  `/customers/:cust_id${UUID}`,
  describe('Get a customer', { 200: wire.Customer }),
  requires('customers:read'),
  validates('param', wire.CustParam),
  async (c) => c.json(wire.customerOf(await getCustomer(ctx(c), c.req.valid('param').cust_id)), 200),
)
app.patch(
  `/customers/:cust_id${UUID}`,
  describe('Change a customer', { 200: wire.Done }),
  requires('customers:read'),
  validates('param', wire.CustParam),
  validates('json', wire.CustomerPatch),
  async (c) => {
    const { cust_id: id } = c.req.valid('param')
    const { email, ...patch } = c.req.valid('json')
    if (email === undefined) await amendCustomer(ctx(c), patch, id)
    else await updateCustomer(ctx(c), id, { ...patch, email })
    return c.json({ message: 'Customer updated successfully' }, 200)
  },
)
app.delete(
  `/customers/:cust_id${UUID}`,
  describe('Delete a customer', { 200: wire.Done }),
  requires('customers:write'),
  validates('param', wire.CustParam),
  async (c) => {
    await trashCustomer(ctx(c), c.req.valid('param').cust_id)
    return c.json({ message: 'Customer deleted successfully' }, 200)
  },
)

app.get(
  '/export/customer_data',
  describe('Export the customers', { 200: { types: ['text/csv', 'application/json'] } }),
  requires('exports:read'),
  validates('query', wire.ExportQuery),
  async (c) => download(c, await exportCustomers(ctx(c), { ...c.req.valid('query'), columns: wire.COLUMNS })),
)

app.post(
  '/import/customer_data',
  describe('Import customers from a file', { 201: wire.Imported, 202: wire.Imported }, { file: wire.IMPORTS }),
  requires('imports:write'),
  async (c) => {
    const budget = requestBudget(c)
    const { importFile } = await loadImportVerbs()
    const report = await importFile(ctx(c), wire.IMPORTING, await readUpload(c), budget)
    if (report.status !== 'RUNNING') return c.json(wire.importBody('Customers imported successfully', report), 201)
    continueAfterResponse(c, report.id, budget)
    return c.json(wire.importBody('Customers are being imported', report), 202)
  },
)

addTimeline(app)

export const tickets: Dialect = {
  name: 'tickets',
  title: 'CRM (Go, Gin): users, customers, meetings, tickets',
  app,
  base: /^\/(customers?|users?|interactions|export|import)(\/|$)/,
  ownPaths: {
    '/customer/': '/v1/auth',
    '/user/': '/v1/auth',
    '/users': '/v1/users',
    '/users/meetings': '/v1/interactions',
    '/customers': '/v1/customers',
    '/customers/ticket': '/v1/tickets',
    '/interactions': '/v1/interactions',
    '/export': '/v1/exports/customers',
    '/import': '/v1/imports',
  },
  onError: wire.onError,
  signsIn: ['/customer/signup', '/customer/signin', '/user/signup', '/user/signin'],
  translate: wire.translate,
  isMeant: (headers) => headers.has('token') && !headers.has('Authorization'),
}
