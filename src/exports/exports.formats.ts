// The formats of an export: how a file begins and ends, and how each record stands in it.
import { csvLine, fieldCell, fieldColumn, tagsCell } from '../files/csv-cells'
import { vcard } from '../files/vcard-writer'

export type Fields = Record<string, unknown>

/** How a file is written: `begin`, the records with `between` them, `end`. */
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
 * CSV in these columns, `customFields` replaced by one for each of `keys` where these are given. `record` throws where a
 * field has no column: somebody has made it up since the columns were written, and it must not be lost.
 */
export function csv(columns: readonly string[], keys: readonly string[] | undefined, hasMark = false): Format {
  const parts = columns.flatMap((name) => (name === CUSTOM && keys ? keys.map(customPart) : [plainPart(name)]))
  const known = keys && columns.includes(CUSTOM) ? new Set(keys) : undefined
  return {
    mediaType: 'text/csv; charset=utf-8; header=present',
    begin: (hasMark ? '\ufeff' : '') + csvLine(parts.map(({ column }) => column)),
    record(fields) {
      const isNew = (key: string) => known?.has(key) === false
      if (Object.keys(fields[CUSTOM] ?? {}).some(isNew)) throw new Error('a custom field has no column')
      return csvLine(parts.map((part) => part.cell(fields)))
    },
    between: '',
    end: '',
  }
}

const CUSTOM = 'customFields'
type Part = { column: string; cell: (fields: Fields) => string }

const plainPart = (column: string): Part => ({ column, cell: (fields) => cell(fields[column]) })

function customPart(key: string): Part {
  const valueIn = (custom: unknown) => (isFields(custom) && Object.hasOwn(custom, key) ? custom[key] : undefined)
  return { column: fieldColumn(key), cell: (fields) => fieldCell(valueIn(fields[CUSTOM])) }
}

const pickedJson = (columns: readonly string[], fields: Fields) =>
  JSON.stringify(Object.fromEntries(columns.map((name) => [name, fields[name] ?? null])))

/** One array of records. */
export function json(columns: readonly string[]): Format {
  const record = (fields: Fields) => pickedJson(columns, fields)
  return { mediaType: 'application/json; charset=utf-8', begin: '[', record, between: ',\n', end: ']\n' }
}

/** A record on each line. */
export function ndjson(columns: readonly string[]): Format {
  const record = (fields: Fields) => `${pickedJson(columns, fields)}\n`
  return { mediaType: 'application/x-ndjson; charset=utf-8', begin: '', record, between: '', end: '' }
}

/** A vCard 4.0 for each customer. */
export const vcf: Format = {
  mediaType: 'text/vcard; charset=utf-8',
  begin: '',
  record: vcard,
  between: '',
  end: '',
}

/** The pieces of a file, one for each page of records, made when it is asked for. */
export async function* filePieces(format: Format, pages: AsyncIterable<Fields[]>): AsyncGenerator<string> {
  let before = format.begin
  for await (const page of pages) {
    yield before + page.map(format.record).join(format.between)
    before = format.between
  }
  yield (before === format.begin ? before : '') + format.end
}
