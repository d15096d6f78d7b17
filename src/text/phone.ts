// Phone numbers: read by libphonenumber's own rules, or not at all. What can be read in two ways is not guessed.
// Its metadata "max" is what tells valid numbers; by "min", nearly half of the numbers called valid are none.
import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber as Parsed,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import {
  cleanPhoneText,
  fromSpreadsheet,
  isShortEnding,
  type PhoneLabel,
  splitPhones,
  takeApart,
  withoutTrunk,
} from './phone-cell.ts'

/** A number that can be dialled: E.164, and the extension, in the digits written, if there is one. */
export type PhoneNumber = { e164: string; extension?: string; label?: PhoneLabel }

/**
 * `country` is whose numbers are written without a country's code; null, where none are known. With `isInternational`
 * all numbers begin with the code of a country, with or without their plus, as in the files of some systems.
 */
export type PhoneRules = { country: string | null; isInternational?: boolean }

/** Why a text, or a part of it, is not read as a number, each with what a person is told. */
export const PHONE_PROBLEMS = {
  not_a_number: 'not a number we can read',
  too_long: 'too long for a phone number',
  no_country: 'without a country code, and no default country is set',
  missing_plus: 'looks like a number of another country, without its plus',
  ambiguous: 'can be read as two different numbers; write it with + and its country code',
  unclear_ending: 'ends in what may be an extension or another number',
  rounded: 'rounded by a spreadsheet, which lost digits',
  several_numbers: 'holds more than one number',
} as const
export type PhoneProblem = keyof typeof PHONE_PROBLEMS

type Reading = { number: PhoneNumber } | { problem: PhoneProblem; isPartOfLast?: boolean }

/** Longer texts are not read, in UTF-16 units. */
const MAX_LENGTH = 500
/** Digits of an E.164 number (ITU-T E.164, 6.2.1). */
const MAX_DIGITS = 15

/** Whether numbers of a country, by its two letters, can be read. */
export function isCountry(code: string): code is CountryCode {
  return isSupportedCountry(code)
}

/** All numbers in a text, in its order and each once; `problem` says why a part of it is none. */
export function readPhones(text: string, rules: PhoneRules): { numbers: PhoneNumber[]; problem?: PhoneProblem } {
  if (text.length > MAX_LENGTH) return { numbers: [], problem: 'too_long' }
  const cell = fromSpreadsheet(cleanPhoneText(text))
  if (cell === null) return { numbers: [], problem: 'rounded' }
  const readings = splitPhones(cell).flatMap((part) => readPart(part, rules))
  const numbers: PhoneNumber[] = []
  let problem: PhoneProblem | undefined
  for (const reading of readings) {
    if ('number' in reading) numbers.push(reading.number)
    else {
      problem ??= reading.problem
      // The number before it is not whole, then.
      if (reading.isPartOfLast) numbers.pop()
    }
  }
  if (readings.length === 0 && cell !== '') problem = 'not_a_number'
  const keys = numbers.map(phoneKey)
  return { numbers: numbers.filter((_, i) => keys.indexOf(keys[i] ?? '') === i), problem }
}

/** The one number of a text, for a field that holds one. A text of two, or of a number and something else, has none. */
export function readPhone(text: string, rules: PhoneRules): { number?: PhoneNumber; problem?: PhoneProblem } {
  const { numbers, problem } = readPhones(text, rules)
  if (problem !== undefined) return { problem }
  return numbers.length > 1 ? { problem: 'several_numbers' } : { number: numbers[0] }
}

/** What a number is known by: E.164, with its extension as in RFC 3966, such as `+4930901820;ext=12`. */
export function phoneKey({ e164, extension }: PhoneNumber): string {
  return extension === undefined ? e164 : `${e164};ext=${extension}`
}

/** The number as people abroad read it, such as `+49 30 901820 ext. 12`. */
export function formatPhone({ e164, extension }: PhoneNumber): string {
  const shown = parse(e164, null)?.formatInternational() ?? e164
  return extension === undefined ? shown : `${shown} ext. ${extension}`
}

