// Search by phone number: the digits that are indexed of a number, and those that a question is looked for by.
import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max'
import { isCountry, type PhoneNumber, type PhoneRules, parse, readPhones } from './phone.ts'
import { cleanPhoneText, splitPhones, takeApart, withoutTrunk } from './phone-cell.ts'

/** Longer texts are neither indexed nor asked for as numbers, in UTF-16 units. */
const MAX_LENGTH = 500
/** Fewer digits are no question for a number. */
const MIN_DIGITS = 3
/** Stands between the digits of a number and of its extension. */
const EXTENSION_MARK = 'x'

/**
 * What is indexed of a phone field: one line of digits for each way to write its numbers, with and without the country's
 * code, so that a part of any of them is a part of a line. `numbers` are those that were read in it.
 */
export function phoneSearchText(written: string, numbers: readonly PhoneNumber[]): string {
  const lines = [
    ...numbers.flatMap(formsOf),
    ...splitPhones(cleanPhoneText(written.slice(0, MAX_LENGTH))).flatMap((part) => termOf(part) ?? []),
  ]
  return [...new Set(lines)]
    .filter((line, _, all) => !all.some((other) => other !== line && other.includes(line)))
    .join('\n')
}

/**
 * The digits that find a number by a whole or partial form of it: one of them stands in a line of `phoneSearchText`. None,
 * where the question is no phone number.
 */
export function phoneTerms(question: string, rules: PhoneRules): string[] {
  const parts = question.length > MAX_LENGTH ? [] : splitPhones(cleanPhoneText(question))
  const [part, ...others] = parts
  const term = part === undefined || others.length > 0 ? undefined : termOf(part)
  if (part === undefined || term === undefined || term.replace(/\D/g, '').length < MIN_DIGITS) return []
  const whole = readPhones(question, rules).numbers.map((number) => withExtension(number.e164.slice(1), number))
  return [...new Set([...whole, term, ...withoutZero(part, term), ...withoutExit(term, rules)])]
}

/** The digits of what a number is known by (`phoneKey`), as they stand in a line of `phoneSearchText`. */
export function digitsOf(key: string): string {
  return key.slice(1).replace(';ext=', EXTENSION_MARK)
}

function formsOf(number: PhoneNumber): string[] {
  const parsed = parse(number.e164, null)
  const { country, nationalNumber } = parsed ?? {}
  const zero = `0${nationalNumber}`
  const national = parsed?.formatNational().replace(/\D/g, '') ?? ''
  // Parsing takes long, and most countries that dial a zero also write it.
  const dialsZero = country !== undefined && national !== zero && parse(zero, country)?.number === number.e164
  const forms = [number.e164.slice(1), national, ...(dialsZero ? [zero] : [])]
  return forms.map((digits) => withExtension(digits, number))
}

// The digits of a part as they stand in the lines: no plus, no 00, no (0).
function termOf(part: string): string | undefined {
  const written = takeApart(part)
  if (written === null) return undefined
  const digits = withoutTrunk(written.number).replace(/\D/g, '')
  return withExtension(digits.replace(/^00(?=\d)/, ''), written)
}

function withExtension(digits: string, { extension }: { extension?: string }): string {
  return extension === undefined ? digits : `${digits}${EXTENSION_MARK}${extension}`
}

// `+49 030 …`: the zero behind a country's code, which is dialled at home alone.
function withoutZero(part: string, term: string): string[] {
  if (!/^[([]?\s*(?:\+|00)/.test(part)) return []
  const code = [1, 2, 3].map((length) => term.slice(0, length)).find((digits) => callingCodes().has(digits))
  return code !== undefined && term[code.length] === '0' ? [code + term.slice(code.length + 1)] : []
}

// From countries of +1, 011 stands for the plus; elsewhere it may be the code of a town.
function withoutExit(term: string, { country }: PhoneRules): string[] {
  const isAmerican = country !== null && isCountry(country) && getCountryCallingCode(country) === '1'
  return isAmerican && /^011\d{3}/.test(term) ? [term.slice(3)] : []
}

const knownCodes = new Set<string>()
function callingCodes(): Set<string> {
  if (knownCodes.size === 0) for (const country of getCountries()) knownCodes.add(getCountryCallingCode(country))
  return knownCodes
}
