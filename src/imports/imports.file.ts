// The file of an import, whatever its format: its columns, and its rows as cells under them, one after the other.
import { AppError } from '../errors'
import { csvRows } from '../files/csv'
import { escapeFormula, fieldCell, fieldColumn, fieldOfColumn, tagsCell } from '../files/csv-cells'
import { jsonRows, ndjsonRows } from '../files/json'
import { boundaryOf, filePart } from '../files/multipart'
import { decodeUtf8, limitBytes, type Raw, unreadableError } from '../files/text'
import { vcardRows } from '../files/vcard-reader'
import { type ColumnPlan, type ColumnRules, columnPlan, requireUsable } from './imports.columns'

export type FileRow = Raw<readonly (string | undefined)[]>
export type ImportFile = { plan: ColumnPlan; rows: AsyncIterable<FileRow> }

type Format = 'csv' | 'json' | 'ndjson' | 'vcard'
type Objects = (text: AsyncIterable<string>) => AsyncIterable<Raw<Record<string, unknown>>>

const TYPES: Record<Format, string[]> = {
  csv: [
    ...['text/csv', 'application/csv', 'text/tab-separated-values', 'text/plain', 'text/comma-separated-values'],
    'application/vnd.ms-excel',
  ],
  json: ['application/json'],
  ndjson: ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'],
  vcard: ['text/vcard', 'text/x-vcard', 'text/directory'],
}
const UNSAID = ['', 'application/octet-stream']
const OBJECTS: Record<Exclude<Format, 'csv'>, Objects> = { json: jsonRows, ndjson: ndjsonRows, vcard: vcardRows }

/** Opens a body by its content type; a multipart one by the type of its first file. Throws `wrong_content_type`. */
export async function openFile(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  rules: ColumnRules,
): Promise<ImportFile> {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type !== 'multipart/form-data') return openText(decodeUtf8(limitBytes(body)), type, rules)
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) throw unreadableError('The multipart body names no boundary.')
  const part = await filePart(limitBytes(body), boundary)
  return openText(decodeUtf8(part.bytes), part.type.split(';')[0]?.trim().toLowerCase() ?? '', rules)
}

async function openText(pieces: AsyncIterable<string>, type: string, rules: ColumnRules): Promise<ImportFile> {
  const { first, text } = await peek(pieces)
  if (first.trim() === '') throw unreadableError('The file is empty.')
  const format = formatOf(type, first)
  if (format === 'csv') return csvFile(text, rules)
  const plan = columnPlan(rules, true)
  return { plan, rows: cellsOf(OBJECTS[format](text), plan, rules) }
}

function formatOf(type: string, first: string): Format {
  for (const format of ['csv', 'json', 'ndjson', 'vcard'] as const) if (TYPES[format].includes(type)) return format
  if (!UNSAID.includes(type)) {
    const known = Object.values(TYPES).map(([usual]) => usual)
    throw new AppError('wrong_content_type', {
      detail: `Send ${known.join(', ')}, or one of them as multipart/form-data.`,
    })
  }
  const start = first.trimStart()
  if (start.startsWith('[')) return 'json'
  if (start.startsWith('{')) return 'ndjson'
  return /^BEGIN:VCARD/i.test(start) ? 'vcard' : 'csv'
}

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
    throw unreadableError(`The first line, which should name the columns, ${header.value.fault}.`)
  const plan = columnPlan(rules, false)
  for (const column of header.value.content) plan.add(column)
  requireUsable(rules, plan)
  async function* rows(): AsyncIterable<FileRow> {
    for await (const row of { [Symbol.asyncIterator]: () => source }) yield checkWidth(row, plan.columns.length)
  }
  return { plan, rows: rows() }
}

// Cells that are missing at the end are empty; those too many would be lost, and show that a separator stands in a value.
function checkWidth(row: Raw<string[]>, width: number): FileRow {
  if ('fault' in row || row.content.slice(width).every((cell) => cell.trim() === '')) return row
  const fault = `has ${row.content.length} cells where the first line has ${width}: put values that hold a separator in quotes`
  return { line: row.line, fault, cells: row.content }
}

async function* cellsOf(
  rows: AsyncIterable<Raw<Record<string, unknown>>>,
  plan: ColumnPlan,
  rules: ColumnRules,
): AsyncIterable<FileRow> {
  const places = new Map<string, number>()
  const place = (key: string) => {
    const known = places.get(key)
    if (known !== undefined) return known
    plan.add(key)
    places.set(key, plan.columns.length - 1)
    return plan.columns.length - 1
  }
  for await (const row of rows) {
    if ('fault' in row) {
      yield row
      continue
    }
    const cells: (string | undefined)[] = []
    for (const [key, value] of flatten(row.content)) {
      const at = place(key)
      const isNothing = value === undefined || (value === null && fieldOfColumn(key) === undefined)
      if (!isNothing) cells[at] = cellOf(value, plan.targets[at]?.extra !== undefined)
    }
    // Places left out are undefined, and stand as nulls in JSON.
    yield { line: row.line, content: Array.from(cells) }
  }
  if (places.size > 0) requireUsable(rules, plan)
}

function flatten(fields: Record<string, unknown>): [string, unknown][] {
  return Object.entries(fields).flatMap(([key, value]) => {
    if (key !== 'customFields' || typeof value !== 'object' || value === null || Array.isArray(value))
      return [[key, value]]
    return Object.entries(value).map(([name, each]): [string, unknown] => [fieldColumn(name), each])
  })
}

// Values of JSON as the cells of an export, from which the same values are read.
function cellOf(value: unknown, isExtra: boolean): string {
  if (isExtra) return escapeFormula(fieldCell(value))
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return tagsCell(value)
  return typeof value === 'string' ? escapeFormula(value) : JSON.stringify(value)
}
