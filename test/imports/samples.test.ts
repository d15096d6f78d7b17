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

it('of leads, whatever names the company names a lead without a title, and codes of Facebook carry no prefix', async () => {
  const admin = await founder()
  const file = 'Business Name,Phone Number,Status\nA/C Engineers,,new\nCoast Plumbing,(904) 213-9300,new\n'
  const report = await imported(admin, file, { query: { entity: 'leads', defaultCountry: 'US' } })
  expect(report).toMatchObject({ created: 2, failed: 0 })
  const facebook =
    'id,created_time,ad_name,form_name,is_organic,platform,full_name,phone_number,zip_code\nl:1,2026-06-01T08:12:34-05:00,Ad,Form,false,fb,Ann Lee,p:+16173799780,z:01960\n'
  const known = await imported(admin, facebook, { query: { entity: 'leads' } })
  expect(known).toMatchObject({ recognised: 'facebook-leads', created: 1 })
  const hubspot =
    'Record ID - Contact,First Name,Last Name,Email,Record ID - Company,Company name\n51,Ann,Lee,a@x.de,7,Acme\n'
  expect(await imported(admin, hubspot)).toMatchObject({ recognised: 'hubspot-contacts', created: 1 })
  const zoho = 'Record Id,Lead Name,Company,Lead Source,Lead Status\nzcrm_1,Bo Ek,Ek AB,Facebook,Lost Lead\n'
  expect(await imported(admin, zoho, { query: { entity: 'leads' } })).toMatchObject({ recognised: 'zoho-leads' })
  const made = await rows<{ title: string; zip: string | null; external: string | null }>(
    `SELECT title, custom_fields ->> 'zip_code' AS zip, external_id AS external FROM leads WHERE workspace_id = ? ORDER BY seq`,
    admin.workspaceId,
  )
  expect(made.map(({ title }) => title)).toEqual(['A/C Engineers', 'Coast Plumbing', 'Ann Lee', 'Bo Ek'])
  expect(made.map(({ zip }) => zip)).toEqual([null, null, '01960', null])
  const [contact] = await rows('SELECT external_id FROM customers WHERE workspace_id = ?', admin.workspaceId)
  expect(contact).toEqual({ external_id: '51' })
})
