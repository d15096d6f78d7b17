// /v1/customers: the customers. Their tags, relationships and timelines have files of their own.
import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { type AppEnv, ctx, standingCtx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { shapedAnswer, shapedPage } from '../records/shape.schemas'
import { viewedQuery } from '../views/views.service'
import { listCustomers } from './customers.list'
import {
  Amendment,
  CustomerPage,
  CustomerPatch,
  CustomerQuery,
  CustomerQuestion,
  CustomerShape,
  ListedCustomer,
  NewCustomer,
  UpsertedCustomer,
  UpsertQuery,
  WrittenCustomer,
} from './customers.schemas'
import { amendCustomer, createCustomer, getCustomer, trashCustomer, updateCustomer } from './customers.service'
import { upsertCustomer } from './customers.upsert'

const tags = ['Customers']

const listCustomersRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('customers:read'),
  operationId: 'listCustomers',
  tags,
  summary: 'List customers',
  description:
    'Newest first. ADMIN and MANAGER see all, SALES their own, CUSTOMER their own record. `customFields.plan=gold` ' +
    'filters by a custom field (the whole value; case and accents do not matter). Words of one or two characters, ' +
    'searches in the trash, and time ranges by which the list is not sorted may look through up to 5,000 customers ' +
    'for a page: if it is not full then, `scanned` says how far it has looked, and `nextCursor` goes on. In such a scan, accents are ignored in names only, and short words and ' +
    'the trash have no total.',
  request: { query: CustomerQuery },
  responses: { 200: json(CustomerPage, 'A page of customers'), ...errors(...READ, 'invalid_cursor', 'view_outdated') },
})

const queryCustomersRoute = createRoute({
  method: 'post',
  path: '/query',
  ...allow('customers:read'),
  operationId: 'queryCustomers',
  tags,
  summary: 'Query customers',
  description:
    'The list of customers with a filter as JSON, for filters that are long in an address. It changes nothing.',
  request: { body: body(CustomerQuestion) },
  responses: { 200: json(CustomerPage, 'A page of customers'), ...errors(...POST, 'invalid_cursor', 'view_outdated') },
})

const createCustomerRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('customers:write'),
  operationId: 'createCustomer',
  tags,
  summary: 'Create a customer',
  description:
    'SALES become the owner of the customers that they create. A phone number that cannot be read is stored, with a warning.',
  request: { body: body(NewCustomer) },
  responses: {
    201: json(WrittenCustomer, 'The customer'),
    ...errors(...POST, 'customer_exists', 'external_id_taken', 'login_taken', 'invalid_owner', 'plan_limit'),
  },
})

const upsertCustomerRoute = createRoute({
  method: 'put',
  path: '/',
  ...allow('customers:write'),
  operationId: 'upsertCustomer',
  tags,
  summary: 'Create or update a customer by e-mail',
  description: 'Changes the fields that you send of the customer with this e-mail, or creates one.',
  request: { query: UpsertQuery, body: body(UpsertedCustomer) },
  responses: {
    200: json(WrittenCustomer, 'Updated'),
    201: json(WrittenCustomer, 'Created'),
    ...errors(...WRITE, 'customer_exists', 'external_id_taken', 'login_taken', 'invalid_owner', 'plan_limit'),
  },
})

const getCustomerRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('customers:read'),
  operationId: 'getCustomer',
  tags,
  summary: 'Get a customer',
  description: 'A customer that you may not see is a 404, like one that does not exist.',
  request: { params: IdParam, query: CustomerShape },
  responses: { 200: json(ListedCustomer, 'The customer'), ...errors(...READ, 'not_found') },
})

const getOwnRecordRoute = createRoute({
  method: 'get',
  path: '/me',
  ...allow('customers:read'),
  operationId: 'getOwnRecord',
  tags,
  summary: 'Get your own record, as a customer',
  description: 'The customer of your portal login; a 404 for the team.',
  request: { query: CustomerShape },
  responses: { 200: json(ListedCustomer, 'Your record'), ...errors(...READ, 'not_found') },
})

const updateCustomerRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('customers:write'),
  operationId: 'updateCustomer',
  tags,
  summary: 'Change a customer',
  description:
    'Changes the fields that you send. Custom fields are merged key by key; null removes one. ' +
    'More than 100 interactions or tickets follow a new owner by a job (`GET /v1/jobs?subjectId=` this id).',
  request: { params: IdParam, headers: IfMatch, body: body(CustomerPatch) },
  responses: {
    200: json(WrittenCustomer, 'The customer after the change'),
    ...errors(...WRITE, 'not_found', 'customer_exists', 'external_id_taken', 'login_taken', 'invalid_owner', 'stale'),
  },
})

const amendOwnRecordRoute = createRoute({
  method: 'patch',
  path: '/me',
  ...allow('self:write'),
  operationId: 'amendOwnRecord',
  tags,
  summary: 'Change your own record, as a customer',
  description: 'Name, phone number and company. Only the team changes other fields.',
  request: { headers: IfMatch, body: body(Amendment) },
  responses: { 200: json(WrittenCustomer, 'Your record after the change'), ...errors(...WRITE, 'not_found', 'stale') },
})

const trashCustomerRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('customers:write'),
  operationId: 'trashCustomer',
  tags,
  summary: 'Put a customer into the trash',
  description: 'It can be restored for 30 days, and its e-mail is free again.',
  request: { params: IdParam, headers: IfMatch },
  responses: { 204: { description: 'In the trash' }, ...errors(...READ, 'not_found', 'stale') },
})

// An owner or a portal login lets another person see the record, so the session is checked again.
function writerCtx(c: Context<AppEnv>, { ownerId, userId }: { ownerId?: unknown; userId?: unknown }) {
  return ownerId === undefined && userId === undefined ? ctx(c) : standingCtx(c)
}

export const customerRoutes = createRouter()
  .openapi(listCustomersRoute, async (c) => {
    const page = await paged(c, await viewedQuery(ctx(c), 'customer', c.req.valid('query')), (query) =>
      listCustomers(ctx(c), query),
    )
    return c.json(shapedPage(CustomerPage.parse(page), c.req.valid('query')), 200)
  })
  .openapi(queryCustomersRoute, async (c) => {
    const page = await paged(c, await viewedQuery(ctx(c), 'customer', c.req.valid('json')), (query) =>
      listCustomers(ctx(c), { ...query, filterAt: 'body.filter' }),
    )
    return c.json(shapedPage(CustomerPage.parse(page), c.req.valid('json')), 200)
  })
  .openapi(createCustomerRoute, async (c) => {
    const customer = withEtag(c, await createCustomer(writerCtx(c, c.req.valid('json')), c.req.valid('json')))
    return c.json(WrittenCustomer.parse(customer), 201, { Location: `/v1/customers/${customer.id}` })
  })
  .openapi(upsertCustomerRoute, async (c) => {
    const { customer, isNew } = await upsertCustomer(writerCtx(c, c.req.valid('json')), c.req.valid('json'))
    const answer = WrittenCustomer.parse(withEtag(c, customer))
    return isNew ? c.json(answer, 201, { Location: `/v1/customers/${answer.id}` }) : c.json(answer, 200)
  })
  .openapi(getOwnRecordRoute, async (c) => {
    const shape = c.req.valid('query')
    return c.json(shapedAnswer(c, ListedCustomer, await getCustomer(ctx(c), undefined, shape.include), shape), 200)
  })
  .openapi(getCustomerRoute, async (c) => {
    const shape = c.req.valid('query')
    return c.json(
      shapedAnswer(c, ListedCustomer, await getCustomer(ctx(c), c.req.valid('param').id, shape.include), shape),
      200,
    )
  })
  .openapi(amendOwnRecordRoute, async (c) => {
    const version = ifVersion(c.req.valid('header'))
    const customer = await amendCustomer(ctx(c), c.req.valid('json'), undefined, version)
    return c.json(WrittenCustomer.parse(withEtag(c, customer)), 200)
  })
  .openapi(updateCustomerRoute, async (c) => {
    const version = ifVersion(c.req.valid('header'))
    const patch = c.req.valid('json')
    const customer = await updateCustomer(writerCtx(c, patch), c.req.valid('param').id, patch, version)
    return c.json(WrittenCustomer.parse(withEtag(c, customer)), 200)
  })
  .openapi(trashCustomerRoute, async (c) => {
    await trashCustomer(ctx(c), c.req.valid('param').id, ifVersion(c.req.valid('header')))
    return c.body(null, 204)
  })
