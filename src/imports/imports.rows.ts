// One row of a file made ready: its cells become the fields of a record, each judged by the schema of that field.
import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { fold } from '../db/fold'
import { fieldOf, tagsCell, tagsOf, unescapeFormula } from '../files/csv-cells'
import { LEAD_FIELDS } from '../leads/leads.fields'
import { derivedValues } from '../records/fields'
import { TagName } from '../tags/tags.schemas'
import type { Entity, Target } from './imports.columns'
import { ENTITIES } from './imports.job'

export type Issue = {
  line: number
  level: 'error' | 'warning'
  field: string | null
  code: string
  value: string | null
  message: string
}

/** What waits to be written. `key` says which rows of the file are one record; `by` how that record is looked up. */
export type PreparedRow = {
  line: number
  key: string
  by: 'match' | 'content'
  id?: string
  importKey?: string
  owner?: string
  tags?: string[]
  phoneE164?: string | null
  sortName?: string | null
} & Record<string, unknown>

export type RowRules = { entity: Entity; match: 'email' | 'phone' | 'id'; country: string | null }

const RECORD_FIELDS = { customers: CUSTOMER_FIELDS, leads: LEAD_FIELDS }
const SCHEMAS = { customers: rowSchema('customers'), leads: rowSchema('leads') }
const KINDS = { customers: kindsOf('customers'), leads: kindsOf('leads') }

function rowSchema(entity: Entity) {
  const shape = ENTITIES[entity].filled.map(({ name, input = z.never() }) => [name, input] as const)
  return z.object(Object.fromEntries(shape)).partial()
}

function kindsOf(entity: Entity) {
  return new Map(ENTITIES[entity].filled.map(({ name, kind }) => [name, kind]))
}

const Uuid = z.uuid()

const SHOWN = 200
/** So many characters are no more than the 16 KB that the own fields of a record may have. */
const MAX_PLAIN = 5_000

/** The row, unless there are errors among its issues. `tagNames` gathers each tag's name by its key. */
export function prepareRow(
  line: number,
  cells: readonly (string | undefined)[],
  targets: readonly Target[],
  { entity, match, country }: RowRules,
  tagNames: Map<string, string>,
): { row?: PreparedRow; issues: Issue[] } {
  const issues: Issue[] = []
  const addIssue = (
    field: string | null,
    code: string,
    value: unknown,
    message: string,
    level: Issue['level'] = 'error',
  ) => issues.push({ line, level, field, code, value: displayValue(value), message })
  const { given, extras, faults } = gatherFields(cells, targets, KINDS[entity])
  for (const [field, value] of faults) addIssue(field, `invalid_${field}`, value, 'must be a JSON object')
  const { id, owner, tags, ...fields } = given
  const more = ENTITIES[entity].extras
  const own = fields[more]
  const both = Object.fromEntries([...(isRecord(own) ? Object.entries(own) : []), ...extras])
  // Plain values need no schema to look into them, which would take longer than all the rest.
  const isPlain =
    own === undefined && extras.every(([, value]) => !isNested(value)) && JSON.stringify(both).length <= MAX_PLAIN
  if (extras.length > 0 && !isPlain) fields[more] = both
  const result = SCHEMAS[entity].safeParse(fields)
  for (const { path, code, message } of result.error?.issues ?? []) {
    const field = path.map(String).join('.')
    const value = path.length === 1 ? fields[String(path[0])] : undefined
    addIssue(field, code === 'too_big' ? 'too_long' : `invalid_${String(path[0])}`, value, message)
  }
  const names = typeof tags === 'string' ? tagsOf(tags) : []
  const keys = names.flatMap((tag) => {
    const parsed = TagName.safeParse(tag)
    if (!parsed.success) {
      addIssue('tags', 'invalid_tags', tag, parsed.error.issues[0]?.message ?? 'is no tag')
      return []
    }
    const key = fold(parsed.data)
    if (!tagNames.has(key)) tagNames.set(key, parsed.data)
    return [key]
  })
  const known = typeof id === 'string' && Uuid.safeParse(id).success ? id.toLowerCase() : undefined
  if (match === 'id' && id !== undefined && known === undefined)
    addIssue('id', 'invalid_id', id, 'must be the id of a record')
  if (result.data === undefined || issues.length > 0) return { issues }

  const parsed: Record<string, unknown> = result.data
  const derived = derivedValues(RECORD_FIELDS[entity], parsed, country)
  if (derived.phoneE164 === null)
    addIssue('phone', 'unreadable_phone', parsed.phone, 'Kept as written: not a number we can read', 'warning')
  const row = {
    ...parsed,
    ...(extras.length > 0 && isPlain ? { [more]: both } : {}),
    ...derived,
    ...(known === undefined ? {} : { id: known }),
    ...(typeof owner === 'string' ? { owner: owner.toLowerCase() } : {}),
    ...(keys.length > 0 ? { tags: [...new Set(keys)] } : {}),
  }
  return { row: { line, ...row, ...identity(row, match, id) }, issues }
}

