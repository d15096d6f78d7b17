// The values of custom fields as files write them, read by the type of the field.
import { expect, it } from 'vitest'
import type { FIELD_TYPES } from '../../src/db/schema/fields'
import { fieldReaders, hasDecimalComma, type Locale } from '../../src/imports/imports.typed'

const LOCALE = { country: 'DE', timeZone: 'Europe/Berlin', hasDecimalComma: false }
function read(
  type: (typeof FIELD_TYPES)[number],
  given: unknown,
  locale: Partial<Locale> = {},
  options: string[] = [],
) {
  const rules = { definitions: [{ key: 'x', label: 'X', type, options }], isStrict: false, members: [] }
  const typed = fieldReaders(rules, { ...LOCALE, ...locale }).get('x')?.(given)
  return typed && 'value' in typed ? typed.value : undefined
}
const each = (list: [given: unknown, value: unknown][], of: (given: unknown) => unknown) =>
  expect(list.map(([given]) => [given, of(given)])).toEqual(list)

it('numbers are read with a point or a comma before the decimals, groups, signs and currencies', () => {
  const both: [unknown, unknown][] = [
    ['5', 5],
    [' 5 ', 5],
    [5, 5],
    ['1,5', 1.5],
    ['1.5', 1.5],
    ['-1,50', -1.5],
    ['−7', -7],
    ['7-', -7],
    ['(7.25)', -7.25],
    ['1.234,56', 1234.56],
    ['1,234.56', 1234.56],
    ['1.234.567', 1234567],
    ['1,234,567', 1234567],
    ['12,34,567.8', 1234567.8],
    ['1 234 567,8', 1234567.8],
    ['1\u202f234,5', 1234.5],
    ["1'234.50", 1234.5],
    ['€ 1.200,00', 1200],
    ['1,200.00 USD', 1200],
    ['$1,200.00', 1200],
    ['-$5', -5],
    ['EUR 12', 12],
    ['0.125', 0.125],
    ['0,125', 0.125],
    ['.5', 0.5],
    ['5.', 5],
    ['4.47E+3', 4470],
    ['1234.5', 1234.5],
    ['1234,5', 1234.5],
    ['1234.567', 1234.567],
    ['5', 5],
    ['0', 0],
    ['-0', 0],
    ['', undefined],
  ]
  for (const comma of [true, false]) each(both, (given) => read('number', given, { hasDecimalComma: comma }))
  each(
    [
      ['1.234', 1234],
      ['1,234', 1.234],
    ],
    (given) => read('number', given, { hasDecimalComma: true }),
  )
  each(
    [
      ['1.234', 1.234],
      ['1,234', 1234],
    ],
    (given) => read('number', given),
  )
  for (const none of [
    'ca. 5k',
    'n/a',
    '-',
    '.',
    ',',
    '1.2.3',
    '1,2,3',
    '12-3',
    '1 2',
    '(5',
    '5)',
    '15%',
    '1e999',
    'NaN',
    'Infinity',
    '0x10',
    'ABC',
    '12345678901234567890',
    '0.12345678901234567891',
    true,
    { a: 1 },
    [1],
  ])
    expect([none, read('number', none)]).toEqual([none, undefined])
})

it('a file has decimal commas if semicolons stand between its cells; with tabs, as its country', () => {
  expect([';', ',', '\t', null].map((separator) => hasDecimalComma(separator, 'DE'))).toEqual([
    true,
    false,
    true,
    false,
  ])
  expect(['US', 'GB', 'CH', 'FR', 'BR', null].map((country) => hasDecimalComma('\t', country))).toEqual([
    false,
    false,
    false,
    true,
    true,
    false,
  ])
})

it('yes and no are read in many languages', () => {
  const yes = [
    true,
    1,
    'true',
    'TRUE',
    'Yes',
    'y',
    '1',
    'on',
    'ja',
    'J',
    'WAHR',
    'oui',
    'vrai',
    'Sí',
    'si',
    'sim',
    'tak',
    'да',
    '是',
    'はい',
    'x',
    '✓',
  ]
  const no = [
    false,
    0,
    'false',
    'No',
    'n',
    '0',
    'off',
    'nein',
    'FALSCH',
    'non',
    'faux',
    'não',
    'nie',
    'нет',
    '否',
    'いいえ',
  ]
  each(
    [...yes.map((word): [unknown, unknown] => [word, true]), ...no.map((word): [unknown, unknown] => [word, false])],
    (given) => read('boolean', given),
  )
  for (const none of ['maybe', '2', 'truee', [], {}]) expect(read('boolean', none)).toBeUndefined()
})

it('days and instants are read in the forms of spreadsheets and systems', () => {
  each(
    [
      ['2026-11-30', '2026-11-30'],
      ['30.11.2026', '2026-11-30'],
      ['30/11/2026', '2026-11-30'],
      ['46356', '2026-11-30'],
      ['2026-11-30T00:00:00Z', '2026-11-30'],
      ['2026-11-29T23:00:00.000Z', '2026-11-30'],
      ['2026-11-30T13:30:00+01:00', '2026-11-30'],
      ['31.02.2026', undefined],
      ['soon', undefined],
    ],
    (given) => read('date', given),
  )
  each(
    [
      ['11/30/2026', '2026-11-30'],
      ['11/12/2026', '2026-11-12'],
    ],
    (given) => read('date', given, { country: 'US' }),
  )
  each(
    [
      ['2026-11-30T13:30:00Z', '2026-11-30T13:30:00.000Z'],
      ['2026-11-30 13:30:00 UTC', '2026-11-30T13:30:00.000Z'],
      ['2026-11-30T14:30:00+0100', '2026-11-30T13:30:00.000Z'],
      ['30.11.2026 14:30', '2026-11-30T13:30:00.000Z'],
      ['2026-11-30', '2026-11-29T23:00:00.000Z'],
      ['2026-11-30T25:00:00Z', undefined],
      ['tomorrow', undefined],
    ],
    (given) => read('instant', given),
  )
})

it('options are read in any case, and several as lists; addresses get their https', () => {
  const options = ['Gold', 'Größe', 'C; D', '10']
  each(
    [
      ['gold', 'Gold'],
      ['GROSSE', 'Größe'],
      ['größe', 'Größe'],
      [10, '10'],
      ['silver', undefined],
    ],
    (given) => read('select', given, {}, options),
  )
  each(
    [
      [
        ['gold', 'Größe'],
        ['Gold', 'Größe'],
      ],
      ['gold;größe', ['Gold', 'Größe']],
      ['gold, 10', ['Gold', '10']],
      ['c; d', ['C; D']],
      ['["C; D","gold"]', ['C; D', 'Gold']],
      ['gold;gold', ['Gold']],
      ['gold;silver', undefined],
      [[1], undefined],
    ],
    (given) => read('multiselect', given, {}, options),
  )
  each(
    [
      ['https://a.de', 'https://a.de'],
      ['www.a.de/x?y=1', 'https://www.a.de/x?y=1'],
      ['a.de', 'https://a.de'],
      ['ann@a.de', undefined],
      ['javascript:alert(1)', undefined],
      ['https://a b', undefined],
      ['none', undefined],
    ],
    (given) => read('url', given),
  )
})
