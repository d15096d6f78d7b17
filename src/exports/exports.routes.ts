// /v1/exports: what somebody sees of customers, leads, interactions and tickets, as a file.
import { createRoute, z } from '@hono/zod-openapi'
import { errors, READ } from '../errors'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { createRouter } from '../http/router'
import { CustomerExport, InteractionExport, LeadExport, TicketExport } from './exports.schemas'
import { exportCustomers, exportInteractions, exportLeads, exportTickets } from './exports.service'
import { download } from './exports.stream'

const tags = ['Exports']

const file = (...mediaTypes: string[]) => ({
  description: 'The file, as an attachment; it breaks off where the database fails',
  headers: z.object({
    'Content-Disposition': z.string().openapi({ example: 'attachment; filename="leads-2026-11-21.csv"' }),
  }),
  content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: z.string() }])),
})
const FORMATS = ['text/csv', 'application/json', 'application/x-ndjson']

const HOW =
  'Streamed while it is read, however many there are. CSV: UTF-8, commas, CRLF; a cell that a spreadsheet would compute ' +
  '(it begins with `=`, `+`, `-`, `@`, a tab or a line break) has an apostrophe before it. JSON is one array, NDJSON a record a ' +
  'line. An export that breaks off goes on with `after`.'

const exportCustomersRoute = createRoute({
  method: 'get',
  path: '/customers',
  ...allow('exports:read'),
  operationId: 'exportCustomers',
  tags,
  summary: 'Export customers',
  description:
    `The customers that the list gives for the same filters, oldest first. ${HOW} In CSV every custom field has a column ` +
    '`customFields.…`, unless there are more than 400, or one has no proper name: then all are JSON in one column ' +
    '`customFields`. `vcf` gives vCard 4.0.',
  request: { query: CustomerExport },
  responses: { 200: file(...FORMATS, 'text/vcard'), ...errors(...READ) },
})

const exportLeadsRoute = createRoute({
  method: 'get',
  path: '/leads',
  ...allow('exports:read'),
  operationId: 'exportLeads',
  tags,
  summary: 'Export leads',
  description: `The leads that the list gives for the same filters, oldest first; for SALES the own ones, not the pool. ${HOW}`,
  request: { query: LeadExport },
  responses: { 200: file(...FORMATS), ...errors(...READ) },
})

const exportInteractionsRoute = createRoute({
  method: 'get',
  path: '/interactions',
  ...allow('exports:read'),
  operationId: 'exportInteractions',
  tags,
  summary: 'Export interactions',
  description: `The interactions that the list gives for the same filters, in its order. ${HOW}`,
  request: { query: InteractionExport },
  responses: { 200: file(...FORMATS), ...errors(...READ) },
})

const exportTicketsRoute = createRoute({
  method: 'get',
  path: '/tickets',
  ...allow('exports:read'),
  operationId: 'exportTickets',
  tags,
  summary: 'Export tickets',
  description: `The tickets that the list gives for the same filters, oldest first. ${HOW}`,
  request: { query: TicketExport },
  responses: { 200: file(...FORMATS), ...errors(...READ) },
})

export const exportRoutes = createRouter()
  .openapi(exportCustomersRoute, async (c) => download(c, await exportCustomers(ctx(c), c.req.valid('query'))))
  .openapi(exportLeadsRoute, async (c) => download(c, await exportLeads(ctx(c), c.req.valid('query'))))
  .openapi(exportInteractionsRoute, async (c) => download(c, await exportInteractions(ctx(c), c.req.valid('query'))))
  .openapi(exportTicketsRoute, async (c) => download(c, await exportTickets(ctx(c), c.req.valid('query'))))
