// /v1/customers/{id}/relationships: the relationships of a customer.
import { createRoute } from '@hono/zod-openapi'
import { errors, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import {
  NewRelationship,
  Relationship,
  RelationshipPage,
  RelationshipParam,
  RelationshipQuery,
} from './relationships.schemas'
import { listRelationships, relateCustomers, unrelateCustomers } from './relationships.service'

const tags = ['Customers']

const listRelationshipsRoute = createRoute({
  method: 'get',
  path: '/{id}/relationships',
  ...allow('customers:read'),
  operationId: 'listRelationships',
  tags,
  summary: 'List the relationships of a customer',
  description: 'From both sides: a manager has their `report` in the list. Only customers that you see are listed.',
  request: { params: IdParam, query: RelationshipQuery },
  responses: {
    200: json(RelationshipPage, 'A page of relationships'),
    ...errors(...READ, 'not_found', 'invalid_cursor'),
  },
})

const relateCustomersRoute = createRoute({
  method: 'put',
  path: '/{id}/relationships/{otherId}',
  ...allow('customers:write'),
  operationId: 'relateCustomers',
  tags,
  summary: 'Relate two customers',
  description:
    'Sets what the other customer is to this one, and replaces an earlier relationship. Both must be in your reach. ' +
    'Managers and parents cannot form a cycle. A customer has at most 500 relationships.',
  request: { params: RelationshipParam, body: body(NewRelationship) },
  responses: {
    200: json(Relationship, 'The relationship, new or not'),
    ...errors(...WRITE, 'not_found', 'relationship_cycle'),
  },
})

const unrelateCustomersRoute = createRoute({
  method: 'delete',
  path: '/{id}/relationships/{otherId}',
  ...allow('customers:write'),
  operationId: 'unrelateCustomers',
  tags,
  summary: 'End a relationship',
  description: 'From either of the two customers.',
  request: { params: RelationshipParam },
  responses: { 204: { description: 'They are not related' }, ...errors(...READ, 'not_found') },
})

export const relationshipRoutes = createRouter()
  .openapi(listRelationshipsRoute, async (c) => {
    const { id } = c.req.valid('param')
    const page = await paged(c, c.req.valid('query'), (query) => listRelationships(ctx(c), id, query))
    return c.json(RelationshipPage.parse(page), 200)
  })
  .openapi(relateCustomersRoute, async (c) => {
    const { id, otherId } = c.req.valid('param')
    const relationship = await relateCustomers(ctx(c), id, otherId, c.req.valid('json').kind)
    return c.json(Relationship.parse(relationship), 200)
  })
  .openapi(unrelateCustomersRoute, async (c) => {
    const { id, otherId } = c.req.valid('param')
    await unrelateCustomers(ctx(c), id, otherId)
    return c.body(null, 204)
  })
