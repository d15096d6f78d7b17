// Maps the columns of a file to fields: by a mapping, by the system that wrote it, by their names, or as custom fields.
import { AppError } from '../errors'
import { fieldColumn, fieldOfColumn } from '../files/csv-cells'
import { unreadableError } from '../files/unreadable'
import type { FieldRules } from './imports.fields'
import { definedNames, dictionaryOf, headerKey, headerWords, meaningOf } from './imports.headers'
import { type AnyEntity, COLUMNS, FIELDS, traitsOf } from './imports.job'
import { isKind } from './imports.kinds'
import { type Profile, profileOf, recognisedProfile } from './imports.profiles'
import type { Values } from './imports.templates'

/**
 * What becomes of the cells of a column. `field`: they fill a field, and what the field does not take becomes an extra by
 * the name of `key`. `extra`: a custom field, which is `refused` where defined ones alone are taken. `label`: the kind of the
 * address or number in column `of`. `unused`: nothing.
 */
export type Target =
  | { kind: 'field'; field: string; key: string; label: string | null; isMapped: boolean }
  | { kind: 'extra'; key: string; isJson: boolean; isRefused: boolean }
  | { kind: 'label'; of: number; key: string }
  | { kind: 'unused' }
export type Mapping = Record<string, string | null>
/** `system` is the profile that a caller names; `none` is none. */
export type ColumnRules = {
  entity: AnyEntity
  mapping: Mapping
  unknown: 'customFields' | 'ignore'
  system?: string
  values?: Values
  /** The custom fields of the workspace. */
  defined: FieldRules
}
/** A column of the report: how many cells of it have a value, how many of those are stored nowhere, and one of these. */
export type ColumnReport = {
  column: string
  field: string | null
  values: number
  unused: number
  example: string | null
}

/** Columns of our exports, of `errors.csv` and of vCards that an import does not read, by these exact names. */
const IGNORED_COLUMNS = new Set([
  'import.line',
  'import.error',
  ...['VERSION', 'PRODID', 'REV', 'CREATED', 'X-CREATED', 'PROFILE', 'PHOTO', 'LOGO', 'SOUND', 'KEY'],
])

const DICTIONARIES = {
  customers: dictionaryOf(COLUMNS.customers),
  leads: dictionaryOf(COLUMNS.leads),
  interactions: dictionaryOf(COLUMNS.interactions),
  tickets: dictionaryOf(COLUMNS.tickets),
  tags: dictionaryOf(COLUMNS.tags),
  relationships: dictionaryOf(COLUMNS.relationships),
}

const MAX_COLUMNS = 500
const EXAMPLE_CHARACTERS = 100
/** Of these, leads that other systems write have the job of the person in a column “Title”. */
const BESIDE_JOB_TITLES = ['company', 'firstName', 'lastName', 'nameSuffix']

