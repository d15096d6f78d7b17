// The e-mail addresses and phone numbers of a row: the first is the main one, the others are kept beside it.
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

/** The parts of a cell with several addresses or numbers: a JSON array, or as systems join them. */
function partsOf(cell: string, between: RegExp): string[] {
  const list = cell.startsWith('[') ? jsonList(cell) : undefined
  return (list ?? cell.split(between)).map((part) => part.trim()).filter((part) => part !== '')
}

function jsonList(cell: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(cell)
    if (!Array.isArray(list)) return undefined
    return list.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))
  } catch {
    return undefined
  }
}

/** The addresses of a cell, and the parts that are none. `Ann <ann@x.de>` is an address. */
export function emailsOf(cell: string): { emails: string[]; wrong: string[] } {
  const whole = mailAddress(bareAddress(cell))
  if (whole !== undefined) return { emails: [whole], wrong: [] }
  const emails: string[] = []
  const wrong: string[] = []
  for (const part of partsOf(cell, /:::|[;,|\n]|\s(?=\S*@)/)) {
    const email = mailAddress(bareAddress(part))
    if (email === undefined) wrong.push(part)
    else emails.push(email)
  }
  return { emails, wrong }
}

function bareAddress(text: string): string {
  const trimmed = text.trim().replace(/^mailto:/i, '')
  if (!trimmed.endsWith('>')) return trimmed
  return trimmed.slice(trimmed.lastIndexOf('<') + 1, -1)
}

/** The numbers of a cell as written, several of them as they are dialled, and the parts that are too long for one. */
export function phonesOf(cell: string, country: string | null): { phones: string[]; wrong: string[] } {
  const parts = cell.startsWith('[') || cell.includes(':::') ? partsOf(cell, /:::/) : [cell]
  const phones: string[] = []
  const wrong: string[] = []
  for (const part of parts) {
    const { numbers, problem } = readPhones(part, { country })
    if (numbers.length > 1 && problem === undefined) phones.push(...numbers.map(formatPhone))
    else (part.length > MAX_PHONE ? wrong : phones).push(part)
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
