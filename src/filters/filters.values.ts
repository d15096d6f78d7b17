// The values of a condition, read by the kind of its field into tests.
import { uuid } from '../field-schemas'
import { dayNamed, daysOf, type Edge, instantsOf, type Moment, momentNamed, type Now, PERIODS } from './filters.days'
import {
  type Asker,
  type Bound,
  comparedText,
  type FilterField,
  type Kind,
  OPERATORS_OF,
  type Test,
} from './filters.fields'
import { didYouMean } from './filters.nearest'
import type { FilterCondition, Operator, Scalar } from './filters.tree'

/** The tests of a condition: one of them must pass, or none of them if `isNot`. */
export type Tests = { any: Test[]; isNot: boolean }
/** What is wrong with the operator or the value of a condition. */
export type Refusal = { at: 'op' | 'value'; message: string }

const NEGATED: { [op in Operator]?: Operator } = { ne: 'eq', notIn: 'in', empty: 'notEmpty' }

/** The tests of a condition, or what is wrong with it. */
export function testsOf(field: FilterField, { op, value }: FilterCondition, asker: Asker): Tests | Refusal {
  const operators = OPERATORS_OF[field.kind]
  if (!operators.includes(op)) {
    return { at: 'op', message: `does not fit a field of the kind ${field.kind}: use ${operators.join(', ')}` }
  }
  const read = testOf(field, NEGATED[op] ?? op, value, asker)
  return typeof read === 'string' ? { at: 'value', message: read } : { any: read, isNot: NEGATED[op] !== undefined }
}

function testOf(field: FilterField, op: Operator, value: FilterCondition['value'], asker: Asker): Test[] | string {
  if (op === 'notEmpty') return value === undefined ? [{ of: 'filled' }] : 'must be left out with empty and notEmpty'
  const given = Array.isArray(value) ? value : value === undefined ? [] : [value]
  const isList = op === 'in' || op === 'between'
  if (isList !== Array.isArray(value)) return isList ? `must be a list with the operator ${op}` : 'must be one value'
  if (op === 'between' && given.length !== 2) return 'must be two values: the least and the greatest'
  if (given.length === 0) return 'must hold at least one value'
  if (op === 'within') return periodTest(given[0], asker)
  if (isTimed(field.kind, op, given)) return timeTests(field.kind, op, given, nowOf(asker))
  const values = given.map((each) => readValue(field, each, asker))
  const wrong = values.find((each) => 'wrong' in each)
  if (wrong) return wrong.wrong
  const all = values.flatMap((each) => ('wrong' in each ? [] : [each.value]))
  return op === 'contains' || op === 'startsWith' ? textTest(field, op, all) : comparison(op, all)
}

function textTest({ kind }: FilterField, of: 'contains' | 'startsWith', [text]: Scalar[]): Test[] | string {
  if (typeof text !== 'string') return 'must be a text'
  return kind === 'set' ? [{ of: 'in', values: [text] }] : [{ of, text }]
}

function comparison(op: Operator, values: Scalar[]): Test[] | string {
  if (op === 'eq' || op === 'in') return [{ of: 'in', values }]
  const [first, last] = values.map(boundOf)
  if (!first || (op === 'between' && !last)) return 'must be a text or a number with this operator'
  if (op === 'between' && typeof first.at !== typeof last?.at) return 'must be two values of the same kind'
  if (op === 'between') return [{ of: 'range', from: first, to: last }]
  const bound = { at: first.at, isIn: op === 'lte' || op === 'gte' }
  return [op === 'lt' || op === 'lte' ? { of: 'range', to: bound } : { of: 'range', from: bound }]
}

function boundOf(at: Scalar): Bound | undefined {
  return typeof at === 'boolean' ? undefined : { at, isIn: true }
}

type Read = { value: Scalar } | { wrong: string }

