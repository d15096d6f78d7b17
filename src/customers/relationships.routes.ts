// /v1/customers/{id}/relationships: whom a customer is related to.
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
import { listRelationships, relate, unrelate } from './relationships.service'

const tags = ['Customers']

const listRelationshipsRoute = createRoute({
  method: 'get',
  path: '/{id}/relationships',
  ...allow('customers:read'),
  operationId: 'listRelationships',
  tags,
  summary: 'List whom a customer is related to',
  description: 'From both sides: the manager of one is listed with their `report`. Only customers that you see are.',
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
    'Says what the other customer is to this one, in place of what they were to one another. Both must be in your reach; ' +
    'nobody comes to stand above themselves, over however many managers or parents.',
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
  description: 'Whichever of the two it was made from.',
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
    const relationship = await relate(ctx(c), id, otherId, c.req.valid('json').kind)
    return c.json(Relationship.parse(relationship), 200)
  })
  .openapi(unrelateCustomersRoute, async (c) => {
    const { id, otherId } = c.req.valid('param')
    await unrelate(ctx(c), id, otherId)
    return c.body(null, 204)
  })
