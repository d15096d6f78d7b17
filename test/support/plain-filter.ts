// A filter evaluated the plain way, apart from src/filters: what the SQL of lists must agree with. Days are those of UTC.
import { foldText } from '../../src/text/fold'

export type Tree = { and?: Tree[]; or?: Tree[]; not?: Tree; field?: string; op?: string; value?: unknown }
/** A record: values by the name of their field. */
export type Plain = Map<string, unknown>

const DAY = 86_400_000
/** Fields whose texts are compared as they are. */
const EXACT = /(Id|By|^id|^status|^type|^priority)$|\.(id|status|ownerId|userId)$/
const TIMES = /At$/
/** Texts that are compared as written, and those of which only the case of A to Z does not matter. */
const WRITTEN = /(^|\.)source$/
const LETTERS = /(^|\.)(description|message|phone|emails)$|^(owner|assignee|author)\.name$/
const LISTS = /(^|\.)(tags|emails|tag\.name)$/

export function holds(tree: Tree, record: Plain, now: string): boolean {
  if (tree.and) return tree.and.every((part) => holds(part, record, now))
  if (tree.or) return tree.or.some((part) => holds(part, record, now))
  if (tree.not) return !holds(tree.not, record, now)
  const { field = '', op = '', value } = tree
  const held = record.get(field)
  const values = Array.isArray(held) && LISTS.test(field) ? held : [held]
  const compared = (text: unknown) => comparedAs(field, text)
  switch (op) {
    case 'ne':
      return !values.some((each) => equals(field, each, value, now))
    case 'notIn':
      return !asList(value).some((wanted) => values.some((each) => equals(field, each, wanted, now)))
    case 'empty':
      return !values.some(isThere)
    case 'notEmpty':
      return values.some(isThere)
    case 'in':
      return asList(value).some((wanted) => values.some((each) => equals(field, each, wanted, now)))
    case 'eq':
      return values.some((each) => equals(field, each, value, now))
    case 'contains':
      return values.some((each) =>
        field.endsWith('tags')
          ? equals(field, each, value, now)
          : typeof each === 'string' && compared(each).includes(compared(value)),
      )
    case 'startsWith':
      return values.some((each) => typeof each === 'string' && compared(each).startsWith(compared(value)))
    default:
      return isThere(held) && inOrder(field, held, op, value, now)
  }
}

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const comparedAs = (field: string, value: unknown) => {
  if (WRITTEN.test(field)) return String(value)
  if (LETTERS.test(field)) return String(value).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return foldText(String(value))
}
const isThere = (value: unknown) =>
  value !== null && value !== undefined && value !== '' && (typeof value !== 'object' || Object.keys(value).length > 0)

function equals(field: string, held: unknown, wanted: unknown, now: string): boolean {
  if (held === null || held === undefined) return false
  if (TIMES.test(field)) return between(Date.parse(String(held)), spanOf(String(wanted), now))
  if (typeof held === 'string' && typeof wanted === 'string' && !EXACT.test(field))
    return comparedAs(field, held) === comparedAs(field, wanted)
  return held === wanted
}

function inOrder(field: string, held: unknown, op: string, value: unknown, now: string): boolean {
  const [low, high] = Array.isArray(value) ? value : [value, value]
  if (TIMES.test(field)) {
    const at = Date.parse(String(held))
    if (op === 'within') return between(at, periodOf(String(value), now))
    const [first, last] = [spanOf(String(low), now), spanOf(String(high), now)]
    if (op === 'lt') return at < first[0]
    if (op === 'lte') return at < first[1]
    if (op === 'gt') return at >= first[1]
    return op === 'gte' ? at >= first[0] : at >= first[0] && at < last[1]
  }
  if (typeof held !== typeof low || typeof held === 'boolean') return false
  const compare = (bound: unknown) =>
    typeof held === 'number' ? held - Number(bound) : byBytes(comparedAs(field, held), comparedAs(field, bound))
  if (op === 'lt') return compare(low) < 0
  if (op === 'lte') return compare(low) <= 0
  if (op === 'gt') return compare(low) > 0
  return op === 'gte' ? compare(low) >= 0 : compare(low) >= 0 && compare(high) <= 0
}

function byBytes(a: string, b: string): number {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)]
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    if (left[i] !== right[i]) return (left[i] ?? 0) - (right[i] ?? 0)
  }
  return left.length - right.length
}

const between = (at: number, [from, to]: [number, number]) => at >= from && at < to
const midnight = (ms: number) => Math.floor(ms / DAY) * DAY

function spanOf(text: string, now: string): [number, number] {
  const at = Date.parse(now)
  const [relative, days = '0'] = /^today([+-]\d+)?$/.exec(text) ?? []
  if (text === 'now') return [at, at + 1]
  if (relative) return [midnight(at) + Number(days) * DAY, midnight(at) + (Number(days) + 1) * DAY]
  const given = Date.parse(text)
  return text.length === 10 ? [given, given + DAY] : [given, given + 1]
}

function periodOf(name: string, now: string): [number, number] {
  const today = midnight(Date.parse(now))
  const date = new Date(today)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  switch (name) {
    case 'today':
      return [today, today + DAY]
    case 'yesterday':
      return [today - DAY, today]
    case 'last7days':
      return [today - 6 * DAY, today + DAY]
    case 'next30days':
      return [today, today + 30 * DAY]
    case 'thisMonth':
      return [Date.UTC(year, month), Date.UTC(year, month + 1)]
    case 'lastYear':
      return [Date.UTC(year - 1, 0), Date.UTC(year, 0)]
    default:
      throw new Error(`No period ${name}`)
  }
}
