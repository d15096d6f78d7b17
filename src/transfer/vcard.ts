// vCard 4.0 (RFC 6350): a customer as an address book reads it.

type Fields = Record<string, unknown>

/** A customer as a vCard, from the fields of an export; custom fields stand in `X-CUSTOM-FIELDS`, as JSON. */
export function vcard(fields: Fields): string {
  const { id, name, email, phone, company, tags, keepInTouchDays, customFields, createdAt, updatedAt } = fields
  const categories = Array.isArray(tags) ? tags.map((tag) => escaped(String(tag))).join(',') : ''
  const hasCustom = typeof customFields === 'object' && customFields !== null && Object.keys(customFields).length > 0
  const lines: [property: string, value: string][] = [
    ['BEGIN', 'VCARD'],
    ['VERSION', '4.0'],
    ['PRODID', '-//Edge CRM//EN'],
    ['UID', `urn:uuid:${id}`],
    ['FN', textOf(name)],
    ['EMAIL', textOf(email)],
    ['TEL', textOf(phone)],
    ['ORG', textOf(company)],
    ['CATEGORIES', categories],
    ['X-KEEP-IN-TOUCH-DAYS', typeof keepInTouchDays === 'number' ? String(keepInTouchDays) : ''],
    ['X-CUSTOM-FIELDS', hasCustom ? escaped(JSON.stringify(customFields)) : ''],
    // RFC 9554
    ['CREATED;VALUE=timestamp', stamp(createdAt)],
    ['REV', stamp(updatedAt)],
    ['END', 'VCARD'],
  ]
  return lines
    .filter(([, value]) => value !== '')
    .map(([property, value]) => folded(`${property}:${value}`))
    .join('')
}

const textOf = (value: unknown) => (typeof value === 'string' ? escaped(value) : '')

// RFC 6350, 3.4
function escaped(text: string): string {
  return text.replace(/[\\,;]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n')
}

/** An instant in the basic form of vCard, to the second: `20261121T150000Z`. */
function stamp(instant: unknown): string {
  return typeof instant === 'string' ? `${instant.slice(0, 19).replace(/[-:]/g, '')}Z` : ''
}

const encoder = new TextEncoder()
const MOST = 75

/** Content lines of at most 75 octets, none broken within a character (RFC 6350, 3.2). */
function folded(line: string): string {
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
