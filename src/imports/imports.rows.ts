// Prepares one row of a file: its cells become the fields of a record, validated by the schemas of these fields.
import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { LEAD_FIELDS } from '../leads/leads.fields'
import { derivedValues } from '../records/fields'
import { TagName } from '../tags/tags.schemas'
import { mailAddress } from '../text/address'
import { foldText } from '../text/fold'
import { PHONE_PROBLEMS } from '../text/phone'
import { gramsOf } from '../text/phone-grams'
import { digitsOf } from '../text/phone-search'
import { foldedBeyondLower, readPhoneField } from '../text/searched'
import { shownValue } from './imports.cell-texts'
import { type CellRules, type RowCells, readCells } from './imports.cells'
import type { ColumnPlan } from './imports.columns'
import type { FieldRules } from './imports.fields'
import { headerKey } from './imports.headers'
import type { Entity } from './imports.job'
import { ENTITIES } from './imports.job'
import type { RowNote } from './imports.notes.fields'
import type { StatusMapping } from './imports.statuses'
import { fieldReaders, hasDecimalComma } from './imports.typed'

export type Issue = {
  line: number
  level: 'error' | 'warning'
  field: string | null
  code: string
  value: string | null
  message: string
}

/**
 * A valid row. Rows with the same `key` are one record; `by` says how that record is found: by `match`, by what another
 * system calls it, or by content. `fallback` has the fields of a new record that the row does not name.
 */
export type PreparedRow = {
  line: number
  key: string
  by: 'match' | 'external' | 'content'
  id?: string
  externalId?: string
  importKey?: string
  owner?: string
  tags?: string[]
  notes?: RowNote[]
  furtherEmails?: { email: string }[]
  /** The main address, if another row of the chunk had it before. */
  heldEmail?: string
  furtherPhones?: { phone: string; phoneE164: string | null }[]
  phoneE164?: string | null
  sortName?: string | null
} & Record<string, unknown>

export type RowRules = {
  entity: Entity
  match: 'email' | 'phone' | 'id' | 'externalId'
  country: string | null
  timeZone: string
  statuses: StatusMapping
  defined: FieldRules
  /** What stands between the cells of the file; null, where nothing does. */
  separator: string | null
}

const RECORD_FIELDS = { customers: CUSTOMER_FIELDS, leads: LEAD_FIELDS }
const SCHEMAS = { customers: rowSchema('customers'), leads: rowSchema('leads') }
const KINDS = { customers: kindsOf('customers'), leads: kindsOf('leads') }

function rowSchema(entity: Entity) {
  // An address is one already, where it stands in a row.
  const checked = ENTITIES[entity].filled.filter(({ name }) => name !== 'email')
  const shape = checked.map(({ name, input = z.never() }) => [name, input] as const)
  return z.object(Object.fromEntries(shape)).partial()
}

function kindsOf(entity: Entity) {
  return new Map(ENTITIES[entity].filled.map(({ name, kind }) => [name, { kind }]))
}

/** JSON of this length, in characters, never exceeds the 16 KB of a record's custom fields. */
const MAX_UNCHECKED_JSON = 5_000
/** The longest name of a customer, and title of a lead, in characters. */
const MAX_NAME = 200
/** What a lead without a title is called by, if it has no company: the extras of these columns, in this order. */
const TITLE_COLUMNS = ['formname', 'campaignname', 'adname']

function cellRulesOf(rules: RowRules, plan: ColumnPlan): CellRules {
  const { entity, country, timeZone, statuses, defined, separator } = rules
  const profile = plan.profile()
  const locale = { country, timeZone, hasDecimalComma: hasDecimalComma(separator, country) }
  return {
    ...{ readers: fieldReaders(defined, locale), isStrict: defined.isStrict },
    ...{ country, timeZone, statuses, fields: KINDS[entity], hasContacts: ENTITIES[entity].hasContacts },
    isPrefixed: profile?.prefixed ?? false,
    isJoined: profile?.name === 'google-contacts',
    hasCommas: profile !== undefined && profile.name !== 'edge-crm',
  }
}

export type Prepared = { row?: PreparedRow; issues: Issue[]; isStored: (column: number) => boolean }
type Cells = readonly (string | undefined)[]

/** Prepares the rows of a file. The names of their tags go into `tagNames`, by their keys. */
export function rowPreparer(plan: ColumnPlan, rules: RowRules, tagNames: Map<string, string>) {
  const cellRules = cellRulesOf(rules, plan)
  return (line: number, cells: Cells) => prepareRow(line, cells, plan, rules, cellRules, tagNames)
}

