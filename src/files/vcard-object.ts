// A vCard as an object: its names, addresses and numbers under the keys of a customer, and everything else under its own.
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { exportedFields, isMap } from '../records/fields'

/** `params` are in upper case; `length` is that of the property as it stood in the card. */
export type Property = { group: string; name: string; params: string; value: string; length: number }
type Fields = Record<string, unknown>
type Labelled = { value: string; label: string | null }

/** The columns that properties of our own fill, such as X-KEEP-IN-TOUCH-DAYS. */
const COLUMN_OF = new Map(
  exportedFields(CUSTOMER_FIELDS).flatMap(([column, { vcard }]) => (vcard ? [[vcard, column] as const] : [])),
)
/** Properties that say something of the card and not of the person: the report has them, and no record. */
const OF_THE_CARD = ['VERSION', 'PRODID', 'REV', 'CREATED', 'X-CREATED', 'PROFILE', 'PHOTO', 'LOGO', 'SOUND', 'KEY']
const HIDDEN = ['BEGIN', 'END', 'X-ABLABEL']
const LABELS: [type: RegExp, label: string][] = [
  [/\b(?:CELL|IPHONE|MOBILE)\b/, 'mobile'],
  [/\bHOME\b/, 'home'],
  [/\bWORK\b/, 'work'],
  [/\bMAIN\b/, 'main'],
  [/\bOTHER\b/, 'other'],
]

export function cardObject(properties: readonly Property[]): Fields {
  const all = (name: string) =>
    properties.filter((each) => each.name === name && each.value.trim() !== '').toSorted((a, b) => rank(a) - rank(b))
  const labelOf = ({ group, params }: Property): string | null => {
    const own = properties.find((each) => each.name === 'X-ABLABEL' && each.group === group && group !== '')
    // Apple writes its own labels as _$!<Mobile>!$_.
    if (own) return unescapeText(own.value).replace(/^_\$!<(.*)>!\$_$/, '$1')
    return LABELS.find(([type]) => type.test(params))?.[1] ?? null
  }
  const labelled = (name: string, keep: (each: Property) => boolean = () => true): Labelled[] =>
    all(name)
      .filter(keep)
      .map((each) => ({
        value: unescapeText(each.value)
          .trim()
          .replace(/^(?:tel|mailto):/i, ''),
        label: labelOf(each),
      }))
  const isFax = ({ params }: Property) => /\bFAX\b/.test(params)
  const isPager = ({ params }: Property) => /\bPAGER\b/.test(params)
  const row: Fields = {}
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = parts(all('N')[0]?.value ?? '', ';')
  const [company = '', ...units] = parts(all('ORG')[0]?.value ?? '', ';')
  put(row, 'name', all('FN').slice(0, 1).map(textOf))
  const names = { firstName: given, middleName: middle, lastName: family, nameSuffix: suffix }
  if (row.name === undefined) for (const [key, value] of Object.entries(names)) put(row, key, [value])
  // FN is the whole name, as the person has it; what N says beyond it is kept beside it.
  else if (Object.values(names).some((part) => !String(row.name).includes(part.trim()))) {
    put(row, 'structured name', [[given, middle, family, suffix].filter((part) => part.trim() !== '').join(' ')])
  }
  put(row, 'name prefix', [prefix])
  put(row, 'other names', all('FN').slice(1).map(textOf))
  const emails = labelled('EMAIL')
  const phones = labelled('TEL', (each) => !isFax(each) && !isPager(each))
  if (emails.length > 0) row.emails = emails
  if (phones.length > 0) row.phones = phones
  put(
    row,
    'fax',
    labelled('TEL', isFax).map(({ value }) => value),
  )
  put(
    row,
    'pager',
    labelled('TEL', (each) => isPager(each) && !isFax(each)).map(({ value }) => value),
  )
  put(row, 'company', [company])
  put(row, 'department', units)
  put(
    row,
    'other organizations',
    all('ORG')
      .slice(1)
      .map((each) => parts(each.value, ';').join(', ')),
  )
  const tags = all('CATEGORIES').flatMap(({ value }) => parts(value, ',').map((tag) => tag.trim()))
  if (tags.some((tag) => tag !== '')) row.tags = tags.filter((tag) => tag !== '')
  put(
    row,
    'id',
    all('UID').map((each) => textOf(each).replace(/^urn:uuid:/i, '')),
  )
  for (const property of properties) putOther(row, property, labelOf(property))
  return row
}

const READ = ['FN', 'N', 'EMAIL', 'TEL', 'ORG', 'CATEGORIES', 'UID']

function putOther(row: Fields, property: Property, label: string | null) {
  const { name, value, length } = property
  if (READ.includes(name) || HIDDEN.includes(name) || value.trim() === '') return
  if (OF_THE_CARD.includes(name)) {
    const isMedia = ['PHOTO', 'LOGO', 'SOUND', 'KEY'].includes(name)
    return put(row, name, [isMedia ? `${value.slice(0, 40)}… (${length} characters)` : value])
  }
  if (name === 'X-CUSTOM-FIELDS') return putFields(row, unescapeText(value))
  const column = COLUMN_OF.get(name)
  if (column !== undefined) return put(row, column, [textOf(property)])
  const text = name === 'ADR' ? addressOf(property) : textOf(property)
  const key = name === 'ADR' ? 'address' : name.toLowerCase()
  put(row, label === null ? key : `${key} (${label})`, [text], name === 'NOTE' ? '\n\n' : '; ')
}

// Several values of one key are joined: none is lost.
function put(row: Fields, key: string, values: readonly string[], between = '; ') {
  const before = row[key]
  const texts = [typeof before === 'string' ? before : '', ...values.map((value) => value.trim())]
  const joined = [...new Set(texts.filter((text) => text !== ''))].join(between)
  if (joined !== '') row[key] = joined
}

function putFields(row: Fields, json: string) {
  try {
    const fields: unknown = JSON.parse(json)
    if (isMap(fields)) row.customFields = fields
    else put(row, 'x-custom-fields', [json])
  } catch {
    put(row, 'x-custom-fields', [json])
  }
}

// Post office box, extension, street, city, region, code, country (RFC 6350, 6.3.1).
function addressOf({ value }: Property): string {
  const lines = parts(value, ';').map((part) => part.trim().replace(/\s*\n\s*/g, ', '))
  return lines.filter((part) => part !== '').join(', ')
}

// A list is its parts by semicolons without those that are empty.
function textOf({ value }: Property): string {
  return unescapeText(value).trim()
}

// 4.0 says PREF=1 to 100, 3.0 TYPE=PREF.
function rank({ params }: Property): number {
  const order = /;PREF=(\d+)/.exec(params)?.[1]
  if (order !== undefined) return Number(order)
  return /[;,="]PREF\b/.test(params) ? 1 : 101
}

// Splits a list at the marks without a backslash before them.
function parts(value: string, mark: ';' | ','): string[] {
  const list: string[] = []
  let [start, at] = [0, 0]
  for (; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1
    else if (value[at] === mark) {
      list.push(unescapeText(value.slice(start, at)))
      start = at + 1
    }
  }
  return [...list, unescapeText(value.slice(start))]
}

function unescapeText(value: string): string {
  return value.replace(/\\(.)/gs, (_, mark: string) => (mark === 'n' || mark === 'N' ? '\n' : mark))
}
