// /v1/events: reads the audit trail.
import { createRoute } from '@hono/zod-openapi'
import { errors, READ } from '../errors'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { EventPage, EventQuery } from './events.schemas'
import { listEvents } from './events.service'

const listEventsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('events:read'),
  operationId: 'listEvents',
  tags: ['Events'],
  summary: 'Read the audit trail',
  description: 'The changes of all records, newest first: who changed what, with the values before and after.',
  request: { query: EventQuery },
  responses: { 200: json(EventPage, 'A page of events'), ...errors(...READ, 'invalid_cursor') },
})

export const eventRoutes = createRouter().openapi(listEventsRoute, async (c) => {
  const page = await paged(c, c.req.valid('query'), (query) => listEvents(ctx(c), query))
  return c.json(EventPage.parse(page), 200)
})
