// The formats of an export: the beginning and end of a file, and the text of each record.
import { csvLine, fieldCell, fieldColumn, tagsCell } from '../files/csv-cells'
import { vcard } from '../files/vcard-writer'

export type Fields = Record<string, unknown>

/** A file is `begin`, the records with `between` after each but the last, and `end`. */
export type Format = {
  mediaType: string
  begin: string
  record: (fields: Fields) => string
  between: string
  end: string
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  return Array.isArray(value) ? tagsCell(value.map(String)) : JSON.stringify(value)
}

/**
 * CSV with these columns. If `keys` are given, one column for each replaces `customFields`; then `record` throws if a
 * custom field has no column, because it was added after the header was written and would be lost.
 */
export function csv(columns: readonly string[], keys: readonly string[] | undefined, hasBom = false): Format {
  const csvColumns = columns.flatMap((name) => (name === CUSTOM && keys ? keys.map(customColumn) : [plainColumn(name)]))
  const keySet = keys && columns.includes(CUSTOM) ? new Set(keys) : undefined
  return {
    mediaType: 'text/csv; charset=utf-8; header=present',
    begin: (hasBom ? '\ufeff' : '') + csvLine(csvColumns.map(({ column }) => column)),
    record(fields) {
      const hasNoColumn = (key: string) => keySet?.has(key) === false
      if (Object.keys(fields[CUSTOM] ?? {}).some(hasNoColumn))
        throw new Error('A custom field was added during the export and has no column')
      return csvLine(csvColumns.map(({ cell }) => cell(fields)))
    },
    between: '',
    end: '',
  }
}

const CUSTOM = 'customFields'
type CsvColumn = { column: string; cell: (fields: Fields) => string }

const plainColumn = (column: string): CsvColumn => ({ column, cell: (fields) => cell(fields[column]) })

function customColumn(key: string): CsvColumn {
  const valueIn = (custom: unknown) => (isFields(custom) && Object.hasOwn(custom, key) ? custom[key] : undefined)
  return { column: fieldColumn(key), cell: (fields) => fieldCell(valueIn(fields[CUSTOM])) }
}

const jsonOf = (columns: readonly string[], fields: Fields) =>
  JSON.stringify(Object.fromEntries(columns.map((name) => [name, fields[name] ?? null])))

/** One JSON array of records. */
export function json(columns: readonly string[]): Format {
  const record = (fields: Fields) => jsonOf(columns, fields)
  return { mediaType: 'application/json; charset=utf-8', begin: '[', record, between: ',\n', end: ']\n' }
}

/** One JSON object on each line. */
export function ndjson(columns: readonly string[]): Format {
  const record = (fields: Fields) => `${jsonOf(columns, fields)}\n`
  return { mediaType: 'application/x-ndjson; charset=utf-8', begin: '', record, between: '', end: '' }
}

/** One vCard 4.0 for each customer. */
export const vcf: Format = {
  mediaType: 'text/vcard; charset=utf-8',
  begin: '',
  record: vcard,
  between: '',
  end: '',
}

/** The text of a file in pieces: one for each page of records, created on demand. */
export async function* filePieces(format: Format, pages: AsyncIterable<Fields[]>): AsyncGenerator<string> {
  let before = format.begin
  for await (const page of pages) {
    yield before + page.map(format.record).join(format.between)
    before = format.between
  }
  yield (before === format.begin ? before : '') + format.end
}
