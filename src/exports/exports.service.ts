// Exporting: what is asked for is checked and its first page read; the file is written while it is read.
import type { Ctx } from '../context'
import { invalidError } from '../errors'
import { csv, type Fields, type Format, filePieces, json, ndjson, vcf } from './exports.formats'
import { type Measured, pagesOf, type Query, type Source } from './exports.pages'
import { COLUMNS } from './exports.schemas'
import { customerSource, FIELDS, interactionSource, leadSource, ticketSource } from './exports.sources'

export type Options = {
  format: 'csv' | 'json' | 'ndjson' | 'vcf'
  columns?: string[]
  /** The id of the last record that the caller has already. */
  after?: string
  limit?: number
  /** Whether a CSV begins with a byte order mark. */
  bom?: boolean
}

/** A file to be: its text in pieces, each made when it is asked for. */
export type ExportFile = { name: string; mediaType: string; pieces: AsyncGenerator<string> }

/** Customers, their custom fields in columns that are known before the first row is written. */
export async function exportCustomers(
  ctx: Ctx,
  { format, columns = [...COLUMNS.customers], after, limit, bom, ...filters }: Options & Filters<typeof customerSource>,
): Promise<ExportFile> {
  const source = customerSource(ctx, filters)
  const start = await startOf(source, after)
  const asked = rowsAPage(ctx, limit)
  const page = source.page(asked, start)
  const isSpread = format === 'csv' && columns.includes('customFields')
  const [rows, keys] = isSpread ? await withFields(ctx, source, page) : [await page, undefined]
  const how = format === 'csv' ? csv(columns, keys, bom) : FORMATS[format](columns)
  return fileOf(ctx, 'customers', { format, how }, pagesOf(source, rows, asked, limit))
}

// The first page, and with it the names of fields in the first stretch; then those in the stretches behind.
async function withFields<Row>({ db }: Ctx, { fields }: ReturnType<typeof customerSource>, page: Query<Row>) {
  const [rows, names, [first]] = await db.batch([page, ...fields()])
  const keys = new Set(names.map(({ key }) => key))
  for (let end = first; end && keys.size <= FIELDS; ) {
    const [more, [next]] = await db.batch([...fields([end.seq])])
    for (const { key } of more) keys.add(key)
    end = next
  }
  // A name with half of a character in it comes out of the database as another name: JSON in one column keeps it.
  const isBroken = [...keys].some((key) => key.includes('\ufffd'))
  // By code unit, so that every file has them in the same order.
  return [rows, keys.size > FIELDS || isBroken ? undefined : [...keys].sort()] as const
}

export function exportLeads(
  ctx: Ctx,
  { format, columns, after, limit, bom, ...filters }: Options & Filters<typeof leadSource>,
) {
  return exportRows(ctx, 'leads', leadSource(ctx, filters), { format, columns, after, limit, bom })
}

export function exportInteractions(
  ctx: Ctx,
  { format, columns, after, limit, bom, ...filters }: Options & Filters<typeof interactionSource>,
) {
  return exportRows(ctx, 'interactions', interactionSource(ctx, filters), { format, columns, after, limit, bom })
}

export function exportTickets(
  ctx: Ctx,
  { format, columns, after, limit, bom, ...filters }: Options & Filters<typeof ticketSource>,
) {
  return exportRows(ctx, 'tickets', ticketSource(ctx, filters), { format, columns, after, limit, bom })
}

type Filters<S extends (ctx: Ctx, filters: never) => unknown> = Parameters<S>[1]

async function exportRows<Row extends Place & Measured & Fields, Place>(
  ctx: Ctx,
  name: keyof typeof COLUMNS,
  source: Source<Row, Place>,
  { format, columns = [...COLUMNS[name]], after, limit, bom }: Options,
): Promise<ExportFile> {
  const start = await startOf(source, after)
  const asked = rowsAPage(ctx, limit)
  const rows = await source.page(asked, start)
  const how = format === 'csv' ? csv(columns, undefined, bom) : FORMATS[format](columns)
  return fileOf(ctx, name, { format, how }, pagesOf(source, rows, asked, limit))
}

const FORMATS = { json, ndjson, vcf: () => vcf }

function rowsAPage({ config }: Ctx, limit = Number.POSITIVE_INFINITY): number {
  return Math.min(config.EXPORT_PAGE_ROWS, limit)
}

async function startOf<Row extends Place & Measured, Place>({ find, positionOf }: Source<Row, Place>, after?: string) {
  if (after === undefined) return undefined
  const [row] = await find(after)
  if (row) return positionOf(row)
  const message = 'must be the id of a record that you see: the last one that you have got'
  throw invalidError('query.after', message, 'unknown_record')
}

function fileOf(
  { now }: Ctx,
  name: string,
  { format, how }: { format: string; how: Format },
  pages: AsyncIterable<Fields[]>,
): ExportFile {
  return { name: `${name}-${now.slice(0, 10)}.${format}`, mediaType: how.mediaType, pieces: filePieces(how, pages) }
}
