// /v1/leads: list, make, read, change, trash and restore leads.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { shapedAnswer, shapedPage } from '../records/shape.schemas'
import { viewedQuery } from '../views/views.service'
import { listLeads } from './leads.list'
import { Lead, LeadPage, LeadPatch, LeadQuery, LeadQuestion, LeadShape, ListedLead, NewLead } from './leads.schemas'
import { createLead, getLead, restoreLead, trashLead, updateLead } from './leads.service'

const tags = ['Leads']

const listLeadsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('leads:read'),
  operationId: 'listLeads',
  tags,
  summary: 'List leads',
  description:
    'Newest first. ADMIN and MANAGER see all leads of the workspace, SALES see their own and those of the pool. ' +
    'Every page costs the same, however many leads there are. A filter for which the order has no index may look through ' +
    'up to 5,000 leads for a page: `status` and `source` with the order `updatedAt` or `followUpAt`, a range of other ' +
    'instants than those of the order, and any filter in the trash. If the page is not full then, `scanned` says how far ' +
    'it has looked, and `nextCursor` goes on.',
  request: { query: LeadQuery },
  responses: { 200: json(LeadPage, 'A page of leads'), ...errors(...READ, 'invalid_cursor', 'view_outdated') },
})

const queryLeadsRoute = createRoute({
  method: 'post',
  path: '/query',
  ...allow('leads:read'),
  operationId: 'queryLeads',
  tags,
  summary: 'Query leads',
  description: 'The list of leads with a filter as JSON, for filters that are long in an address. It changes nothing.',
  request: { body: body(LeadQuestion) },
  responses: { 200: json(LeadPage, 'A page of leads'), ...errors(...POST, 'invalid_cursor', 'view_outdated') },
})

const createLeadRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('leads:write'),
  operationId: 'createLead',
  tags,
  summary: 'Make a lead',
  description:
    'SALES own the leads that they make. A lead made by a MANAGER or ADMIN goes to the pool unless it has an `ownerId`.',
  request: { body: body(NewLead) },
  responses: { 201: json(Lead, 'The lead'), ...errors(...POST, 'invalid_owner', 'external_id_taken') },
})

const getLeadRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('leads:read'),
  operationId: 'getLead',
  tags,
  summary: 'Get a lead',
  description: 'A lead that you may not see is a 404, as if it did not exist.',
  request: { params: IdParam, query: LeadShape },
  responses: { 200: json(ListedLead, 'The lead'), ...errors(...READ, 'not_found') },
})

const updateLeadRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('leads:write'),
  operationId: 'updateLead',
  tags,
  summary: 'Change a lead',
  description: 'Changes the fields that you send. The owner changes by claim, release and assign.',
  request: { params: IdParam, headers: IfMatch, body: body(LeadPatch) },
  responses: {
    200: json(Lead, 'The changed lead'),
    ...errors(...WRITE, 'not_yours', 'not_found', 'stale', 'external_id_taken'),
  },
})

const trashLeadRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('leads:write'),
  operationId: 'trashLead',
  tags,
  summary: 'Put a lead into the trash',
  description: 'It can be restored for 30 days. `trashed=true` lists it.',
  request: { params: IdParam, headers: IfMatch },
  responses: { 204: { description: 'In the trash' }, ...errors(...READ, 'not_yours', 'not_found', 'stale') },
})

const restoreLeadRoute = createRoute({
  method: 'post',
  path: '/{id}/restore',
  ...allow('leads:write', { isAsked: true }),
  operationId: 'restoreLead',
  tags,
  summary: 'Take a lead out of the trash',
  description: 'A lead that is not in the trash stays as it is.',
  request: { params: IdParam },
  responses: { 200: json(Lead, 'The lead'), ...errors(...POST, 'not_found', 'external_id_taken') },
})

export const leadRoutes = createRouter()
  .openapi(listLeadsRoute, async (c) => {
    const page = await paged(c, await viewedQuery(ctx(c), 'lead', c.req.valid('query')), (query) =>
      listLeads(ctx(c), query),
    )
    return c.json(shapedPage(LeadPage.parse(page), c.req.valid('query')), 200)
  })
  .openapi(queryLeadsRoute, async (c) => {
    const page = await paged(c, await viewedQuery(ctx(c), 'lead', c.req.valid('json')), (query) =>
      listLeads(ctx(c), { ...query, filterAt: 'body.filter' }),
    )
    return c.json(shapedPage(LeadPage.parse(page), c.req.valid('json')), 200)
  })
  .openapi(createLeadRoute, async (c) => {
    const lead = withEtag(c, await createLead(ctx(c), c.req.valid('json')))
    return c.json(Lead.parse(lead), 201, { Location: `/v1/leads/${lead.id}` })
  })
  .openapi(getLeadRoute, async (c) => {
    const shape = c.req.valid('query')
    return c.json(
      shapedAnswer(c, ListedLead, await getLead(ctx(c), c.req.valid('param').id, 'leads:read', shape.include), shape),
      200,
    )
  })
  .openapi(updateLeadRoute, async (c) => {
    const version = ifVersion(c.req.valid('header'))
    const lead = await updateLead(ctx(c), c.req.valid('param').id, c.req.valid('json'), version)
    return c.json(Lead.parse(withEtag(c, lead)), 200)
  })
  .openapi(trashLeadRoute, async (c) => {
    await trashLead(ctx(c), c.req.valid('param').id, ifVersion(c.req.valid('header')))
    return c.body(null, 204)
  })
  .openapi(restoreLeadRoute, async (c) =>
    c.json(Lead.parse(withEtag(c, await restoreLead(ctx(c), c.req.valid('param').id))), 200),
  )
