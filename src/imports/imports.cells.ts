// The cells of a row as the fields of a record: what the fields do not take becomes an extra, so that no value is lost.
import { fieldColumn, fieldOf, tagsOf, unescapeFormula } from '../files/csv-cells'
import { isMap } from '../records/fields'
import { instantOf, jsonValue, labelNames, numberOf, tagCell, withoutWrapper } from './imports.cell-texts'
import type { Target } from './imports.columns'
import { emailsOf, MAX_FURTHER, phonesOf, type RowEmail, type RowPhone, rowEmail, rowPhone } from './imports.contacts'
import type { RowField } from './imports.job'
import { composedName, type NameParts } from './imports.names'
import { addNote, NOTE_FIELDS, type RowNote } from './imports.notes.fields'
import { type StatusMapping, statusOf } from './imports.statuses'
import type { FieldReader } from './imports.typed'

/** A value that is stored otherwise than its column says, and why. `once`: it is told once for the column. */
export type CellHint = { column: number; field: string; code: string; value: string; message: string; once?: true }

export type CellRules = {
  fields: ReadonlyMap<string, Pick<RowField, 'kind'>>
  hasContacts: boolean
  country: string | null
  timeZone: string
  statuses: StatusMapping
  /** How the values of defined custom fields are read; if `isStrict`, there are no others. */
  readers: ReadonlyMap<string, FieldReader>
  isStrict: boolean
  /** Whether ids and numbers carry a prefix such as `p:`, and whether cells hold several values (`a ::: b`). */
  isPrefixed: boolean
  isJoined: boolean
  /** Whether commas stand between tags. */
  hasCommas: boolean
}

/** The fields of a row. `emails` and `phones` are beside the main ones; `stored` has the columns whose value is kept. */
export type RowCells = {
  values: Record<string, unknown>
  extras: Map<string, unknown>
  emails: RowEmail[]
  phones: RowPhone[]
  tags: string[]
  hints: CellHint[]
  notes: Pick<RowNote, 'type' | 'body'>[]
  notObjects: [field: string, cell: string][]
  wrongEmail?: string
  stored: Set<number>
}

const LEFT_OUT = 'Left out: the workspace takes defined custom fields alone'
const NAME_PARTS = ['name', 'firstName', 'middleName', 'lastName', 'nameSuffix'] as const
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const PREFIX = /^(?:l|p|f|c|ag|as|ad|z):(?=\S)/

