// /v1/events: reads the audit trail, newest first or as a feed.
import { createRoute } from '@hono/zod-openapi'
import { errors, READ } from '../errors'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { envelopeOf, sequenceOf } from './event-envelope'
import { feedPage } from './events.feed'
import { EventPage, EventQuery } from './events.schemas'
import { listEvents } from './events.service'

const listEventsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('events:read'),
  operationId: 'listEvents',
  tags: ['Events'],
  summary: 'Read events: the audit trail, or the feed',
  description:
    'The changes of all records, newest first: who changed what, with the values before and after. With `after` it is a ' +
    'feed: oldest first, each event exactly once for a reader who goes on with `next`, in the order in which they happened.',
  request: { query: EventQuery },
  responses: { 200: json(EventPage, 'A page of events'), ...errors(...READ, 'invalid_cursor') },
})

export const eventRoutes = createRouter().openapi(listEventsRoute, async (c) => {
  const { after, ...query } = c.req.valid('query')
  if (after === undefined) {
    const page = await paged(c, query, (request) => listEvents(ctx(c), request))
    return c.json(EventPage.parse({ ...page, data: page.data.map(envelopeOf) }), 200)
  }
  const { rows, next, isMore, purged } = await feedPage(ctx(c), { after, ...query })
  const feed = { nextCursor: null, next: sequenceOf(next), more: isMore, purged }
  return c.json(EventPage.parse({ data: rows.map(envelopeOf), ...feed }), 200)
})
