// The fields that a filter may ask about: their kinds, and the SQL of a test of each. A record's table of them stands in its room.
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Actor, Permission } from '../access/policy'
import { reach } from '../access/policy'
import { isPortal } from '../access/visible'
import { foldText } from '../text/fold'
import { lowerAscii } from '../text/searched'
import type { Days } from './filters.days'
import type { Operator, Scalar } from './filters.tree'

/**
 * `date` is a day such as `2026-11-21`, `set` several names, `texts` several texts of which one passes, `json` a value whose
 * kind nobody has said.
 */
export type Kind = 'text' | 'number' | 'boolean' | 'date' | 'instant' | 'select' | 'id' | 'set' | 'texts' | 'json'

/** Who asks, and when: for what may be read, `me`, and days. */
export type Asker = { actor: Actor; now: string }

export type Bound = { at: string | number; isIn: boolean }

/** What a filter asks of one value. Texts are folded as their field says. An empty value passes none of these. */
export type Test =
  | { of: 'in'; values: Scalar[] }
  | { of: 'range'; from?: Bound; to?: Bound }
  /** The same span for days and for instants; a field has one of the two. */
  | { of: 'span'; days: Days; instants: Days }
  | { of: 'contains' | 'startsWith'; text: string }
  | { of: 'filled' }

export type FilterField = {
  kind: Kind
  /** The condition of a test, as SQL over the rows of the list. Null counts as false. */
  where: (test: Test, asker: Asker) => SQL
  /** How texts are compared if not folded: as written, or but for the case of A to Z. */
  compares?: 'written' | 'letters'
  /** The properties of the elements of `texts` that hold the texts, where the elements are no texts themselves. */
  parts?: readonly string[]
  /** The values of a `select`. */
  options?: readonly string[]
  /** An `id` of a member, for which `me` may stand. */
  isMember?: true
  /** Without this permission, the actor cannot filter by it. */
  permission?: Permission
  /** A portal login cannot filter by it. */
  isTeamOnly?: true
  /** About how many rows of other tables a test reads. */
  reads?: number
}

/** Fields by name. A name that ends with `.*` stands for any key behind the dot. */
export type FilterFields = { [name: string]: FilterField | ((key: string) => FilterField) }

const ALWAYS = ['empty', 'notEmpty'] as const
const EQUAL = ['eq', 'ne', 'in', 'notIn'] as const
const ORDERED = ['lt', 'lte', 'gt', 'gte', 'between'] as const

/** The operators of each kind of field. */
export const OPERATORS_OF: Record<Kind, readonly Operator[]> = {
  text: [...EQUAL, ...ORDERED, 'contains', 'startsWith', ...ALWAYS],
  number: [...EQUAL, ...ORDERED, ...ALWAYS],
  boolean: ['eq', 'ne', ...ALWAYS],
  date: [...EQUAL, ...ORDERED, 'within', ...ALWAYS],
  instant: [...EQUAL, ...ORDERED, 'within', ...ALWAYS],
  select: [...EQUAL, ...ALWAYS],
  id: [...EQUAL, ...ALWAYS],
  set: [...EQUAL, 'contains', ...ALWAYS],
  texts: [...EQUAL, 'contains', 'startsWith', ...ALWAYS],
  json: [...EQUAL, ...ORDERED, 'contains', 'startsWith', 'within', ...ALWAYS],
}

/** Whether the actor may filter by the field: only if it may read it. */
export function canAsk(actor: Actor, { permission, isTeamOnly }: FilterField): boolean {
  return (permission === undefined || reach(actor, permission) !== undefined) && !(isTeamOnly && isPortal(actor))
}

/** A text; `folded` is the column that holds it as `foldText` gives it. */
export const textField = (folded: SQLWrapper): FilterField => scalar('text', sql`${folded}`)
/** A text that is compared as it is written, such as what another system calls a record. */
export const writtenField = (column: SQLWrapper): FilterField => ({
  ...scalar('text', sql`${column}`),
  compares: 'written',
})
/** A text that nothing is folded of beside it: only the case of A to Z does not matter. */
export const letterField = (column: SQLWrapper): FilterField => ({
  ...scalar('text', sql`lower(${column})`),
  compares: 'letters',
})
export const numberField = (column: SQLWrapper): FilterField => scalar('number', sql`${column}`)
export const booleanField = (column: SQLWrapper): FilterField => scalar('boolean', sql`${column}`)
export const dateField = (column: SQLWrapper): FilterField => scalar('date', sql`${column}`)
export const instantField = (column: SQLWrapper): FilterField => scalar('instant', sql`${column}`)
export const selectField = (column: SQLWrapper, options: readonly string[]): FilterField => ({
  ...scalar('select', sql`${column}`),
  options,
})
export const idField = (column: SQLWrapper): FilterField => scalar('id', sql`${column}`)
/** The id of a member, for which `me` may stand. */
export const memberField = (column: SQLWrapper): FilterField => ({ ...idField(column), isMember: true })

