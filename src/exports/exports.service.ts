// Exports: checks the options and reads the first page; the file then reads further pages while it is sent.
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { invalidError } from '../errors'
import type { Viewed } from '../records/list.definition'
import { csv, type Fields, type Format, filePieces, json, ndjson, vcf } from './exports.formats'
import { type Measured, pagesOf, type Query, type Source } from './exports.pages'
import { relationshipSource, tagSource } from './exports.pairs'
import { COLUMNS } from './exports.schemas'
import { customerSource, interactionSource, leadSource, MAX_CUSTOM_COLUMNS, ticketSource } from './exports.sources'

export type Options = {
  format: 'csv' | 'json' | 'ndjson' | 'vcf'
  columns?: string[]
  /** The id of the record after which the export starts. */
  after?: string
  limit?: number
  /** Whether a CSV begins with a byte order mark. */
  bom?: boolean
}

/** A file whose text is created piece by piece, on demand. */
export type ExportFile = { name: string; mediaType: string; pieces: AsyncGenerator<string> }

export function exportCustomers(
  ctx: Ctx,
  { format, columns, after, limit, bom, ...filters }: Options & Filters<typeof customerSource>,
) {
  const options = { format, columns: columns ?? viewColumns('customers', filters.viewed), after, limit, bom }
  return exportRows(ctx, 'customers', customerSource(ctx, filters), options)
}

// The columns of the view that a file of this kind has; undefined where that is none.
function viewColumns(name: keyof typeof COLUMNS, viewed: Viewed | undefined): string[] | undefined {
  const known: readonly string[] = COLUMNS[name]
  const named = viewed?.columns?.map((column) => column.replace(/^(customFields|owner)\..*/, '$1')) ?? []
  const columns = [...new Set(named)].filter((column) => known.includes(column))
  return columns.length > 0 ? columns : undefined
}

type FieldNames = ReturnType<typeof customerSource>['fieldNames']

// The first page and the names of all custom fields, read section by section. No names if they cannot be columns.
async function readWithFieldNames<Row>({ db }: Ctx, fieldNames: FieldNames, page: Query<Row>) {
  const { names, sectionEnd } = fieldNames()
  const first = await runBatch(db, { rows: page, names, sectionEnd: one(sectionEnd) })
  const keys = new Set(first.names.map(({ key }) => key))
  for (let end = first.sectionEnd; end && keys.size <= MAX_CUSTOM_COLUMNS; ) {
    const { names, sectionEnd } = fieldNames([end.seq])
    const section = await runBatch(db, { names, sectionEnd: one(sectionEnd) })
    for (const { key } of section.names) keys.add(key)
    end = section.sectionEnd
  }
  // SQLite replaces a lone surrogate in a name by U+FFFD; one column of JSON keeps such names.
  const hasBrokenName = [...keys].some((key) => key.includes('\ufffd'))
  // Sorted by code unit, so that every file has the same order.
  return { rows: first.rows, keys: keys.size > MAX_CUSTOM_COLUMNS || hasBrokenName ? undefined : [...keys].sort() }
}

export function exportLeads(
  ctx: Ctx,
  { format, columns, after, limit, bom, ...filters }: Options & Filters<typeof leadSource>,
) {
  const options = { format, columns: columns ?? viewColumns('leads', filters.viewed), after, limit, bom }
  return exportRows(ctx, 'leads', leadSource(ctx, filters), options)
}

export function exportInteractions(
  ctx: Ctx,
  { format, columns, after, limit, bom, ...filters }: Options & Filters<typeof interactionSource>,
) {
  const options = { format, columns: columns ?? viewColumns('interactions', filters.viewed), after, limit, bom }
  return exportRows(ctx, 'interactions', interactionSource(ctx, filters), options)
}

export function exportTickets(
  ctx: Ctx,
  { format, columns, after, limit, bom, ...filters }: Options & Filters<typeof ticketSource>,
) {
  const options = { format, columns: columns ?? viewColumns('tickets', filters.viewed), after, limit, bom }
  return exportRows(ctx, 'tickets', ticketSource(ctx, filters), options)
}

export const exportTags = (ctx: Ctx, options: Omit<Options, 'after'>) =>
  exportRows(ctx, 'tags', tagSource(ctx), options)

export const exportRelationships = (ctx: Ctx, options: Omit<Options, 'after'>) =>
  exportRows(ctx, 'relationships', relationshipSource(ctx), options)

type Filters<S extends (ctx: Ctx, filters: never) => unknown> = Parameters<S>[1]

// A CSV file has a column for each custom field, so their names are read before the first row.
async function exportRows<Row extends Positioned & Measured & Fields, Positioned>(
  ctx: Ctx,
  name: keyof typeof COLUMNS,
  source: Source<Row, Positioned> & { fieldNames?: FieldNames },
  { format, columns = [...COLUMNS[name]], after, limit, bom }: Options,
): Promise<ExportFile> {
  const start = await positionAfter(source, after)
  const pageRows = pageSize(ctx, limit)
  const page = source.page(pageRows, start)
  const { fieldNames } = source
  const hasCustomColumns = fieldNames && format === 'csv' && columns.includes('customFields')
  const { rows, keys } = hasCustomColumns
    ? await readWithFieldNames(ctx, fieldNames, page)
    : { rows: await page, keys: undefined }
  const writer = format === 'csv' ? csv(columns, keys, bom) : FORMATS[format](columns)
  return fileOf(ctx, name, { format, writer }, pagesOf(source, rows, pageRows, limit))
}

const FORMATS = { json, ndjson, vcf: () => vcf }

function pageSize({ config }: Ctx, limit = Number.POSITIVE_INFINITY): number {
  return Math.min(config.EXPORT_PAGE_ROWS, limit)
}

// Throws `invalid` if no visible record has the id `after`.
async function positionAfter<Row extends Positioned & Measured, Positioned>(
  { find, positionOf }: Source<Row, Positioned>,
  after?: string,
) {
  if (after === undefined) return undefined
  const [row] = await find(after)
  if (row) return positionOf(row)
  const message = 'must be the id of a record that you may read, such as the last one of an earlier export'
  throw invalidError('query.after', message, 'unknown_record')
}

function fileOf(
  { now }: Ctx,
  name: string,
  { format, writer }: { format: string; writer: Format },
  pages: AsyncIterable<Fields[]>,
): ExportFile {
  return {
    name: `${name}-${now.slice(0, 10)}.${format}`,
    mediaType: writer.mediaType,
    pieces: filePieces(writer, pages),
  }
}
