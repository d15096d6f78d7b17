// /v1/leads/bulk, /v1/customers/bulk, /v1/tickets/bulk: changing many records at once; and what became of a job's records.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { Job } from '../jobs/jobs.schemas'
import { loadBackground } from '../late'
import { HOST } from '../late/background.host.mjs'
import { CUSTOMERS, LEADS, TICKETS } from './bulk.kinds'
import { listResults } from './bulk.results'
import {
  BegunBulk,
  BulkDeleted,
  BulkDeletion,
  BulkPreview,
  BulkResultPage,
  BulkResultQuery,
  CustomerBulk,
  Distribution,
  DistributionPreview,
  LeadBulk,
  TicketBulk,
} from './bulk.schemas'

const DESCRIPTION =
  'Up to 10,000 records, by `ids` or by a `filter` with the number that you `expect`. A job changes them as you, piece by ' +
  'piece, each as a single change would: with its rules, its version and its event. A record that was changed after it was ' +
  'chosen is left as it is. `GET /v1/jobs/{id}` tells how far it is, `GET /v1/jobs/{id}/results` what became of each, and ' +
  '`POST /v1/jobs/{id}/undo` takes it back within 24 hours. It stops if you lose the role, or the key is revoked. New owners ' +
  'get one mail, and customers none.'

const ANSWERS = {
  200: json(BulkPreview, 'Of a `dryRun`: what would happen'),
  202: json(BegunBulk, 'The job that changes the records'),
  ...errors(...POST, 'count_differs', 'too_many_records', 'invalid_owner'),
}

const bulkLeadsRoute = createRoute({
  method: 'post',
  path: '/leads/bulk',
  ...allow('leads:write', { isAsked: true }),
  operationId: 'bulkLeads',
  tags: ['Leads'],
  summary: 'Change many leads',
  description: DESCRIPTION,
  request: { body: body(LeadBulk) },
  responses: ANSWERS,
})

const distributeLeadsRoute = createRoute({
  method: 'post',
  path: '/leads/distribute',
  ...allow('leads:assign'),
  operationId: 'distributeLeads',
  tags: ['Leads'],
  summary: 'Distribute leads among members',
  description:
    'A bulk change of owners: in turn, or to those with the fewest open leads. Who gets a lead is decided when it is its turn, ' +
    'so that several distributions and claims at once stay exact: a lead that was claimed after it was chosen is a `conflict`, and ' +
    'the turn goes on without it. `GET /v1/jobs/{id}/results` names the owner of each. A preview (`dryRun`) says how many each ' +
    'would get now.',
  request: { body: body(Distribution) },
  responses: {
    ...ANSWERS,
    200: json(DistributionPreview, 'Of a `dryRun`: what would happen'),
    202: json(BegunBulk, 'The job that distributes the leads'),
  },
})

const bulkCustomersRoute = createRoute({
  method: 'post',
  path: '/customers/bulk',
  ...allow('customers:write', { isAsked: true }),
  operationId: 'bulkCustomers',
  tags: ['Customers'],
  summary: 'Change many customers',
  description: DESCRIPTION,
  request: { body: body(CustomerBulk) },
  responses: ANSWERS,
})

const bulkTicketsRoute = createRoute({
  method: 'post',
  path: '/tickets/bulk',
  ...allow('tickets:handle', { isAsked: true }),
  operationId: 'bulkTickets',
  tags: ['Tickets'],
  summary: 'Change many tickets',
  description: DESCRIPTION,
  request: { body: body(TicketBulk) },
  responses: ANSWERS,
})

const bulkDeleteCustomersRoute = createRoute({
  method: 'post',
  path: '/customers/bulk-delete',
  ...allow('customers:write', { isAsked: true }),
  operationId: 'bulkDeleteCustomers',
  tags: ['Customers'],
  summary: 'Put many customers into the trash',
  description:
    'The same as `POST /v1/customers/bulk` with `trashed`, with another answer, and without undo. Up to 500; returns which were ' +
    'not found, or not in your reach. Where that is much, a job deletes the rest.',
  request: { body: body(BulkDeletion) },
  responses: { 200: json(BulkDeleted, 'The deleted ids, and those not found'), ...errors(...POST) },
})

