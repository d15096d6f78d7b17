// Files whose columns are custom fields that the workspace has defined: read by their types, and never a file refused for a cell.
import { describe, expect, it } from 'vitest'
import { send, worker } from '../support/api'
import { rows } from '../support/database'
import { customer, founder, member, type Person } from '../support/factories'
import { customersOf, figures, imported, importing, type Report, reportOf } from '../support/imports'

const define = async (by: Person, ...list: Record<string, unknown>[]) => {
  for (const field of list) {
    const json = { entity: 'customer', ...field }
    const answer = await send('/v1/fields', { method: 'POST', token: by.token, json })
    expect(answer.status, await answer.clone().text()).toBe(201)
  }
}
const told = ({ errors, warnings }: Report) =>
  [...errors, ...warnings].map(({ line, field, code, value }) => [line, field, code, value])
const fieldsOf = async (by: Person) => (await customersOf(by)).map(({ fields }) => fields)
const leadFieldsOf = async ({ workspaceId }: Person) =>
  (
    await rows<{ fields: string }>(
      'SELECT custom_fields AS fields FROM leads WHERE workspace_id = ? ORDER BY seq',
      workspaceId,
    )
  ).map(({ fields }) => JSON.parse(fields))

const TYPES = [
  { key: 'budget', type: 'number' },
  { key: 'active', type: 'boolean' },
  { key: 'since', type: 'date' },
  { key: 'seen', type: 'instant' },
  { key: 'plan', type: 'select', options: ['Gold', 'Basic'] },
  { key: 'topics', type: 'multiselect', options: ['A', 'B', 'C; D'] },
  { key: 'site', type: 'url' },
  { key: 'zip', type: 'text' },
]
const VALUES = {
  ...{ budget: 1234.5, active: true, since: '2026-11-30', seen: '2026-11-30T13:30:00.000Z', plan: 'Gold' },
  ...{ topics: ['A', 'B'], site: 'https://www.acme.de/x', zip: '01234' },
}

