// A dry run says exactly what the real run does, whatever the file; and importing is importing, whatever stands in a cell.
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { csvLine, fieldCell, tagsCell } from '../../src/files/csv-cells'
import { foldText } from '../../src/text/fold'
import { count, everythingStored } from '../support/database'
import { founder } from '../support/factories'
import { customersOf, figures, imported } from '../support/imports'

afterEach(() => vi.restoreAllMocks())

it('a file of anything comes in as it was written, and again changes nothing', {
  tags: ['long'],
  timeout: 120_000,
}, async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => value.replaceAll('\u0000', ''))
  const cell = fc.oneof(
    text,
    fc.constantFrom("'=x", '=cmd', '-1', '@a', '\t', "''+", 'a\nb', '"', ';', '007', 'null', '1e9'),
  )
  const person = fc.record({
    // A name holds something to see: “¸” alone is refused.
    name: cell.filter((value) => foldText(value) !== ''),
    company: cell,
    plan: fc.oneof(cell, fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.integer(), { maxLength: 2 })),
    tags: fc.uniqueArray(fc.constantFrom('a', 'b;c', 'd"e', ' f '.trim(), 'ü,'), { maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 8 }), async (people) => {
      const admin = await founder()
      const lines = people.map(({ name, company, plan, tags }, i) =>
        csvLine([name, `p${i}@x.de`, company, fieldCell(plan), tagsCell(tags)]),
      )
      const file = csvLine(['name', 'email', 'company', 'customFields.plan', 'tags']) + lines.join('')
      expect(figures(await imported(admin, file))).toMatchObject({ created: people.length, failed: 0 })
      const found = new Map((await customersOf(admin)).map((each) => [each.email, each]))
      people.forEach(({ name, company, plan, tags }, i) => {
        const made = found.get(`p${i}@x.de`)
        expect(made).toMatchObject({
          name: name.trim().normalize(),
          company: company.trim() === '' ? null : company.trim().normalize(),
          fields: plan === null ? {} : { plan },
        })
        expect(made?.tags.toSorted()).toEqual(tags.toSorted())
      })
      expect(figures(await imported(admin, file))).toMatchObject({ unchanged: people.length, updated: 0, created: 0 })
    }),
    { numRuns: 40 },
  )
})

it('a dry run leaves no key behind', async () => {
  const admin = await founder()
  await imported(admin, 'name\nAnn\n', { query: { dryRun: 'true' } })
  expect(await everythingStored()).not.toContain('"name":"Ann"')
  expect(await count('import_keys')).toBe(0)
})
