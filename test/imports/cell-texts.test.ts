// Cells that Excel writes as formulas, so that their text stays as it is.
import { expect, it } from 'vitest'
import { withoutWrapper } from '../../src/imports/imports.cell-texts'

it.each([
  ['="00123"', '00123'],
  ['="say ""hi"""', 'say "hi"'],
  ['=""', ''],
  // A formula has two quotes: these texts have one, or none.
  ['="', '="'],
  ['=', '='],
  ['"00123"', '"00123"'],
])('of the cell %s the text is %s', (cell, text) => {
  expect(withoutWrapper(cell)).toBe(text)
})
