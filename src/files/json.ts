// Reads JSON as a stream: an array of objects, or one object a line (NDJSON). Memory holds one object.
import { linesOf } from './lines'
import { faultyRow, MAX_ROW, type Raw } from './text'
import { unreadableError } from './unreadable'

type Fields = Record<string, unknown>

/** An object that does not end is refused at this length, in characters. */
const MAX_ITEM = 10 * MAX_ROW

/**
 * The objects of a JSON array, or of several arrays one behind the other; `line` is the position, from 1. Throws
 * `unreadable_import` for other JSON.
 */
export async function* jsonRows(text: AsyncIterable<string>): AsyncIterable<Raw<Fields>> {
  let [rest, position, isOpen, hasBegun] = ['', 0, false, false]
  const scan = createScan()
  for await (const chunk of text) {
    rest += chunk
    for (;;) {
      if (!isOpen) {
        rest = rest.trimStart()
        if (rest === '') break
        if (rest[0] !== '[') {
          if (!hasBegun) throw unreadableError('JSON must be an array of objects, or one object a line as NDJSON.')
          if (rest.length > MAX_ITEM) throw unreadableError('Text that does not end stands behind the array.')
          break
        }
        rest = rest.slice(1)
        ;[isOpen, hasBegun] = [true, true]
        scan.restart()
      }
      const end = scan.endOf(rest)
      if (end === undefined) break
      const item = rest.slice(0, end)
      isOpen = rest[end] !== ']'
      rest = rest.slice(end + 1)
      scan.restart()
      if (item.trim() !== '') {
        position += 1
        yield parseRow(item, position)
      }
    }
    if (rest.length > MAX_ITEM) throw unreadableError(`The object at position ${position + 1} does not end.`)
  }
  if (!hasBegun) throw unreadableError('The file is empty.')
  // Only the last object is faulty, because the objects before it are complete.
  if (isOpen) yield faultyRow(position + 1, 'is followed by no end of the array: the file may be cut off', rest)
  else if (rest.trim() !== '') yield faultyRow(position + 1, 'stands behind the end of the array', rest)
}

// Finds the comma or bracket after an item, outside strings and nesting. It looks at each character once, though text is added.
function createScan() {
  let [at, depth, isQuoted] = [0, 0, false]
  const restart = () => {
    ;[at, depth, isQuoted] = [0, 0, false]
  }
  function endOf(text: string): number | undefined {
    for (; at < text.length; at += 1) {
      const mark = text[at]
      if (isQuoted) {
        if (mark === '\\') {
          // What is escaped may not have come yet.
          if (at + 1 >= text.length) return undefined
          at += 1
        } else if (mark === '"') isQuoted = false
      } else if (mark === '"') isQuoted = true
      else if (mark === '{' || mark === '[') depth += 1
      else if (depth > 0 && (mark === '}' || mark === ']')) depth -= 1
      else if (depth === 0 && (mark === ',' || mark === ']')) return at
    }
    return undefined
  }
  return { restart, endOf }
}

/** The objects of NDJSON, one a line; without blank lines. */
export async function* ndjsonRows(text: AsyncIterable<string>): AsyncIterable<Raw<Fields>> {
  let line = 0
  for await (const each of linesOf(text)) {
    line += 1
    if (each.trim() !== '') yield parseRow(each, line)
  }
}

function parseRow(text: string, line: number): Raw<Fields> {
  if (text.length > MAX_ROW) return faultyRow(line, `is longer than ${MAX_ROW} characters`, text)
  try {
    const value: unknown = JSON.parse(text)
    if (isFields(value)) return { line, content: value }
    return faultyRow(line, 'is not a JSON object', text)
  } catch {
    return faultyRow(line, 'is not JSON', text)
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
