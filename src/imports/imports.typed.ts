// Reads the values of custom fields by their types: numbers of any locale, yes and no, days, options, members.
import { clockIn, instantAt } from '../clock'
import { mailAddress } from '../text/address'
import { readDay } from '../text/days'
import { foldText } from '../text/fold'
import type { Definition, FieldRules } from './imports.fields'

/** `country` and `timeZone` are the user's; with `hasDecimalComma`, `1.234` is 1234, and `1,234` is less than 2. */
export type Locale = { country: string | null; timeZone: string; hasDecimalComma: boolean }
/** The value as the field has it, with a `note` of what it does not keep; or why it is none. */
export type Typed = { value: unknown; note?: string } | { problem: string }
/** Reads a text, or a value of JSON. */
export type FieldReader = (given: unknown) => Typed

const MAX_URL = 2_000
/** Digits that a number keeps for sure (IEEE 754). */
const SAFE_DIGITS = 15
const DAY_MS = 86_400_000

const wordsOf = (words: string) => new Set(words.split(' ').map(foldText))
const YES = wordsOf(
  'true t yes y 1 on x ✓ ✔ ☑ checked ja j wahr oui o vrai sí si s verdadero vero sim verdadeiro waar tak prawda ano igen da evet doğru да д истина так はい 是 예 כן نعم',
)
const NO = wordsOf(
  'false f no n 0 off - ✗ ✘ ☐ unchecked nein falsch non faux falso não nao nee onwaar nie fałsz nej ne nem hayır yanlış нет н ложь ні いいえ 否 아니요 לא لا',
)

/** How the values of each defined field are read, by its key. */
export function fieldReaders({ definitions, members }: FieldRules, locale: Locale): ReadonlyMap<string, FieldReader> {
  return new Map(definitions.map((definition) => [definition.key, readerOf(definition, members, locale)]))
}

function readerOf({ type, options }: Definition, members: FieldRules['members'], locale: Locale): FieldReader {
  switch (type) {
    case 'text':
      return (given) => ({ value: given === null || typeof given === 'string' ? given : JSON.stringify(given) })
    case 'number':
      return (given) => (typeof given === 'number' ? { value: given } : ofText(numberOf(locale))(given))
    case 'boolean':
      return (given) => (typeof given === 'boolean' ? { value: given } : ofText(booleanOf)(given))
    case 'date':
      return ofText((text) => dayOf(text, locale))
    case 'instant':
      return ofText((text) => instantOf(text, locale))
    case 'select':
      return ofText(optionOf(options ?? []))
    case 'multiselect':
      return optionsOf(options ?? [])
    case 'url':
      return ofText(addressOf)
    case 'user':
      return ofText(memberOf(members))
  }
}

// Null removes the value of a field, whatever its type; an empty text is no value, but of a field of texts.
function ofText(read: (text: string) => Typed): FieldReader {
  return (given) => {
    if (given === null) return { value: null }
    const text = typeof given === 'string' ? given.trim() : JSON.stringify(given)
    return text === '' ? { value: undefined } : read(text)
  }
}

/**
 * Whether a file has decimals behind a comma: Excel puts semicolons between cells then. A file with tabs has them as its
 * country does, and any other a point.
 */
export function hasDecimalComma(separator: string | null, country: string | null): boolean {
  if (separator !== '\t' || country === null) return separator === ';'
  const { language, region } = new Intl.Locale(`und-${country}`).maximize()
  const parts = new Intl.NumberFormat(`${language}-${region}`).formatToParts(1.5)
  return parts.some(({ type, value }) => type === 'decimal' && value === ',')
}

const NUMBER = { problem: 'must be a number' }

