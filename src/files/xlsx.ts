// Reads a workbook of Excel (ECMA-376): the rows of one sheet as cells, dates and numbers as they are typed. The sheet is
// a stream; in memory are the file and its shared strings.
import { serialDay } from '../text/days'
import type { Raw } from './text'
import { unreadableError } from './unreadable'
import { type CellStyle, dateOf, stylesOf } from './xlsx-styles'
import { parserOf, read } from './xlsx-xml'
import { entryText, MAX_UNZIPPED, type Room, tooLargeError, type ZipEntry, zipEntries } from './xlsx-zip'

export const MAX_WORKBOOK_BYTES = 10 * 1_048_576
/** A wider sheet is a mistake of its writer: the header would be refused anyway. */
const MAX_WIDTH = 1_000
/** So many merged ranges are looked at, and so many rows of one. */
const MAX_MERGES = 20_000

type Entries = Map<string, ZipEntry>
/** The rows of a sheet, without empty ones, and the names of the sheets that are not read. */
export type Sheet = { rows: AsyncIterable<Raw<string[]>>; others: string[] }

/**
 * Opens a sheet by its name or number, or the first that is visible. Throws `unreadable_import` for another kind of file or
 * an unknown sheet, and `file_too_large` over 10 MB, or 60 MB unpacked.
 */
export async function openWorkbook(zip: Uint8Array, sheet?: string): Promise<Sheet> {
  if (zip.length > MAX_WORKBOOK_BYTES) throw tooLargeError()
  const entries = zipEntries(zip)
  const room: Room = { left: MAX_UNZIPPED }
  const { sheets, isFrom1904 } = await workbookOf(entries, room)
  const found = chosen(sheets, sheet)
  const styles = await stylesOf((handler) => read(entries.get('xl/styles.xml'), room, handler))
  const strings = await sharedStrings(entries, room)
  const entry = entries.get(found.path)
  if (!entry) throw unreadableError(`The workbook has no sheet at ${found.path}.`)
  const merges = await mergesOf(entry, { left: MAX_UNZIPPED })
  const rows = rowsOf(entry, room, { strings, styles, merges, isFrom1904 })
  return { rows, others: sheets.filter(({ name }) => name !== found.name).map(({ name }) => name) }
}

type SheetName = { name: string; path: string; isVisible: boolean }

async function workbookOf(entries: Entries, room: Room) {
  const workbook = entries.get('xl/workbook.xml')
  if (!workbook)
    throw unreadableError('This is an archive, but no workbook of Excel (.xlsx): save the sheet as CSV UTF-8.')
  const targets = new Map<string, string>()
  await read(entries.get('xl/_rels/workbook.xml.rels'), room, {
    open: (name, { Id = '', Target = '' }) => name === 'Relationship' && targets.set(Id, Target),
  })
  const sheets: SheetName[] = []
  let isFrom1904 = false
  await read(workbook, room, {
    open(name, attributes) {
      if (name === 'workbookPr') isFrom1904 = ['1', 'true'].includes(attributes.date1904 ?? '')
      if (name !== 'sheet') return
      const target = targets.get(attributes['r:id'] ?? '') ?? `worksheets/sheet${sheets.length + 1}.xml`
      const path = target.startsWith('/') ? target.slice(1) : `xl/${target}`
      sheets.push({ name: attributes.name ?? '', path, isVisible: (attributes.state ?? 'visible') === 'visible' })
    },
  })
  return { sheets, isFrom1904 }
}

function chosen(sheets: SheetName[], sheet: string | undefined): SheetName {
  const first = sheets.find(({ isVisible }) => isVisible) ?? sheets[0]
  const named = sheet === undefined ? first : (sheets.find(({ name }) => name === sheet) ?? sheets[Number(sheet) - 1])
  if (named) return named
  const names = sheets.slice(0, 20).map(({ name }) => `“${name.slice(0, 60)}”`)
  throw unreadableError(`The workbook has no such sheet; it has ${names.join(', ') || 'none'}.`)
}

