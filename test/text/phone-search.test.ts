// Search by phone number: any form of a number finds it, however it was written, in every country.
import { describe, expect, it } from 'vitest'
import { readPhones } from '../../src/text/phone'
import { phoneSearchText, phoneTerms } from '../../src/text/phone-search'
import { type Example, numbers } from './phone-examples'

const indexed = (written: string, country: string | null) =>
  phoneSearchText(written, readPhones(written, { country }).numbers)
const finds = (question: string, text: string, country: string | null) =>
  phoneTerms(question, { country }).some((term) => text.includes(term))

const FORMS: Record<string, (number: Example['number']) => string> = {
  national: (number) => number.formatNational(),
  'national digits': (number) => number.formatNational().replace(/\D/g, ''),
  international: (number) => number.formatInternational(),
  'E.164': (number) => number.number,
  'RFC 3966': (number) => number.format('RFC3966'),
  'without its plus': (number) => number.number.slice(1),
  'with 00': (number) => `00${number.number.slice(1)}`,
  'with dots': (number) => number.formatInternational().replaceAll(/[ -]/g, '.'),
  'full width': (number) => number.number.replace(/\d/g, (d) => String.fromCodePoint(0xff10 + Number(d))),
  'national significant number': (number) => number.nationalNumber,
}

describe('the example number of every country', { tags: ['long'] }, () => {
  it.each(Object.keys(FORMS))('written %s is found by every other form, at home', (form) => {
    const missed = numbers.flatMap(({ country, number }) => {
      const written = FORMS[form]?.(number) ?? ''
      const text = indexed(written, country)
      // What was not read is found as it was written, and by its parts.
      if (readPhones(written, { country }).numbers.length === 0)
        return finds(written, text, country) ? [] : [[country, form]]
      const questions = Object.entries(FORMS).map(([name, write]) => [name, write(number)] as const)
      return questions.filter(([, question]) => !finds(question, text, country)).map(([name]) => [country, name])
    })
    expect(missed).toEqual([])
  })

  it('is found by the beginning and by the end of each form, from three digits on', () => {
    const missed = numbers.flatMap(({ country, number }) => {
      const text = indexed(number.number, country)
      const forms = [number.formatNational(), number.formatInternational(), `00${number.number.slice(1)}`]
      const [national = '', international = '', exit = ''] = forms
      const begun = [national, international, exit].flatMap((form) => Array.from(form, (_, i) => form.slice(0, i + 1)))
      const parts = [
        ...begun,
        ...[national, international].flatMap((form) => Array.from(form, (_, i) => form.slice(i))),
      ]
      const asked = parts.filter((part) => part.replace(/\D/g, '').replace(/^00/, '').length >= 3)
      return asked.filter((part) => !finds(part, text, country)).map((part) => [country, part, text])
    })
    expect(missed).toEqual([])
  })

  it('is indexed in a few short lines of digits', () => {
    const longest = numbers.map(({ country, number }) => indexed(number.formatInternational(), country))
    expect(longest.filter((text) => !/^\d{4,16}(?:\n\d{4,16}){0,3}$/.test(text))).toEqual([])
  })
})

describe('a question', () => {
  const text = indexed('+49 30 9018 2000', 'DE')

  it.each([
    '030 9018 2000',
    '030 9018',
    '9018 2000',
    '+49 30',
    '+49 (0)30 9018',
    '+49 030 9018',
    '0049 (0) 30 9018',
    '30/9018',
    '9018-2',
    '٩٠١٨',
    'Tel.: 030 9018 2000',
    '+49 30 9018\u200b2000',
  ])('%s finds +49 30 9018 2000', (question) => expect(finds(question, text, 'DE')).toBe(true))

  it.each(['031 9018 2000', '+33 9018', 'anna', '30', '', 'a1234', '2000, 9018', 'anna 9018'])(
    '%s finds it not',
    (question) => expect(finds(question, text, 'DE')).toBe(false),
  )

  it('with an extension finds that extension alone', () => {
    const twelve = indexed('030 9018 2000 ext. 12', 'DE')
    expect(finds('+49 30 9018 2000 x12', twelve, 'DE')).toBe(true)
    expect(finds('2000 ext. 12', twelve, 'DE')).toBe(true)
    expect(finds('+49 30 9018 2000 x13', twelve, 'DE')).toBe(false)
    expect(finds('030 9018 2000', twelve, 'DE')).toBe(true)
  })

  it('finds each of the numbers in a field, and what could not be read as it was written', () => {
    const both = indexed('030 9018 2000 / 0171 5557001', 'DE')
    expect([finds('+49 30 9018', both, 'DE'), finds('+49 171 555', both, 'DE')]).toEqual([true, true])
    expect(finds('555 70 01', indexed('555-7001 (ask)', null), null)).toBe(false)
    expect(finds('555 70 01', indexed('555-7001', null), null)).toBe(true)
  })

  it('from a country of +1 finds a number abroad by 011', () => {
    expect(finds('011 49 30', text, 'US')).toBe(true)
  })
})
