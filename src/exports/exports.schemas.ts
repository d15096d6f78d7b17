// What an export can be asked for: the filters of the list, a format, columns, and where to go on.
import { z } from '@hono/zod-openapi'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { CustomerFilters, gatherCustomFields } from '../customers/customers.schemas'
import type { ExportedName } from '../db/relations'
import { flag } from '../http/pagination'
import { InteractionQuery } from '../interactions/interactions.schemas'
import { LEAD_FIELDS } from '../leads/leads.fields'
import { LeadQuery } from '../leads/leads.schemas'
import { exportedFields } from '../records/fields'
import { TicketQuery } from '../tickets/tickets.schemas'

export const COLUMNS = {
  customers: exportedFields(CUSTOMER_FIELDS).map(([column]) => column),
  leads: exportedFields(LEAD_FIELDS).map(([column]) => column),
  interactions: [
    ...['id', 'type', 'body', 'customerId', 'leadId', 'ticketId', 'occurredAt', 'followUpAt', 'doneAt', 'createdBy'],
    ...['createdAt', 'updatedAt'],
  ],
  tickets: [
    ...['id', 'number', 'customerId', 'interactionId', 'title', 'description', 'status', 'priority', 'assigneeId'],
    ...['openedBy', 'resolvedAt', 'createdAt', 'updatedAt'],
  ],
} as const satisfies Record<ExportedName, readonly string[]>

const columnsOf = (names: readonly string[]) =>
  z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(names, { error: `must be some of ${names.join(', ')}, by commas` })).min(1))
    .refine((list) => new Set(list).size === list.length, { error: 'must name each column once' })
    .optional()
    .openapi({
      type: 'string',
      description: `Which columns, in which order, by commas; all unless said otherwise: \`${names.join('`, `')}\`.`,
      example: names.slice(0, 3).join(','),
    })

const usual = {
  after: z.uuid().optional().openapi({
    description: 'The `id` of the last record that you have: the export goes on behind it, with a head of its own.',
  }),
  limit: z.coerce.number().int().min(1).max(10_000_000).optional().openapi({ description: 'Records at most.' }),
  bom: flag('Begin a CSV with a byte order mark, by which Excel knows that it is UTF-8.'),
}
const format = z.enum(['csv', 'json', 'ndjson']).default('csv')

type Asked = { format: string; columns?: unknown; bom?: unknown }
const hasColumns = ({ format, columns }: Asked) => format !== 'vcf' || columns === undefined
const isMarkable = ({ format, bom }: Asked) => format === 'csv' || bom === undefined
const NO_COLUMNS = { path: ['columns'], error: 'is for csv, json and ndjson' }
const NO_MARK = { path: ['bom'], error: 'is for csv' }

const paging = { limit: true, cursor: true } as const
const listing = { ...paging, total: true } as const
const sorted = { ...listing, sort: true } as const

export const CustomerExport = z.pipe(
  gatherCustomFields,
  CustomerFilters.omit(sorted)
    .extend({ format: z.enum(['csv', 'json', 'ndjson', 'vcf']).default('csv'), columns: columnsOf(COLUMNS.customers) })
    .extend(usual)
    .refine(hasColumns, NO_COLUMNS)
    .refine(isMarkable, NO_MARK),
)

export const LeadExport = LeadQuery.omit(sorted)
  .extend({ format, columns: columnsOf(COLUMNS.leads) })
  .extend(usual)
  .refine(isMarkable, NO_MARK)

export const InteractionExport = InteractionQuery.omit(paging)
  .extend({ format, columns: columnsOf(COLUMNS.interactions) })
  .extend(usual)
  .refine(isMarkable, NO_MARK)

export const TicketExport = TicketQuery.omit(listing)
  .extend({ format, columns: columnsOf(COLUMNS.tickets) })
  .extend(usual)
  .refine(isMarkable, NO_MARK)