async function sharedStrings(entries: Entries, room: Room): Promise<string[]> {
  const strings: string[] = []
  let [text, isText, isPhonetic] = ['', false, false]
  await read(entries.get('xl/sharedStrings.xml'), room, {
    open(name) {
      if (name === 'si') text = ''
      if (name === 'rPh') isPhonetic = true
      isText = name === 't' && !isPhonetic
    },
    close(name) {
      if (name === 'si') strings.push(text)
      if (name === 'rPh') isPhonetic = false
      if (name === 't') isText = false
    },
    text(part) {
      if (isText) text += part
    },
  })
  return strings
}

/** Ranges of several rows that are one cell: its value is that of each of them. */
type Merge = { column: number; first: number; last: number }

// They stand behind the rows that they are about, so the sheet is looked through for them first.
async function mergesOf(entry: ZipEntry, room: Room): Promise<Map<number, Merge[]>> {
  const merges = new Map<number, Merge[]>()
  let [rest, count] = ['', 0]
  for await (const piece of entryText(entry, room)) {
    rest += piece
    for (const [, from = '', top = '', to = '', bottom = ''] of rest.matchAll(
      /<(?:\w{1,9}:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"/g,
    )) {
      count += 1
      const [first, last] = [Number(top), Number(bottom)]
      if (count > MAX_MERGES || last <= first || from !== to) continue
      const column = columnNumber(from)
      merges.set(column, [...(merges.get(column) ?? []), { column, first, last }])
    }
    rest = rest.slice(-100)
    const cut = rest.indexOf('<')
    rest = cut === -1 ? '' : rest.slice(rest.lastIndexOf('<'))
  }
  return merges
}

type Content = { strings: string[]; styles: CellStyle[]; merges: Map<number, Merge[]>; isFrom1904: boolean }

async function* rowsOf(entry: ZipEntry, room: Room, content: Content): AsyncIterable<Raw<string[]>> {
  const ready: Raw<string[]>[] = []
  const held = new Map<number, { last: number; value: string }>()
  let [line, column, type, style, value, isValue] = [0, 0, '', 0, '', false]
  let cells: string[] = []
  const parser = await parserOf({
    open(name, attributes) {
      if (name === 'row') {
        line = Number(attributes.r ?? line + 1)
        ;[cells, column] = [[], 0]
      } else if (name === 'c') {
        column = attributes.r === undefined ? column + 1 : columnNumber(attributes.r.replace(/\d+$/, ''))
        ;[type, style, value] = [attributes.t ?? 'n', Number(attributes.s ?? 0), '']
      } else isValue = name === 'v' || name === 't'
    },
    text(part) {
      if (isValue) value += part
    },
    close(name) {
      if (name === 'v' || name === 't') isValue = false
      if (name === 'c' && value !== '' && column <= MAX_WIDTH) {
        cells[column - 1] = cellText(value, type, style, content)
        const merge = content.merges.get(column)?.find(({ first }) => first === line)
        if (merge) held.set(column, { last: merge.last, value: cells[column - 1] ?? '' })
      }
      if (name !== 'row') return
      for (const [at, { last, value: above }] of held) {
        if (line > last) held.delete(at)
        else cells[at - 1] ??= above
      }
      const row = Array.from(cells, (cell) => cell ?? '')
      if (row.some((cell) => cell.trim() !== '')) ready.push({ line, content: row })
    },
  })
  for await (const piece of entryText(entry, room)) {
    parser.write(piece)
    yield* ready.splice(0)
  }
  parser.close()
  yield* ready.splice(0)
}

function cellText(value: string, type: string, style: number, { strings, styles, isFrom1904 }: Content): string {
  if (type === 's') return strings[Number(value)] ?? ''
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  // An instant in ISO form, of newer writers.
  if (type !== 'n') return value
  const number = Number(value)
  if (!Number.isFinite(number)) return value
  const { kind, width } = styles[style] ?? { kind: 'number', width: 0 }
  if (kind !== 'number') return dateOf(serialDay(number + (isFrom1904 ? 1_462 : 0)), kind)
  return String(number).padStart(width, '0')
}

/** The number of a column by its letters: A is 1. */
function columnNumber(letters: string): number {
  let number = 0
  for (const letter of letters.slice(0, 4)) number = number * 26 + letter.charCodeAt(0) - 64
  return number
}
