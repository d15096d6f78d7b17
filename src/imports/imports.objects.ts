// Opens a stream of objects (JSON, vCards): each key, and each key within an object that names fields, is a column.

import { escapeFormula, fieldCell, fieldColumn, fieldOfColumn, tagsCell } from '../files/csv-cells'
import { type FileRow, faultyRow, type Raw } from '../files/text'
import { isMap } from '../records/fields'
import { type ColumnPlan, type ColumnRules, createColumnPlan, knownNames, requireKnownColumns } from './imports.columns'
import { textOf } from './imports.contacts'
import { addValues } from './imports.values'

type Fields = Record<string, unknown>

/** How deep objects are read as columns. */
const MAX_DEPTH = 4
/** Objects that hold the fields of a record in answers of other systems. */
const WRAPPERS = ['properties', 'attributes', 'fields']

export function openObjects(
  rows: AsyncIterable<Raw<Fields>>,
  rules: ColumnRules,
): { plan: ColumnPlan; rows: AsyncIterable<FileRow> } {
  const plan = createColumnPlan(rules, true)
  const indexes = new Map<string, number>()
  const indexOf = (key: string) => {
    const known = indexes.get(key)
    if (known !== undefined) return known
    plan.add(key)
    indexes.set(key, plan.columns.length - 1)
    return plan.columns.length - 1
  }
  let fill: ReturnType<typeof addValues> | undefined
  async function* cells(): AsyncIterable<FileRow> {
    for await (const row of rows) {
      if ('fault' in row) {
        yield row
        continue
      }
      const pairs = columnsOf(row.content, rules)
      if (indexes.size === 0) plan.begin(pairs.map(([key]) => key))
      fill ??= addValues(plan, rules.values ?? {})
      const content: (string | undefined)[] = []
      let fault: string | undefined
      for (const [key, value] of pairs) {
        const index = indexOf(key)
        const target = plan.targets[index]
        const isEmpty = value === undefined || (value === null && fieldOfColumn(key) === undefined)
        if (isEmpty) continue
        const cell = cellOf(value, target?.kind === 'extra', target)
        if (cell === undefined) fault ??= `has under “${key.slice(0, 60)}” what is neither text nor a number`
        content[index] = cell
      }
      fill(content, (name) => content[indexes.get(name) ?? -1])
      // Array.from turns holes into undefined, which JSON writes as null.
      yield fault === undefined
        ? { line: row.line, content: Array.from(content) }
        : faultyRow(row.line, fault, JSON.stringify(row.content))
    }
    if (indexes.size > 0) requireKnownColumns(rules, plan)
  }
  return { plan, rows: cells() }
}

// `customFields` as one column for each of its entries, and an object that names fields as columns such as `name.firstName`.
function columnsOf(fields: Fields, rules: ColumnRules): [string, unknown][] {
  return Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    if (!isMap(value)) return [[key, value]]
    if (key === 'customFields') return Object.entries(value).map(([name, each]) => [fieldColumn(name), each])
    const inner = leavesOf(value, WRAPPERS.includes(key) ? '' : `${key}.`, 1)
    const names = inner.map(([name]) => name)
    return key !== 'metadata' && names.length > 0 && knownNames(names, rules).all > 0 ? inner : [[key, value]]
  })
}

function leavesOf(fields: Fields, prefix: string, depth: number): [string, unknown][] {
  return Object.entries(fields).flatMap(([key, value]): [string, unknown][] =>
    isMap(value) && depth < MAX_DEPTH ? leavesOf(value, `${prefix}${key}.`, depth + 1) : [[prefix + key, value]],
  )
}

// A JSON value as the cell of an export, which an import reads back to the same value; undefined, where a field has none.
function cellOf(
  value: unknown,
  isExtra: boolean,
  target: ColumnPlan['targets'][number] | undefined,
): string | undefined {
  if (isExtra) return escapeFormula(fieldCell(value))
  if (typeof value === 'string') return escapeFormula(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const field = target?.kind === 'field' ? target.field : ''
  if (field === 'customFields' || field === 'metadata' || target?.kind !== 'field') return JSON.stringify(value)
  const list = Array.isArray(value) ? value.map(textOf) : [textOf(value)]
  const texts = list.filter((each) => each !== undefined)
  if (texts.length < list.length) return undefined
  if (field === 'tags') return tagsCell(texts)
  if (field === 'email' || field === 'phone') return JSON.stringify(value)
  return texts.length === 1 ? texts[0] : undefined
}
