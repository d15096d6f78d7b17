// Templates of values that are made of columns, taken apart.

/** Text as it stands, or the first of some columns that is filled, from a word to a word. */
export type Part = string | { columns: string[]; from: number; to: number }

/** Templates by the field that each fills. */
export type Values = Readonly<Record<string, string>>

/** The last word. */
export const LAST = Number.MAX_SAFE_INTEGER

/** The parts of a template; undefined, where a brace is not closed or holds nothing. */
export function templateParts(text: string): Part[] | undefined {
  const parts: Part[] = []
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{', at)
    if (open === -1) return [...parts, text.slice(at)]
    const close = text.indexOf('}', open)
    const [, names = '', words] =
      /^([^[\]]+)(?:\[(\d{1,2}|\d{1,2}-\d{0,2}|-1)\])?$/.exec(text.slice(open + 1, close)) ?? []
    const columns = names.split('|').map((name) => name.trim())
    if (close === -1 || columns.some((name) => name === '')) return undefined
    if (open > at) parts.push(text.slice(at, open))
    parts.push({ columns, ...rangeOf(words) })
    at = close + 1
  }
  return parts
}

// Words count from 1; `2-` is all from the second on, and `-1` the last one.
function rangeOf(words: string | undefined): { from: number; to: number } {
  if (words === undefined) return { from: 0, to: LAST }
  if (words === '-1') return { from: -1, to: LAST }
  const [first = '', last] = words.split('-')
  const to = last === undefined ? Number(first) : last === '' ? LAST : Number(last)
  return { from: Number(first) - 1, to }
}
