// Whether a record passes a filter, for records that are at hand: it says what the SQL of the filter says.
import type { Days } from './filters.days'
import { comparedText, type FilterField, type Kind, type Test } from './filters.fields'
import type { Asked } from './filters.read'
import type { Scalar } from './filters.tree'

/**
 * Whether a record passes. It has the names of the API's answers; a related record stands under its name, such as
 * `customer`, as far as the asker sees it, several as a list, and what is missing is empty.
 */
export function passesFilter(asked: Asked, record: Record<string, unknown>): boolean {
  if ('all' in asked) return asked.all.every((part) => passesFilter(part, record))
  if ('some' in asked) return asked.some.some((part) => passesFilter(part, record))
  const values = valuesNamed(record, asked.name)
  return asked.any.some((test) => values.some((value) => passes(value, asked.field, test))) !== asked.isNot
}

// `customFields.a.b` is the entry `a.b` of the custom fields: the first part that names an object is followed.
function valuesNamed(record: Record<string, unknown>, name: string): unknown[] {
  if (Object.hasOwn(record, name)) return [record[name]]
  const dot = name.indexOf('.')
  const held = dot > 0 && Object.hasOwn(record, name.slice(0, dot)) ? record[name.slice(0, dot)] : undefined
  return [held].flat().flatMap((each) => (isRecord(each) ? valuesNamed(each, name.slice(dot + 1)) : []))
}

function passes(value: unknown, field: FilterField, test: Test): boolean {
  const { kind } = field
  if (kind === 'set' || kind === 'texts') {
    const ofEach: FilterField = { ...field, kind: 'text' }
    return Array.isArray(value) && value.some((each) => textsIn(each, field).some((text) => passes(text, ofEach, test)))
  }
  if (test.of === 'filled') return isFilled(value, field)
  if (value === null || value === undefined) return false
  if (test.of === 'span') return typeof value === 'string' && isInSpan(value, spanFor(value, kind, test))
  const compared = comparable(value, field)
  if (test.of === 'in') return test.values.some((each) => each === compared)
  if (test.of !== 'range') return typeof compared === 'string' && hasPart(compared, test)
  const { from, to } = test
  const low = from && orderOf(compared, from.at)
  const high = to && orderOf(compared, to.at)
  const isAbove = !from || (low !== undefined && (low > 0 || (low === 0 && from.isIn)))
  return isAbove && (!to || (high !== undefined && (high < 0 || (high === 0 && to.isIn))))
}

function textsIn(element: unknown, { parts }: FilterField): unknown[] {
  return parts && isRecord(element) ? parts.map((part) => element[part]) : [element]
}

const isText = (kind: Kind) => kind === 'text' || kind === 'json'

function comparable(value: unknown, field: FilterField): unknown {
  return typeof value === 'string' && isText(field.kind) ? comparedText(field, value) : value
}

function hasPart(text: string, test: { of: 'contains' | 'startsWith'; text: string }): boolean {
  return test.of === 'contains' ? text.includes(test.text) : text.startsWith(test.text)
}

function isFilled(value: unknown, field: FilterField): boolean {
  if (value === null || value === undefined) return false
  if (typeof value === 'string') return isText(field.kind) ? comparedText(field, value) !== '' : true
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
