// Lists of tickets: whatever they are narrowed by, they hold what a plain pass over all rows gives, at the price of a page.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { PRIORITIES } from '../../src/db/schema/tickets'
import { bodyOf, refusalOf } from '../support/answers'
import { api } from '../support/api'
import { customer, type Person, team } from '../support/factories'
import {
  commenting,
  costOf,
  page,
  readingComments,
  type Seed,
  STATUSES,
  seedTickets,
  type TicketQuery,
  ticket,
  walked,
} from '../support/tickets'

const daysOf = (month: string) => ['01', '02', '03'].map((day) => `2026-${month}-${day}T12:00:00.000Z`)

type People = Awaited<ReturnType<typeof team>>
type Row = Seed & { id: string; createdAt: string }
type World = {
  people: People
  days: string[]
  customers: { mine: string; theirs: string; nobodys: string }
  rows: Row[]
}

/** `size` tickets, by turns of every kind, each day's after those of the day before: ids tell the time of arrival. */
async function world(size: number, days: string[]): Promise<World> {
  const people = await team()
  const { admin, manager, sales, rival, customer: portal } = people
  const [mine, theirs, nobodys] = [
    await customer(sales, { userId: portal.id }),
    await customer(rival),
    await customer(admin, { ownerId: null }),
  ]
  const whose = [
    { customerId: mine, ownerId: sales.id },
    { customerId: theirs, ownerId: rival.id },
    { customerId: nobodys, ownerId: null },
  ]
  const assignees = [null, sales.id, rival.id, manager.id]
  const seeds = Array.from({ length: size }, (_, i) => ({
    ...(whose[i % 3] ?? { customerId: mine, ownerId: sales.id }),
    assigneeId: assignees[Math.floor(i / 3) % 4] ?? null,
    status: STATUSES[Math.floor(i / 12) % 4] ?? 'OPEN',
    priority: PRIORITIES[(i * 7) % 4] ?? 'NORMAL',
    createdAt: new Date(Date.parse(days[Math.floor((i * 3) / size)] ?? '') + i).toISOString(),
  }))
  const ids = await seedTickets(admin.workspaceId, seeds)
  return {
    people,
    days,
    customers: { mine, theirs, nobodys },
    rows: seeds.map((seed, i) => ({ ...seed, id: ids[i] ?? '' })),
  }
}

const sees = ({ people, customers }: World, by: Person, row: Row) =>
  by.role === 'CUSTOMER'
    ? by === people.customer && row.customerId === customers.mine
    : by.role !== 'SALES' || row.ownerId === by.id || row.assigneeId === by.id

function fits(by: Person, row: Row, query: TicketQuery): boolean {
  const { status, priority, assignee, customer: of, createdAfter, createdBefore } = query
  const wanted = assignee === 'none' ? null : assignee === 'me' ? by.id : assignee
  return (
    (status === undefined || row.status === status) &&
    (priority === undefined || row.priority === priority) &&
    (assignee === undefined || row.assigneeId === wanted) &&
    (of === undefined || row.customerId === of) &&
    (createdAfter === undefined || row.createdAt >= createdAfter) &&
    (createdBefore === undefined || row.createdAt < createdBefore)
  )
}

let small: World
let large: World
beforeAll(async () => {
  small = await world(72, daysOf('03'))
  large = await world(480, daysOf('04'))
})