function readValue(field: FilterField, value: Scalar, { actor }: Asker): Read {
  const { kind, options = [], isMember } = field
  if (kind === 'number') return typeof value === 'number' ? { value } : { wrong: 'must be a number' }
  if (kind === 'boolean') return typeof value === 'boolean' ? { value } : { wrong: 'must be true or false' }
  if (kind === 'json' && typeof value !== 'string') return { value }
  if (typeof value !== 'string') return { wrong: 'must be a text' }
  if (kind === 'select') return options.includes(value) ? { value } : { wrong: notAnOption(value, options) }
  if (kind === 'id') return readId(value, isMember ? actor : undefined)
  const text = comparedText(field, value)
  return text === ''
    ? { wrong: 'must hold a character that can be seen; empty fields are found by empty' }
    : { value: text }
}

function notAnOption(value: string, options: readonly string[]): string {
  const named = options.slice(0, 20).join(', ')
  return `must be one of ${named}${options.length > 20 ? ' …' : ''}${didYouMean(value, options)}`
}

function readId(value: string, actor: Asker['actor'] | undefined): Read {
  if (actor && value === 'me') {
    return actor.type === 'user' ? { value: actor.id } : { wrong: 'me needs a person: an API key owns nothing' }
  }
  const { success, data } = uuid().safeParse(value)
  return success ? { value: data } : { wrong: actor ? 'must be me or the id of a member' : 'must be an id' }
}

const nowOf = ({ actor: { timeZone }, now }: Asker): Now => ({ timeZone, now })

const RELATIVE = /^(now|today(?:[+-]\d{1,4})?|\d{4}-\d\d-\d\d(T.*)?)$/

// A custom field is compared as a time where an order is asked for and the value is a day or an instant.
function isTimed(kind: Kind, op: Operator, given: Scalar[]): boolean {
  if (kind === 'date' || kind === 'instant') return true
  const isOrdered = op !== 'eq' && op !== 'in' && op !== 'contains' && op !== 'startsWith'
  return kind === 'json' && isOrdered && given.every((value) => typeof value === 'string' && RELATIVE.test(value))
}

function periodTest(period: Scalar | undefined, asker: Asker): Test[] | string {
  const days = typeof period === 'string' ? daysOf(period, nowOf(asker)) : undefined
  return days
    ? [{ of: 'span', days, instants: instantsOf(days, nowOf(asker)) }]
    : `must be a period such as ${PERIODS.join(', ')}${didYouMean(String(period), PERIODS)}`
}

// What is before, in and after a moment, as the days and the instants that a field may hold.
function timeTests(kind: Kind, op: Operator, given: Scalar[], now: Now): Test[] | string {
  const named = given.map((value) => (typeof value === 'string' ? timeNamed(kind, value, now) : undefined))
  const moments = named.filter((moment) => moment !== undefined)
  const [first, last] = [moments[0], moments.at(-1)]
  if (!first || !last || moments.length < named.length) {
    return kind === 'date'
      ? 'must be a day such as 2026-11-21, today, today-7 or today+7'
      : 'must be an instant such as 2026-11-21T15:00:00Z, a day such as 2026-11-21, now, today, today-7 or today+7'
  }
  if (op === 'eq' || op === 'in') return moments.map(({ begins, ends }) => spanTest(begins, ends))
  if (op === 'between') return [spanTest(first.begins, last.ends)]
  if (op === 'lt' || op === 'lte') return [spanTest(undefined, op === 'lt' ? first.begins : first.ends)]
  return [spanTest(op === 'gte' ? first.begins : first.ends, undefined)]
}

function timeNamed(kind: Kind, text: string, now: Now): Moment | undefined {
  return kind === 'date' && dayNamed(text, now) === undefined ? undefined : momentNamed(text, now)
}

function spanTest(from: Edge | undefined, before: Edge | undefined): Test {
  return {
    of: 'span',
    days: { from: from?.day, before: before?.day },
    instants: { from: from?.instant, before: before?.instant },
  }
}
