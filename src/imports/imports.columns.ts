// Maps the columns of a file to fields: by a mapping, by their names or synonyms, or as custom fields.
import { AppError } from '../errors'
import { fieldColumn, fieldOfColumn } from '../files/csv-cells'
import { unreadableError } from '../files/text'
import { foldText } from '../text/fold'
import { ENTITIES } from './imports.job'

export type Entity = 'customers' | 'leads'

/**
 * The field that a column fills, or null. `extra` is the key of a custom field, whose cell is JSON if `isJson` is set.
 * A cell of a `isMultiple` column holds several values.
 */
export type Target = { field: string; extra?: string; isJson?: boolean; isMultiple?: boolean } | null
export type Mapping = Record<string, string | null>
export type ColumnRules = { entity: Entity; mapping: Mapping; unknown: 'customFields' | 'ignore' }

/**
 * Columns of our exports and of `errors.csv` that an import ignores. Only these exact names: “Customer ID” or
 * “created_at” comes from another system and becomes a custom field.
 */
const IGNORED_COLUMNS = new Set([
  'import.line',
  'import.error',
  ...ENTITIES.customers.readOnly,
  ...ENTITIES.leads.readOnly,
])

/** Columns of Google Contacts with several values in a cell, such as “a@x.de ::: b@x.de”. */
const MULTIPLE_VALUES = /^(?:(?:e-mail|phone) \d+ - value|labels|group membership)$/i

const FIELD_BY_SYNONYM = {
  customers: fieldsBySynonym('customers'),
  leads: fieldsBySynonym('leads'),
}

function fieldsBySynonym(entity: Entity) {
  const pairs = ENTITIES[entity].columns.map(([field, synonyms]) =>
    synonyms.split(' ').map((synonym) => [synonym, field] as const),
  )
  return new Map(pairs.flat())
}

/** The fields that a column can fill, for each entity. */
export const FIELDS: Record<Entity, string[]> = {
  customers: ENTITIES.customers.columns.map(([field]) => field),
  leads: ENTITIES.leads.columns.map(([field]) => field),
}

const MAX_COLUMNS = 500

/** The columns of a file and their targets, filled by `add`. The first of two columns for the same field fills it. */
export function createColumnPlan({ entity, mapping, unknown }: ColumnRules, isJson: boolean) {
  const columns: { column: string; field: string | null }[] = []
  const targets: Target[] = []
  const filledFields = new Set(Object.values(mapping))
  const extraKeys = new Set<string>()

  function add(column: string): Target {
    if (columns.length >= MAX_COLUMNS) throw unreadableError(`The file has more than ${MAX_COLUMNS} columns.`)
    const target = targetOf(column)
    // JSON objects can name a field differently: there, the first value of each object fills it.
    if (target && !target.extra && !isJson) filledFields.add(target.field)
    targets.push(target)
    // `errors.csv` names a custom field from JSON as an export does, so that an import reads it again.
    const name = isJson && target?.extra !== undefined ? fieldColumn(target.extra) : column
    columns.push({ column: name, field: target && targetName(target) })
    return target
  }

  function targetOf(column: string): Target {
    const name = column.trim()
    if (Object.hasOwn(mapping, name)) return mappedTarget(mapping[name] ?? null)
    const customField = fieldOfColumn(name)
    if (customField !== undefined) return extraTarget(customField, true)
    if (name === '') return null
    const field = FIELD_BY_SYNONYM[entity].get(foldText(name).replace(/[^\p{L}\p{N}]/gu, ''))
    if (field !== undefined && !filledFields.has(field)) return { field, isMultiple: MULTIPLE_VALUES.test(name) }
    if (IGNORED_COLUMNS.has(name)) return null
    return unknown === 'ignore' ? null : extraTarget(name, isJson)
  }

  function mappedTarget(field: string | null): Target {
    if (field === null) return null
    const customField = fieldOfColumn(field)
    return customField === undefined ? { field } : extraTarget(customField, isJson)
  }

  function extraTarget(name: string, hasJsonCells: boolean): Target {
    const key = isJson ? name : uniqueKey(name)
    return key === '__proto__' ? null : { field: ENTITIES[entity].extras, extra: key, isJson: hasJsonCells }
  }

  // Columns of the same name get different keys: “Notes” and “Notes (2)”.
  function uniqueKey(name: string): string {
    let key = name
    for (let nth = 2; extraKeys.has(key); nth += 1) key = `${name} (${nth})`
    extraKeys.add(key)
    return key
  }

  return { columns, targets, add }
}

export type ColumnPlan = ReturnType<typeof createColumnPlan>

function targetName({ field, extra }: NonNullable<Target>): string {
  if (extra === undefined) return field
  return field === 'customFields' ? fieldColumn(extra) : `${field}.${extra}`
}

/** Throws `invalid` if the mapping names an absent column, and `unreadable_import` if no column fills a main field. */
export function requireKnownColumns({ entity, mapping }: ColumnRules, { columns, targets }: ColumnPlan): void {
  const names = columns.map(({ column }) => column.trim())
  const absent = Object.keys(mapping).filter((column) => !names.includes(column))
  if (absent.length > 0) {
    const errors = absent.map((column) => ({
      path: 'query.mapping',
      message: `The file has no column “${column}”; it has ${listNames(names)}`,
      code: 'unknown_column',
    }))
    throw new AppError('invalid', { errors })
  }
  const known = new Set(targets.map((target) => target?.field))
  const mainFields = ['name', 'firstName', 'lastName', 'email', 'phone', 'id', 'title', 'company']
  if (mainFields.some((field) => known.has(field))) return
  throw unreadableError(
    `No column of the first line is known: ${listNames(names)}. Rename them to ${FIELDS[entity].join(', ')}, or send a mapping.`,
  )
}

function listNames(names: string[]): string {
  const some = names.slice(0, 20).map((name) => `“${name.slice(0, 60)}”`)
  return names.length > 20 ? `${some.join(', ')} and ${names.length - 20} more` : some.join(', ') || 'none'
}
