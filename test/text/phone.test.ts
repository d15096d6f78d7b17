// Phone numbers: as libphonenumber's own examples of every country are written, and as people and spreadsheets write them.

import fc from 'fast-check'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { describe, expect, it } from 'vitest'
import { formatPhone, isCountry, phoneKey, readPhone, readPhones } from '../../src/text/phone'
import { type Example, numbers } from './phone-examples'

const elsewhere = ({ number }: Example): CountryCode => (number.countryCallingCode === '49' ? 'FR' : 'DE')
const shifted = (text: string, zero: number) => text.replace(/\d/g, (d) => String.fromCodePoint(zero + Number(d)))
const key = (text: string, country: string | null) => {
  const { number, problem } = readPhone(text, { country })
  return number === undefined ? problem : phoneKey(number)
}

/** The examples that are not read as themselves. */
function misread(write: (example: Example) => string, home: (example: Example) => string | null, extension = '') {
  return numbers
    .map(
      (each) => [each.country, write(each), key(write(each), home(each)), `${each.number.number}${extension}`] as const,
    )
    .filter(([, , read, expected]) => read !== expected)
}

const atHome = ({ country }: Example) => country
const nowhere = () => null

describe('the example number of every country', () => {
  it('is there for all but a few', () => expect(numbers.length).toBeGreaterThan(240))

  it.each<[string, (example: Example) => string]>([
    ['international', ({ number }) => number.formatInternational()],
    ['E.164', ({ number }) => number.number],
    ['RFC 3966', ({ number }) => number.format('RFC3966')],
    ['with 00 for the plus', ({ number }) => `00${number.number.slice(1)}`],
    ['with a plus and 00', ({ number }) => `+00 ${number.formatInternational().slice(1)}`],
    ['with the code in parentheses', ({ number }) => `(+${number.countryCallingCode}) ${number.nationalNumber}`],
    ['with a full-width plus and digits', ({ number }) => `＋${shifted(number.number.slice(1), 0xff10)}`],
    ['in Arabic-Indic digits', ({ number }) => shifted(number.formatInternational(), 0x660)],
    ['in Persian digits', ({ number }) => shifted(number.formatInternational(), 0x6f0)],
    ['in Devanagari digits', ({ number }) => shifted(number.formatInternational(), 0x966)],
    ['with odd spaces', ({ number }) => number.formatInternational().replaceAll(' ', '\u00a0\u2009')],
    [
      'with odd hyphens',
      ({ number }) => number.formatInternational().replaceAll(' ', '\u2011').replaceAll('-', '\u2013'),
    ],
    ['with dots', ({ number }) => number.formatInternational().replaceAll(/[ -]/g, '.')],
    ['between marks that cannot be seen', ({ number }) => `\u202a\u200e${number.formatInternational()}\u202c\ufeff`],
    ['with zero-width spaces inside', ({ number }) => [...number.number].join('\u200b')],
    ['with a label', ({ number }) => `Mobile: ${number.formatInternational()}`],
    ['in a formula', ({ number }) => `="${number.number}"`],
    ['with the mark of a text cell', ({ number }) => `'${number.number}`],
  ])('is read %s, in any country', (_, write) => {
    expect(misread(write, elsewhere)).toEqual([])
    expect(misread(write, nowhere)).toEqual([])
  })

  it.each<[string, (example: Example) => string]>([
    ['national', ({ number }) => number.formatNational()],
    ['national, without spaces', ({ number }) => number.formatNational().replace(/\D/g, '')],
    ['national, in full-width digits', ({ number }) => shifted(number.formatNational(), 0xff10)],
    ['national, between marks that cannot be seen', ({ number }) => `\u2066${number.formatNational()}\u2069`],
  ])('is read %s, at home', (_, write) => expect(misread(write, atHome)).toEqual([]))

  it.each<[string, string]>([
    [' ext. 012', ';ext=012'],
    [' x12', ';ext=12'],
    [' #12', ';ext=12'],
    [';ext=12', ';ext=12'],
    [',12', ';ext=12'],
    [',,12', ';ext=12'],
    [' Durchwahl 12', ';ext=12'],
    [' доб. 12', ';ext=12'],
    [' ｅｘｔ １２', ';ext=12'],
  ])('is read with "%s", which is a part of its identity', (written, extension) => {
    expect(misread(({ number }) => number.formatInternational() + written, nowhere, extension)).toEqual([])
    expect(misread(({ number }) => number.formatNational() + written, atHome, extension)).toEqual([])
  })

  it('is read behind "(0)", which is dialled at home alone', () => {
    const write = ({ number }: Example) => `+${number.countryCallingCode} (0) ${number.nationalNumber}`
    // There, one number has the zero abroad as well, and another has none.
    const two = ['AC', 'IT', 'VA'].map((country) => [country, 'ambiguous'])
    expect(misread(write, nowhere).map(([country, , read]) => [country, read])).toEqual(two)
  })

  it('is read without its plus as itself, or not at all', () => {
    const write = ({ number }: Example) => number.number.slice(1)
    const wrong = misread(write, atHome).filter(([, , read]) => read !== 'ambiguous')
    expect(wrong).toEqual([])
    expect(misread(write, atHome).length).toBeLessThan(10)
    expect(misread(write, nowhere).every(([, , read]) => read === 'missing_plus')).toBe(true)
  })

  it('is read without its plus in an international file', () => {
    const read = ({ number, country }: Example) =>
      readPhone(number.number.slice(1), { country, isInternational: true }).number?.e164 === number.number
    expect(numbers.filter((each) => !read(each)).map(({ country }) => country)).toEqual([])
  })

  it('is never read as the number of another person without its national prefix', () => {
    const write = ({ number }: Example) => number.nationalNumber
    expect(misread(write, atHome).filter(([, , read]) => read !== 'ambiguous')).toEqual([])
    expect(
      misread(({ number }) => `${number.nationalNumber}.0`, atHome).filter(([, , read]) => read !== 'ambiguous'),
    ).toEqual([])
  })

  it('is shown with its extension, and reads as itself again', () => {
    const shown = ({ number }: Example) => formatPhone({ e164: number.number, extension: '7' })
    expect(misread(shown, nowhere, ';ext=7')).toEqual([])
  })
})

