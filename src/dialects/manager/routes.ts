// dialect manager: customers with a login, search, and interactions, with the messages of its README.
import { type Context, Hono } from 'hono'
import { isPortal } from '../../access/visible'
import { isUsername, login } from '../../auth/auth.service'
import { createSharedAccount } from '../../auth/shared-registration.service'
import type { Ctx } from '../../context'
import { listCustomers } from '../../customers/customers.list'
import { amendCustomer, getCustomer, trashCustomer } from '../../customers/customers.service'
import { AppError } from '../../errors'
import { type AppEnv, ctx, publicCtx } from '../../http/context'
import { listInteractions, listInteractionsOfCustomer } from '../../interactions/interactions.list'
import { createInteraction } from '../../interactions/interactions.service'
import { anyCtx, client, type Dialect, describe, mapError, requires, validates } from '../dialect'
import { pagination, toPageRequest, UNPAGED } from '../fields'
import * as wire from './wire'

const app = new Hono<AppEnv>()
app.onError(wire.onError)
const ALL = { limit: UNPAGED, offset: 0 }

app.post(
  '/auth/register',
  describe('Register', { 201: wire.Done, 403: 'Access Denied- Only an admin can register another admin' }),
  validates('json', wire.Registration),
  async (c) => {
    const { role, name, phone, company, ...account } = c.req.valid('json')
    const isCustomer = role === 'user'
    const portal = {
      name: name ?? '',
      role: 'CUSTOMER' as const,
      customer: { phone: phone ?? '', company: company ?? '' },
    }
    const admin = { name: account.username, role: 'ADMIN' as const }
    await createSharedAccount(anyCtx(c), { ...account, ...(isCustomer ? portal : admin) })
    return c.json({ message: `${isCustomer ? 'Customer-user' : 'Admin-User'} created Successfully` }, 201)
  },
)

app.post(
  '/auth/login',
  describe('Sign in', { 200: wire.SignedIn, 404: "Username Doesn't Exist" }),
  validates('json', wire.Credentials),
  async (c) => {
    const credentials = c.req.valid('json')
    const { accessToken } = await signIn(c, credentials)
    return c.json({ jwtToken: accessToken }, 200)
  },
)

app.get(
  '/customers',
  describe('List customers', { 200: wire.CustomerPage, 404: 'No customers Found' }),
  requires('customers:read'),
  validates('query', wire.CustomerQuery),
  async (c) => {
    const { page, limit, ...sought } = c.req.valid('query')
    const { rows, total } = await listCustomers(ctx(c), { ...toPageRequest({ page, limit }), ...sought })
    if (rows.length === 0) throw new AppError('not_found')
    const { total: totalCustomers, totalPages } = pagination({ page, limit }, total)
    const customers = rows.map(wire.customerOf)
    return c.json(wire.CustomerPage.parse({ customers, totalCustomers, totalPages, currentPage: page }), 200)
  },
)

app.get(
  '/customers/search',
  describe('Search customers', { 200: wire.Customers, 404: 'No customers found matching the criteria' }),
  requires('customers:read'),
  validates('query', wire.Search),
  async (c) => {
    const { query: person, company } = c.req.valid('query')
    const { rows } = await listCustomers(ctx(c), { ...ALL, person, company })
    if (rows.length === 0) throw new AppError('not_found')
    return c.json(wire.Customers.parse({ customers: rows.map(wire.customerOf) }), 200)
  },
)

app.get(
  '/customers/:customerId',
  describe('Get a customer', {
    200: wire.Details,
    403: 'Access Denied- You can only Access your details',
    404: 'Customer-User not Found',
  }),
  requires('customers:read'),
  validates('param', wire.idParam('Invalid Customer Id')),
  async (c) => {
    const customer = await unlessAnothers(ctx(c), getCustomer(ctx(c), c.req.valid('param').customerId))
    return c.json(wire.Details.parse(customer), 200)
  },
)

