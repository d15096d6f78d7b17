// Files as other systems write them: each is recognised, and every value of it is in a record or in the report.
import { afterAll, describe, expect, it } from 'vitest'
import { rows } from '../support/database'
import { founder } from '../support/factories'
import { figures, imported } from '../support/imports'
import { type Count, cellsOf, counted, recordsOf, type Sample, samples } from '../support/samples'

const SYSTEMS: Record<string, string | null> = {
  'android.vcf': 'vcard-android',
  'apple.vcf': 'vcard-apple',
  'attio-people.csv': 'attio',
  'copper-people.csv': 'copper',
  'espocrm-contacts.csv': 'espocrm',
  'facebook-leads.csv': 'facebook-leads',
  'google-ads-leads.csv': 'google-ads-leads',
  'google-contacts.csv': 'google-contacts',
  'google-contacts-old.csv': 'google-contacts',
  'hubspot-api.json': 'hubspot-contacts',
  'hubspot-contacts.csv': 'hubspot-contacts',
  'hubspot-leads.csv': 'hubspot-contacts',
  'mailchimp.csv': 'mailchimp',
  'monica-contacts.csv': 'monica',
  'monica.vcf': 'vcard',
  'outlook.csv': 'outlook',
  'outlook-german.csv': 'outlook',
  'pipedrive-leads.csv': 'pipedrive-leads',
  'pipedrive-people.csv': 'pipedrive-people',
  'salesforce-accounts.csv': 'salesforce-accounts',
  'salesforce-contacts-report.csv': 'salesforce-contacts',
  'salesforce-leads.csv': 'salesforce-leads',
  'thunderbird.csv': 'thunderbird',
  'twenty-people.csv': 'twenty',
  'twenty-people.json': 'twenty',
  'zoho-leads.csv': 'zoho-leads',
}

/** Files whose lines are not all records. */
const RECEIVED: Record<string, number> = {
  'excel-report.csv': 2,
  'salesforce-contacts-report.csv': 2,
  'google-contacts.csv': 3,
}

const table: Record<string, string | number>[] = []

async function broughtIn(sample: Sample) {
  const admin = await founder()
  await rows("UPDATE users SET name = 'Rita Rep' WHERE id = ?", admin.id)
  const query = { entity: sample.entity, defaultCountry: 'US' }
  const report = await imported(admin, sample.text, { type: sample.type, query })
  return { admin, report, query }
}

describe.each(samples.map((sample) => [sample.name, sample] as const))('%s', (name, sample) => {
  it('comes in whole, and the same again changes nothing', async () => {
    const { admin, report, query } = await broughtIn(sample)
    expect(report.recognised).toBe(SYSTEMS[name] ?? null)
    expect(report.errors.filter(({ code }) => code !== 'unreadable_row')).toEqual([])
    expect(report.created).toBe(report.received - report.failed)
    expect(report.received).toBe(RECEIVED[name] ?? report.received)
    const records = await recordsOf(admin, sample.entity)
    expect(records).toHaveLength(report.created)
    const again = await imported(admin, sample.text, { type: sample.type, query })
    expect(figures(again)).toMatchObject({ created: 0, updated: 0, unchanged: report.created })
    if (sample.type !== 'text/csv') return
    const cells = cellsOf(sample.text)
    const names = new Set(report.columns.map(({ column }) => column))
    const header = cells.findIndex((row) => row.filter((cell) => names.has(cell)).length > row.length / 3)
    const count: Count = counted(cells, header, report, records)
    expect(count.lost).toEqual([])
    table.push({
      file: name,
      system: report.recognised ?? '–',
      rows: report.received,
      made: report.created,
      values: count.values,
      stored: count.stored,
      reported: count.reported,
      lost: count.lost.length,
    })
  })
})

afterAll(() => {
  const names = ['file', 'system', 'rows', 'made', 'values', 'stored', 'reported', 'lost']
  const lines = table.map((row) => `| ${names.map((name) => row[name]).join(' | ')} |`)
  console.info([`| ${names.join(' | ')} |`, ...lines].join('\n'))
})
