// Opens the file of an import in any format, and gives its columns and a stream of its rows as cells.
import { AppError } from '../errors'
import { csvRows } from '../files/csv'
import { escapeFormula, fieldCell, fieldColumn, fieldOfColumn, tagsCell } from '../files/csv-cells'
import { jsonRows, ndjsonRows } from '../files/json'
import { boundaryOf, filePart } from '../files/multipart'
import { decodeUtf8, limitBytes, type Raw, unreadableError } from '../files/text'
import { vcardRows } from '../files/vcard-reader'
import { type ColumnPlan, type ColumnRules, createColumnPlan, requireKnownColumns } from './imports.columns'

export type FileRow = Raw<readonly (string | undefined)[]>
export type ImportFile = { plan: ColumnPlan; rows: AsyncIterable<FileRow> }

type Format = 'csv' | 'json' | 'ndjson' | 'vcard'
type ObjectReader = (text: AsyncIterable<string>) => AsyncIterable<Raw<Record<string, unknown>>>

const MEDIA_TYPES: Record<Format, string[]> = {
  csv: [
    ...['text/csv', 'application/csv', 'text/tab-separated-values', 'text/plain', 'text/comma-separated-values'],
    'application/vnd.ms-excel',
  ],
  json: ['application/json'],
  ndjson: ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'],
  vcard: ['text/vcard', 'text/x-vcard', 'text/directory'],
}
const UNKNOWN_TYPES = ['', 'application/octet-stream']
const OBJECT_READERS: Record<Exclude<Format, 'csv'>, ObjectReader> = {
  json: jsonRows,
  ndjson: ndjsonRows,
  vcard: vcardRows,
}

/**
 * Opens a body by its content type, and a multipart body by the type of its first file. Throws `wrong_content_type`,
 * `unreadable_import`, `unsupported_encoding` and `file_too_large`.
 */
export async function openFile(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  rules: ColumnRules,
): Promise<ImportFile> {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type !== 'multipart/form-data') return openText(decodeUtf8(limitBytes(body)), type, rules)
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) throw unreadableError('The Content-Type of the multipart body has no boundary.')
  const part = await filePart(limitBytes(body), boundary)
  return openText(decodeUtf8(part.bytes), part.type.split(';')[0]?.trim().toLowerCase() ?? '', rules)
}

async function openText(pieces: AsyncIterable<string>, type: string, rules: ColumnRules): Promise<ImportFile> {
  const { first, text } = await peek(pieces)
  if (first.trim() === '') throw unreadableError('The file is empty.')
  const format = formatOf(type, first)
  if (format === 'csv') return csvFile(text, rules)
  const plan = createColumnPlan(rules, true)
  return { plan, rows: objectRows(OBJECT_READERS[format](text), plan, rules) }
}

function formatOf(type: string, first: string): Format {
  for (const format of ['csv', 'json', 'ndjson', 'vcard'] as const)
    if (MEDIA_TYPES[format].includes(type)) return format
  if (!UNKNOWN_TYPES.includes(type)) {
    const known = Object.values(MEDIA_TYPES).map(([standard]) => standard)
    throw new AppError('wrong_content_type', {
      detail: `Send ${known.join(', ')}, or one of them as multipart/form-data.`,
    })
  }
  const start = first.trimStart()
  if (start.startsWith('[')) return 'json'
  if (start.startsWith('{')) return 'ndjson'
  return /^BEGIN:VCARD/i.test(start) ? 'vcard' : 'csv'
}

// Reads the first piece of a text; `text` still starts with it.
async function peek(pieces: AsyncIterable<string>) {
  const rest = pieces[Symbol.asyncIterator]()
  const { value: first = '' } = await rest.next()
  async function* text() {
    yield first
    yield* { [Symbol.asyncIterator]: () => rest }
  }
  return { first, text: text() }
}

async function csvFile(text: AsyncIterable<string>, rules: ColumnRules): Promise<ImportFile> {
  const source = csvRows(text)[Symbol.asyncIterator]()
  const header = await source.next()
  if (header.done) throw unreadableError('The file is empty.')
  if ('fault' in header.value)
    throw unreadableError(`The first line must name the columns, but it ${header.value.fault}.`)
  const plan = createColumnPlan(rules, false)
  for (const column of header.value.content) plan.add(column)
  requireKnownColumns(rules, plan)
  async function* rows(): AsyncIterable<FileRow> {
    for await (const row of { [Symbol.asyncIterator]: () => source }) yield checkWidth(row, plan.columns.length)
  }
  return { plan, rows: rows() }
}

// Missing cells at the end count as empty. Too many cells are an error: a value probably contains the separator.
function checkWidth(row: Raw<string[]>, width: number): FileRow {
  if ('fault' in row || row.content.slice(width).every((cell) => cell.trim() === '')) return row
  const fault = `has ${row.content.length} cells, but the first line has ${width}: quote values that contain the separator`
  return { line: row.line, fault, cells: row.content }
}

// Objects as rows of cells; each new key adds a column.
async function* objectRows(
  rows: AsyncIterable<Raw<Record<string, unknown>>>,
  plan: ColumnPlan,
  rules: ColumnRules,
): AsyncIterable<FileRow> {
  const indexes = new Map<string, number>()
  const columnIndex = (key: string) => {
    const known = indexes.get(key)
    if (known !== undefined) return known
    plan.add(key)
    indexes.set(key, plan.columns.length - 1)
    return plan.columns.length - 1
  }
  for await (const row of rows) {
    if ('fault' in row) {
      yield row
      continue
    }
    const cells: (string | undefined)[] = []
    for (const [key, value] of flatten(row.content)) {
      const index = columnIndex(key)
      const isEmpty = value === undefined || (value === null && fieldOfColumn(key) === undefined)
      if (!isEmpty) cells[index] = cellOf(value, plan.targets[index]?.extra !== undefined)
    }
    // Array.from turns holes into undefined, which JSON writes as null.
    yield { line: row.line, content: Array.from(cells) }
  }
  if (indexes.size > 0) requireKnownColumns(rules, plan)
}

// `customFields` as one column for each of its entries.
function flatten(fields: Record<string, unknown>): [string, unknown][] {
  return Object.entries(fields).flatMap(([key, value]) => {
    if (key !== 'customFields' || typeof value !== 'object' || value === null || Array.isArray(value))
      return [[key, value]]
    return Object.entries(value).map(([name, each]): [string, unknown] => [fieldColumn(name), each])
  })
}

// A JSON value as the cell of an export, which an import reads back to the same value.
function cellOf(value: unknown, isExtra: boolean): string {
  if (isExtra) return escapeFormula(fieldCell(value))
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return tagsCell(value)
  return typeof value === 'string' ? escapeFormula(value) : JSON.stringify(value)
}
