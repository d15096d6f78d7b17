// Cells of a CSV file: quoted, defused, and read again as exactly what was written.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  csvLine,
  escapeFormula,
  fieldCell,
  fieldColumn,
  fieldOf,
  fieldOfColumn,
  tagsCell,
  tagsOf,
  unescapeFormula,
} from '../../src/files/csv-cells'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '"', ';', ',', ' ', 'ä', '1') }),
)

describe('a formula', () => {
  it('is defused by an apostrophe, whatever it begins with', () => {
    for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\n=x', "'=1", "''+1"]) {
      expect(escapeFormula(formula)).toBe(`'${formula}`)
    }
    expect(['a=1', "'tis", "O'Neill", ' =1', ''].map(escapeFormula)).toEqual(['a=1', "'tis", "O'Neill", ' =1', ''])
  })

  it('comes back as it was', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(unescapeFormula(escapeFormula(any))).toBe(any)
        expect(/^[=+\-@\t\r\n]/.test(escapeFormula(any))).toBe(false)
      }),
    )
  })
})

describe('a line', () => {
  it('has quotes where a cell needs them, and ends with CRLF', () => {
    expect(csvLine(['a', '', 'b,c', 'd;e', 'f\ng', 'h"i"', ' j', '=k', 'ä 猫'])).toBe(
      'a,,"b,c","d;e","f\ng","h""i"""," j",\'=k,ä 猫\r\n',
    )
  })
})

describe('a custom field', () => {
  it('is written as people would write it', () => {
    const cells = ['gold', 5, true, null, ['a', 1], { b: 2 }, undefined].map(fieldCell)
    expect(cells).toEqual(['gold', '5', 'true', 'null', '["a",1]', '{"b":2}', ''])
  })

  it('that is text stays text, even where it looks like a number, JSON or nothing', () => {
    const looks = ['5', 'true', 'null', '"a"', '{}', '', ' x ', '\ud800', '1\u0000']
    const cells = looks.map(fieldCell)
    expect(cells).toEqual(['"5"', '"true"', '"null"', '"\\"a\\""', '"{}"', '""', '" x "', '"\\ud800"', '"1\\u0000"'])
    expect(cells.map(fieldOf)).toEqual(looks)
  })

  it('comes back with its type, from a reader that trims', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.jsonValue()), (any) => {
        const value = JSON.parse(JSON.stringify(any))
        expect(fieldOf(fieldCell(value).trim())).toEqual(value)
      }),
    )
  })

  it('has a column that gives its name back', () => {
    expect([fieldColumn('plan'), fieldColumn(' a'), fieldColumn('')]).toEqual([
      'customFields.plan',
      'customFields." a"',
      'customFields.""',
    ])
    expect(fieldOfColumn('name')).toBeUndefined()
    fc.assert(
      fc.property(text, (key) => {
        expect(fieldOfColumn(fieldColumn(key).trim())).toBe(key)
      }),
    )
  })
})

describe('tags', () => {
  it('stand in one cell', () => {
    expect(tagsCell(['VIP', 'a;b', 'say "hi"', 'two words'])).toBe('VIP;"a;b";"say ""hi""";two words')
    expect(tagsOf(' VIP ;"a;b" ; ; two words;')).toEqual(['VIP', 'a;b', 'two words'])
    expect(tagsOf('')).toEqual([])
    expect(tagsOf('5" screen; "open')).toEqual(['5" screen', '"open'])
  })

  it('come back one by one', () => {
    const name = text.map((any) => any.trim()).filter((any) => any !== '')
    fc.assert(
      fc.property(fc.array(name), (names) => {
        expect(tagsOf(tagsCell(names))).toEqual(names)
      }),
    )
  })
})