// By the field that the import matches by, or, where a row has none, by all that stands in it.
function identity(row: Record<string, unknown>, match: RowRules['match'], id: unknown) {
  const value = match === 'email' ? row.email : match === 'phone' ? row.phoneE164 : undefined
  if (typeof value === 'string') return { key: `${match}:${value}`, by: 'match' as const }
  const importKey = createHash('sha256')
    .update(JSON.stringify([id, row]))
    .digest('base64url')
    .slice(0, 22)
  return { key: `content:${importKey}`, by: 'content' as const, importKey }
}

function gatherFields(
  cells: readonly (string | undefined)[],
  targets: readonly Target[],
  kinds: ReturnType<typeof kindsOf>,
) {
  const given: Record<string, unknown> = {}
  const extras: [string, unknown][] = []
  const faults: [string, string][] = []
  targets.forEach((target, i) => {
    const cell = unescapeFormula(cells[i] ?? '')
    const value = target?.isJoined ? splitJoined(target.field, cell) : cell.trim()
    if (target === null || value === '' || (target.extra === undefined && given[target.field] !== undefined)) return
    const kind = kinds.get(target.field)
    if (target.extra !== undefined) extras.push([target.extra, target.isCoded ? typedValue(cell) : value])
    else if (kind === 'json' || kind === 'entries') {
      const object = fieldOf(cell)
      if (isRecord(object)) given[target.field] = object
      else faults.push([target.field, cell])
    } else if (kind === 'choice') given[target.field] = value.toUpperCase().replace(/[\s-]+/g, '_')
    else if (kind === 'instant') given[target.field] = instantOf(value)
    else if (kind === 'number') given[target.field] = numberOf(value)
    else given[target.field] = value
  })
  const { firstName, lastName, ...fields } = given
  const both = [firstName, lastName].filter((part) => part !== undefined).join(' ')
  return { given: both !== '' && fields.name === undefined ? { ...fields, name: both } : fields, extras, faults }
}

// Of several e-mails or numbers the first; of several labels all but the one that everybody has.
function splitJoined(field: string, cell: string): string {
  const [first = '', ...rest] = cell.split(':::').map((part) => part.trim())
  if (field !== 'tags') return first
  const labels = [first, ...rest].map((label) => label.replace(/^\* /, ''))
  return tagsCell(labels.filter((label) => label !== '' && label !== 'myContacts'))
}

// A number that JavaScript would write otherwise, such as one of twenty digits, stays the text that it is.
function typedValue(cell: string): unknown {
  const value = fieldOf(cell)
  return typeof value === 'number' && JSON.stringify(value) !== cell.trim() ? cell : value
}

// What is no whole number stays as written, for the schema to refuse and the report to show.
function numberOf(value: string): number | string {
  return /^\d+$/.test(value) ? Number(value) : value
}

// A day, or a day and a time without an offset, is taken as UTC.
function instantOf(value: string): string {
  const [, day, time = '00:00:00'] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?$/.exec(value) ?? []
  return day === undefined ? value : `${day}T${time.length === 5 ? `${time}:00` : time}Z`
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function displayValue(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…`.toWellFormed() : text.toWellFormed()
}
