// Exports: what stands in the file, whose records they are, and that filters mean what they mean in the lists.
import { beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { made as customerMade, seedCustomers } from '../support/customers'
import { ENTITIES, exported, exporting, idsOf, listed, readingBy } from '../support/exports'
import { founder, type Person, team } from '../support/factories'
import { seedInteractions } from '../support/interactions'
import { lead, seedLeads } from '../support/leads'
import { STATUSES, seedTickets } from '../support/tickets'

const at = (day: number) => `2026-04-${String(day).padStart(2, '0')}T12:00:00.000Z`
const ID = (n: number) => `0192f0c4-7a10-7c3e-9d2b-${String(n).padStart(12, '0')}`

describe('a CSV of customers', () => {
  it('is UTF-8 with CRLF, oldest first, its custom fields in columns by name', async () => {
    const { admin, sales } = await team()
    const usual = { workspaceId: admin.workspaceId, createdAt: at(1) }
    await seedCustomers(admin.workspaceId, [
      { ...usual, id: ID(1), name: 'Zoë "Z" Ünal', email: 'zoe@example.com', ownerId: sales.id, tags: ['vip', 'a;b'] },
      { ...usual, id: ID(2), name: 'Multi\nline', company: 'A, B', customFields: { größe: 5, plan: 'gold' } },
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
        'id,name,email,phone,company,owner,tags,keepInTouchDays,createdAt,updatedAt,lastInteractionAt,nextFollowUpAt,' +
          'customFields.größe,customFields.list,customFields.no,customFields.off,customFields.plan',
        `${ID(1)},"Zoë ""Z"" Ünal",zoe@example.com,,,${sales.email},"""a;b"";vip",,${time},,,,,`,
        `${ID(2)},"Multi\nline",,,"A, B",,,,${time},5,,,,gold`,
        `${ID(3)},猫,,,,,,,${time},,"[""x"",1]",null,false,"""5"""`,
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
    expect(await columns()).toBe(12 + 400)
    await customerMade(admin, { name: 'C', customFields: { one: 'more' } })
    expect(await columns()).toBe(13)
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
      'id,title,name,email,phone,interest,message,description,status,source,owner,followUpAt,metadata,createdAt,' +
        'updatedAt,claimedAt,convertedAt',
    )
    expect(await only('interactions')).toMatch(/^id,type,body,customerId,leadId,ticketId,occurredAt,/)
    expect(await only('tickets')).toMatch(/^id,number,customerId,interactionId,title,description,status,priority,/)
  })
})

const QUERIES: Record<(typeof ENTITIES)[number], string[]> = {
  customers: [
    ...[
      '',
      'q=needle',
      'q=ne',
      'name=hay',
      'tag=vip',
      'tag=vip&tag=cold',
      'tag=vip&tag=cold&tagMatch=any',
      'q=ne&tag=vip',
    ],
    ...['customFields.plan=gold', 'owner=me', 'owner=none', 'trashed=true', 'trashed=true&q=needle'],
    ...[`createdAfter=${at(5)}`, `createdAfter=${at(4)}&createdBefore=${at(9)}`, `followUpBefore=${at(9)}`],
  ],
  leads: [
    ...['', 'q=needle', 'q=ne', 'status=NEW', 'source=web', 'source=web&status=CLOSED', 'owner=me', 'trashed=true'],
    ...[`createdAfter=${at(5)}`, `createdAfter=${at(4)}&createdBefore=${at(9)}`, `followUpBefore=${at(9)}`],
    ...[`followUpAfter=${at(4)}&followUpBefore=${at(20)}`, 'q=needle&status=NEW', 'trashed=true&q=needle'],
  ],
  interactions: [
    ...['', 'type=CALL', 'author=me', 'done=true', 'done=false', 'due=overdue', 'type=CALL&author=me'],
    ...['customer={customer}', 'lead={lead}', `followUpAfter=${at(3)}`, `followUpBefore=${at(9)}&done=true`],
  ],
  tickets: [
    ...['', 'status=OPEN', 'priority=NORMAL', 'status=OPEN&assignee=me', 'assignee=none', 'customer={customer}'],
    ...[`createdAfter=${at(5)}`, `createdAfter=${at(4)}&createdBefore=${at(9)}&status=RESOLVED`],
  ],
}

describe('what an export holds', () => {
  let people: Awaited<ReturnType<typeof team>>
  let ids: { customer: string; lead: string }
  const SIZE = 60
  const nth = <T>(list: readonly T[], i: number) => list[i % list.length]

  beforeAll(async () => {
    people = await team()
    const { admin, sales, rival, manager } = people
    const { workspaceId } = admin
    const owners = [sales.id, rival.id, null]
    const each = Array.from({ length: SIZE }, (_, i) => ({
      ownerId: nth(owners, i) ?? null,
      createdAt: at(1 + Math.floor(i / 3)),
      deletedAt: i % 7 === 6 ? at(25) : null,
    }))
    const customers = await seedCustomers(
      workspaceId,
      each.map((seed, i) => ({
        ...seed,
        name: nth(['a needle', 'hay', 'Nele'], i + 1),
        nextFollowUpAt: i % 2 ? at(1 + (i % 20)) : null,
        customFields: i % 4 ? null : { plan: nth(['gold', 'tin'], i / 4) },
        tags: [...(i % 2 ? [] : ['vip']), ...(i % 5 ? [] : ['cold'])],
      })),
    )
    const leads = await seedLeads(
      workspaceId,
      each.map((seed, i) => ({
        ...seed,
        title: nth(['a needle', 'hay', 'Nele'], i + 1),
        status: nth(['NEW', 'CLOSED'] as const, i),
        source: nth(['web', 'fair'], Math.floor(i / 2)),
        followUpAt: i % 2 ? at(1 + (i % 20)) : null,
      })),
    )
    ids = { customer: customers[1]?.id ?? '', lead: leads[4]?.id ?? '' }
    await seedInteractions(
      workspaceId,
      each.map(({ ownerId }, i) => ({
        ...(i % 4 ? { customerId: customers[i]?.id, ownerId } : { leadId: leads[i]?.id, ownerId }),
        type: nth(['CALL', 'NOTE'], i),
        occurredAt: at(1 + (i % 10)),
        createdBy: nth([admin.id, sales.id, manager.id], i),
        followUpAt: i % 3 ? at(1 + (i % 12)) : null,
        doneAt: i % 5 ? null : at(20),
      })),
    )
    await seedTickets(
      workspaceId,
      each.map(({ ownerId, createdAt }, i) => ({
        customerId: customers[i]?.id ?? '',
        ownerId,
        createdAt,
        status: nth(STATUSES, i),
        assigneeId: nth([sales.id, rival.id, null], Math.floor(i / 3)) ?? null,
      })),
    )
  })

  const cases = ENTITIES.flatMap((entity) => QUERIES[entity].map((query) => [entity, query] as const))

  it.each(cases)(
    'of %s with ?%s is what the list holds, oldest first where that is its order',
    async (entity, query) => {
      const { admin, manager, sales } = people
      const filled = query.replace('{customer}', ids.customer).replace('{lead}', ids.lead)
      const byArrival = entity === 'customers' || entity === 'leads' ? '&sort=-createdAt' : ''
      let found = 0
      for (const by of [admin, manager, sales]) {
        // The list of SALES holds the pool as well, the export does not.
        const isPooled = entity === 'leads' && by === sales && !query.includes('owner')
        const list = await listed(by, entity, `${filled}${byArrival}${isPooled ? '&owner=me' : ''}`)
        found += list.length
        const expected = entity === 'interactions' ? list : list.toReversed()
        for (const size of [7, 1000]) expect(await idsOf(by, entity, filled, readingBy(size))).toEqual(expected)
      }
      expect(found, 'a filter that finds nothing tries nothing').toBeGreaterThan(0)
    },
  )

  it('is never another’s: nothing of a colleague, of the pool, of another workspace', async () => {
    const { sales, rival, customer } = people
    const stranger = await founder()
    for (const entity of ENTITIES) {
      expect(await idsOf(stranger, entity)).toEqual([])
      await refusalOf(exporting(customer, entity), 403, 'forbidden')
    }
    for (const entity of ['customers', 'leads'] as const) {
      const [mine, theirs] = [await idsOf(sales, entity), await idsOf(rival, entity)]
      expect(mine.length).toBeGreaterThan(10)
      expect(mine.filter((id) => theirs.includes(id))).toEqual([])
      expect(await idsOf(sales, entity, `owner=${rival.id}`)).toEqual([])
      expect(await idsOf(sales, entity, `owner=${sales.id}`)).toEqual(mine)
    }
    const refused = await refusalOf(exporting(sales, 'leads?owner=none'), 400, 'invalid')
    expect(refused.errors).toMatchObject([{ path: 'query.owner', code: 'not_exported' }])
    expect((await idsOf(people.admin, 'leads', 'owner=none')).length).toBeGreaterThan(10)
  })

  it.each(ENTITIES)('of %s goes on behind any record that one has, and ends at a limit', async (entity) => {
    const { admin, sales } = people
    for (const [by, query] of [
      [admin, ''],
      [sales, ''],
      [admin, entity === 'interactions' ? 'done=false' : `createdAfter=${at(3)}`],
    ] as const) {
      const all = await idsOf(by, entity, query)
      for (const i of [0, 3, all.length - 2, all.length - 1]) {
        const rest = await idsOf(by, entity, `${query}&after=${all[i]}`, readingBy(4))
        expect(rest).toEqual(all.slice(i + 1))
      }
      const [first, second] = [all.slice(0, 5), all.slice(5, 10)]
      expect(await idsOf(by, entity, `${query}&limit=5`, readingBy(2))).toEqual(first)
      expect(await idsOf(by, entity, `${query}&limit=5&after=${first.at(-1)}`, readingBy(5))).toEqual(second)
    }
  })

  it.each(ENTITIES)('of %s cannot go on behind what one does not see', async (entity) => {
    const { admin } = people
    const [first] = await idsOf(admin, entity)
    for (const [by, after] of [
      [admin, crypto.randomUUID()],
      [await founder(), first],
    ] as const) {
      const { errors } = await refusalOf(exporting(by, `${entity}?after=${after}`), 400, 'invalid')
      expect(errors).toMatchObject([{ path: 'query.after', code: 'unknown_record' }])
    }
  })
})
