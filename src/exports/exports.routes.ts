// /v1/exports: the customers, leads, interactions, tickets, tags and relationships that the caller may read, as files.
import { createRoute, z } from '@hono/zod-openapi'
import { errors, READ } from '../errors'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { createRouter } from '../http/router'
import { viewedQuery } from '../views/views.service'
import {
  CustomerExport,
  InteractionExport,
  LeadExport,
  RelationshipExport,
  TagExport,
  TicketExport,
} from './exports.schemas'
import {
  exportCustomers,
  exportInteractions,
  exportLeads,
  exportRelationships,
  exportTags,
  exportTickets,
} from './exports.service'
import { download } from './exports.stream'

const tags = ['Exports']

const file = (...mediaTypes: string[]) => ({
  description: 'The file, as an attachment. The transfer aborts if the database fails',
  headers: z.object({
    'Content-Disposition': z.string().openapi({ example: 'attachment; filename="leads-2026-11-21.csv"' }),
  }),
  content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: z.string() }])),
})
const FORMATS = ['text/csv', 'application/json', 'application/x-ndjson']

const FORMAT_NOTES =
  'The file is streamed, so its size has no limit. CSV: UTF-8, commas, CRLF. A cell that a spreadsheet would read as a ' +
  'formula (it begins with `=`, `+`, `-`, `@`, a tab or a line break) gets an apostrophe at its start. JSON is one array; ' +
  'NDJSON has one record a line. To continue an aborted export, send `after`.'

const exportCustomersRoute = createRoute({
  method: 'get',
  path: '/customers',
  ...allow('exports:read'),
  operationId: 'exportCustomers',
  tags,
  summary: 'Export customers',
  description:
    `The customers that the list returns for the same filters, oldest first. ${FORMAT_NOTES} In CSV each custom field has a column ` +
    '`customFields.…`. If there are more than 400, or a name is not valid Unicode, one column `customFields` holds all ' +
    'of them as JSON. `vcf` is vCard 4.0.',
  request: { query: CustomerExport },
  responses: { 200: file(...FORMATS, 'text/vcard'), ...errors(...READ, 'view_outdated') },
})

const exportLeadsRoute = createRoute({
  method: 'get',
  path: '/leads',
  ...allow('exports:read'),
  operationId: 'exportLeads',
  tags,
  summary: 'Export leads',
  description: `The leads that the list returns for the same filters, oldest first. SALES exports their own leads, not the pool. ${FORMAT_NOTES}`,
  request: { query: LeadExport },
  responses: { 200: file(...FORMATS), ...errors(...READ, 'view_outdated') },
})

const exportInteractionsRoute = createRoute({
  method: 'get',
  path: '/interactions',
  ...allow('exports:read'),
  operationId: 'exportInteractions',
  tags,
  summary: 'Export interactions',
  description: `The interactions that the list returns for the same filters, in its order. ${FORMAT_NOTES}`,
  request: { query: InteractionExport },
  responses: { 200: file(...FORMATS), ...errors(...READ, 'view_outdated') },
})

const exportTicketsRoute = createRoute({
  method: 'get',
  path: '/tickets',
  ...allow('exports:read'),
  operationId: 'exportTickets',
  tags,
  summary: 'Export tickets',
  description: `The tickets that the list returns for the same filters, oldest first. ${FORMAT_NOTES}`,
  request: { query: TicketExport },
  responses: { 200: file(...FORMATS), ...errors(...READ, 'view_outdated') },
})

const exportTagsRoute = createRoute({
  method: 'get',
  path: '/tags',
  ...allow('exports:read'),
  operationId: 'exportTags',
  tags,
  summary: 'Export tags',
  description: `The tags by name. SALES exports those of their own records. ${FORMAT_NOTES}`,
  request: { query: TagExport },
  responses: { 200: file(...FORMATS), ...errors(...READ) },
})

const exportRelationshipsRoute = createRoute({
  method: 'get',
  path: '/relationships',
  ...allow('exports:read'),
  operationId: 'exportRelationships',
  tags,
  summary: 'Export relationships',
  description: `Pairs of customers: the second is the \`kind\` of the first. SALES exports those between their own customers. ${FORMAT_NOTES}`,
  request: { query: RelationshipExport },
  responses: { 200: file(...FORMATS), ...errors(...READ) },
})

export const exportRoutes = createRouter()
  .openapi(exportCustomersRoute, async (c) =>
    download(c, await exportCustomers(ctx(c), await viewedQuery(ctx(c), 'customer', c.req.valid('query')))),
  )
  .openapi(exportLeadsRoute, async (c) =>
    download(c, await exportLeads(ctx(c), await viewedQuery(ctx(c), 'lead', c.req.valid('query')))),
  )
  .openapi(exportInteractionsRoute, async (c) =>
    download(c, await exportInteractions(ctx(c), await viewedQuery(ctx(c), 'interaction', c.req.valid('query')))),
  )
  .openapi(exportTagsRoute, async (c) => download(c, await exportTags(ctx(c), c.req.valid('query'))))
  .openapi(exportRelationshipsRoute, async (c) => download(c, await exportRelationships(ctx(c), c.req.valid('query'))))
  .openapi(exportTicketsRoute, async (c) =>
    download(c, await exportTickets(ctx(c), await viewedQuery(ctx(c), 'ticket', c.req.valid('query')))),
  )
