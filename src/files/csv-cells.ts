// Cells: how values stand in a CSV file and are read from it again, so that nothing changes on the way. Pure functions.

// What a spreadsheet would compute instead of showing it (OWASP, CSV Injection), after any apostrophes.
const FORMULA = /^'*[=+\-@\t\r\n]/
const ESCAPED = /^'+[=+\-@\t\r\n]/

/** A text that no spreadsheet takes for a formula: such a one gets an apostrophe before it. */
export function escapeFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

/** The text that `escapeFormula` made a cell of. */
export function unescapeFormula(cell: string): string {
  return ESCAPED.test(cell) ? cell.slice(1) : cell
}

/** One line of a CSV file (RFC 4180): cells defused, in quotes where they need them, by commas, ended by CRLF. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => quoteCell(escapeFormula(cell))).join(',')}\r\n`
}

// Also what could be taken for another separator, and space that a reader might trim.
function quoteCell(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * The cell of a custom field: a string as it is, anything else as JSON, nothing for a field that is not there. A string
 * that would be read as something else, or lose its edges, is written as JSON too.
 */
export function fieldCell(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' && isPlain(value) && parseJson(value) === undefined ? value : JSON.stringify(value)
}

/** The value of a custom field out of its cell; undefined where there is none. */
export function fieldOf(cell: string): unknown {
  if (cell.trim() === '') return undefined
  const value = parseJson(cell)
  return value === undefined ? cell : value
}

const FIELD = 'customFields.'

/** The name of a custom field's column. */
export function fieldColumn(key: string): string {
  return FIELD + (isPlain(key) ? key : JSON.stringify(key))
}

/** The custom field that a column of this name holds; undefined where it is another column. */
export function fieldOfColumn(column: string): string | undefined {
  if (!column.startsWith(FIELD)) return undefined
  const key = column.slice(FIELD.length)
  const value = key.startsWith('"') ? parseJson(key) : undefined
  return typeof value === 'string' ? value : key
}

// JSON never begins a plain text, and what a text file or a trimming reader would lose is not plain.
function isPlain(text: string): boolean {
  return text !== '' && text.trim() === text && !text.startsWith('"') && text.isWellFormed() && !text.includes('\u0000')
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

/** Tags in one cell: joined by semicolons, in quotes where a name holds one, a quote, or space at its ends. */
export function tagsCell(names: readonly string[]): string {
  return names.map((name) => (/[;"]|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(';')
}

// A name in quotes, or what stands until the next semicolon.
const TAG = /\s*(?:"((?:[^"]|"")*)"\s*(?=;|$)|([^;]*))(?:;|$)/g

/** The names of the tags in a cell; empty ones are left out. */
export function tagsOf(cell: string): string[] {
  const names = [...cell.matchAll(TAG)].map(([, inQuotes, bare = '']) => inQuotes?.replaceAll('""', '"') ?? bare.trim())
  return names.filter((name) => name !== '')
}
