// What an export holds: the rows of the list with the same filters, and nothing that its reader may not see.
import { beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { seedCustomers } from '../support/customers'
import { ENTITIES, exporting, idsOf, listed, readingBy } from '../support/exports'
import { founder, team } from '../support/factories'
import { seedInteractions } from '../support/interactions'
import { seedLeads } from '../support/leads'
import { STATUSES, seedTickets } from '../support/tickets'

const at = (day: number) => `2026-04-${String(day).padStart(2, '0')}T12:00:00.000Z`

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