// The valid row, or none if its issues contain an error.
function prepareRow(
  line: number,
  cells: Cells,
  plan: ColumnPlan,
  { entity, match, country }: RowRules,
  cellRules: CellRules,
  tagNames: Map<string, string>,
): Prepared {
  const issues: Issue[] = []
  const addIssue = (
    field: string | null,
    code: string,
    value: unknown,
    message: string,
    level: Issue['level'] = 'error',
  ) => issues.push({ line, level, field, code, value: shownValue(value), message })
  const read = readCells(cells, plan.targets, cellRules)
  const isStored = (column: number) => read.stored.has(column)
  for (const [field, value] of read.notObjects) addIssue(field, `invalid_${field}`, value, 'must be a JSON object')
  const { id, owner, externalId, ...fields } = read.values
  const [main, ...furtherEmails] = read.emails
  const [phone, ...furtherPhones] = read.phones
  if (!main && read.wrongEmail !== undefined)
    addIssue('email', 'invalid_email', read.wrongEmail, 'Invalid email address')
  if (phone) fields.phone = phone.phone
  if (externalId !== undefined) fields.externalId = externalId
  const extrasField = ENTITIES[entity].extras
  const allExtras = Object.fromEntries(read.extras)
  // Flat, short extras are valid JSON for sure. Skipping their schema saves most of the time of a row.
  const areExtrasValid =
    [...read.extras.values()].every((value) => typeof value !== 'object' || value === null) &&
    JSON.stringify(allExtras).length <= MAX_UNCHECKED_JSON
  if (read.extras.size > 0 && !areExtrasValid) fields[extrasField] = allExtras
  const result = SCHEMAS[entity].safeParse(fields)
  for (const { path, code, message } of result.error?.issues ?? []) {
    const field = path.map(String).join('.')
    const value = path.length === 1 ? fields[String(path[0])] : undefined
    addIssue(field, code === 'too_big' ? 'too_long' : `invalid_${String(path[0])}`, value, message)
  }
  const tags = read.tags.flatMap((tag) => {
    const parsed = TagName.safeParse(tag)
    if (!parsed.success) {
      addIssue('tags', 'invalid_tags', tag, parsed.error.issues[0]?.message ?? 'must be a tag')
      return []
    }
    const key = foldText(parsed.data)
    if (!tagNames.has(key)) tagNames.set(key, parsed.data)
    return [key]
  })
  if (result.data === undefined || issues.length > 0) return { issues, isStored }

  for (const { field, code, value, message, column, once } of read.hints) {
    if (!once || plan.isFirst(column, code)) addIssue(field, code, value, message, 'warning')
  }
  const parsed: Record<string, unknown> = main ? { ...result.data, email: main.email } : result.data
  const derived = derivedValues(RECORD_FIELDS[entity], parsed, country)
  if (derived.phoneE164 === null) {
    const { problem = 'not_a_number' } = readPhoneField(String(parsed.phone), country)
    const message = `Stored as written: ${PHONE_PROBLEMS[problem]}`
    addIssue('phone', 'unreadable_phone', parsed.phone, message, 'warning')
  }
  const row = {
    ...parsed,
    ...(read.extras.size > 0 && areExtrasValid ? { [extrasField]: allExtras } : {}),
    ...derived,
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof owner === 'string' ? ownerOf(owner) : {}),
    ...(tags.length > 0 ? { tags: [...new Set(tags)] } : {}),
    ...(read.notes.length > 0 ? { notes: read.notes.map(rowNote) } : {}),
    ...(main?.label ? { emailLabel: main.label } : {}),
    ...(phone?.label ? { phoneLabel: phone.label } : {}),
    ...(furtherEmails.length > 0 ? { furtherEmails } : {}),
    ...(furtherPhones.length > 0 ? { furtherPhones } : {}),
  }
  const fallback = fallbackOf(entity, row, read, plan.companies)
  if (fallback && entity === 'customers') {
    addIssue('name', 'name_made', fallback, 'The row has no name: a new record is named by this', 'warning')
  }
  const named = fallback === undefined ? {} : { fallback: namedBy(entity, fallback, country) }
  return { row: { line, ...row, ...named, ...identityOf(row, match) }, issues, isStored }
}

function rowNote({ type, body }: Pick<RowNote, 'type' | 'body'>): RowNote {
  const key = createHash('sha256').update(`${type} ${body}`).digest('base64url').slice(0, 22)
  return { type, body, foldedBody: foldedBeyondLower(body), key }
}

// By address or id; else by name, as it is compared with the names of the members.
function ownerOf(owner: string) {
  return { owner: mailAddress(owner) ?? owner, ownerKey: owner.toLowerCase() }
}

// What a new record is called where the row does not say: its company, its address; of a lead also its form.
function fallbackOf(entity: Entity, row: Record<string, unknown>, { extras }: RowCells, companies: string[]) {
  if (row[ENTITIES[entity].required] !== undefined) return undefined
  const columns = new Map([...extras].map(([key, value]) => [headerKey(key), value]))
  const texts =
    entity === 'customers'
      ? [row.company, row.email, row.phone, row.externalId]
      : [
          row.name,
          row.interest,
          ...[...companies.map((key) => extras.get(key)), ...TITLE_COLUMNS.map((key) => columns.get(key))],
          row.email,
          row.phone,
          row.message,
          row.externalId,
        ]
  const text = texts.find((each) => typeof each === 'string' && foldText(each) !== '')
  return typeof text === 'string' ? text.slice(0, MAX_NAME).toWellFormed().trim() : undefined
}

function namedBy(entity: Entity, text: string, country: string | null) {
  const named = { [ENTITIES[entity].required]: text }
  return { ...named, ...derivedValues(RECORD_FIELDS[entity], named, country) }
}

// The value of the matching field identifies the row; without that value, its id or a hash of its content does.
function identityOf(row: Record<string, unknown>, match: RowRules['match']) {
  const external = row.externalId ?? row.id
  if (match === 'externalId' && typeof external === 'string')
    return { key: `external:${external}`, by: 'match' as const }
  const value = match === 'email' ? row.email : match === 'phone' ? row.phoneE164 : undefined
  if (typeof value === 'string')
    return { key: `${match}:${value}`, by: 'match' as const, ...(match === 'phone' && phoneGrams(value)) }
  // The id of a record in the trash finds none, and is no external id: its row is known by its content the next time.
  if (typeof external === 'string')
    return { key: `external:${external}`, by: 'external' as const, ...(external === row.id && contentKey(row)) }
  const { importKey } = contentKey(row)
  return { key: `content:${importKey}`, by: 'content' as const, importKey }
}

const contentKey = (row: object) => ({
  importKey: createHash('sha256').update(JSON.stringify(row)).digest('base64url').slice(0, 22),
})

// By these the search index of leads finds the number, which has no index of its own there.
const phoneGrams = (e164: string) => ({ phoneGrams: gramsOf(digitsOf(e164)) })
