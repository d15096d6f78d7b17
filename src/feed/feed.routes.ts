// /v1/events/types: the catalogue of events.
import { createRoute } from '@hono/zod-openapi'
import { errors, READ } from '../errors'
import { EVENT_TYPES, isOfPatterns } from '../events/event-types'
import { allow } from '../http/allow'
import { createRouter, json } from '../http/router'
import { loadJsonSchema } from '../late'
import { catalogueEntry, EventTypeList, EventTypeQuery } from './feed.schemas'

const listEventTypesRoute = createRoute({
  method: 'get',
  path: '/types',
  ...allow('workspace:read'),
  operationId: 'listEventTypes',
  tags: ['Events'],
  summary: 'List the types of events',
  description:
    'Every type that the feed and webhooks know, with what it says, a JSON Schema of its event, and an example. The ' +
    'OpenAPI document has them as `webhooks`.',
  request: { query: EventTypeQuery },
  responses: { 200: json(EventTypeList, 'The catalogue'), ...errors(...READ) },
})

export const feedRoutes = createRouter().openapi(listEventTypesRoute, async (c) => {
  await loadJsonSchema()
  const { types } = c.req.valid('query')
  const chosen = EVENT_TYPES.filter(({ type }) => types === undefined || isOfPatterns(type, types))
  return c.json(EventTypeList.parse({ data: chosen.map(catalogueEntry) }), 200)
})
