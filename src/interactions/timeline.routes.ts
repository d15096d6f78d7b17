// /v1/customers/{id}/timeline and /v1/leads/{id}/timeline: interactions and events as one list.
import { createRoute } from '@hono/zod-openapi'
import { errors, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { TimelinePage, TimelineQuery } from './interactions.schemas'
import { customerTimeline, leadTimeline } from './timeline.service'

const tags = ['Interactions']
const request = { params: IdParam, query: TimelineQuery }
const responses = {
  200: json(TimelinePage, 'A page of the timeline'),
  ...errors(...READ, 'invalid_cursor', 'not_found'),
}

const getCustomerTimelineRoute = createRoute({
  method: 'get',
  path: '/customers/{id}/timeline',
  ...allow('interactions:read'),
  operationId: 'getCustomerTimeline',
  tags,
  summary: 'Read the timeline of a customer',
  description:
    'Interactions and events of the customer, newest first, with the events of the leads that became this customer: of ' +
    'more than 100 leads, those of the latest 100. A CUSTOMER reads their own timeline, which has calls, e-mails, ' +
    'meetings and comments on tickets, but no notes of the team and no events.',
  request,
  responses,
})

const getLeadTimelineRoute = createRoute({
  method: 'get',
  path: '/leads/{id}/timeline',
  ...allow('leads:read'),
  operationId: 'getLeadTimeline',
  tags,
  summary: 'Read the timeline of a lead',
  description:
    'Interactions and events of the lead, newest first. The interactions of a converted lead belong to its customer: ' +
    'if you may not see the customer, you see only the events.',
  request,
  responses,
})

export const timelineRoutes = createRouter()
  .openapi(getCustomerTimelineRoute, async (c) => {
    const { id } = c.req.valid('param')
    const page = await paged(c, c.req.valid('query'), (query) => customerTimeline(ctx(c), id, query))
    return c.json(TimelinePage.parse(page), 200)
  })
  .openapi(getLeadTimelineRoute, async (c) => {
    const { id } = c.req.valid('param')
    const page = await paged(c, c.req.valid('query'), (query) => leadTimeline(ctx(c), id, query))
    return c.json(TimelinePage.parse(page), 200)
  })
