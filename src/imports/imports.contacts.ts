// The e-mail addresses and phone numbers of a row: the first is the main one, the others are kept beside it.
import { isMap } from '../records/fields'
import { mailAddress } from '../text/address'
import { foldText } from '../text/fold'
import { formatPhone, readPhones } from '../text/phone'
import { readPhoneField } from '../text/searched'

export type RowEmail = { email: string; label: string | null; text: string }
export type RowPhone = { phone: string; phoneE164: string | null; label: string | null; text: string }

/** How many addresses, and how many numbers, a customer has beside the main one. */
export const MAX_FURTHER = 19
/** The longest number, in characters. */
const MAX_PHONE = 50
const MAX_LABEL = 50

type Part = { text: string; label: string | null }

/** Keys under which systems write an address, a number or a tag, and what kind it is. */
const VALUES = [
  'value',
  'email',
  'address',
  'email_address',
  'emailAddress',
  'phone',
  'number',
  'phoneNumber',
  'phone_number',
  'name',
  'title',
  'original_email_address',
  'original_phone_number',
]
const KINDS = ['label', 'type', 'kind', 'category']

/** The text of `{"value":"a@x.de","label":"work"}`, as most systems write an address, a number or a tag. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (!isMap(value)) return undefined
  const key = [...VALUES, ...KINDS].find((each) => typeof value[each] === 'string' && value[each] !== '')
  const text = key === undefined ? undefined : value[key]
  return typeof text === 'string' ? text : undefined
}

// The parts of a cell with several addresses or numbers: JSON, or as systems join them.
function partsOf(cell: string, between: RegExp): Part[] {
  const list = jsonParts(cell) ?? cell.split(between).map((text) => ({ text, label: null }))
  return list.map(({ text, label }) => ({ text: text.trim(), label })).filter(({ text }) => text !== '')
}

function jsonParts(cell: string): Part[] | undefined {
  if (!cell.startsWith('[') && !cell.startsWith('{')) return undefined
  try {
    const list: unknown = JSON.parse(cell)
    return [list].flat().map((each) => {
      const kind = isMap(each) ? KINDS.map((key) => each[key]).find((label) => typeof label === 'string') : null
      return { text: textOf(each) ?? JSON.stringify(each), label: typeof kind === 'string' ? kind : null }
    })
  } catch {
    return undefined
  }
}

/** The addresses of a cell, and the parts that are none. `Ann <ann@x.de>` is an address. */
export function emailsOf(cell: string): { emails: Part[]; wrong: string[] } {
  const whole = mailAddress(bareAddress(cell))
  if (whole !== undefined) return { emails: [{ text: whole, label: null }], wrong: [] }
  const emails: Part[] = []
  const wrong: string[] = []
  for (const { text, label } of partsOf(cell, /:::|[;,|\n]|\s(?=\S*@)/)) {
    const email = mailAddress(bareAddress(text))
    if (email === undefined) wrong.push(text)
    else emails.push({ text: email, label })
  }
  return { emails, wrong }
}

function bareAddress(text: string): string {
  const trimmed = text.trim().replace(/^mailto:/i, '')
  if (!trimmed.endsWith('>')) return trimmed
  return trimmed.slice(trimmed.lastIndexOf('<') + 1, -1)
}

const MAY_BE_SEVERAL = /[;,/|&\n]|\p{L}/u
const NONE = { numbers: [], problem: undefined }

/** The numbers of a cell as written, several of them as they are dialled, and the parts that are too long for one. */
export function phonesOf(cell: string, country: string | null): { phones: Part[]; wrong: string[] } {
  const isList = cell.startsWith('[') || cell.startsWith('{') || cell.includes(':::')
  const phones: Part[] = []
  const wrong: string[] = []
  for (const { text, label } of isList ? partsOf(cell, /:::/) : [{ text: cell, label: null }]) {
    // Reading a number takes long, and most cells cannot hold two.
    const { numbers, problem } = MAY_BE_SEVERAL.test(text) ? readPhones(text, { country }) : NONE
    if (numbers.length > 1 && problem === undefined) {
      phones.push(...numbers.map((number) => ({ text: formatPhone(number), label })))
    } else if (text.length > MAX_PHONE) wrong.push(text)
    else phones.push({ text, label })
  }
  return { phones, wrong }
}

export const rowEmail = (email: string, label: string | null): RowEmail => ({
  email,
  label: labelOf(label),
  text: foldText(email),
})

export function rowPhone(phone: string, label: string | null, country: string | null): RowPhone {
  const { key, text } = readPhoneField(phone, country)
  return { phone, phoneE164: key, label: labelOf(label), text }
}

function labelOf(label: string | null): string | null {
  const text = label?.replace(/^\* ?/, '').trim() ?? ''
  return text === '' || text.length > MAX_LABEL ? null : text
}
