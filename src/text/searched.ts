// Searched texts: what the Worker writes beside a record, so that the search index and a question are folded alike.
import { foldText, nameKey } from './fold.ts'
import { type PhoneNumber, type PhoneProblem, phoneKey, readPhone } from './phone.ts'
import { gramsOf } from './phone-grams.ts'
import { phoneSearchText } from './phone-search.ts'

/** Signs that are no part of what near-equal names share, and that SQLite takes out. */
export const BARED_SIGNS = [' ', '.', ',', '-', '/', '&', '(', ')', '"']

/** The folded text; null where it is the text in lower case, which SQLite knows for A to Z (`searchedText` in db/columns). */
export function foldedBeyondLower(text: string): string | null {
  const folded = foldText(text)
  return folded === lowerAscii(text) ? null : folded
}

/** What near-equal names share; null where SQLite knows it: the folded name without BARED_SIGNS. */
export function bareBeyondFolded(name: string): string | null {
  const bare = nameKey(name)
  const known = BARED_SIGNS.reduce((text, sign) => text.replaceAll(sign, ''), foldText(name))
  return bare === known ? null : bare
}

/**
 * For each key of custom fields its values, each with `key=value` as it is indexed; null where SQLite knows that by itself.
 * A list has several values.
 */
export function foldedEntries(entries: Record<string, unknown>): Record<string, [string, string][] | null> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) => {
      const folded = (Array.isArray(value) ? value : [value]).flatMap((each: unknown): [string, string][] => {
        const pair = typeof each === 'object' ? null : foldedBeyondLower(`${key}=${each}`)
        return pair === null ? [] : [[String(each), pair]]
      })
      return [key, folded.length === 0 ? null : folded]
    }),
  )
}

type Read = { key: string | null; text: string; problem?: PhoneProblem }
/** The field that was read last. Two columns are derived of one field, and reading a number takes long. */
const lastRead = new Map<string, Read>()

/** What is kept of a phone field: `key`, by which the number is known, and `text`, by which it is searched. */
export function readPhoneField(phone: string, country: string | null): Read {
  const field = `${country} ${phone}`
  const known = lastRead.get(field)
  if (known) return known
  const { number, problem } = readPhone(phone, { country })
  const read = { key: number ? phoneKey(number) : null, text: searchedPhone(phone, number ? [number] : []), problem }
  lastRead.clear()
  lastRead.set(field, read)
  return read
}

// Words beside the digits are searched as well.
function searchedPhone(written: string, numbers: PhoneNumber[]): string {
  const lines = phoneSearchText(written, numbers).split('\n')
  const folded = foldText(written)
  const words = lines[0] === '' || /\p{L}/u.test(folded) ? [folded] : []
  const digits = [...lines, ...words.flatMap((line) => line.match(/[0-9x]+/g) ?? [])]
  const grams = new Set(digits.flatMap((line) => gramsOf(line) ?? []))
  return [...lines, ...words, ...grams].filter((line) => line !== '').join('\n')
}

/** The text as SQLite lowers it: A to Z alone. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