/** Reads the cells of a row; those of mapped columns first. */
export function readCells(
  cells: readonly (string | undefined)[],
  targets: readonly Target[],
  rules: CellRules,
): RowCells {
  const lists = { emails: [], phones: [], tags: [], hints: [], notes: [], notObjects: [] }
  const row: RowCells = { values: {}, extras: new Map(), stored: new Set(), ...lists }
  const names: { part: keyof NameParts; text: string; key: string; column: number }[] = []
  const labels = labelsOf(cells, targets)
  const kept = rules.isStrict ? 'Left out' : 'Kept as a custom field'
  const keep = (column: number, key: string, value: unknown) => {
    if (key === '__proto__') return
    const reader = rules.readers.get(key)
    if (reader === undefined) return keepUndefined(column, key, value)
    const read = reader(value)
    if ('value' in read) {
      if (read.value !== undefined) row.extras.set(key, read.value)
      row.stored.add(column)
      if (read.note) tell(column, key, 'shortened', value, read.note, true)
      return
    }
    const place = `${key} (as written)`
    const isKept = !rules.isStrict && !rules.readers.has(place)
    tell(column, key, 'wrong_type', value, `${isKept ? `Kept as “${place}”` : 'Left out'}: the field ${read.problem}`)
    if (isKept) keepUndefined(column, place, value)
  }
  const keepUndefined = (column: number, key: string, value: unknown) => {
    if (rules.isStrict) return tell(column, key, 'unknown_field', value, LEFT_OUT, true)
    row.extras.set(key, value)
    row.stored.add(column)
  }
  const tell = (column: number, key: string, code: string, value: unknown, message: string, isOnce = false) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    row.hints.push({ column, field: fieldColumn(key), code, value: text, message, ...(isOnce && { once: true }) })
  }

  // Of codes of towns the prefix is no part.
  const withoutCode = (text: string) => (rules.isPrefixed ? text.replace(/^z:(?=\S)/, '') : text)

  const read = (target: Target, column: number) => {
    const cell = unescapeFormula(cells[column] ?? '')
    const text = withoutWrapper(cell).trim()
    if (target.kind === 'unused' || text === '') return
    if (target.kind === 'extra') return keep(column, target.key, target.isJson ? jsonValue(cell) : withoutCode(text))
    if (target.kind === 'label') {
      const of = targets[target.of]
      const isUsed = of?.kind === 'field' && (cells[target.of] ?? '').trim() !== ''
      return isUsed ? row.stored.add(column) : keep(column, target.key, text)
    }
    const { field, key } = target
    const isTaken = row.values[field] !== undefined
    const type = NOTE_FIELDS[field === 'description' && isTaken ? 'note' : field]?.type
    if (type !== undefined) return addNote(row.notes, type, text) ? row.stored.add(column) : keep(column, key, text)
    const value = rules.isPrefixed ? text.replace(PREFIX, '') : text
    if (isNamePart(field)) return names.push({ part: field, text, key, column })
    if (field === 'email') return readEmail(column, key, value, labels.get(column) ?? target.label)
    if (field === 'phone') return readPhone(column, key, value, labels.get(column) ?? target.label)
    if (field === 'tags') return readTags(column, text)
    if (field === 'id' || field === 'externalId') return readId(column, key, field, value)
    if (isTaken) return keep(column, key, text)
    if (field === 'owner' && /owner id$|ownerid$/i.test(key) && !UUID.test(text) && !text.includes('@')) {
      return keep(column, key, text)
    }
    const kind = rules.fields.get(field)?.kind
    if (kind === 'json' || kind === 'entries') {
      const object = fieldOf(cell)
      if (!isMap(object)) return row.notObjects.push([field, cell])
      if (kind === 'json') row.values[field] = object
      // What has a column of its own stands there.
      else for (const [name, each] of Object.entries(object)) if (!row.extras.has(name)) keep(column, name, each)
    } else if (field === 'status') return readStatus(column, key, text)
    else if (kind === 'instant') row.values[field] = instantOf(text, rules)
    else if (kind === 'number') row.values[field] = numberOf(text)
    else if (rules.isJoined && text.includes(':::')) {
      const [first = '', ...rest] = text.split(':::').map((part) => part.trim())
      row.values[field] = first
      keep(column, key, rest.join('; '))
    } else row.values[field] = text
    row.stored.add(column)
  }

  function readEmail(column: number, key: string, text: string, label: string | null) {
    const { emails, wrong } = emailsOf(text)
    for (const { text: email, label: own } of emails) {
      if (row.emails.some((each) => each.email === email)) row.stored.add(column)
      else if (row.emails.length <= (rules.hasContacts ? MAX_FURTHER : 0)) {
        row.emails.push(rowEmail(email, own ?? label))
        row.stored.add(column)
      } else addTo(key, column, email)
    }
    for (const part of wrong) {
      row.wrongEmail ??= part
      addTo(key, column, part)
      const message = `${kept}: this is no e-mail address`
      row.hints.push({ column, field: 'email', code: 'invalid_email', value: part, message })
    }
  }

  function readPhone(column: number, key: string, text: string, label: string | null) {
    const { phones, wrong } = phonesOf(text, rules.country)
    for (const { text: phone, label: own } of phones) {
      const read = rowPhone(phone, own ?? label, rules.country)
      const isKnown = row.phones.some((each) => (each.phoneE164 ?? each.phone) === (read.phoneE164 ?? read.phone))
      if (isKnown) row.stored.add(column)
      else if (row.phones.length <= (rules.hasContacts ? MAX_FURTHER : 0)) {
        row.phones.push(read)
        row.stored.add(column)
      } else addTo(key, column, phone)
    }
    for (const part of wrong) addTo(key, column, part)
  }

  function addTo(key: string, column: number, text: string) {
    const before = row.extras.get(key)
    keep(column, key, typeof before === 'string' && before !== text ? `${before}; ${text}` : text)
  }

  function readTags(column: number, text: string) {
    const names = rules.isJoined ? labelNames(text) : tagsOf(tagCell(text, rules.hasCommas))
    if (names.length > 0) row.stored.add(column)
    for (const name of names) if (!row.tags.includes(name)) row.tags.push(name)
  }

  // An id of this system finds the record; any other is what another system calls it.
  function readId(column: number, key: string, field: string, text: string) {
    const id = text.replace(/\.0+$/, '')
    const is = field === 'id' && UUID.test(id) ? 'id' : 'externalId'
    if (row.values[is] !== undefined && row.values[is] !== id) return keep(column, key, text)
    row.values[is] = is === 'id' ? id.toLowerCase() : id
    row.stored.add(column)
  }

  // What a system calls its status says more than our four, so its own word is kept as well.
  function readStatus(column: number, key: string, text: string) {
    const plain = text.toUpperCase().replace(/[\s-]+/g, '_')
    const status = statusOf(text, rules.statuses)
    if (status === undefined) {
      const message = `${kept}: no status is known by this word; send statusMapping`
      row.hints.push({ column, field: 'status', code: 'unknown_status', value: text, message, once: true })
    } else row.values.status = status
    if (status !== plain) keep(column, key, text)
    row.stored.add(column)
  }

  const isMapped = (target: Target) => target.kind === 'field' && target.isMapped
  for (const isFirst of [true, false]) {
    for (const [i, target] of targets.entries()) if (isMapped(target) === isFirst) read(target, i)
  }
  putName(row, names, keep)
  return row
}

function putName(
  row: RowCells,
  names: { part: keyof NameParts; text: string; key: string; column: number }[],
  keep: (column: number, key: string, value: unknown) => void,
) {
  const parts: NameParts = {}
  const sources = new Map<keyof NameParts, { key: string; column: number }>()
  for (const { part, text, key, column } of names) {
    if (parts[part] === undefined || parts[part] === text) {
      parts[part] = text
      sources.set(part, { key, column })
      row.stored.add(column)
    } else keep(column, key, text)
  }
  const { name, left } = composedName(parts)
  if (name !== undefined) row.values.name = name
  for (const part of left) {
    const source = sources.get(part)
    if (source) keep(source.column, source.key, parts[part])
  }
}

function labelsOf(cells: readonly (string | undefined)[], targets: readonly Target[]): Map<number, string> {
  const labels = new Map<number, string>()
  targets.forEach((target, i) => {
    const label = target.kind === 'label' ? (cells[i]?.trim() ?? '') : ''
    if (target.kind === 'label' && label !== '') labels.set(target.of, label)
  })
  return labels
}

function isNamePart(field: string): field is keyof NameParts {
  return NAME_PARTS.some((part) => part === field)
}
