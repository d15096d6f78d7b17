// Whether a record passes a filter, for records that are at hand: it says what the SQL of the filter says.
import { foldText } from '../text/fold'
import type { Days } from './filters.days'
import type { Kind, Test } from './filters.fields'
import type { Asked } from './filters.read'
import type { Scalar } from './filters.tree'

/**
 * Whether a record passes. It has the names of the API's answers; a related record stands under its name, such as
 * `customer`, as far as the asker sees it, and what is missing is empty.
 */
export function passesFilter(asked: Asked, record: Record<string, unknown>): boolean {
  if ('all' in asked) return asked.all.every((part) => passesFilter(part, record))
  if ('some' in asked) return asked.some.some((part) => passesFilter(part, record))
  const value = valueNamed(record, asked.name)
  return asked.any.some((test) => passes(value, asked.field.kind, test)) !== asked.isNot
}

// `customFields.a.b` is the entry `a.b` of the custom fields: the first part that names an object is followed.
function valueNamed(record: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(record, name)) return record[name]
  const dot = name.indexOf('.')
  const held = dot > 0 && Object.hasOwn(record, name.slice(0, dot)) ? record[name.slice(0, dot)] : undefined
  return isRecord(held) ? valueNamed(held, name.slice(dot + 1)) : undefined
}

function passes(value: unknown, kind: Kind, test: Test): boolean {
  if (kind === 'set') return Array.isArray(value) && value.some((each) => passes(each, 'text', test))
  if (test.of === 'filled') return isFilled(value, kind)
  if (value === null || value === undefined) return false
  if (test.of === 'span') return typeof value === 'string' && isInSpan(value, spanFor(value, kind, test))
  const compared = comparable(value, kind)
  if (test.of === 'in') return test.values.some((each) => each === compared)
  if (test.of !== 'range') return typeof compared === 'string' && hasPart(compared, test)
  const { from, to } = test
  const low = from && orderOf(compared, from.at)
  const high = to && orderOf(compared, to.at)
  const isAbove = !from || (low !== undefined && (low > 0 || (low === 0 && from.isIn)))
  return isAbove && (!to || (high !== undefined && (high < 0 || (high === 0 && to.isIn))))
}

const isFolded = (kind: Kind) => kind === 'text' || kind === 'json'

function comparable(value: unknown, kind: Kind): unknown {
  return typeof value === 'string' && isFolded(kind) ? foldText(value) : value
}

function hasPart(text: string, test: { of: 'contains' | 'startsWith'; text: string }): boolean {
  return test.of === 'contains' ? text.includes(test.text) : text.startsWith(test.text)
}

function isFilled(value: unknown, kind: Kind): boolean {
  if (value === null || value === undefined) return false
  if (typeof value === 'string') return isFolded(kind) ? foldText(value) !== '' : true
  return typeof value !== 'object' || Object.keys(value).length > 0
}

function spanFor(value: string, kind: Kind, { days, instants }: { days: Days; instants: Days }): Days {
  return kind === 'date' || (kind === 'json' && [...value].length === 10) ? days : instants
}

function isInSpan(value: string, { from, before }: Days): boolean {
  return (from === undefined || inOrder(value, from) >= 0) && (before === undefined || inOrder(value, before) < 0)
}

/** Negative, zero or positive as by the order of SQLite; undefined for values that have none. */
function orderOf(value: unknown, bound: Scalar): number | undefined {
  if (typeof value === 'number' && typeof bound === 'number') return value - bound
  return typeof value === 'string' && typeof bound === 'string' ? inOrder(value, bound) : undefined
}

// SQLite orders texts by code points, JavaScript by halves of them.
function inOrder(a: string, b: string): number {
  if (a === b) return 0
  const [left, right] = [[...a], [...b]]
  const at = left.findIndex((char, i) => char !== right[i])
  if (at < 0) return -1
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
