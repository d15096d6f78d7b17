// Leads out and in again: what is exported, imported into an empty workspace and exported there is the same.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { NewLead } from '../../src/leads/leads.schemas'
import { exported, readingBy, run } from '../support/exports'
import { founder, type Person } from '../support/factories'
import { imported } from '../support/imports'
import { seedLeads } from '../support/leads'

const nasty = fc.string({ unit: fc.constantFrom(...'\'=+-@\t\r\n",;| aä\u00a0猫👩‍👩‍👧é\u0301\u202e\ufeff0.x⟦⟧{}[]\\') })
const text = (max: number) =>
  fc
    .oneof(
      nasty,
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('null', 'true', '5', '"', "'=1+1", '#N/A', 'a,b;c\td'),
    )
    .map((any) => any.toWellFormed().normalize().replaceAll('\u0000', '').trim().slice(0, max).toWellFormed().trim())
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const some = (max: number) => maybe(text(max)).map((any) => any || null)

const fieldName = fc.oneof(fc.constantFrom('plan', 'a.b', 'größe', ' edge ', '"q"', '=x', 'x;y', ''), text(30))
const fields = fc.dictionary(
  fieldName.filter((name) => name !== '__proto__'),
  fc
    .oneof(text(60), fc.constantFrom('', ' x ', '\ud800', '1\u0000'), fc.jsonValue({ maxDepth: 2 }))
    .map((any) => JSON.parse(JSON.stringify(any))),
  { maxKeys: 5 },
)

const lead = fc.record({
  title: text(150),
  name: some(200),
  email: maybe(fc.nat()),
  phone: some(50),
  interest: some(200),
  message: some(500),
  description: some(500),
  source: some(100),
  status: fc.constantFrom('NEW' as const, 'CONTACTED' as const, 'QUALIFIED' as const, 'CLOSED' as const),
  followUpAt: maybe(fc.constantFrom('2026-05-01T10:00:00.000Z', '1999-12-31T23:59:59.999Z')),
  metadata: maybe(fields),
})
const addressed = (n: number | null, i: number) => (n === null ? null : `${n % 9}+${i}@example.com`)

const FORMATS = { csv: 'text/csv', json: 'application/json', ndjson: 'application/x-ndjson' }
const RUNS = { numRuns: 12 }
const listOf = <T>(record: fc.Arbitrary<T>) => fc.array(record, { minLength: 1, maxLength: 30 })

/** Imports what a workspace exports, in each format, into an empty one, and compares what both export in all of them. */
async function comesBack(source: Person, entity: 'customers' | 'leads', columns: string, size: number, count: number) {
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

it('leads come back, their metadata too', async () => {
  await fc.assert(
    fc.asyncProperty(listOf(lead), fc.constantFrom(1, 3, 1000), async (list, size) => {
      const rows = list.map((row, i) => ({ ...row, title: `${row.title} ${i}`.trim(), email: addressed(row.email, i) }))
      const known = rows.filter((row) => NewLead.safeParse(row).success)
      const source = await founder()
      const stored = await seedLeads(
        source.workspaceId,
        known.map(({ metadata: _, ...row }) => row),
      )
      for (const [i, { id }] of stored.entries()) {
        const { metadata = null } = known[i] ?? {}
        if (metadata) await run('UPDATE leads SET metadata = ? WHERE id = ?', JSON.stringify(metadata), id)
      }
      const columns = 'title,name,email,phone,interest,message,description,status,source,followUpAt,metadata'
      await comesBack(source, 'leads', columns, size, known.length)
    }),
    RUNS,
  )
})
