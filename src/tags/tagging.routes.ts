// /v1/customers/{id}/tags: the tags of one customer.
import { createRoute } from '@hono/zod-openapi'
import { errors, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { listCustomerTags, tagCustomer, untagCustomer } from './tagging.service'
import { CustomerTagPage, CustomerTagParam, CustomerTagQuery } from './tags.schemas'

const tags = ['Tags']

const listCustomerTagsRoute = createRoute({
  method: 'get',
  path: '/{id}/tags',
  ...allow('tags:read'),
  operationId: 'listCustomerTags',
  tags,
  summary: 'List the tags of a customer',
  description: 'The oldest tag comes first.',
  request: { params: IdParam, query: CustomerTagQuery },
  responses: { 200: json(CustomerTagPage, 'A page of tags'), ...errors(...READ, 'not_found', 'invalid_cursor') },
})

const tagCustomerRoute = createRoute({
  method: 'put',
  path: '/{id}/tags/{name}',
  ...allow('customers:write'),
  operationId: 'tagCustomer',
  tags,
  summary: 'Add a tag to a customer',
  description: 'Creates the tag if it does not exist. Case and accents do not matter; the first spelling is the name.',
  request: { params: CustomerTagParam },
  responses: { 204: { description: 'The customer has the tag' }, ...errors(...READ, 'not_found', 'too_many_tags') },
})

const untagCustomerRoute = createRoute({
  method: 'delete',
  path: '/{id}/tags/{name}',
  ...allow('customers:write'),
  operationId: 'untagCustomer',
  tags,
  summary: 'Remove a tag from a customer',
  description: 'Nothing happens if the customer does not have it.',
  request: { params: CustomerTagParam },
  responses: { 204: { description: 'The customer does not have the tag' }, ...errors(...READ, 'not_found') },
})

export const taggingRoutes = createRouter()
  .openapi(listCustomerTagsRoute, async (c) => {
    const { id } = c.req.valid('param')
    const page = await paged(c, c.req.valid('query'), (query) => listCustomerTags(ctx(c), id, query))
    return c.json(CustomerTagPage.parse(page), 200)
  })
  .openapi(tagCustomerRoute, async (c) => {
    const { id, name } = c.req.valid('param')
    await tagCustomer(ctx(c), id, name)
    return c.body(null, 204)
  })
  .openapi(untagCustomerRoute, async (c) => {
    const { id, name } = c.req.valid('param')
    await untagCustomer(ctx(c), id, name)
    return c.body(null, 204)
  })