describe('a column that is a defined field', () => {
  it('is read by its type: a German file of Excel', async () => {
    const admin = await founder()
    await define(admin, ...TYPES)
    const file =
      'Name;Budget;Active;Since;Seen;Plan;Topics;Site;ZIP\r\nAnn;1.234,50;ja;30.11.2026;2026-11-30T13:30:00Z;gold;a | B;www.acme.de/x;01234\r\n'
    const report = await imported(admin, file)
    expect(told(report)).toEqual([])
    expect(await fieldsOf(admin)).toEqual([VALUES])
    expect(report.columns.map(({ field }) => field)).toContain('customFields.budget')
  })

  it('is read by its type in JSON, NDJSON and vCards, of customers and of leads', async () => {
    const admin = await founder()
    await define(admin, ...TYPES, ...TYPES.map((type) => ({ ...type, entity: 'lead' })))
    const texts = {
      ...VALUES,
      budget: '1,234.50',
      active: 'yes',
      plan: 'GOLD',
      topics: 'A;B',
      zip: 1234,
      since: '30.11.2026',
    }
    const json = JSON.stringify([
      { name: 'Ann', customFields: VALUES },
      { name: 'Bob', ...texts },
    ])
    expect(told(await imported(admin, json, { type: 'application/json' }))).toEqual([])
    const bob = { ...VALUES, zip: '1234' }
    expect(await fieldsOf(admin)).toEqual([VALUES, bob])
    const lines = [
      { title: 'A', customFields: VALUES },
      { title: 'B', ...texts },
    ]
      .map((row) => JSON.stringify(row))
      .join('\n')
    const ndjson = { type: 'application/x-ndjson', query: { entity: 'leads' } }
    expect(told(await imported(admin, lines, ndjson))).toEqual([])
    expect(await leadFieldsOf(admin)).toEqual([VALUES, bob])
    const card = `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Cem\r\nX-BUDGET:12\r\nX-CUSTOM-FIELDS:{"active":true}\r\nEND:VCARD\r\n`
    expect(told(await imported(admin, card, { type: 'text/vcard' }))).toEqual([])
    expect((await fieldsOf(admin)).at(-1)).toEqual({ budget: 12, active: true })
  })

  it('keeps what it cannot be read as beside it, with a warning by column, and the row comes in', async () => {
    const admin = await founder()
    await define(admin, ...TYPES)
    const file = 'name,budget,active,plan,since\nAnn,ca. 5k,maybe,Silver,31.02.2026\nBob,5,no,basic,2026-01-02\n'
    const dry = await imported(admin, file, { query: { dryRun: 'true' } })
    const report = await imported(admin, file)
    expect([told(report), figures(report)]).toEqual([told(dry), figures(dry)])
    expect(told(report)).toEqual([
      [2, 'customFields.budget', 'wrong_type', 'ca. 5k'],
      [2, 'customFields.active', 'wrong_type', 'maybe'],
      [2, 'customFields.plan', 'wrong_type', 'Silver'],
      [2, 'customFields.since', 'wrong_type', '31.02.2026'],
    ])
    expect(await fieldsOf(admin)).toEqual([
      {
        ...{ 'budget (as written)': 'ca. 5k', 'active (as written)': 'maybe', 'plan (as written)': 'Silver' },
        'since (as written)': '31.02.2026',
      },
      { budget: 5, active: false, plan: 'Basic', since: '2026-01-02' },
    ])
    expect(report.columns.map(({ unused }) => unused)).toEqual([0, 0, 0, 0, 0])
  })

  it('of members is one by name, address or id', async () => {
    const admin = await founder()
    const sales = await member(admin, 'SALES')
    await rows(`UPDATE users SET name = 'Sally Sales' WHERE id = ?`, sales.id)
    await define(admin, { key: 'manager', type: 'user' })
    const file = `name,manager\nAnn,sally SALES\nBob,${sales.email.toUpperCase()}\nCem,${sales.id}\nDee,Nobody\n`
    expect(told(await imported(admin, file))).toEqual([[5, 'customFields.manager', 'wrong_type', 'Nobody']])
    const is = { manager: sales.id }
    expect(await fieldsOf(admin)).toEqual([is, is, is, { 'manager (as written)': 'Nobody' }])
  })

  it('is not read if it is archived, and is known by its label', async () => {
    const admin = await founder()
    await define(
      admin,
      { key: 'old', type: 'number' },
      { key: 'ltv', type: 'number', label: 'Customer lifetime value' },
    )
    const { data } = await (await send('/v1/fields', { token: admin.token })).json<{
      data: { id: string; key: string }[]
    }>()
    const old = data.find(({ key }) => key === 'old')
    await send(`/v1/fields/${old?.id}`, { method: 'PATCH', token: admin.token, json: { archived: true } })
    expect(told(await imported(admin, 'name,old,Customer Lifetime Value\nAnn,anything,7\n'))).toEqual([])
    expect(await fieldsOf(admin)).toEqual([{ old: 'anything', ltv: 7 }])
  })

  it('that is required keeps its value: a row that removes it is refused', async () => {
    const admin = await founder()
    await define(admin, { key: 'plan', type: 'text', required: true })
    await customer(admin, { name: 'Ann', email: 'ann@x.de', customFields: { plan: 'gold' } })
    const file = 'email,name,customFields.plan\nann@x.de,Ann,null\nbob@x.de,Bob,null\n'
    const report = await imported(admin, file)
    expect(told(report)).toEqual([[2, 'customFields.plan', 'field_refused', null]])
    expect(figures(report)).toMatchObject({ created: 1, failed: 1 })
  })
})

