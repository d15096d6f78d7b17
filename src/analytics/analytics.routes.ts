// /v1/analytics: what the figures say; each is one round trip, over days that the writes have counted.
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
const WHOSE = 'MANAGER and ADMIN see everybody’s, SALES the own. '
const SPAN =
  'Of the days from `from` up to, not including, `to`, as `timeZone` has them, summer time and all; at most 366 days. '
const FACTS =
  'A figure is a fact of its day: what is changed, given away, merged, trashed or purged later does not move it. A lead ' +
  'counts as made for its owner of that moment (an enquiry for nobody), a claim for the claimer, first contacts, status ' +
  'changes and conversions for the lead’s owner then. '

const getSummaryRoute = createRoute({
  method: 'get',
  path: '/summary',
  ...allow('analytics:read'),
  operationId: 'getSummary',
  tags,
  summary: 'How things stand, and what 30 days have brought',
  description:
    `${WHOSE}${SPAN}Unless said otherwise the last 30. What says “Now” does not depend on them, and the pool is ` +
    `everybody’s. ${FACTS}A first contact is the first call, e-mail or meeting logged with a lead (when it occurred, as ` +
    'it was logged), or its first status beyond NEW, whichever was recorded first. Customers count for the owner they ' +
    'were made for, interactions for their author on the day they occurred, until somebody deletes them; tickets for ' +
    'who opened and who resolved them, and open ones for who has the customer or is to solve them. Follow-ups are those that are not done: ' +
    'of interactions as `GET /v1/interactions?due=overdue` lists them, and of leads that are not closed.',
  request: { query: SpanQuery },
  responses: { 200: json(Summary, 'The summary'), ...errors(...READ) },
})

const getFunnelRoute = createRoute({
  method: 'get',
  path: '/funnel',
  ...allow('analytics:read'),
  operationId: 'getFunnel',
  tags,
  summary: 'How leads go through their stages',
  description:
    `${WHOSE}${SPAN}Unless said otherwise the last 30. ${FACTS}Counts are exact. Medians are of the leads that left the ` +
    'stage in these days, and of a time that is kept in steps of 4 %: so within 2 % of the exact one, or within a second.',
  request: { query: SpanQuery },
  responses: { 200: json(Funnel, 'The funnel'), ...errors(...READ) },
})

const getTrendsRoute = createRoute({
  method: 'get',
  path: '/trends',
  ...allow('analytics:read'),
  operationId: 'getTrends',
  tags,
  summary: 'Figures over time, by day, week or month',
  description:
    `${WHOSE}Each point is a day, week or month as \`timeZone\` has it, exact, and a zero where nothing was. Unless said ` +
    'otherwise the last 30 days, 12 weeks or 12 months; at most 366 days by day, 731 by week, 1,827 by month. A week or ' +
    `month at either end counts only its days within \`from\` and \`to\`. ${FACTS}Interactions count on the day they ` +
    'occurred, for their author, until somebody deletes them.',
  request: { query: TrendsQuery },
  responses: { 200: json(Trends, 'The trends'), ...errors(...READ) },
})

const getTeamFiguresRoute = createRoute({
  method: 'get',
  path: '/team',
  ...allow('analytics:team'),
  operationId: 'getTeamFigures',
  tags,
  summary: 'What each member of the team has done',
  description:
    `Members who can own leads, by role. ${SPAN}Unless said otherwise the last 30. ${FACTS}Medians are within 2 %, or a ` +
    'second. Who has left the workspace is not listed; `summary` counts what they did.',
  request: { query: TeamQuery },
  responses: { 200: json(TeamPage, 'A page of members'), ...errors(...READ, 'invalid_cursor') },
})

const getEngagementRoute = createRoute({
  method: 'get',
  path: '/engagement',
  ...allow('analytics:read'),
  operationId: 'getEngagement',
  tags,
  summary: 'Customers by how much you are in touch, or gone quiet',
  description:
    `${WHOSE}Counts are of all time. \`order=quiet\` lists those whose last interaction is \`quietDays\` or more ago; who ` +
    'was never spoken with has not gone quiet, but is among the least engaged.',
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
