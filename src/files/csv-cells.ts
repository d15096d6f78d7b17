// Converts values to cells of a CSV file and back without loss. Pure functions.

// Text that a spreadsheet would evaluate as a formula (OWASP, CSV Injection), after any apostrophes.
const FORMULA = /^'*[=+\-@\t\r\n]/
const ESCAPED = /^'+[=+\-@\t\r\n]/

/** Puts an apostrophe before a text that a spreadsheet would evaluate as a formula. */
export function escapeFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

/** Reverses `escapeFormula`. */
export function unescapeFormula(cell: string): string {
  return ESCAPED.test(cell) ? cell.slice(1) : cell
}

/** One line of a CSV file (RFC 4180): formulas escaped, cells quoted if needed, separated by commas, ended by CRLF. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => quoteCell(escapeFormula(cell))).join(',')}\r\n`
}

// Also quotes other separators, and space at the ends that a reader might trim.
function quoteCell(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * The cell of a custom field: plain text for a string, JSON for other values, empty for undefined. A string that looks
 * like JSON, or that a reader would trim, is JSON too.
 */
export function fieldCell(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' && isPlain(value) && parseJson(value) === undefined ? value : JSON.stringify(value)
}

/** The value of a custom field in its cell; undefined for an empty cell. */
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

/** The key of the custom field in a column of this name; undefined for other columns. */
export function fieldOfColumn(column: string): string | undefined {
  if (!column.startsWith(FIELD)) return undefined
  const key = column.slice(FIELD.length)
  const value = key.startsWith('"') ? parseJson(key) : undefined
  return typeof value === 'string' ? value : key
}

// Text that is neither quoted like JSON nor changed by trimming, UTF-8 or a text file.
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
