// Opens a table of cells: finds its header below titles and groups, and takes out the totals and notices at its end.
import type { FileRow, Raw } from '../files/text'
import { unreadableError } from '../files/unreadable'
import { type ColumnRules, createColumnPlan, knownNames, requireKnownColumns } from './imports.columns'
import { headerKey } from './imports.headers'
import { addValues, requireColumnsOf } from './imports.values'

type Row = Raw<string[]>

/** How many rows may stand above the header, and how many lines below the records. */
const MAX_ABOVE = 9
const MAX_BELOW = 20
const SHOWN_CHARACTERS = 200

const isEmpty = (cell: string | undefined) => (cell ?? '').trim() === ''
const filled = (cells: readonly string[]) => cells.filter((cell) => !isEmpty(cell))

/** The columns of a table, and its rows without those that are no records; each of these is said. */
export async function openTable(rows: AsyncIterable<Row>, rules: ColumnRules) {
  const source = rows[Symbol.asyncIterator]()
  const first: Row[] = []
  for (let next = await source.next(); !next.done; next = await source.next()) {
    first.push(next.value)
    if (first.length > MAX_ABOVE) break
    const names = namesOf(next.value)
    const { main, all } = knownNames(names, rules)
    // A row of groups above the header (“Contact”, “Address”) has gaps.
    if (main > 0 && all > 1 && !names.some(isEmpty)) break
  }
  const [top] = first
  if (!top) throw unreadableError('The file is empty.')
  if ('fault' in top) throw unreadableError(`The first line must name the columns, but it ${top.fault}.`)
  const at = headerAt(first, rules)
  const above = first.slice(0, at)
  const names = columnNames(namesOf(first[at]), above.at(-1))
  const plan = createColumnPlan(rules, false)
  plan.begin(names)
  for (const name of names) plan.add(name)
  const { values = {} } = rules
  requireColumnsOf(values, names)
  const fill = addValues(plan, values)
  requireKnownColumns(rules, plan)
  const places = new Map(names.map((name, i) => [name.trim(), i]))
  async function* records(): AsyncIterable<FileRow> {
    for (const row of above) yield skippedRow(row, 'Stands above the names of the columns')
    const rest = { [Symbol.asyncIterator]: () => source }
    yield* filledRows(withoutEnd(checkedRows(first.slice(at + 1), rest, names.length), names.length))
  }
  async function* filledRows(rows: AsyncIterable<FileRow>): AsyncIterable<FileRow> {
    for await (const row of rows) {
      if (!('content' in row)) yield row
      else {
        const content = Array.from({ length: names.length }, (_, i) => row.content[i])
        fill(content, (name) => row.content[places.get(name) ?? -1])
        yield { line: row.line, content }
      }
    }
  }
  return { plan, rows: records() }
}

const namesOf = (row: Row | undefined) => (row && 'content' in row ? row.content : [])

// Of the first rows that one which names most fields; the first row, if none names any.
function headerAt(rows: readonly Row[], rules: ColumnRules): number {
  const known = rows.map((row) => knownNames(namesOf(row), rules))
  const most = Math.max(...known.map(({ main, all }) => (main > 0 ? all : 0)))
  const best = known.findIndex(({ main, all }) => main > 0 && all === most)
  // One word alone in a wide row is a value: “Company” in a title.
  const isSure = most > 1 || best === 0 || filled(namesOf(rows[best])).length === 1
  return best === -1 || !isSure ? 0 : best
}

// A name that comes twice is told apart by the group above it, as in merged cells: “Home Street”, “Work Street”.
function columnNames(names: string[], above: Row | undefined): string[] {
  const groups = namesOf(above)
  if (filled(groups).length < 2) return names
  let group = ''
  const counts = new Map<string, number>()
  for (const name of names) counts.set(headerKey(name), (counts.get(headerKey(name)) ?? 0) + 1)
  return names.map((name, i) => {
    if (!isEmpty(groups[i])) group = groups[i]?.trim() ?? ''
    return (counts.get(headerKey(name)) ?? 0) > 1 && group !== '' ? `${group} ${name}` : name
  })
}

// Missing cells at the end count as empty. Too many cells are an error: a value probably contains the separator.
async function* checkedRows(first: Row[], rest: AsyncIterable<Row>, width: number): AsyncIterable<Row> {
  const check = (row: Row): Row => {
    if ('fault' in row || row.content.slice(width).every(isEmpty)) return row
    const fault = `has ${row.content.length} cells, but the first line has ${width}: quote values that contain the separator`
    return { line: row.line, fault, cells: row.content }
  }
  for (const row of first) yield check(row)
  for await (const row of rest) yield check(row)
}

const TOTAL =
  /^(?:grand )?(?:totals?|sums?|summe|gesamt(?:summe)?|insgesamt|total g[ée]n[ée]ral|somme|totale|totaal|suma|razem|summa|i alt|celkem|toplam|итого|всего|合計|总计|總計|합계)\b|^(?:合計|总计|總計|합계|итого|всего)/iu
const NOTICE =
  /^(?:copyright|©|confidential|generated (?:by|on)|exported (?:by|on|from)|report (?:generated|run)|erstellt (?:von|am)|généré|page \d)/iu

// Totals at the end, and notices that reports add behind a gap. They are held back until it is known that nothing follows.
async function* withoutEnd(rows: AsyncIterable<Row>, width: number): AsyncIterable<FileRow> {
  let held: Row[] = []
  let lastLine = 0
  for await (const row of rows) {
    const isHeld = width > 1 && held.length < MAX_BELOW && mayBeEnd(row, held.length > 0, row.line > lastLine + 1)
    lastLine = row.line
    if (isHeld) {
      held.push(row)
      continue
    }
    yield* held
    held = []
    yield row
  }
  const isEnd = held.some((row) => isTotal(row) || isNotice(row))
  for (const row of held)
    yield isEnd ? skippedRow(row, isTotal(row) ? 'Is a row of totals' : 'Is a notice of the report') : row
}

function mayBeEnd(row: Row, isAfterEnd: boolean, isAfterGap: boolean): boolean {
  if ('fault' in row) return false
  if (isTotal(row) || isNotice(row)) return true
  return (isAfterEnd || isAfterGap) && filled(row.content).length === 1 && !isEmpty(row.content[0])
}

// “Total”, and otherwise only numbers: a person of this name has an address.
function isTotal(row: Row): boolean {
  if ('fault' in row) return false
  const [name = '', ...others] = filled(row.content)
  return TOTAL.test(name.trim()) && others.every((cell) => /^[-\d.,\s€$£¥%()]+$/.test(cell))
}

function isNotice(row: Row): boolean {
  return 'content' in row && filled(row.content).length === 1 && NOTICE.test(filled(row.content)[0]?.trim() ?? '')
}

function skippedRow(row: Row, skipped: string): FileRow {
  const cells = 'fault' in row ? row.cells : row.content
  return { line: row.line, skipped, value: filled(cells).join(' | ').slice(0, SHOWN_CHARACTERS).toWellFormed() }
}