/** Several texts, folded, in rows of another table: `each` is the text in FROM `rows`, with the condition that joins them. */
export function setField({ rows, each, reads = 4 }: { rows: SQL; each: SQL; reads?: number }): FilterField {
  const where = (test: Test) => sql`EXISTS (SELECT 1 FROM ${rows} AND ${valueTest(each, 'text', test)})`
  return { kind: 'set', reads, where }
}

/** Several texts, of which one passes: `each` is the text in FROM `rows`. Only the case of A to Z does not matter. */
export function textsField({
  rows,
  each,
  ...field
}: { rows: SQL; each: SQL } & Pick<FilterField, 'parts'>): FilterField {
  const where = (test: Test) =>
    sql`EXISTS (SELECT 1 FROM ${rows} WHERE ${valueTest(sql`lower(${each})`, 'text', test)})`
  return { kind: 'texts', compares: 'letters', ...field, where }
}

/**
 * Fields of a related record, by names such as `customer.name`. `joined` is the FROM and WHERE that finds the related
 * record which the asker sees; without one, the fields are empty.
 */
export function fieldsOf(
  prefix: string,
  fields: FilterFields,
  { joined, ...rules }: { joined: (asker: Asker) => SQL } & Pick<FilterField, 'permission' | 'isTeamOnly' | 'reads'>,
): FilterFields {
  const related = (field: FilterField): FilterField => ({
    ...field,
    ...rules,
    ...(field.isTeamOnly && { isTeamOnly: true }),
    reads: (rules.reads ?? 2) + (field.reads ?? 0),
    where: (test, asker) => sql`EXISTS (SELECT 1 ${joined(asker)} AND ${field.where(test, asker)})`,
  })
  const entries = Object.entries(fields).map(([name, field]) => [
    `${prefix}.${name}`,
    typeof field === 'function' ? (key: string) => related(field(key)) : related(field),
  ])
  return Object.fromEntries(entries)
}

function scalar(kind: Kind, value: SQL): FilterField {
  return { kind, where: (test) => valueTest(value, kind, test) }
}

/** The SQL of a test of one value, which is a column or an expression. */
export function valueTest(value: SQL, kind: Kind, test: Test): SQL {
  switch (test.of) {
    case 'in':
      return isAmong(value, test.values)
    case 'range':
      return isBetween(value, test.from, test.to)
    case 'span':
      return isInSpan(value, kind === 'date' ? test.days : test.instants)
    case 'contains':
      return sql`instr(${value}, ${test.text}) > 0`
    case 'startsWith':
      return sql`substr(${value}, 1, ${[...test.text].length}) = ${test.text}`
    case 'filled':
      return kind === 'text' ? sql`${value} <> ''` : sql`${value} IS NOT NULL`
  }
}

/** A day or an instant lies in the span. */
export function isInSpan(value: SQL, { from, before }: Days): SQL {
  const ends = [
    from === undefined ? [] : [sql`${value} >= ${from}`],
    before === undefined ? [] : [sql`${value} < ${before}`],
  ].flat()
  return ends.length === 0 ? sql`${value} IS NOT NULL` : sql`(${sql.join(ends, sql` AND `)})`
}

export function isBetween(value: SQL, from: Bound | undefined, to: Bound | undefined): SQL {
  const low = from && sql`${value} ${sql.raw(from.isIn ? '>=' : '>')} ${from.at}`
  const high = to && sql`${value} ${sql.raw(to.isIn ? '<=' : '<')} ${to.at}`
  if (low && high) return sql`(${low} AND ${high})`
  return low ?? high ?? sql`false`
}

export function isAmong(value: SQL, values: readonly Scalar[]): SQL {
  const [first] = values
  if (values.length === 1) return sql`${value} = ${first}`
  const list = values.map((each) => sql`${each}`)
  return sql`${value} IN (${sql.join(list, sql`, `)})`
}

/** A text as the field compares it. */
export function comparedText({ compares }: Pick<FilterField, 'compares'>, text: string): string {
  if (compares === 'written') return text
  return compares === 'letters' ? lowerAscii(text) : foldText(text)
}
