// Customers out and in again: what is exported, imported into an empty workspace and exported there is the same.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { NewCustomer } from '../../src/customers/customers.schemas'
import { seedCustomers } from '../support/customers'
import { exported } from '../support/exports'
import { founder } from '../support/factories'
import { imported } from '../support/imports'
import { addressed, comesBack, fields, listOf, maybe, RUNS, some, text } from '../support/round-trip'

/** Names and titles say which row it is: two rows with the very same content are one record to an import. */
const customer = fc.record({
  name: text(150),
  email: maybe(fc.nat()),
  phone: some(50),
  company: some(200),
  jobTitle: some(200),
  keepInTouchDays: maybe(fc.integer({ min: 1, max: 3650 })),
  customFields: maybe(fields),
  tags: fc.uniqueArray(fc.constantFrom('vip', 'a;b', '"q"', '=1', ' x', 'größe', "'"), { maxLength: 4 }),
})
it('customers come back, over any text, number, formula, line break, empty cell, tag and custom field', async () => {
  await fc.assert(
    fc.asyncProperty(listOf(customer), fc.constantFrom(1, 3, 1000), async (list, size) => {
      const rows = list.map((row, i) => ({ ...row, name: `${row.name} ${i}`.trim(), email: addressed(row.email, i) }))
      const known = rows.filter(({ tags: _, ...row }) => NewCustomer.safeParse(row).success)
      const source = await founder()
      await seedCustomers(
        source.workspaceId,
        known.map(({ customFields, ...row }) => ({ ...row, customFields: customFields ?? undefined })),
      )
      await comesBack(
        source,
        'customers',
        'name,email,phone,company,jobTitle,tags,keepInTouchDays,customFields',
        size,
        known.length,
      )
    }),
    RUNS,
  )
})

it('customers come back by vCard, their custom fields too', async () => {
  await fc.assert(
    fc.asyncProperty(listOf(customer), async (list) => {
      const line = (any: string | null) => any?.replace(/\p{Cc}/gu, '').trim() || null
      const rows = list.map((row, i) => ({
        ...row,
        name: `${line(row.name) ?? ''} ${i}`.trim(),
        phone: line(row.phone),
        company: line(row.company),
        jobTitle: line(row.jobTitle),
        email: addressed(row.email, i),
      }))
      const known = rows.filter(({ tags: _, ...row }) => NewCustomer.safeParse(row).success)
      const [source, target] = [await founder(), await founder()]
      await seedCustomers(
        source.workspaceId,
        known.map(({ customFields, ...row }) => ({ ...row, customFields: customFields ?? undefined })),
      )
      const report = await imported(target, await exported(source, 'customers?format=vcf'), { type: 'text/vcard' })
      expect(report, JSON.stringify(report.errors)).toMatchObject({ created: known.length, failed: 0 })
      const query = 'customers?columns=name,email,phone,company,jobTitle,tags,keepInTouchDays,customFields'
      expect(await exported(target, query)).toBe(await exported(source, query))
    }),
    RUNS,
  )
})

it('customers with more different fields than a file has columns come back as well', async () => {
  const [source, target] = [await founder(), await founder()]
  const fields = (from: number) => Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${from + i}`, i]))
  await seedCustomers(source.workspaceId, [
    { name: 'A', customFields: fields(0) },
    { name: 'B', customFields: fields(300) },
    { name: 'C' },
  ])
  const file = await exported(source, 'customers')
  expect(file.split('\r\n')[0]?.split(',')).toHaveLength(15)
  expect(await imported(target, file)).toMatchObject({ created: 3, failed: 0 })
  const query = 'customers?columns=name,customFields'
  expect(await exported(target, query)).toBe(await exported(source, query))
})
