// Reads CSV as a stream (RFC 4180, separated by , ; or TAB). Memory holds one row; an unclosed quote costs one line.
import { faultyRow, lineEnds, MAX_ROW, type Raw } from './text'
import { unreadableError } from './unreadable'

/** How far to search for the end of a quoted cell, in characters. Longer cells are one faulty row. */
const MAX_QUOTED = 9 * MAX_ROW

const SEPARATORS = [',', ';', '\t']
// A character that no text contains: with it as separator, a row is one cell.
const NOTHING = '\u0000'
const [QUOTE, LF, CR] = [34, 10, 13]

const UNCLOSED = 'opens a quote that is not closed'

type Scanned = { cells: string[]; end: number } | { fault: string; end: number }

/** The rows of a CSV text, the header first, without blank rows. Lines count from 1. `found` gets what stands between cells. */
export async function* csvRows(
  text: AsyncIterable<string>,
  found: { separator?: string } = {},
): AsyncIterable<Raw<string[]>> {
  let [buffer, at, line, isFirst] = ['', 0, 1, true]
  let separator: string | undefined
  const step = function* (isLast: boolean): Iterable<Raw<string[]>> {
    separator ??= separatorOf(buffer, isLast)
    found.separator = separator
    while (separator !== undefined && at < buffer.length) {
      const scanned = scan(buffer, at, separator, isLast)
      if (!scanned) return
      const row = buffer.slice(at, scanned.end)
      if ('fault' in scanned) yield faultyRow(line, scanned.fault, row)
      else if (!isBlank(scanned.cells)) {
        if (!(isFirst && isSeparatorLine(row))) yield { line, content: scanned.cells }
        isFirst = false
      }
      line += lineEnds(row)
      at = scanned.end
    }
  }
  for await (const chunk of text) {
    buffer = buffer.slice(at) + chunk
    at = 0
    yield* step(false)
    if (buffer.length - at > 10 * MAX_ROW) throw unreadableError(`Line ${line} does not end.`)
  }
  yield* step(true)
}

// An empty line, or one with only separators, as spreadsheets write after the last row.
const isBlank = (cells: string[]) => cells.every((cell) => cell.trim() === '')

const isSeparatorLine = (line: string) => /^sep=[,;\t]\s*$/i.test(line)

// The most frequent separator outside quotes in the first line with text, or that of Excel's “sep=;”.
function separatorOf(text: string, isLast: boolean): string | undefined {
  const start = /^(?: *[\r\n])*/.exec(text)?.[0].length ?? 0
  const scanned = scan(text, start, NOTHING, isLast)
  if (!scanned) return undefined
  const line = text.slice(start, scanned.end)
  if (isSeparatorLine(line)) return line.charAt(4)
  const bare = line.replace(/"(?:[^"]|"")*"/g, '')
  const counts = SEPARATORS.map((each) => bare.split(each).length)
  return SEPARATORS[counts.indexOf(Math.max(...counts))]
}

// The row that begins at `start`; undefined if its end has not arrived yet.
function scan(text: string, start: number, separator: string, isLast: boolean): Scanned | undefined {
  const between = separator.charCodeAt(0)
  const cells: string[] = []
  let at = start
  for (;;) {
    let [cell, isQuoted] = ['', false]
    if (text.charCodeAt(at) === QUOTE) {
      const close = closingQuote(text, at)
      if (close === undefined) return unclosedQuote(text, start, isLast)
      cell = text.slice(at + 1, close).replaceAll('""', '"')
      isQuoted = true
      at = close + 1
    }
    let end = at
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end)
      if (code === between || code === LF || code === CR) break
    }
    const rest = text.slice(at, end)
    // Over several lines, a quote with text behind it opens another cell: it closes none.
    if (isQuoted && separator !== NOTHING && rest.trim() !== '' && lineEnds(cell) > 0)
      return brokenLine(text, start, isLast)
    cells.push(cell + rest)
    const code = text.charCodeAt(end)
    if (code === between && end < text.length) {
      at = end + 1
      continue
    }
    // A CR at the very end may be half of a CRLF.
    if (!isLast && end + (code === CR ? 1 : 0) >= text.length) return undefined
    const after = code === CR && text.charCodeAt(end + 1) === LF ? end + 2 : Math.min(end + 1, text.length)
    return after - start > MAX_ROW
      ? { fault: `is longer than ${MAX_ROW} characters`, end: after }
      : { cells, end: after }
  }
}

// The quote that ends a cell: one without another quote after it.
function closingQuote(text: string, opening: number): number | undefined {
  for (let at = text.indexOf('"', opening + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== QUOTE) return at
  }
  return undefined
}

// An unclosed quote makes its line faulty; the next line is read as a row again.
function unclosedQuote(text: string, start: number, isLast: boolean): Scanned | undefined {
  return isLast || text.length - start > MAX_QUOTED ? brokenLine(text, start, isLast) : undefined
}

function brokenLine(text: string, start: number, isLast: boolean): Scanned | undefined {
  const end = /\r\n|\r|\n/g
  end.lastIndex = start
  if (!end.exec(text)) return isLast ? { fault: UNCLOSED, end: text.length } : undefined
  return { fault: UNCLOSED, end: end.lastIndex }
}