app.put(
  '/customers/:customerId',
  describe('Change name, phone or company', {
    200: wire.Done,
    403: 'Access Denied- You can only Update your details',
    404: 'User Not Found',
  }),
  requires('customers:read'),
  validates('param', wire.idParam('Invalid Customer Id')),
  validates('json', wire.CustomerPatch),
  async (c) => {
    const { customerId } = c.req.valid('param')
    const patch = c.req.valid('json')
    const isChange = Object.values(patch).some((value) => value !== undefined)
    await unlessAnothers(ctx(c), isChange ? amendCustomer(ctx(c), patch, customerId) : getCustomer(ctx(c), customerId))
    return c.json({ message: 'User details updated Successfully' }, 200)
  },
)

app.delete(
  '/customers/:customerId',
  describe('Delete a customer', { 200: wire.Done, 404: 'Customer not found' }),
  requires('customers:write'),
  validates('param', wire.idParam('Invalid - customerId')),
  async (c) => {
    await trashCustomer(ctx(c), c.req.valid('param').customerId)
    return c.json({ message: 'Customer Deleted Successfully' }, 200)
  },
)

app.post(
  '/customers/:customerId/interactions',
  describe('Log an interaction', { 201: wire.Logged, 404: 'Customer not found' }),
  requires('interactions:write'),
  validates('param', wire.idParam('Invalid Customer Id')),
  validates('json', wire.NewInteraction),
  async (c) => {
    const { note: body, followUpDate: followUpAt } = c.req.valid('json')
    const { customerId } = c.req.valid('param')
    // In this system an interaction is said with the customer, who reads it; a note of the product is the team's alone.
    const logged = await createInteraction(ctx(c), {
      type: 'CALL',
      customerId,
      body,
      followUpAt,
    })
    const message = 'Interaction logged successfully'
    return c.json(wire.Logged.parse({ message, interaction: wire.interactionOf(logged) }), 201)
  },
)

app.get(
  '/customers/:customerId/interactions',
  describe('List the interactions of a customer, newest first', { 200: wire.Interactions, 404: 'Customer not found' }),
  requires('interactions:read'),
  validates('param', wire.idParam('Invalid Customer Id')),
  async (c) => {
    const rows = await listInteractionsOfCustomer(ctx(c), c.req.valid('param').customerId, ALL)
    if (rows.length === 0) return c.json({ message: 'No interactions found for this customer' }, 404)
    return c.json(wire.Interactions.parse({ interactions: rows.map(wire.interactionOf) }), 200)
  },
)

app.get(
  '/interactions',
  describe('List all interactions, newest first', { 200: wire.Interactions, 404: 'No interactions found' }),
  requires('interactions:read'),
  async (c) => {
    const { rows } = await listInteractions(ctx(c), ALL)
    if (rows.length === 0) throw new AppError('not_found')
    return c.json(wire.Interactions.parse({ interactions: rows.map(wire.interactionOf) }), 200)
  },
)

// Who was invited has an e-mail address and no username, and signs in by it.
async function signIn(c: Context<AppEnv>, { username, password }: { username: string; password: string }) {
  const by = (name: { username: string } | { email: string }) =>
    login(publicCtx(c), { ...name, password, tellsUnknown: 'username' in name }, client(c, { isForADay: true }))
  if (!username.includes('@')) return by({ username })
  return by({ email: username }).catch(async (error) => {
    if (!(error instanceof AppError) || error.code !== 'invalid_credentials') throw error
    if (await isUsername(publicCtx(c), username)) return by({ username })
    throw new AppError('not_found')
  })
}

// A customer is denied every other record, whether it exists or not.
function unlessAnothers<T>({ actor }: Ctx, work: Promise<T>): Promise<T> {
  return mapError(work, 'not_found', () => new AppError(isPortal(actor) ? 'forbidden' : 'not_found'))
}

export const manager: Dialect = {
  name: 'manager',
  title: 'CRM-Backend-Manager',
  app,
  base: /^\/(auth|customers|interactions)(\/|$)/,
  ownPaths: { '/auth': '/v1/auth', '/customers': '/v1/customers', '/interactions': '/v1/interactions' },
  onError: wire.onError,
  signsIn: ['/auth/register', '/auth/login'],
}
