// Which column fills which field: by the names that other systems give them, or by a mapping; what is left is kept or not.
import { fold } from '../db/fold'
import { AppError } from '../errors'
import { fieldColumn, fieldOfColumn } from '../files/csv-cells'
import { unreadableError } from '../files/text'
import { ENTITIES } from './imports.job'

export type Entity = 'customers' | 'leads'

/** What a column fills: a field, one entry of the record's own fields, or nothing; `isJoined` where a cell holds several. */
export type Target = { field: string; extra?: string; isCoded?: boolean; isJoined?: boolean } | null
export type Mapping = Record<string, string | null>
export type ColumnRules = { entity: Entity; mapping: Mapping; unknown: 'customFields' | 'ignore' }

/**
 * What an export has beside, and only the system itself writes; and what `errors.csv` has before the columns of the file.
 * By these very names: what another system calls “Customer ID” or “created_at” is of that system, and is kept.
 */
const KEPT_BY_US = new Set(['import.line', 'import.error', ...ENTITIES.customers.own, ...ENTITIES.leads.own])

/** Columns of Google's contacts, where one cell holds several, as in “a@x.de ::: b@x.de”. */
const IS_JOINED = /^(?:(?:e-mail|phone) \d+ - value|labels|group membership)$/i

const FIELD_OF = {
  customers: fieldsByName('customers'),
  leads: fieldsByName('leads'),
}

function fieldsByName(entity: Entity) {
  const pairs = ENTITIES[entity].columns.map(([field, names]) => names.split(' ').map((name) => [name, field] as const))
  return new Map(pairs.flat())
}

/** The fields that a column can be mapped to. */
export const FIELDS: Record<Entity, string[]> = {
  customers: ENTITIES.customers.columns.map(([field]) => field),
  leads: ENTITIES.leads.columns.map(([field]) => field),
}

const MAX_COLUMNS = 500

/** Gives columns their targets, one after the other: of two that mean the same field, the first has it. */
export function columnPlan({ entity, mapping, unknown }: ColumnRules, isCoded: boolean) {
  const columns: { column: string; field: string | null }[] = []
  const targets: Target[] = []
  const taken = new Set(Object.values(mapping))
  const extras = new Set<string>()

  function add(column: string): Target {
    if (columns.length >= MAX_COLUMNS) throw unreadableError(`The file has more than ${MAX_COLUMNS} columns.`)
    const target = targetOf(column)
    // Objects need not have the same keys; of one that names a field twice, the first is taken.
    if (target && !target.extra && !isCoded) taken.add(target.field)
    targets.push(target)
    // An entry that JSON names plainly is called what an export calls it, so that it is read the same again.
    const called = isCoded && target?.extra !== undefined ? fieldColumn(target.extra) : column
    columns.push({ column: called, field: target && targetName(target) })
    return target
  }

  function targetOf(column: string): Target {
    const name = column.trim()
    if (Object.hasOwn(mapping, name)) return mappedTo(mapping[name] ?? null)
    const custom = fieldOfColumn(name)
    if (custom !== undefined) return extra(custom, true)
    if (name === '') return null
    const field = FIELD_OF[entity].get(fold(name).replace(/[^\p{L}\p{N}]/gu, ''))
    if (field !== undefined && !taken.has(field)) return { field, isJoined: IS_JOINED.test(name) }
    if (KEPT_BY_US.has(name)) return null
    return unknown === 'ignore' ? null : extra(name, isCoded)
  }

  function mappedTo(field: string | null): Target {
    if (field === null) return null
    const custom = fieldOfColumn(field)
    return custom === undefined ? { field } : extra(custom, isCoded)
  }

  function extra(name: string, coded: boolean): Target {
    const key = isCoded ? name : freeName(name)
    return key === '__proto__' ? null : { field: ENTITIES[entity].extras, extra: key, isCoded: coded }
  }

  // Columns of one name are all kept: “Notes” and “Notes (2)”.
  function freeName(name: string): string {
    let key = name
    for (let nth = 2; extras.has(key); nth += 1) key = `${name} (${nth})`
    extras.add(key)
    return key
  }

  return { columns, targets, add }
}

export type ColumnPlan = ReturnType<typeof columnPlan>

function targetName({ field, extra }: NonNullable<Target>): string {
  if (extra === undefined) return field
  return field === 'customFields' ? fieldColumn(extra) : `${field}.${extra}`
}

/** Throws where a mapping names columns that the file has not, or none of its columns means anything. */
export function requireUsable({ entity, mapping }: ColumnRules, { columns, targets }: ColumnPlan): void {
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
  const telling = ['name', 'firstName', 'lastName', 'email', 'phone', 'id', 'title', 'company']
  if (telling.some((field) => known.has(field))) return
  throw unreadableError(
    `No column of the first line is known: ${listNames(names)}. Call them ${FIELDS[entity].join(', ')}, or send a mapping.`,
  )
}

function listNames(names: string[]): string {
  const some = names.slice(0, 20).map((name) => `“${name.slice(0, 60)}”`)
  return names.length > 20 ? `${some.join(', ')} and ${names.length - 20} more` : some.join(', ') || 'none'
}
