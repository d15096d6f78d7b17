// /v1/customers: duplicates, merging, and coming back from the trash.
import { createRoute } from '@hono/zod-openapi'
import { errors, invalidError, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { listDuplicates } from './customers.duplicates'
import { mergeCustomers, previewMerge } from './customers.merge'
import { restoreCustomer } from './customers.restore'
import { Customer, DuplicatePage, DuplicateQuery, Merged, MergeInput, MergeQuery } from './customers.schemas'

const tags = ['Customers']

const listDuplicatesRoute = createRoute({
  method: 'get',
  path: '/duplicates',
  ...allow('customers:write'),
  operationId: 'listDuplicates',
  tags,
  summary: 'Find duplicates',
  description: 'Groups of customers with the same phone number, or with near-equal name and company.',
  request: { query: DuplicateQuery },
  responses: { 200: json(DuplicatePage, 'A page of groups'), ...errors(...READ, 'invalid_cursor') },
})

const mergeCustomersRoute = createRoute({
  method: 'post',
  path: '/{id}/merge',
  ...allow('customers:write', { isAsked: true }),
  operationId: 'mergeCustomers',
  tags,
  summary: 'Merge another customer into this one',
  description:
    'Fields are filled up, tags, relationships, timeline, tickets and leads move here, the other goes to the trash. ' +
    'A relationship that would make the customer stand above itself stays behind. ' +
    'Restoring the other within 30 days undoes the merge. With `dryRun=true` nothing is changed.',
  request: { params: IdParam, query: MergeQuery, body: body(MergeInput) },
  responses: { 200: json(Merged, 'The customer as merged, and how much moved'), ...errors(...POST, 'not_found') },
})

const restoreCustomerRoute = createRoute({
  method: 'post',
  path: '/{id}/restore',
  ...allow('customers:write', { isAsked: true }),
  operationId: 'restoreCustomer',
  tags,
  summary: 'Take a customer out of the trash',
  description:
    'One that was merged away takes back what the merge moved and has not been changed since, ' +
    'which is not for SALES where that is another’s by now; 409 while somebody else has its e-mail.',
  request: { params: IdParam },
  responses: {
    200: json(Customer, 'The customer'),
    ...errors(...POST, 'not_found', 'customer_exists', 'login_taken', 'plan_limit'),
  },
})

export const mergeRoutes = createRouter()
  .openapi(listDuplicatesRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listDuplicates(ctx(c), query))
    return c.json(DuplicatePage.parse(page), 200)
  })
  .openapi(mergeCustomersRoute, async (c) => {
    const { id } = c.req.valid('param')
    if (c.req.valid('json').fromId === id) {
      const message = 'Name another customer: this one cannot be merged into itself'
      throw invalidError('body.fromId', message, 'self')
    }
    const merge = c.req.valid('query').dryRun ? previewMerge : mergeCustomers
    return c.json(Merged.parse(await merge(ctx(c), id, c.req.valid('json'))), 200)
  })
  .openapi(restoreCustomerRoute, async (c) =>
    c.json(Customer.parse(withEtag(c, await restoreCustomer(ctx(c), c.req.valid('param').id))), 200),
  )