describe('a strict workspace', () => {
  it('takes the rows, and reports by column what it has no field for', async () => {
    const admin = await founder()
    await define(admin, { key: 'budget', type: 'number' })
    await send('/v1/fields/strict', { method: 'PUT', token: admin.token, json: { entity: 'customer', strict: true } })
    const file = 'name,email,budget,city,owner,externalId\nAnn,ann@x.de,5,Rome,nobody@x.de,7\nBob,bob@x.de,x,Bonn,,7\n'
    const dry = await imported(admin, file, { query: { dryRun: 'true' } })
    const report = await imported(admin, file)
    expect(told(report)).toEqual(told(dry))
    expect(told(report)).toEqual([
      [2, 'customFields.city', 'unknown_field', 'Rome'],
      [2, 'owner', 'owner_unknown', 'nobody@x.de'],
      [3, 'customFields.budget', 'wrong_type', 'x'],
      [3, 'externalId', 'external_id_taken', '7'],
    ])
    expect(report.columns.slice(1)).toMatchObject([
      {},
      { unused: 1, example: 'x' },
      { field: null, unused: 2, example: 'Rome' },
      {},
      {},
    ])
    expect(await fieldsOf(admin)).toEqual([{ budget: 5 }, null])
  })
})

describe('a unique field', () => {
  it('refuses the row whose value another record has, or an earlier row, and names it', async () => {
    const admin = await founder()
    await define(admin, { key: 'no', type: 'text', unique: true })
    const ann = await customer(admin, { name: 'Ann', email: 'ann@x.de' })
    await send(`/v1/customers/${ann}`, { method: 'PATCH', token: admin.token, json: { customFields: { no: 'K1' } } })
    const file = 'name,email,no\nAnn,ann@x.de,k1 \nBob,bob@x.de,K1\nCem,cem@x.de,K2\nDee,dee@x.de,k2\nEve,eve@x.de,\n'
    for (const dryRun of ['true', 'false']) {
      const report = await imported(admin, file, { query: { dryRun } })
      expect(told(report)).toEqual([
        [3, 'customFields.no', 'field_taken', 'K1'],
        [5, 'customFields.no', 'field_taken', 'k2'],
      ])
      expect(report.errors.map(({ message }) => message)).toEqual([
        `Another record has this value: ${ann}`,
        'Another record has this value: line 4',
      ])
      expect(figures(report)).toMatchObject({ created: 2, updated: 1, failed: 2 })
    }
  })

  it('is one over the chunks of a file, in a dry run as in the real one', async () => {
    const admin = await founder()
    await define(admin, { key: 'no', type: 'number', unique: true })
    await customer(admin, { name: 'Old', email: 'old@x.de' })
    await imported(admin, 'email,no\nold@x.de,1\n', { query: { mode: 'update' } })
    const long = 'n'.repeat(9_000)
    const line = (i: number, no: number | '') => `f${i},f${i}@x.de,${no},${long}\n`
    const filler = Array.from({ length: 120 }, (_, i) => line(i, i === 7 ? 77 : '')).join('')
    // The number that the first chunk takes from Old is not free in the last one, so that both runs agree.
    const file = `name,email,no,note\nOld,old@x.de,2,\n${filler}A,a@x.de,77,\nB,b@x.de,1,\nC,c@x.de,2,\nD,d@x.de,3,\n`
    const fetch = worker({ IMPORT_STATEMENTS: '1000' })
    const run = async (query: Record<string, string>) => {
      const answer = await importing(admin, file, { query, fetch })
      const { id } = await answer.json<{ id: string }>()
      for (;;) {
        const report = await reportOf(admin, id, fetch)
        if (report.status !== 'RUNNING') return report
      }
    }
    const dry = await run({ dryRun: 'true' })
    const report = await run({})
    expect([told(report), figures(report)]).toEqual([told(dry), figures(dry)])
    expect(told(report).map(([line, , code]) => [line, code])).toEqual([
      [123, 'field_taken'],
      [124, 'field_taken'],
      [125, 'field_taken'],
    ])
    expect(figures(report)).toMatchObject({ created: 121, updated: 1, failed: 3 })
  })
})