describe('a number as people write it', () => {
  it.each<[string, string | null, string | undefined]>([
    ['030 9018 2000', 'DE', '+493090182000'],
    ['030/90 18 20 00', 'DE', '+493090182000'],
    ['(030) 9018-2000', 'DE', '+493090182000'],
    ['0049 (0)30 9018 2000', null, '+493090182000'],
    ['+49 030 9018 2000', null, '+493090182000'],
    ['+39 (0)6 1234 5678', null, '+390612345678'],
    ['020 7946 0958', 'GB', '+442079460958'],
    ['44 20 7946 0958', 'GB', '+442079460958'],
    ['1 (212) 555-0123', 'US', '+12125550123'],
    ['011 49 30 90182000', 'US', '+493090182000'],
    ['0049 30 90182000', 'US', '+493090182000'],
    ['8 (912) 345-67-89', 'RU', '+79123456789'],
    ['7 912 345 67 89', 'RU', '+79123456789'],
    ['06 20 123 4567', 'HU', '+36201234567'],
    ['tel:030-9018-2000;phone-context=+49', null, '+493090182000'],
    ['tel:+49-30-9018-2000;ext=12', null, '+493090182000;ext=12'],
    ['+800 1234 5678', null, '+80012345678'],
    ['30901812.0', 'DE', '+4930901812'],
    ['4.4207946095E+11', 'GB', 'rounded'],
    ['4.42079460958E+11', 'GB', '+442079460958'],
    ['4,9151E+11', 'DE', 'rounded'],
    ['491715557001', 'DE', 'ambiguous'],
    ['447911123456', 'DE', 'ambiguous'],
    ['442079460958', 'US', 'missing_plus'],
    ['49 30 901820', null, 'missing_plus'],
    ['030 901820', null, 'no_country'],
    ['030 901820/21', 'DE', 'unclear_ending'],
    ['030 901820, 21', 'DE', 'unclear_ending'],
    ['030 901820; 21', 'DE', 'unclear_ending'],
    ['7290,7291', 'TK', 'unclear_ending'],
    ['03090182000,,01715557001', 'DE', 'several_numbers'],
    ['030 901820 or 21', 'DE', 'unclear_ending'],
    ['030 901820 / 0171 5557001', 'DE', 'several_numbers'],
    ['030 12345 030 12346', 'DE', 'not_a_number'],
    ['+49 30 901820 +49 171 5557001', null, 'several_numbers'],
    ['112', 'DE', 'unclear_ending'],
    ['1-800-FLOWERS', 'US', 'not_a_number'],
    ['call after five: 030 901820', 'DE', 'not_a_number'],
    ['anna@example.com', 'DE', 'not_a_number'],
    ['2026-11-30', 'US', 'not_a_number'],
    ['-', 'DE', 'not_a_number'],
    ['n/a', 'DE', 'not_a_number'],
    ['0000000000', 'DE', 'not_a_number'],
    ['+', null, 'not_a_number'],
    ['+999 1234567', null, 'not_a_number'],
    ['*31#030901820', 'DE', 'not_a_number'],
    ['030 123¹', 'DE', 'not_a_number'],
    ['', 'DE', undefined],
    [' \u200b ', 'DE', undefined],
    ['1'.repeat(501), 'DE', 'too_long'],
  ])('%s in %s is %s', (text, country, read) => expect(key(text, country)).toBe(read))

  it('that is not well-formed is none', () => expect(key('\ud8001', 'DE')).toBe('not_a_number'))

  it('of any signs gives only valid numbers, each of which reads as itself', () => {
    const signs = fc.constantFrom(
      ...'0123456789'.repeat(4),
      ...'+-/(). ;,x:#\u200b٣７',
      'ext.',
      ' or ',
      '+49',
      '0171',
      'E+11',
      '.0',
    )
    const country = fc.constantFrom('DE', 'US', 'IT', 'TK', 'AR', null)
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 30 }), country, fc.boolean(), (list, home, isInternational) => {
        for (const number of readPhones(list.join(''), { country: home, isInternational }).numbers) {
          expect(parsePhoneNumberFromString(number.e164)?.isValid()).toBe(true)
          expect(number.e164).toMatch(/^\+[1-9]\d{3,14}$/)
          expect(key(formatPhone(number), home)).toBe(phoneKey(number))
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('of 500 of any character is read or refused', () => {
    for (const char of '0+(.,;/-x# \u200b\u0301٠ａ\n') expect(key(`0${char.repeat(499)}`, 'DE')).toMatch(/^[a-z_]+$/)
  })
})

describe('a text of several numbers', () => {
  it.each<[string, string[], string | undefined]>([
    ['030 9018 2000 / 0171 5557001', ['+493090182000', '+491715557001'], undefined],
    ['030 9018 2000/0171 5557001', ['+493090182000', '+491715557001'], undefined],
    ['030/90182000, 0171/5557001', ['+493090182000', '+491715557001'], undefined],
    ['03090182000;01715557001', ['+493090182000', '+491715557001'], undefined],
    ['030 90182000 oder 0171 5557001', ['+493090182000', '+491715557001'], undefined],
    ['+49 30 90182000 +33 6 12 34 56 78', ['+493090182000', '+33612345678'], undefined],
    ['+49 30 90182000 ::: +33 6 12 34 56 78', ['+493090182000', '+33612345678'], undefined],
    ['030 90182000\n0171 5557001\n', ['+493090182000', '+491715557001'], undefined],
    ['030 90182000, +49 30 9018 2000', ['+493090182000'], undefined],
    ['030 90182000 ext. 12, 030 90182000 ext. 13', ['+493090182000;ext=12', '+493090182000;ext=13'], undefined],
    ['030 90182000, ask for Bob', ['+493090182000'], 'not_a_number'],
    ['030 90182000, 12', [], 'unclear_ending'],
    ['0171 5557001; 030 901820/21', ['+491715557001'], 'unclear_ending'],
  ])('%j holds %j', (text, read, problem) => {
    const found = readPhones(text, { country: 'DE' })
    expect([found.numbers.map(phoneKey), found.problem]).toEqual([read, problem])
  })

  it('keeps what each number is for', () => {
    const { numbers: read } = readPhones('Tel. 030 90182000; Mobil: 0171 5557001; 030 90182001 (Fax), h 030 90182002', {
      country: 'DE',
    })
    expect(read.map(({ label }) => label)).toEqual([undefined, 'mobile', 'fax', 'home'])
  })

  it('knows the countries whose numbers it reads', () => {
    expect([isCountry('DE'), isCountry('XX'), isCountry('de')]).toEqual([true, false, false])
  })
})
