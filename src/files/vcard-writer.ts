// vCard 4.0 (RFC 6350): a customer as an address book reads it.
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { exportedFields } from '../records/fields'

type Fields = Record<string, unknown>

const PROPERTIES = exportedFields(CUSTOMER_FIELDS).flatMap(([column, { vcard }]) => (vcard ? [{ column, vcard }] : []))

/** A customer as a vCard, from the fields of an export; custom fields stand in `X-CUSTOM-FIELDS`, as JSON. */
export function vcard(fields: Fields): string {
  const { id, createdAt, updatedAt } = fields
  const lines: [property: string, value: string][] = [
    ['BEGIN', 'VCARD'],
    ['VERSION', '4.0'],
    ['PRODID', '-//Edge CRM//EN'],
    ['UID', `urn:uuid:${id}`],
    ...PROPERTIES.map(({ column, vcard }): [string, string] => [vcard, textOf(fields[column])]),
    // CREATED of RFC 9554 is no property of 4.0 to other readers.
    ['X-CREATED', stamp(createdAt)],
    ['REV', stamp(updatedAt)],
    ['END', 'VCARD'],
  ]
  return lines
    .filter(([, value]) => value !== '')
    .map(([property, value]) => foldLine(`${property}:${value}`))
    .join('')
}

// A list is its parts by commas, an object its JSON; of what is empty, there is no property.
function textOf(value: unknown): string {
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return ''
  if (Array.isArray(value)) return value.map((part) => escapeText(String(part))).join(',')
  return Object.keys(value).length > 0 ? escapeText(JSON.stringify(value)) : ''
}

// RFC 6350, 3.4
function escapeText(text: string): string {
  return text.replace(/[\\,;]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n')
}

/** An instant in the basic form of vCard, to the second: `20261121T150000Z`. */
function stamp(instant: unknown): string {
  return typeof instant === 'string' ? `${instant.slice(0, 19).replace(/[-:]/g, '')}Z` : ''
}

const encoder = new TextEncoder()
const MOST = 75

/** Content lines of at most 75 octets, none broken within a character (RFC 6350, 3.2). */
function foldLine(line: string): string {
  if (encoder.encode(line).length <= MOST) return `${line}\r\n`
  let [text, width] = ['', 0]
  for (const character of line) {
    const octets = encoder.encode(character).length
    if (width + octets > MOST) {
      text += '\r\n '
      width = 1
    }
    text += character
    width += octets
  }
  return `${text}\r\n`
}
