// Leads out and in again: what is exported, imported into an empty workspace and exported there is the same.
import fc from 'fast-check'
import { it } from 'vitest'
import { NewLead } from '../../src/leads/leads.schemas'
import { run } from '../support/exports'
import { founder } from '../support/factories'
import { seedLeads } from '../support/leads'
import { addressed, comesBack, fields, listOf, maybe, RUNS, some, text } from '../support/round-trip'

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