function numberOf({ hasDecimalComma }: Locale): (text: string) => Typed {
  return (text) => {
    const bare = text.normalize('NFKC').replace(/^(\p{Sc}|[A-Z]{3}(?=[\s\d+-]))\s*|\s*(\p{Sc}|[A-Z]{3})$/gu, '')
    const [, opening, sign, digits = '', exponent = '', trailing, closing] =
      /^(\()?\s*([+−-])?\s*(?:\p{Sc}\s*)?([\d.,'’ _]*\d[.,]?)(e[+-]?\d{1,3})?\s*([−-])?(\))?$/iu.exec(bare.trim()) ?? []
    const plain = digits === '' ? undefined : plainDigits(digits, hasDecimalComma)
    if (plain === undefined || (opening === undefined) !== (closing === undefined)) return NUMBER
    const isNegative = opening !== undefined || (sign ?? trailing ?? '+') !== '+'
    const value = Number(`${isNegative ? '-' : ''}${plain}${exponent}`)
    if (!Number.isFinite(value)) return NUMBER
    const significant = plain.replace('.', '').replace(/^0+/, '').replace(/0+$/, '')
    const isKept = significant.length <= SAFE_DIGITS || String(Math.abs(value)) === plain
    return isKept
      ? { value: value === 0 ? 0 : value }
      : { problem: 'must be a number: it has more digits than one keeps' }
  }
}

// The digits with a point before the decimals. Of one mark with three digits behind it, the locale says which it is.
function plainDigits(text: string, hasDecimalComma: boolean): string | undefined {
  if (/[ '’_]/.test(text)) {
    const [whole = '', ...rest] = text.split(/[.,]/)
    if (!/^\d{1,3}(?:[ '’_]\d{3})+$/.test(whole) || rest.length > 1 || /\D/.test(rest[0] ?? '')) return undefined
    return `${whole.replace(/\D/g, '')}.${rest[0] ?? ''}0`.replace(/\.0$/, '')
  }
  const marks = text.replace(/\d/g, '')
  const isSingle = marks.length === 1
  const isGroup = isSingle && /^[1-9]\d{0,2}[.,]\d{3}$/.test(text) && (marks === '.') === hasDecimalComma
  const last = marks.at(-1)
  // The last mark stands before the decimals, if it comes once and no other kind comes behind it.
  const isDecimal = last !== undefined && !isGroup && marks.indexOf(last) === marks.length - 1
  const at = isDecimal ? text.lastIndexOf(last) : text.length
  const whole = text.slice(0, at)
  if (/[.,]/.test(whole) && !/^\d{1,3}(?:([.,])\d{3}(?:\1\d{3})*|(?:,\d{2})+,\d{3})$/.test(whole)) return undefined
  const decimals = text.slice(at + 1)
  return `${whole.replace(/\D/g, '') || '0'}${decimals === '' ? '' : `.${decimals}`}`
}

function booleanOf(text: string): Typed {
  const word = foldText(text)
  if (YES.has(word)) return { value: true }
  return NO.has(word) ? { value: false } : { problem: 'must be true or false' }
}

const WITH_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)? ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?)$/i

// The milliseconds of an instant that says its offset, in the forms of ISO 8601 that systems write.
function offsetInstant(text: string): number | undefined {
  if (!WITH_OFFSET.test(text)) return undefined
  const iso = text
    .replace(' ', 'T')
    .replace(/ ?UTC$/i, 'Z')
    .replace(',', '.')
    .replace(/([+-]\d\d)$/, '$1:00')
    .replace(/ (?=[+-])/, '')
  const ms = Date.parse(iso)
  return Number.isFinite(ms) ? ms : undefined
}

function dayOf(text: string, { country, timeZone }: Locale): Typed {
  const ms = offsetInstant(text)
  // Midnight in UTC is how many systems write a day.
  const isUtcDay = ms !== undefined && ms % DAY_MS === 0
  const local =
    ms === undefined ? readDay(text, country) : new Date(isUtcDay ? ms : clockIn(timeZone)(ms)).toISOString()
  if (local === undefined || !/^\d{4}-/.test(local)) return { problem: 'must be a day such as 2026-11-21' }
  const hasTime = !/T00:00(?::00(?:\.0+)?)?(?:Z|$)/.test(local)
  return {
    value: local.slice(0, 10),
    ...(hasTime && { note: 'The time of the day is left out: the field holds days' }),
  }
}

function instantOf(text: string, { country, timeZone }: Locale): Typed {
  const ms = offsetInstant(text)
  if (ms !== undefined) return { value: new Date(ms).toISOString() }
  const read = readDay(text, country)
  const instant = read === undefined ? undefined : instantAt(timeZone, read)
  return instant !== undefined && /^\d{4}-/.test(instant)
    ? { value: instant }
    : { problem: 'must be an instant such as 2026-11-21T15:00:00.000Z' }
}

function optionOf(options: readonly string[]): (text: string) => Typed {
  const exact = new Set(options)
  const folded = new Map(options.toReversed().map((option) => [foldText(option), option]))
  return (text) => {
    const option = exact.has(text) ? text : folded.get(foldText(text))
    return option === undefined ? { problem: `must be one of ${options.join(', ')}` } : { value: option }
  }
}

function optionsOf(options: readonly string[]): FieldReader {
  const read = optionOf(options)
  const problem = { problem: `must be a list of ${options.join(', ')}` }
  const all = (parts: readonly unknown[]): Typed => {
    const found = parts.map((part) => (typeof part === 'string' ? read(part.trim()) : problem))
    const values = found.flatMap((each) => ('value' in each ? [each.value] : []))
    return values.length === parts.length ? { value: [...new Set(values)] } : problem
  }
  return (given) => {
    if (given === null) return { value: null }
    if (Array.isArray(given)) return all(given)
    const text = typeof given === 'string' ? given.trim() : JSON.stringify(given)
    if (text === '') return { value: undefined }
    const whole = read(text)
    if ('value' in whole) return { value: [whole.value] }
    const list = jsonList(text)
    if (list) return all(list)
    const splits = [/[;|\n]/, /[;|\n,]/].map((between) => text.split(between).filter((part) => part.trim() !== ''))
    return splits.map(all).find((each) => 'value' in each) ?? problem
  }
}

function jsonList(text: string): unknown[] | undefined {
  if (!text.startsWith('[')) return undefined
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list : undefined
  } catch {
    return undefined
  }
}

function addressOf(text: string): Typed {
  const isBare = /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}(?::\d+)?(?:[/?#]\S*)?$/u.test(text)
  const url = isBare ? `https://${text}` : text
  const isAddress = /^https?:\/\/[^ ]+$/i.test(url) && url.length <= MAX_URL
  return isAddress ? { value: url } : { problem: 'must be an address that begins with https:// or http://' }
}

function memberOf(members: FieldRules['members']): (text: string) => Typed {
  const byKey = new Map<string, string | null>()
  // A name that two members have says neither.
  for (const { id, name } of members) byKey.set(foldText(name), byKey.has(foldText(name)) ? null : id)
  for (const { id, email } of members) for (const key of [id, email]) byKey.set(key, id)
  return (text) => {
    const id = byKey.get(text.toLowerCase()) ?? byKey.get(mailAddress(text) ?? text) ?? byKey.get(foldText(text))
    return id ? { value: id } : { problem: 'must be an active member of the team, by name, address or id' }
  }
}
