// /v1/customers: finding duplicates, merging, and restoring from the trash.
import { createRoute } from '@hono/zod-openapi'
import { errors, invalidError, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { loadBackground } from '../late'
import { HOST } from '../late/background.host.mjs'
import { listDuplicates } from './customers.duplicates'
import { Customer, DuplicatePage, DuplicateQuery, Merged, MergeInput, MergeQuery } from './customers.schemas'

const tags = ['Customers']

const listDuplicatesRoute = createRoute({
  method: 'get',
  path: '/duplicates',
  ...allow('customers:write'),
  operationId: 'listDuplicates',
  tags,
  summary: 'Find duplicates',
  description: 'Groups of customers with the same phone number, or with nearly the same name and company.',
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
    'Empty fields are filled from the other customer. Its tags, relationships, timeline, tickets and leads move to this one, ' +
    'and it goes to the trash. A relationship that would put the customer above itself does not move. ' +
    'Restoring the other within 30 days undoes the merge. `dryRun=true` changes nothing. Up to 40 interactions, tickets and ' +
    'leads each have moved when the answer comes, and a job moves the rest; `moved` counts up to 5,000 of each. A merge ' +
    'needs what its changes would need one by one: only a MANAGER can move a portal login.',
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
    'A customer that was merged into another gets back the records and fields that the merge moved, unless they were changed ' +
    'since. Merges can be undone in any order: all customers become what they would be without this one. SALES cannot do this ' +
    'if the other belongs to a colleague, or if it would change a portal login or take an owner away. 409 while another ' +
    'customer has its e-mail. Where more than 40 records come back, a job brings the rest.',
  request: { params: IdParam },
  responses: {
    200: json(Customer, 'The customer'),
    ...errors(...POST, 'not_found', 'customer_exists', 'external_id_taken', 'login_taken', 'plan_limit'),
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
    const { mergeCustomers, previewMerge } = await loadBackground(HOST)
    const merge = c.req.valid('json')
    if (c.req.valid('query').dryRun) return c.json(Merged.parse(await previewMerge(ctx(c), id, merge)), 200)
    return c.json(Merged.parse(await mergeCustomers(ctx(c), id, merge)), 200)
  })
  .openapi(restoreCustomerRoute, async (c) => {
    const { restoreCustomer } = await loadBackground(HOST)
    const customer = await restoreCustomer(ctx(c), c.req.valid('param').id)
    return c.json(Customer.parse(withEtag(c, customer)), 200)
  })
