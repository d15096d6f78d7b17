// /v1/analytics: figures of the workspace. Each request is one round trip over counts that triggers keep for each day.
import { createRoute } from '@hono/zod-openapi'
import { errors, READ } from '../errors'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { getEngagement } from './analytics.engagement'
import { getFunnel } from './analytics.funnel'
import {
  EngagementPage,
  EngagementQuery,
  Funnel,
  SpanQuery,
  Summary,
  TeamPage,
  TeamQuery,
  Trends,
  TrendsQuery,
} from './analytics.schemas'
import { getSummary } from './analytics.summary'
import { getTeamFigures } from './analytics.team'
import { getTrends } from './analytics.trends'

const tags = ['Analytics']
const WHOSE = 'MANAGER and ADMIN see the figures of all members, SALES their own. '
const SPAN = 'The span is the days from `from` up to, but not including, `to` in `timeZone`; at most 366 days. '
const FACTS =
  'A figure belongs to its day: later changes, assignments, merges and deletions do not change it. A new lead counts for ' +
  'its owner at that time (an enquiry for none), a claim for the member who claimed, and first contacts, status changes ' +
  'and conversions for the owner of the lead at that time. '

const getSummaryRoute = createRoute({
  method: 'get',
  path: '/summary',
  ...allow('analytics:read'),
  operationId: 'getSummary',
  tags,
  summary: 'Read the present state and the figures of a span',
  description:
    `${WHOSE}${SPAN}The default is the last 30 days. Fields described as “Now” do not depend on the span, and the pool is ` +
    `that of the workspace. ${FACTS}A first contact is the first call, e-mail or meeting with a lead, or its first status ` +
    'after NEW, whichever was recorded first. Customers count for their first owner, interactions for their author on the ' +
    'day when they occurred, until they are deleted. Tickets count for the members who opened and resolved them, and open ' +
    'tickets for their assignee and for the owner of the customer. Follow-ups are the open ones: of interactions as in ' +
    '`GET /v1/interactions?due=overdue`, and of leads that are not closed.',
  request: { query: SpanQuery },
  responses: { 200: json(Summary, 'The summary'), ...errors(...READ) },
})

const getFunnelRoute = createRoute({
  method: 'get',
  path: '/funnel',
  ...allow('analytics:read'),
  operationId: 'getFunnel',
  tags,
  summary: 'Read how leads move through their stages',
  description:
    `${WHOSE}${SPAN}The default is the last 30 days. ${FACTS}Counts are exact. A median is that of the leads that left the ` +
    'stage in the span; its error is at most 2 %, or a second.',
  request: { query: SpanQuery },
  responses: { 200: json(Funnel, 'The funnel'), ...errors(...READ) },
})

const getTrendsRoute = createRoute({
  method: 'get',
  path: '/trends',
  ...allow('analytics:read'),
  operationId: 'getTrends',
  tags,
  summary: 'Read figures by day, week or month',
  description:
    `${WHOSE}Each point is a day, week or month in \`timeZone\`, with exact counts, also of zero. The default is the last 30 ` +
    'days, 12 weeks or 12 months; at most 366 days by day, 731 by week, 1,827 by month. The first and the last week or ' +
    `month count only days of the span. ${FACTS}Interactions count for their author on the day when they occurred, until ` +
    'they are deleted.',
  request: { query: TrendsQuery },
  responses: { 200: json(Trends, 'The trends'), ...errors(...READ) },
})

const getTeamFiguresRoute = createRoute({
  method: 'get',
  path: '/team',
  ...allow('analytics:team'),
  operationId: 'getTeamFigures',
  tags,
  summary: 'Read the figures of each member of the team',
  description:
    `The members who can own leads, by role. ${SPAN}The default is the last 30 days. ${FACTS}The error of a median is at ` +
    'most 2 %, or a second. Members who left the workspace are not listed; `summary` still counts their figures.',
  request: { query: TeamQuery },
  responses: { 200: json(TeamPage, 'A page of members'), ...errors(...READ, 'invalid_cursor') },
})

const getEngagementRoute = createRoute({
  method: 'get',
  path: '/engagement',
  ...allow('analytics:read'),
  operationId: 'getEngagement',
  tags,
  summary: 'List customers by their number of interactions, or without recent contact',
  description:
    `${WHOSE}Counts are of all time. \`order=quiet\` lists customers whose last interaction is \`quietDays\` or more days ` +
    'ago. A customer without any interaction is not among them, but among the least engaged.',
  request: { query: EngagementQuery },
  responses: { 200: json(EngagementPage, 'A page of customers'), ...errors(...READ, 'invalid_cursor') },
})

export const analyticsRoutes = createRouter()
  .openapi(getSummaryRoute, async (c) => c.json(Summary.parse(await getSummary(ctx(c), c.req.valid('query'))), 200))
  .openapi(getFunnelRoute, async (c) => c.json(Funnel.parse(await getFunnel(ctx(c), c.req.valid('query'))), 200))
  .openapi(getTrendsRoute, async (c) => c.json(Trends.parse(await getTrends(ctx(c), c.req.valid('query'))), 200))
  .openapi(getTeamFiguresRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => getTeamFigures(ctx(c), query))
    return c.json(TeamPage.parse(page), 200)
  })
  .openapi(getEngagementRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => getEngagement(ctx(c), query))
    return c.json(EngagementPage.parse(page), 200)
  })
