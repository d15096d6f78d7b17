// Prepares one row of a file: its cells become the fields of a record, validated by the schemas of these fields.
import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { instantAt } from '../clock'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { uuid } from '../field-schemas'
import { fieldOf, tagsCell, tagsOf, unescapeFormula } from '../files/csv-cells'
import { LEAD_FIELDS } from '../leads/leads.fields'
import { derivedValues } from '../records/fields'
import { TagName } from '../tags/tags.schemas'
import { mailAddress } from '../text/address'
import { foldText } from '../text/fold'
import { PHONE_PROBLEMS } from '../text/phone'
import { readPhoneField } from '../text/searched'
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

/** A valid row. Rows with the same `key` are one record; `by` says how that record is found: by `match` or by content. */
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

export type RowRules = { entity: Entity; match: 'email' | 'phone' | 'id'; country: string | null; timeZone: string }

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

const Uuid = uuid()

/** How many characters of a wrong value an issue shows. */
const SHOWN_CHARACTERS = 200
/** JSON of this length, in characters, never exceeds the 16 KB of a record's custom fields. */
const MAX_UNCHECKED_JSON = 5_000

/** The valid row, or none if its issues contain an error. Adds the name of each tag to `tagNames`, by its key. */
export function prepareRow(
  line: number,
  cells: readonly (string | undefined)[],
  targets: readonly Target[],
  { entity, match, country, timeZone }: RowRules,
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
  const { values, extras, notObjects } = fieldsOfCells(cells, targets, KINDS[entity], timeZone)
  for (const [field, value] of notObjects) addIssue(field, `invalid_${field}`, value, 'must be a JSON object')
  const { id, owner, tags, ...fields } = values
  const extrasField = ENTITIES[entity].extras
  const json = fields[extrasField]
  const allExtras = Object.fromEntries([...(isRecord(json) ? Object.entries(json) : []), ...extras])
  // Flat, short extras are valid JSON for sure. Skipping their schema saves most of the time of a row.
  const areExtrasValid =
    json === undefined &&
    extras.every(([, value]) => !isNested(value)) &&
    JSON.stringify(allExtras).length <= MAX_UNCHECKED_JSON
  if (extras.length > 0 && !areExtrasValid) fields[extrasField] = allExtras
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
      addIssue('tags', 'invalid_tags', tag, parsed.error.issues[0]?.message ?? 'must be a tag')
      return []
    }
    const key = foldText(parsed.data)
    if (!tagNames.has(key)) tagNames.set(key, parsed.data)
    return [key]
  })
  const recordId = typeof id === 'string' && Uuid.safeParse(id).success ? id.toLowerCase() : undefined
  if (match === 'id' && id !== undefined && recordId === undefined)
    addIssue('id', 'invalid_id', id, 'must be the id of a record')
  if (result.data === undefined || issues.length > 0) return { issues }

  const parsed: Record<string, unknown> = result.data
  const derived = derivedValues(RECORD_FIELDS[entity], parsed, country)
  if (derived.phoneE164 === null) {
    const { problem = 'not_a_number' } = readPhoneField(String(parsed.phone), country)
    const message = `Stored as written: ${PHONE_PROBLEMS[problem]}`
    addIssue('phone', 'unreadable_phone', parsed.phone, message, 'warning')
  }
  const row = {
    ...parsed,
    ...(extras.length > 0 && areExtrasValid ? { [extrasField]: allExtras } : {}),
    ...derived,
    ...(recordId === undefined ? {} : { id: recordId }),
    ...(typeof owner === 'string' ? { owner: mailAddress(owner) ?? owner.toLowerCase() } : {}),
    ...(keys.length > 0 ? { tags: [...new Set(keys)] } : {}),
  }
  return { row: { line, ...row, ...identityOf(row, match, id) }, issues }
}

// The value of the matching field identifies the row; without that value, a hash of its content does.
function identityOf(row: Record<string, unknown>, match: RowRules['match'], id: unknown) {
  const value = match === 'email' ? row.email : match === 'phone' ? row.phoneE164 : undefined
  if (typeof value === 'string') return { key: `${match}:${value}`, by: 'match' as const }
  const importKey = createHash('sha256')
    .update(JSON.stringify([id, row]))
    .digest('base64url')
    .slice(0, 22)
  return { key: `content:${importKey}`, by: 'content' as const, importKey }
}

// Values by field, custom fields as pairs, and cells that should hold a JSON object but do not.
function fieldsOfCells(
  cells: readonly (string | undefined)[],
  targets: readonly Target[],
  kinds: ReturnType<typeof kindsOf>,
  timeZone: string,
) {
  const values: Record<string, unknown> = {}
  const extras: [string, unknown][] = []
  const notObjects: [string, string][] = []
  targets.forEach((target, i) => {
    const cell = unescapeFormula(cells[i] ?? '')
    const value = target?.isMultiple ? importedValues(target.field, cell) : cell.trim()
    if (target === null || value === '' || (target.extra === undefined && values[target.field] !== undefined)) return
    const kind = kinds.get(target.field)
    if (target.extra !== undefined) extras.push([target.extra, target.isJson ? jsonValue(cell) : value])
    else if (kind === 'json' || kind === 'entries') {
      const object = fieldOf(cell)
      if (isRecord(object)) values[target.field] = object
      else notObjects.push([target.field, cell])
    } else if (kind === 'choice') values[target.field] = value.toUpperCase().replace(/[\s-]+/g, '_')
    else if (kind === 'instant') values[target.field] = instantOf(value, timeZone)
    else if (kind === 'number') values[target.field] = numberOf(value)
    else values[target.field] = value
  })
  const { firstName, lastName, ...fields } = values
  const name = [firstName, lastName].filter((part) => part !== undefined).join(' ')
  return { values: name !== '' && fields.name === undefined ? { ...fields, name } : fields, extras, notObjects }
}

// The first of several e-mails or numbers; all labels except `myContacts`, which every Google contact has.
function importedValues(field: string, cell: string): string {
  const [first = '', ...rest] = cell.split(':::').map((part) => part.trim())
  if (field !== 'tags') return first
  const labels = [first, ...rest].map((label) => label.replace(/^\* /, ''))
  return tagsCell(labels.filter((label) => label !== '' && label !== 'myContacts'))
}

// A number that JavaScript cannot write back unchanged, such as one of twenty digits, stays text.
function jsonValue(cell: string): unknown {
  const value = fieldOf(cell)
  return typeof value === 'number' && JSON.stringify(value) !== cell.trim() ? cell : value
}

// Text that is not a whole number stays text: the schema refuses it and the report shows it.
function numberOf(value: string): number | string {
  return /^\d+$/.test(value) ? Number(value) : value
}

// A date, or a date and time without an offset, is meant where the user is.
function instantOf(value: string, timeZone: string): string {
  const [, day, time = '00:00:00'] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?$/.exec(value) ?? []
  return day === undefined ? value : instantAt(timeZone, `${day}T${time}`)
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
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…`.toWellFormed() : text.toWellFormed()
}
