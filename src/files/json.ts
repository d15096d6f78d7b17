// Reads JSON as a stream: an array of objects, or one object a line (NDJSON). Memory holds one object.
import { faultyRow, MAX_ROW, type Raw, unreadableError } from './text'

type Fields = Record<string, unknown>

/** The objects of a JSON array; `line` is the position in the array, from 1. Throws `unreadable_import` for other JSON. */
export async function* jsonRows(text: AsyncIterable<string>): AsyncIterable<Raw<Fields>> {
  let [rest, position, isOpen, isOver] = ['', 0, false, false]
  for await (const chunk of text) {
    rest += chunk
    if (!isOpen) {
      const start = /^\s*(\S)/.exec(rest)
      if (!start) continue
      if (start[1] !== '[') throw unreadableError('JSON must be an array of objects, or one object a line as NDJSON.')
      rest = rest.slice(start[0].length)
      isOpen = true
    }
    for (;;) {
      const end = endOfItem(rest)
      if (end === undefined) break
      isOver ||= rest[end] === ']'
      const item = rest.slice(0, end)
      rest = rest.slice(end + 1)
      if (item.trim() !== '') {
        position += 1
        yield parseRow(item, position)
      }
      if (isOver) break
    }
    if (isOver) return
    if (rest.length > MAX_ROW * 10) throw unreadableError(`The object at position ${position + 1} does not end.`)
  }
  if (!isOpen) throw unreadableError('The file is empty.')
  // Only the last object is faulty, because the objects before it are complete.
  yield faultyRow(position + 1, 'is followed by no end of the array: the file may be cut off', rest)
}

// The index of the comma or bracket after an item, outside strings and nesting.
function endOfItem(text: string): number | undefined {
  let [depth, isQuoted] = [0, false]
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at]
    if (isQuoted) {
      if (mark === '\\') at += 1
      else if (mark === '"') isQuoted = false
    } else if (mark === '"') isQuoted = true
    else if (mark === '{' || mark === '[') depth += 1
    else if (depth > 0 && (mark === '}' || mark === ']')) depth -= 1
    else if (depth === 0 && (mark === ',' || mark === ']')) return at
  }
  return undefined
}

/** The objects of NDJSON, one a line; without blank lines. */
export async function* ndjsonRows(text: AsyncIterable<string>): AsyncIterable<Raw<Fields>> {
  let [rest, line] = ['', 1]
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const each of lines) {
      if (each.trim() !== '') yield parseRow(each, line)
      line += 1
    }
  }
  if (rest.trim() !== '') yield parseRow(rest, line)
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