/** The columns of a file and what becomes of each. `begin` takes the names that are known first, `add` one more. */
export function createColumnPlan({ entity, mapping, unknown, system, defined }: ColumnRules, isJson: boolean) {
  const columns: ColumnReport[] = []
  const targets: Target[] = []
  const extraKeys = new Set<string>()
  /** Custom fields that hold a company: leads have no field for it. */
  const companies: string[] = []
  let profile: Profile | undefined
  let hasJobTitles = false
  const dictionary = DICTIONARIES[entity]
  const { hasContacts, extras, ignored } = traitsOf(entity)
  const definedKeys = new Set(defined.definitions.map(({ key }) => key))
  const definedBy = definedNames(defined.definitions, FIELDS[entity])

  function begin(names: readonly string[]): void {
    // Systems are known by their files of people.
    if (isKind(entity)) return
    profile = system === undefined ? recognisedProfile(names) : profileOf(system)
    const meanings = names.map((name) => meaningOf(name, DICTIONARIES.customers)?.field ?? '')
    hasJobTitles = meanings.some((field) => BESIDE_JOB_TITLES.includes(field))
  }

  function add(column: string): Target {
    if (columns.length >= MAX_COLUMNS) throw unreadableError(`The file has more than ${MAX_COLUMNS} columns.`)
    const name = column.trim() === '' ? `(column ${columns.length + 1})` : column
    const target = targetOf(name.trim(), column.trim() === '')
    targets.push(target)
    if (target.kind === 'extra' && meaningOf(name, DICTIONARIES.customers)?.field === 'company')
      companies.push(target.key)
    // `errors.csv` names a custom field from JSON as an export does, so that an import reads it again.
    const shown = isJson && target.kind === 'extra' ? fieldColumn(target.key) : name
    columns.push({ column: shown, field: targetName(target), values: 0, unused: 0, example: null })
    return target
  }

  function targetOf(name: string, isNameless: boolean): Target {
    if (Object.hasOwn(mapping, name)) return mappedTarget(name, mapping[name] ?? null)
    // `= …` is what `errors.csv` calls a column that is made of others.
    if (isNameless || IGNORED_COLUMNS.has(name) || ignored.includes(name) || name.startsWith('= '))
      return { kind: 'unused' }
    const customField = fieldOfColumn(name)
    if (customField !== undefined) return extraTarget(customField, true)
    const known = profile?.columns?.[headerKey(name)]
    const own = definedKeys.has(name) ? name : definedBy.get(headerKey(name.replace(/^x-/, '')))
    if (own !== undefined && !extraKeys.has(own) && (known === undefined || known === 'extra'))
      return extraTarget(own, isJson)
    if (known !== undefined)
      return FIELDS[entity].includes(known) ? fieldTarget(name, known, null) : unknownTarget(name)
    const labelled = labelledColumn(name)
    if (labelled !== undefined) return { kind: 'label', of: labelled, key: keyOf(name) }
    const meaning = meaningOf(name, dictionary)
    if (!meaning || !FIELDS[entity].includes(meaning.field)) return unknownTarget(name)
    if (meaning.field === 'title' && hasJobTitles && headerKey(name) === 'title') return unknownTarget(name)
    return fieldTarget(name, meaning.field, meaning.label ?? null)
  }

  // “E-mail 1 - Label” and “Phone Number Type” say of which kind the address or number beside them is.
  function labelledColumn(name: string): number | undefined {
    const words = headerWords(name)
    if (!hasContacts || !['label', 'type'].includes(words.at(-1) ?? '')) return undefined
    const of = words.slice(0, -1).join('')
    const meaning = meaningOf(of === '' ? name : words.slice(0, -1).join(' '), dictionary)
    if (meaning?.field !== 'email' && meaning?.field !== 'phone') return undefined
    // The label stands before its value in files of Google, and behind it in those of others.
    return pairOf.get(of) ?? columns.length + 1
  }
  const pairOf = new Map<string, number>()

  function fieldTarget(name: string, field: string, label: string | null, isMapped = false): Target {
    const words = headerWords(name)
    pairOf.set((words.at(-1) === 'value' ? words.slice(0, -1) : words).join(''), columns.length)
    return { kind: 'field', field, key: keyOf(name), label, isMapped }
  }

  function mappedTarget(name: string, field: string | null): Target {
    if (field === null) return { kind: 'unused' }
    const customField = fieldOfColumn(field)
    if (customField !== undefined) return extraTarget(customField, isJson)
    return fieldTarget(name, field, meaningOf(name, dictionary)?.label ?? null, true)
  }

  function unknownTarget(name: string): Target {
    return unknown === 'ignore' || extras === '' ? { kind: 'unused' } : extraTarget(name, isJson)
  }

  function extraTarget(name: string, hasJsonCells: boolean): Target {
    const key = keyOf(name)
    if (key === '__proto__' || extras === '') return { kind: 'unused' }
    return { kind: 'extra', key, isJson: hasJsonCells, isRefused: defined.isStrict && !definedKeys.has(key) }
  }

  // Columns of the same name get different keys: “Notes” and “Notes (2)”. Of an object no two do.
  function keyOf(name: string): string {
    let key = name
    for (let nth = 2; !isJson && extraKeys.has(key); nth += 1) key = `${name} (${nth})`
    extraKeys.add(key)
    return key
  }

  /** Adds a column that is made of others. Returns its place. */
  function addValue(field: string, name: string): number {
    const customField = fieldOfColumn(field)
    const target = customField === undefined ? fieldTarget(name, field, null, true) : extraTarget(customField, false)
    targets.push(target)
    columns.push({ column: name, field: targetName(target), values: 0, unused: 0, example: null })
    return columns.length - 1
  }

  /** Counts the values of a row, and those that are stored nowhere. */
  function tally(cells: readonly (string | undefined)[], isStored: (column: number) => boolean): void {
    columns.forEach((column, i) => {
      const value = cells[i]?.trim() ?? ''
      if (value === '') return
      column.values += 1
      if (isStored(i)) return
      column.unused += 1
      column.example ??= value.slice(0, EXAMPLE_CHARACTERS).toWellFormed()
    })
  }

  const told = new Set<string>()
  /** True the first time that something is told of a column. */
  function isFirst(column: number, code: string): boolean {
    const key = `${column} ${code}`
    if (told.has(key)) return false
    told.add(key)
    return true
  }

  return { columns, targets, companies, begin, add, addValue, tally, isFirst, profile: () => profile }

  function targetName(target: Target): string | null {
    if (target.kind === 'unused') return null
    if (target.kind === 'extra') return target.isRefused ? null : extraName(target.key)
    if (target.kind === 'field') return target.field
    const of = targets[target.of]
    return of?.kind === 'field' ? `${of.field}.label` : 'label'
  }

  function extraName(key: string): string {
    return extras === 'customFields' ? fieldColumn(key) : `${extras}.${key}`
  }
}

export type ColumnPlan = ReturnType<typeof createColumnPlan>

/** How many of these names are those of a field that makes a record, and how many those of any field. */
export function knownNames(names: readonly string[], { entity, mapping }: ColumnRules): { main: number; all: number } {
  const fields = names.flatMap((name) => {
    const key = name.trim()
    return Object.hasOwn(mapping, key) ? (mapping[key] ?? 'none') : (knownFieldOf(key, entity) ?? [])
  })
  return { main: fields.filter((field) => traitsOf(entity).main.includes(field)).length, all: fields.length }
}

function knownFieldOf(name: string, entity: AnyEntity): string | undefined {
  const field = meaningOf(name, DICTIONARIES[entity])?.field
  return field !== undefined && FIELDS[entity].includes(field) ? field : undefined
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
  const known = new Set(targets.map((target) => (target.kind === 'field' ? target.field : '')))
  if (traitsOf(entity).main.some((field) => known.has(field))) return
  const template = Object.fromEntries(names.slice(0, MAX_SHOWN).map((name) => [name, null]))
  throw unreadableError(
    `No column of the first line is known: ${listNames(names)}. Send mapping=${JSON.stringify(template)} with the field of ` +
      `each instead of null: ${FIELDS[entity].join(', ')}, customFields.…`,
  )
}

const MAX_SHOWN = 20

function listNames(names: string[]): string {
  const some = names.slice(0, MAX_SHOWN).map((name) => `“${name.slice(0, 60)}”`)
  const more = names.length - MAX_SHOWN
  return more > 0 ? `${some.join(', ')} and ${more} more` : some.join(', ') || 'none'
}