describe('a list of tickets', () => {
  it('that nothing narrows holds each ticket in sight once, those both owned and assigned too', async () => {
    const { admin, manager, sales, rival, customer: portal } = small.people
    for (const by of [admin, manager, sales, rival, portal]) {
      const expected = small.rows.filter((row) => sees(small, by, row)).map(({ id }) => id)
      for (const limit of ['5', '100']) expect(await walked(by, { limit }), by.role).toEqual(expected.toReversed())
    }
  })

  it('holds, newest first and page by page, what a plain pass over all rows gives', { tags: ['long'] }, async () => {
    const { people, days, customers, rows } = small
    const queries = fc.record(
      {
        status: fc.constantFrom(...STATUSES),
        priority: fc.constantFrom(...PRIORITIES),
        assignee: fc.constantFrom('none', 'me', people.rival.id, crypto.randomUUID()),
        customer: fc.constantFrom(customers.mine, customers.theirs, customers.nobodys, crypto.randomUUID()),
        createdAfter: fc.constantFrom(...days),
        createdBefore: fc.constantFrom(...days),
        limit: fc.constantFrom('1', '7', '100'),
        total: fc.constant('true' as const),
      },
      { requiredKeys: [] },
    )
    const callers = fc.constantFrom(people.admin, people.manager, people.sales, people.rival, people.customer)
    await fc.assert(
      fc.asyncProperty(callers, queries, async (by, query) => {
        const expected = rows.filter((row) => sees(small, by, row) && fits(by, row, query)).map(({ id }) => id)
        expect(await walked(by, query)).toEqual(expected.reverse())
        const { total } = await page(by, query)
        expect(total).toBe(query.total ? expected.length : undefined)
      }),
      { numRuns: 120 },
    )
  })

  it('costs one round trip and no more rows than twice the page and ten', async () => {
    const { people, days, customers } = large
    const secondDay = days[1]?.replace('T12', 'T00')
    const { manager, sales, rival, customer: portal } = people
    const queries = [
      '',
      '?status=OPEN',
      '?priority=URGENT',
      '?assignee=me',
      '?assignee=none',
      `?customer=${customers.mine}`,
      `?status=CLOSED&priority=LOW`,
      `?createdBefore=${secondDay}`,
      `?status=OPEN&createdBefore=${secondDay}`,
    ]
    for (const by of [manager, sales, rival, portal]) {
      for (const query of queries) {
        const { trips, read, rows } = await costOf(by, `/v1/tickets${query}`)
        expect(trips).toBe(1)
        expect(read, `${by.role} ${query} gave ${rows} rows`).toBeLessThanOrEqual(2 * 20 + 10)
      }
    }
  })

  it('goes on where a page ended without reading what came before', async () => {
    const { people } = large
    for (const query of ['limit=100', 'limit=100&status=OPEN']) {
      let cursor = ''
      for (let turn = 0; turn < 2; turn += 1) {
        const { nextCursor } = await page(people.manager, {
          ...Object.fromEntries(new URLSearchParams(query)),
          ...(cursor ? { cursor } : {}),
        })
        cursor = nextCursor ?? cursor
      }
      const { read } = await costOf(people.manager, `/v1/tickets?${query}&cursor=${cursor}`)
      expect(read, query).toBeLessThanOrEqual(2 * 100 + 10)
    }
  })

  it('stops counting at 1,000 and says so', async () => {
    const { admin } = await team()
    const customerId = await customer(admin)
    const seed = { customerId, ownerId: admin.id }
    await seedTickets(
      admin.workspaceId,
      Array.from({ length: 1000 }, () => seed),
    )
    expect(await page(admin, { limit: '1', total: 'true' })).toMatchObject({ total: 1000 })
    expect(await page(admin, { limit: '1', total: 'true' })).not.toHaveProperty('totalCapped')
    await ticket(admin, { customerId })
    expect(await page(admin, { limit: '1', total: 'true' })).toMatchObject({ total: 1000, totalCapped: true })
  })

  it('takes no cursor of another query, and no filter that it does not know', async () => {
    const { manager } = small.people
    const { nextCursor } = await page(manager, { limit: '1' })
    const list = (query: TicketQuery) => api(manager.token).v1.tickets.$get({ query })
    await refusalOf(list({ status: 'OPEN', cursor: nextCursor ?? '' }), 400, 'invalid_cursor')
    const query = { state: 'OPEN' } as TicketQuery
    expect((await refusalOf(list(query), 400, 'invalid')).errors).toEqual([
      expect.objectContaining({ path: 'query.state', code: 'unknown' }),
    ])
  })
})

describe('the comments on a ticket', () => {
  it('are notes of the customer, newest first, each on one page', async () => {
    const { sales, customer: portal } = await team()
    const customerId = await customer(sales, { userId: portal.id })
    const { id } = await ticket(sales, { customerId })
    const made: string[] = []
    for (let i = 0; i < 7; i += 1) {
      const by = i % 2 ? sales : portal
      const comment = await bodyOf(commenting(by, id, ` Comment ${i} `), 201)
      expect(comment).toMatchObject({ ticketId: id, body: `Comment ${i}`, createdBy: by.id })
      made.unshift(comment.id)
    }
    for (const by of [sales, portal]) {
      const ids: string[] = []
      let cursor: string | undefined
      do {
        const { data, nextCursor } = await bodyOf(
          readingComments(by, id, { limit: '3', ...(cursor ? { cursor } : {}) }),
          200,
        )
        ids.push(...data.map((comment) => comment.id))
        cursor = nextCursor ?? undefined
      } while (cursor)
      expect(ids).toEqual(made)
    }
    const note = await bodyOf(
      api(sales.token).v1.interactions[':id'].$get({ param: { id: made[0] ?? '' }, query: {} }),
      200,
    )
    expect(note).toMatchObject({ type: 'NOTE', customerId, ticketId: id, createdBy: portal.id })
    const { lastInteractionAt } = await bodyOf(
      api(sales.token).v1.customers[':id'].$get({ param: { id: customerId }, query: {} }),
      200,
    )
    expect(lastInteractionAt).toBe(note.occurredAt)
  })

  it('cost a page, however many there are', async () => {
    const { sales } = await team()
    const { id } = await ticket(sales)
    await Promise.all(Array.from({ length: 60 }, (_, i) => commenting(sales, id, `Comment ${i}`)))
    const { trips, read, rows } = await costOf(sales, `/v1/tickets/${id}/comments`)
    expect({ trips, rows }).toEqual({ trips: 1, rows: 20 })
    expect(read).toBeLessThanOrEqual(2 * 20 + 10)
  })
})
