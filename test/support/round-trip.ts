// Any text, number and custom field of a record, and the comparison of what goes out with what comes in again.
import fc from 'fast-check'
import { expect } from 'vitest'
import { withoutNulls } from '../../src/records/fields'
import { exported, readingBy } from './exports'
import { founder, type Person } from './factories'
import { imported } from './imports'

export const nasty = fc.string({
  unit: fc.constantFrom(...'\'=+-@\t\r\n",;| aä\u00a0猫👩‍👩‍👧é\u0301\u202e\ufeff0.x⟦⟧{}[]\\'),
})
export const text = (max: number) =>
  fc
    .oneof(
      nasty,
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('null', 'true', '5', '"', "'=1+1", '#N/A', 'a,b;c\td'),
    )
    .map((any) => any.toWellFormed().normalize().replaceAll('\u0000', '').trim().slice(0, max).toWellFormed().trim())
export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
export const some = (max: number) => maybe(text(max)).map((any) => any || null)

export const fieldName = fc.oneof(fc.constantFrom('plan', 'a.b', 'größe', ' edge ', '"q"', '=x', 'x;y', ''), text(30))
/** Fields as they are stored: without nulls at any depth. */
export const fields = fc
  .dictionary(
    fieldName.filter((name) => name !== '__proto__'),
    fc
      .oneof(text(60), fc.constantFrom('', ' x ', '\ud800', '1\u0000'), fc.jsonValue({ maxDepth: 2 }))
      .map((any) => JSON.parse(JSON.stringify(any))),
    { maxKeys: 5 },
  )
  .map(withoutNulls)

export const addressed = (n: number | null, i: number) => (n === null ? null : `${n % 9}+${i}@example.com`)

export const FORMATS = { csv: 'text/csv', json: 'application/json', ndjson: 'application/x-ndjson' }
export const RUNS = { numRuns: 12 }
export const listOf = <T>(record: fc.Arbitrary<T>) => fc.array(record, { minLength: 1, maxLength: 30 })

/** Imports what a workspace exports, in each format, into an empty one, and compares what both export in all of them. */
export async function comesBack(
  source: Person,
  entity: 'customers' | 'leads',
  columns: string,
  size: number,
  count: number,
) {
  for (const [format, type] of Object.entries(FORMATS)) {
    const target = await founder()
    const file = await exported(source, `${entity}?format=${format}`, readingBy(size))
    const report = await imported(target, file, { type, query: { entity } })
    expect(report, JSON.stringify(report.errors)).toMatchObject({ created: count, failed: 0 })
    for (const as of Object.keys(FORMATS)) {
      const query = `${entity}?format=${as}&columns=${columns}`
      expect(await exported(target, query)).toBe(await exported(source, query))
    }
  }
}