/** The number that was parsed last. One number is checked, and then written in all its forms. */
const lastParsed = new Map<string, Parsed | undefined>()

/** The number as libphonenumber reads it, valid or not. */
export function parse(number: string, country: string | null): Parsed | undefined {
  const key = `${country} ${number}`
  if (lastParsed.has(key)) return lastParsed.get(key)
  const parsed = parseAnew(number, country)
  lastParsed.clear()
  lastParsed.set(key, parsed)
  return parsed
}

function parseAnew(number: string, country: string | null): Parsed | undefined {
  const home = country !== null && isCountry(country) ? { defaultCountry: country } : {}
  return parsePhoneNumberFromString(number, { ...home, extract: false })
}

// A slash stands between two numbers, or inside of one: `030/901820`. It is between, where both sides are numbers.
function readPart(part: string, rules: PhoneRules): Reading[] {
  const pieces = part.split('/').map((piece) => piece.trim())
  if (pieces.length > 1) {
    const each = pieces.map((piece) => readOne(piece, rules))
    if (each.every((reading) => 'number' in reading)) return each
    const [last = '', ...before] = pieces.toReversed()
    if (/^\d{1,3}$/.test(last) && 'number' in readOne(before.toReversed().join('/'), rules)) {
      return [{ problem: 'unclear_ending' }]
    }
  }
  return [readOne(part, rules)]
}

function readOne(part: string, rules: PhoneRules): Reading {
  const written = takeApart(part)
  if (written === null) return { problem: 'not_a_number' }
  const { number, isAfterComma, ...more } = written
  const { extension } = more
  if (isAfterComma && extension !== undefined && 'e164' in readNumber(extension, rules)) {
    return { problem: 'unclear_ending' }
  }
  const read = readNumber(number, rules)
  if ('e164' in read) return { number: { ...read, ...more } }
  return isShortEnding(part) ? { problem: 'unclear_ending', isPartOfLast: true } : read
}

type Read = { e164: string } | { problem: PhoneProblem }

function readNumber(number: string, { country, isInternational = false }: PhoneRules): Read {
  const digits = number.replace(/\D/g, '')
  const dialled = withoutTrunk(number).replace(/\D/g, '')
  const kept = validAbroad(digits)
  const dropped = dialled === digits ? kept : validAbroad(dialled)
  if (kept !== undefined && dropped !== undefined && kept !== dropped) return { problem: 'ambiguous' }
  const international = kept ?? dropped
  if (number.startsWith('+')) return international ? { e164: international } : { problem: 'not_a_number' }
  const isDialledAbroad = digits.startsWith('00')
  if (isInternational && !digits.startsWith('0'))
    return international ? { e164: international } : { problem: 'not_a_number' }
  const national = country === null ? undefined : validOf(digits, country)
  if (national !== undefined && international !== undefined && national !== international) {
    return isAsWrittenAtHome(digits, national, international) && !isDialledAbroad
      ? { e164: national }
      : { problem: 'ambiguous' }
  }
  if (national !== undefined) return { e164: national }
  if (isDialledAbroad && international !== undefined) return { e164: international }
  if (international !== undefined && !digits.startsWith('0')) return { problem: 'missing_plus' }
  return { problem: country === null ? 'no_country' : 'not_a_number' }
}

// Where the country writes the number so, it is no number of another country without its plus; of its own it may be one.
function isAsWrittenAtHome(digits: string, national: string, international: string): boolean {
  const home = parse(national, null)
  const isOwn = international.startsWith(`+${home?.countryCallingCode}`)
  return home?.formatNational().replace(/\D/g, '') === digits && !isOwn
}

// A country's code begins with no zero.
function validAbroad(digits: string): string | undefined {
  const after = digits.replace(/^00/, '')
  return after.startsWith('0') ? undefined : validOf(`+${after}`, null)
}

function validOf(number: string, country: string | null): string | undefined {
  const parsed = parse(number, country)
  return parsed?.isValid() && parsed.number.length <= 1 + MAX_DIGITS ? parsed.number : undefined
}