const listResultsRoute = createRoute({
  method: 'get',
  path: '/jobs/{id}/results',
  ...allow('jobs:read'),
  operationId: 'listJobResults',
  tags: ['Jobs'],
  summary: 'List what became of each record',
  description:
    'Of a bulk change, a distribution or an undoing: the records that it has come to, in the order in which they were chosen.',
  request: { params: IdParam, query: BulkResultQuery },
  responses: { 200: json(BulkResultPage, 'A page of results'), ...errors(...READ, 'invalid_cursor', 'not_found') },
})

const undoJobRoute = createRoute({
  method: 'post',
  path: '/jobs/{id}/undo',
  ...allow('jobs:write'),
  operationId: 'undoJob',
  tags: ['Jobs'],
  summary: 'Undo a bulk change',
  description:
    'Within 24 hours after its end, once. A change that still runs is stopped first. Each record gets back exactly what it ' +
    'had; `version` and `updatedAt` go on, so that copies hear of it. What was changed since stays, and is a `conflict` in ' +
    'the results. Events and figures of what happened stay.',
  request: { params: IdParam },
  responses: {
    202: json(Job, 'The job that undoes it'),
    ...errors(...POST, 'not_found', 'not_undoable', 'undo_expired', 'already_undone'),
  },
})

export const bulkRoutes = createRouter()
  .openapi(bulkLeadsRoute, async (c) => {
    const { previewBulk, startBulk } = await loadBackground(HOST)
    const { change, dryRun, ...chosen } = c.req.valid('json')
    if (dryRun) return c.json(BulkPreview.parse(await previewBulk(ctx(c), LEADS, chosen, change)), 200)
    return c.json(BegunBulk.parse(await startBulk(ctx(c), LEADS, chosen, change)), 202)
  })
  .openapi(distributeLeadsRoute, async (c) => {
    const { members, strategy, dryRun, ...chosen } = c.req.valid('json')
    const asked = { members, strategy }
    const { previewDistribution, startDistribution } = await loadBackground(HOST)
    if (dryRun) return c.json(DistributionPreview.parse(await previewDistribution(ctx(c), chosen, asked)), 200)
    return c.json(BegunBulk.parse(await startDistribution(ctx(c), chosen, asked)), 202)
  })
  .openapi(bulkCustomersRoute, async (c) => {
    const { previewBulk, startBulk } = await loadBackground(HOST)
    const { change, dryRun, ...chosen } = c.req.valid('json')
    if (dryRun) return c.json(BulkPreview.parse(await previewBulk(ctx(c), CUSTOMERS, chosen, change)), 200)
    return c.json(BegunBulk.parse(await startBulk(ctx(c), CUSTOMERS, chosen, change)), 202)
  })
  .openapi(bulkTicketsRoute, async (c) => {
    const { previewBulk, startBulk } = await loadBackground(HOST)
    const { change, dryRun, ...chosen } = c.req.valid('json')
    if (dryRun) return c.json(BulkPreview.parse(await previewBulk(ctx(c), TICKETS, chosen, change)), 200)
    return c.json(BegunBulk.parse(await startBulk(ctx(c), TICKETS, chosen, change)), 202)
  })
  .openapi(bulkDeleteCustomersRoute, async (c) => {
    const { trashCustomers } = await loadBackground(HOST)
    return c.json(BulkDeleted.parse(await trashCustomers(ctx(c), c.req.valid('json').ids)), 200)
  })
  .openapi(listResultsRoute, async (c) => {
    const { id } = c.req.valid('param')
    const page = await paged(c, c.req.valid('query'), (query) => listResults(ctx(c), id, query))
    return c.json(BulkResultPage.parse(page), 200)
  })
  .openapi(undoJobRoute, async (c) => {
    const { undoJob } = await loadBackground(HOST)
    return c.json(Job.parse(await undoJob(ctx(c), c.req.valid('param').id)), 202)
  })
