// Exports: what stands in the file, whose records they are, and that filters mean what they mean in the lists.
import { beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { made as customerMade, seedCustomers } from '../support/customers'
import { exported, exporting, readingBy } from '../support/exports'
import { founder, type Person, team } from '../support/factories'
import { seedInteractions } from '../support/interactions'
import { lead } from '../support/leads'
import { seedTickets } from '../support/tickets'

const at = (day: number) => `2026-04-${String(day).padStart(2, '0')}T12:00:00.000Z`
const ID = (n: number) => `0192f0c4-7a10-7c3e-9d2b-${String(n).padStart(12, '0')}`

describe('a CSV of customers', () => {
  it('is UTF-8 with CRLF, oldest first, its custom fields in columns by name', async () => {
    const { admin, sales } = await team()
    const usual = { workspaceId: admin.workspaceId, createdAt: at(1) }
    await seedCustomers(admin.workspaceId, [
      { ...usual, id: ID(1), name: 'Zoë "Z" Ünal', email: 'zoe@example.com', ownerId: sales.id, tags: ['vip', 'a;b'] },
      {
        ...usual,
        id: ID(2),
        name: 'Multi\nline',
        company: 'A, B',
        jobTitle: 'Buyer',
        customFields: { größe: 5, plan: 'gold' },
      },
      { ...usual, id: ID(3), name: '猫', customFields: { plan: '5', list: ['x', 1], no: null, off: false } },
    ])
    const answer = await exporting(admin, 'customers', readingBy(2))
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': expect.stringMatching(/^attachment; filename="customers-\d{4}-\d\d-\d\d\.csv"$/),
      'cache-control': 'no-store',
    })
    const time = `${at(1)},${at(1)},,`
    expect(await answer.text()).toBe(
      `${[
        'id,name,email,phone,company,jobTitle,owner,tags,keepInTouchDays,externalId,createdAt,updatedAt,lastInteractionAt,nextFollowUpAt,' +
          'customFields.größe,customFields.list,customFields.no,customFields.off,customFields.plan',
        `${ID(1)},"Zoë ""Z"" Ünal",zoe@example.com,,,,${sales.email},"""a;b"";vip",,,${time},,,,,`,
        `${ID(2)},"Multi\nline",,,"A, B",Buyer,,,,,${time},5,,,,gold`,
        `${ID(3)},猫,,,,,,,,,${time},,"[""x"",1]",null,false,"""5"""`,
      ].join('\r\n')}\r\n`,
    )
  })

  it('defuses what a spreadsheet would compute', async () => {
    const admin = await founder()
    for (const name of ['=1+1', '@SUM(A1)', '-2', "'=3", 'plain'])
      await customerMade(admin, { name, phone: '+49 30 901820' })
    expect(await exported(admin, 'customers?columns=name,phone')).toBe(
      `name,phone\r\n${["'=1+1", "'@SUM(A1)", "'-2", "''=3", 'plain'].map((name) => `${name},'+49 30 901820\r\n`).join('')}`,
    )
  })

  it('has the columns that were asked for, in that order, and a mark for Excel where it is asked for', async () => {
    const admin = await founder()
    await customerMade(admin, { name: 'Alice', customFields: { plan: 'gold' } })
    expect(await exported(admin, 'customers?columns=customFields,name')).toBe(
      'customFields.plan,name\r\ngold,Alice\r\n',
    )
    expect(await exported(admin, 'customers?columns=name&bom=true')).toBe('\ufeffname\r\nAlice\r\n')
  })

  it('puts custom fields into one column where there are more than 400 of them', async () => {
    const admin = await founder()
    const fields = (from: number, size: number) =>
      Object.fromEntries(Array.from({ length: size }, (_, i) => [`f${String(from + i).padStart(3, '0')}`, i]))
    await customerMade(admin, { name: 'A', customFields: fields(0, 200) })
    await customerMade(admin, { name: 'B', customFields: fields(200, 200) })
    const columns = async () => (await exported(admin, 'customers')).split('\r\n')[0]?.split(',').length
    expect(await columns()).toBe(14 + 400)
    await customerMade(admin, { name: 'C', customFields: { one: 'more' } })
    expect(await columns()).toBe(15)
    expect(await exported(admin, 'customers?q=C&columns=name,customFields')).toBe('name,customFields.one\r\nC,more\r\n')
  })

  it('does not end for a field whose name is no proper text, and keeps its value', async () => {
    const admin = await founder()
    await customerMade(admin, { name: 'Ann', customFields: { 'half \ud83d': 1, plan: 'gold' } })
    const [head, line] = (await exported(admin, 'customers?columns=name,customFields')).split('\r\n')
    expect(head).toBe('name,customFields')
    expect(line).toBe('Ann,"{""half \\ud83d"":1,""plan"":""gold""}"')
  })

  it('says of nobody’s field names but those of the customers in it', async () => {
    const { admin, sales, rival } = await team()
    await customerMade(admin, { name: 'Mine', ownerId: sales.id, customFields: { plan: 'gold' } })
    await customerMade(admin, { name: 'Theirs', ownerId: rival.id, customFields: { secret: 'x' } })
    expect(await exported(sales, 'customers?columns=name,customFields')).toBe('name,customFields.plan\r\nMine,gold\r\n')
  })
})

describe('other formats', () => {
  let admin: Person
  beforeAll(async () => {
    admin = await founder()
    await customerMade(admin, { name: 'Alice', customFields: { n: 5 } })
    await customerMade(admin, { name: 'Bob' })
    await customerMade(admin, { name: 'Carla' })
  })
  const columns = 'columns=name,email,customFields'
  const records = [
    { name: 'Alice', email: null, customFields: { n: 5 } },
    { name: 'Bob', email: null, customFields: null },
    { name: 'Carla', email: null, customFields: null },
  ]

  it.each([1, 2, 3, 100])('JSON is one array, read %i at a time', async (size) => {
    const answer = await exporting(admin, `customers?format=json&${columns}`, readingBy(size))
    expect(answer.headers.get('Content-Type')).toBe('application/json; charset=utf-8')
    expect(await answer.json()).toEqual(records)
    expect(JSON.parse(await exported(await founder(), 'customers?format=json'))).toEqual([])
  })

  it('NDJSON is a record a line', async () => {
    const text = await exported(admin, `customers?format=ndjson&${columns}`, readingBy(2))
    expect(text.split('\n').map((line) => (line === '' ? 'end' : JSON.parse(line)))).toEqual([...records, 'end'])
  })

  it('are named after what is in them', async () => {
    for (const [format, type] of Object.entries({ ndjson: 'application/x-ndjson', vcf: 'text/vcard' })) {
      const { headers, body } = await exporting(admin, `customers?format=${format}`)
      await body?.cancel()
      expect(headers.get('Content-Type')).toBe(`${type}; charset=utf-8`)
      expect(headers.get('Content-Disposition')).toContain(`.${format}"`)
    }
  })

  it('are refused where they have no columns, no mark, or nobody knows them', async () => {
    for (const [query, path] of [
      ['customers?format=vcf&columns=id', 'query.columns'],
      ['customers?format=json&bom=true', 'query.bom'],
      ['leads?format=vcf', 'query.format'],
      ['customers?columns=colour', 'query.columns.0'],
      ['customers?columns=id,id', 'query.columns'],
      ['customers?sort=name', 'query.sort'],
      ['leads?limit=0', 'query.limit'],
    ]) {
      const { errors } = await refusalOf(exporting(admin, query ?? ''), 400, 'invalid')
      expect(
        errors?.map((each) => each.path),
        query,
      ).toEqual([path])
    }
  })
})

describe('leads, interactions and tickets', () => {
  it('have the fields of their resources, those that are JSON too', async () => {
    const { admin, sales } = await team()
    await lead(admin, { title: 'A lead', ownerId: sales.id, metadata: { a: [1] }, message: '-x' })
    const { id: customerId } = await customerMade(admin, { name: 'Alice' })
    await seedInteractions(admin.workspaceId, [{ customerId, type: 'CALL', body: 'Rang,\n"twice"', occurredAt: at(2) }])
    await seedTickets(admin.workspaceId, [{ customerId, ownerId: null, createdAt: at(3) }])
    const only = async (entity: string) => (await exported(admin, entity)).split('\r\n')[0]
    expect(await exported(admin, 'leads?columns=title,owner,metadata,message,status')).toBe(
      `title,owner,metadata,message,status\r\nA lead,${sales.email},"{""a"":[1]}",'-x,NEW\r\n`,
    )
    expect(await exported(admin, 'interactions?columns=type,body,occurredAt,customerId')).toBe(
      `type,body,occurredAt,customerId\r\nCALL,"Rang,\n""twice""",${at(2)},${customerId}\r\n`,
    )
    expect(await exported(admin, 'tickets?columns=number,title,status')).toBe(
      'number,title,status\r\n1,A seed,OPEN\r\n',
    )
    expect(await only('leads')).toBe(
      'id,title,name,email,phone,interest,message,externalId,description,status,stageId,lostReason,source,owner,followUpAt,metadata,tags,createdAt,' +
        'updatedAt,claimedAt,convertedAt',
    )
    expect(await only('interactions')).toMatch(/^id,type,body,customerId,leadId,ticketId,occurredAt,/)
    expect(await only('tickets')).toMatch(
      /^id,number,customerId,interactionId,title,description,status,stageId,priority,/,
    )
  })
})
