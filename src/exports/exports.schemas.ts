// The options of an export: the filters of the list, format, columns, limit and where to continue.
import { z } from '@hono/zod-openapi'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { CustomerFilters } from '../customers/customers.schemas'
import type { ExportedName } from '../db/relations'
import { uuid } from '../field-schemas'
import { flag } from '../http/pagination'
import { INTERACTION_FIELDS } from '../interactions/interactions.fields'
import { InteractionQuery } from '../interactions/interactions.schemas'
import { LEAD_FIELDS } from '../leads/leads.fields'
import { LeadFilters } from '../leads/leads.schemas'
import { gatherCustomFields } from '../records/facets.schemas'
import { exportedFields, type Fields } from '../records/fields'
import { TICKET_FIELDS } from '../tickets/tickets.fields'
import { TicketFilters } from '../tickets/tickets.schemas'

const columnNames = (fields: Fields) => exportedFields(fields).map(([column]) => column)

/** The columns of each export, in their default order. */
export const COLUMNS = {
  customers: columnNames(CUSTOMER_FIELDS),
  leads: columnNames(LEAD_FIELDS),
  // Besides ids, which mean nothing elsewhere, they say who is meant.
  interactions: [...columnNames(INTERACTION_FIELDS), 'author', 'customerExternalId', 'leadExternalId', 'ticketNumber'],
  tickets: [...columnNames(TICKET_FIELDS), 'assignee', 'opener', 'customerExternalId'],
  tags: ['id', 'name'],
  relationships: ['fromId', 'fromExternalId', 'kind', 'toId', 'toExternalId', 'createdAt'],
} as const satisfies Record<ExportedName | 'tags', readonly string[]>

const columnsOf = (names: readonly string[]) =>
  z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(names, { error: `must be a comma-separated list of ${names.join(', ')}` })).min(1))
    .refine((list) => new Set(list).size === list.length, { error: 'must name each column only once' })
    .optional()
    .openapi({
      type: 'string',
      description: `Columns in their order, separated by commas. Default: all, \`${names.join('`, `')}\`.`,
      example: names.slice(0, 3).join(','),
    })

const commonOptions = {
  after: uuid().optional().openapi({
    description: 'The `id` of the last record of an earlier export: the new file starts after it, with its own header.',
  }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .openapi({ description: 'The largest number of records.' }),
  bom: flag('Start a CSV file with a byte order mark, so that Excel reads it as UTF-8.'),
}
const format = z.enum(['csv', 'json', 'ndjson']).default('csv')

type Options = { format: string; columns?: unknown; bom?: unknown }
const allowsColumns = ({ format, columns }: Options) => format !== 'vcf' || columns === undefined
const allowsBom = ({ format, bom }: Options) => format === 'csv' || bom === undefined
const COLUMNS_ERROR = { path: ['columns'], error: 'is only for csv, json and ndjson' }
const BOM_ERROR = { path: ['bom'], error: 'is only for csv' }

const pageOptions = { limit: true, cursor: true, fields: true, include: true } as const
const listOptions = { ...pageOptions, total: true } as const
const sortedListOptions = { ...listOptions, sort: true } as const

const CustomerFile = CustomerFilters.omit(sortedListOptions)
  .extend({ format: z.enum(['csv', 'json', 'ndjson', 'vcf']).default('csv'), columns: columnsOf(COLUMNS.customers) })
  .extend(commonOptions)
  .refine(allowsColumns, COLUMNS_ERROR)
  .refine(allowsBom, BOM_ERROR)
export const CustomerExport = z.pipe(gatherCustomFields<z.input<typeof CustomerFile>>(), CustomerFile)

const LeadFile = LeadFilters.omit(sortedListOptions)
  .extend({ format, columns: columnsOf(COLUMNS.leads) })
  .extend(commonOptions)
  .refine(allowsBom, BOM_ERROR)
export const LeadExport = z.pipe(gatherCustomFields<z.input<typeof LeadFile>>(), LeadFile)

export const InteractionExport = InteractionQuery.omit({ ...pageOptions, sort: true })
  .extend({ format, columns: columnsOf(COLUMNS.interactions) })
  .extend(commonOptions)
  .refine(allowsBom, BOM_ERROR)

const TicketFile = TicketFilters.omit(sortedListOptions)
  .extend({ format, columns: columnsOf(COLUMNS.tickets) })
  .extend(commonOptions)
  .refine(allowsBom, BOM_ERROR)
export const TicketExport = z.pipe(gatherCustomFields<z.input<typeof TicketFile>>(), TicketFile)

// They are few and short, and have no filters.
const { limit, bom } = commonOptions
export const TagExport = z
  .strictObject({ format, columns: columnsOf(COLUMNS.tags), limit, bom })
  .refine(allowsBom, BOM_ERROR)
export const RelationshipExport = z
  .strictObject({ format, columns: columnsOf(COLUMNS.relationships), limit, bom })
  .refine(allowsBom, BOM_ERROR)
