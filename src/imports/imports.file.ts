// Opens the file of an import in any format, and gives its columns and a stream of its rows as cells.
import { AppError } from '../errors'
import { csvRows } from '../files/csv'
import type { Guess } from '../files/encoding'
import { jsonRows, ndjsonRows } from '../files/json'
import { boundaryOf, filePart } from '../files/multipart'
import { decodeText, type FileRow, isZip, limitBytes, peekBytes, type Raw } from '../files/text'
import type { EncodingName } from '../files/unreadable'
import { unreadableError } from '../files/unreadable'
import { vcardRows } from '../files/vcard-reader'
import { MAX_WORKBOOK_BYTES, openWorkbook } from '../files/xlsx'
import { tooLargeError } from '../files/xlsx-zip'
import type { ColumnPlan, ColumnRules } from './imports.columns'
import { openObjects } from './imports.objects'
import { openTable } from './imports.table'

/** `about`: what the file says of itself, known when it is read. */
export type ImportFile = {
  plan: ColumnPlan
  rows: AsyncIterable<FileRow>
  about: () => { recognised: string | null; encoding: string | null }
  /** What stands between the cells of a CSV file, known with its first row. */
  separator: () => string | null
}

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

/** `encoding` and `sheet` are what a caller says of the file. */
export type FileRules = ColumnRules & { encoding?: EncodingName; sheet?: string }

/**
 * Opens a body by its content type, and a multipart body by the type of its first file. Throws `wrong_content_type`,
 * `unreadable_import`, `unsupported_encoding` and `file_too_large`.
 */
export async function openFile(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  rules: FileRules,
): Promise<ImportFile> {
  const type = mediaType(contentType)
  if (type !== 'multipart/form-data') return openBytes(limitBytes(body), type, rules)
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) throw unreadableError('The Content-Type of the multipart body has no boundary.')
  const part = await filePart(limitBytes(body), boundary)
  return openBytes(part.bytes, mediaType(part.type), rules)
}

const mediaType = (contentType: string) => contentType.split(';')[0]?.trim().toLowerCase() ?? ''

// A workbook is known by its first bytes, whatever it is called.
async function openBytes(bytes: AsyncIterable<Uint8Array>, type: string, rules: FileRules): Promise<ImportFile> {
  const { head, rest } = await peekBytes(bytes)
  if (isZip(head)) return openSheet(rest, rules)
  if (type === WORKBOOK) throw unreadableError('This is no workbook of Excel (.xlsx).')
  return openText(rest, type, rules)
}

const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

async function openSheet(bytes: AsyncIterable<Uint8Array>, rules: FileRules): Promise<ImportFile> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > MAX_WORKBOOK_BYTES) throw tooLargeError()
    chunks.push(chunk)
  }
  const { rows, others } = await openWorkbook(await new Blob(chunks).bytes(), rules.sheet)
  const opened = await openTable(rows, rules)
  return {
    plan: opened.plan,
    rows: withOthers(opened.rows, others),
    about: () => ({ recognised: opened.plan.profile()?.name ?? null, encoding: null }),
    separator: () => null,
  }
}

async function* withOthers(rows: AsyncIterable<FileRow>, others: string[]): AsyncIterable<FileRow> {
  yield* rows
  const skipped = 'This sheet is not read: import it by sheet='
  for (const [i, value] of others.slice(0, 50).entries()) yield { line: i, skipped, value, code: 'sheet_not_read' }
}

async function openText(bytes: AsyncIterable<Uint8Array>, type: string, rules: FileRules): Promise<ImportFile> {
  const decoded = decodeText(bytes, rules.encoding)
  const { first, text } = await peek(decoded.text)
  if (first.trim() === '') throw unreadableError('The file is empty.')
  const format = formatOf(type, first)
  const found: { separator?: string } = {}
  const opened =
    format === 'csv' ? await openTable(csvRows(text, found), rules) : openObjects(OBJECT_READERS[format](text), rules)
  const recognised = () => (format === 'vcard' ? cardSystem(opened.plan) : (opened.plan.profile()?.name ?? null))
  return {
    ...opened,
    rows: withGuess(opened.rows, decoded.guess),
    about: () => ({ recognised: recognised(), encoding: decoded.guess().encoding }),
    separator: () => found.separator ?? null,
  }
}

// Says of an encoding that its letters alone tell, that it was guessed.
async function* withGuess(rows: AsyncIterable<FileRow>, guess: () => Guess): AsyncIterable<FileRow> {
  yield* rows
  const { encoding, isSure } = guess()
  if (isSure) return
  const message = `Read as ${encoding}, as its letters tell; send encoding= if names look wrong`
  yield { line: 1, skipped: message, value: encoding, code: 'guessed_encoding' }
}

// The system that wrote vCards, as it says itself; Android’s are those of 2.1 that say nothing.
function cardSystem({ columns }: ColumnPlan): string {
  const said = (name: string) => columns.find(({ column }) => column === name)?.example ?? ''
  if (/apple|icloud/i.test(said('PRODID'))) return 'vcard-apple'
  if (/google/i.test(said('PRODID'))) return 'vcard-google'
  return said('VERSION') === '2.1' || /android/i.test(said('PRODID')) ? 'vcard-android' : 'vcard'
}

function formatOf(type: string, first: string): Format {
  for (const format of ['csv', 'json', 'ndjson', 'vcard'] as const)
    if (MEDIA_TYPES[format].includes(type)) return format
  if (!UNKNOWN_TYPES.includes(type)) {
    const known = [...Object.values(MEDIA_TYPES).map(([standard]) => standard), WORKBOOK]
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
