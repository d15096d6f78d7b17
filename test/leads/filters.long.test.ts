// What narrows a list of leads, and how many it says there are: both as a plain pass over all rows would have it.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { LEAD_STATUSES } from '../../src/db/schema/leads'
import type { LeadRow } from '../../src/leads/leads.record'
import { refusalOf } from '../support/answers'
import { send } from '../support/api'
import { founder, type Person, team } from '../support/factories'
import { lead, seedLeads } from '../support/leads'
import { idsOf, type LeadQuery, leadPage, leadPages } from '../support/pages'

const MINUTE = 60_000
const START = Date.parse('2026-03-01T12:00:00.000Z')
/** The instant of a step on the axis that leads and queries of this file share: 5 minutes each. */
const instant = (step: number) => new Date(START + step * 5 * MINUTE).toISOString()
const SOURCES = ['fair', 'Fair', 'web site', null] as const
const WORDS = ['alpha', 'beta', 'alphabet', 'gamma'] as const

let people: Awaited<ReturnType<typeof team>>
let rows: LeadRow[]

// First of all in this file: leads must come in the order of their ids.
beforeAll(async () => {
  people = await team()
  const { admin, sales, rival } = people
  const pick = <T>(list: readonly T[], i: number): T | null => list[i % list.length] ?? null
  const seeds = Array.from({ length: 120 }, (_, i) => ({
    createdAt: instant(Math.floor(i / 4)),
    updatedAt: instant((i * 11) % 40),
    followUpAt: i % 3 === 0 ? null : instant((i * 7) % 30),
    ownerId: pick([sales.id, null, rival.id, null, admin.id], i * 3),
    status: pick(LEAD_STATUSES, i * 5 + Math.floor(i / 7)) ?? ('NEW' as const),
    source: pick(SOURCES, i * 13 + Math.floor(i / 5)),
    title: pick(WORDS, i * 3 + Math.floor(i / 11)) ?? '',
    deletedAt: i % 6 === 5 ? instant(50) : null,
  }))
  rows = await seedLeads(admin.workspaceId, seeds)
})

/** The leads that a query asks for, as somebody who may see all of them, or only the own ones and the pool. */
function expected(query: LeadQuery, { id, role }: Person): LeadRow[] {
  const { owner, status, source, q, createdAfter, createdBefore, followUpAfter, followUpBefore, sort } = query
  const isTrash = query.trashed === 'true'
  const reached = (row: LeadRow) => role !== 'SALES' || row.ownerId === id || (row.ownerId === null && !isTrash)
  const asked = owner === 'none' ? null : owner === 'me' ? id : owner
  const order = sort ?? (!isTrash && !q && (followUpAfter ?? followUpBefore) ? 'followUpAt' : '-createdAt')
  const key = (row: LeadRow) =>
    order.endsWith('createdAt') ? '' : ((order.endsWith('updatedAt') ? row.updatedAt : row.followUpAt) ?? '')
  const found = rows.filter(
    (row) =>
      reached(row) &&
      (row.deletedAt !== null) === isTrash &&
      (asked === undefined || row.ownerId === asked) &&
      (status === undefined || row.status === status) &&
      (source === undefined || row.source === source) &&
      (q === undefined || row.title.includes(q)) &&
      (createdAfter === undefined || row.createdAt >= createdAfter) &&
      (createdBefore === undefined || row.createdAt < createdBefore) &&
      (followUpAfter === undefined || (row.followUpAt !== null && row.followUpAt >= followUpAfter)) &&
      (followUpBefore === undefined || (row.followUpAt !== null && row.followUpAt < followUpBefore)) &&
      (!order.endsWith('followUpAt') || row.followUpAt !== null),
  )
  const up = found.sort((a, b) => (key(a) === key(b) ? a.seq - b.seq : key(a) < key(b) ? -1 : 1))
  return order.startsWith('-') ? up.reverse() : up
}

const step = fc.integer({ min: -2, max: 42 }).map(instant)
const queries = (): fc.Arbitrary<LeadQuery> =>
  fc
    .record(
      {
        owner: fc.constantFrom('none', 'me', people.sales.id, people.rival.id, people.customer.id),
        status: fc.constantFrom(...LEAD_STATUSES),
        source: fc.constantFrom('fair', 'Fair', 'web site', 'web'),
        q: fc.constantFrom('alpha', 'bet', 'zeta', 'mma'),
        createdAfter: step,
        createdBefore: step,
        followUpAfter: step,
        followUpBefore: step,
        trashed: fc.constant('true'),
        sort: fc.constantFrom('createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'followUpAt', '-followUpAt'),
      },
      { requiredKeys: [] },
    )
    .map(({ sort, ...query }) => {
      const isByArrival = query.q !== undefined || query.trashed !== undefined
      return isByArrival && !sort?.endsWith('createdAt') ? query : { ...query, sort }
    })
    .map((query) => Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)))

/** A span of several pages, from both of its ends. */
const spans: [LeadQuery, number][] = (['followUpAt', '-followUpAt', 'createdAt', '-createdAt'] as const).map((sort) => {
  const [from, to] = [instant(5), instant(22)]
  const isFollowUp = sort.endsWith('followUpAt')
  return [
    { sort, ...(isFollowUp ? { followUpAfter: from, followUpBefore: to } : { createdAfter: from, createdBefore: to }) },
    3,
  ]
})

describe('filters together', () => {
  it.each(['manager', 'sales'] as const)(
    'give a %s the rows of a plain pass, and its count as the total',
    async (who) => {
      const by = people[who]
      await fc.assert(
        fc.asyncProperty(
          queries(),
          fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(20, 100)),
          async (query, limit) => {
            const pages = await leadPages(by.token, { ...query, total: 'true', limit: String(limit) })
            const wanted = expected(query, by)
            expect(idsOf(pages)).toEqual(wanted.map(({ id }) => id))
            if (query.q && query.trashed) return
            for (const page of pages) expect([page.total, page.totalCapped]).toEqual([wanted.length, undefined])
          },
        ),
        { numRuns: 120, examples: [[{ owner: 'me', createdAfter: instant(0) }, 100], ...spans] },
      )
    },
  )

  it('of one word with one or two characters too, which are not counted', async () => {
    for (const q of ['a', 'ph', 'zz']) {
      const page = await leadPage(people.manager.token, { q, limit: '100', total: 'true', owner: 'none' })
      expect(page.data.map(({ id }) => id)).toEqual(expected({ q, owner: 'none' }, people.manager).map(({ id }) => id))
      expect(page).not.toHaveProperty('total')
    }
  })
})

it('takes “after” with its instant and “before” without it, in any time zone', async () => {
  const { token } = people.manager
  const [from, to] = [instant(3), instant(4)]
  const inSpan = rows.filter(({ createdAt, deletedAt }) => createdAt === from && !deletedAt).map(({ id }) => id)
  expect(inSpan.length).toBeGreaterThan(1)
  const zoned = (utc: string, hours: number) =>
    new Date(Date.parse(utc) + hours * 60 * MINUTE).toISOString().replace('Z', `+0${hours}:00`)
  for (const query of [
    { createdAfter: from, createdBefore: to },
    { createdAfter: zoned(from, 5), createdBefore: zoned(to, 2) },
  ]) {
    const page = await leadPage(token, { ...query, total: 'true', limit: '100' })
    expect(page.data.map(({ id }) => id).sort()).toEqual(inSpan.sort())
    expect(page.total).toBe(inSpan.length)
  }
  expect((await leadPage(token, { createdAfter: to, createdBefore: from })).data).toEqual([])
  for (const bad of ['yesterday', '2026-03-01', '2026-03-01T12:00:00', '1772366400000']) {
    await refusalOf(send(`/v1/leads?createdAfter=${bad}`, { token }), 400, 'invalid')
  }
})

it('leaves out no lead that reached the database up to a minute after younger ones', async () => {
  const { workspaceId, token } = await founder()
  const late = [0, 10, 1, 11, 2].map((step) => new Date(START + 24 * 60 * MINUTE + step * 5_000).toISOString())
  const made = await seedLeads(
    workspaceId,
    late.map((createdAt) => ({ createdAt })),
  )
  for (const boundary of late) {
    const ids = async (query: LeadQuery) => (await leadPage(token, query)).data.map(({ id }) => id).sort()
    const where = (test: (row: LeadRow) => boolean) =>
      made
        .filter(test)
        .map(({ id }) => id)
        .sort()
    expect(await ids({ createdAfter: boundary })).toEqual(where(({ createdAt }) => createdAt >= boundary))
    expect(await ids({ createdBefore: boundary })).toEqual(where(({ createdAt }) => createdAt < boundary))
  }
})

it('comes by follow-up where a follow-up filter stands, the next one first', async () => {
  const admin = await founder()
  const hour = (h: number) => `2027-01-01T0${h}:00:00.000Z`
  for (const h of [3, 1, 2]) await lead(admin, { followUpAt: hour(h) })
  await lead(admin)
  const instants = async (query: LeadQuery) => (await leadPage(admin.token, query)).data.map((row) => row.followUpAt)
  expect(await instants({ followUpBefore: hour(9) })).toEqual([hour(1), hour(2), hour(3)])
  expect(await instants({ followUpAfter: hour(2) })).toEqual([hour(2), hour(3)])
  expect(await instants({ followUpBefore: hour(3), sort: '-followUpAt' })).toEqual([hour(2), hour(1)])
  expect(await instants({ followUpAfter: hour(1), sort: '-createdAt' })).toEqual([hour(2), hour(1), hour(3)])
})

it('counts to 1,000 where no counter is kept, and says that there are more', async () => {
  const admin = await founder()
  const count = async (query: LeadQuery) => {
    const { total, totalCapped } = await leadPage(admin.token, { ...query, total: 'true', limit: '1' })
    return [total, totalCapped]
  }
  await seedLeads(admin.workspaceId, Array(1_000).fill({ source: 'fair', title: 'alike' }))
  for (const query of [{ source: 'fair' }, { q: 'alike' }]) expect(await count(query)).toEqual([1_000, undefined])
  await seedLeads(admin.workspaceId, Array(1).fill({ source: 'fair', title: 'alike' }))
  for (const query of [{ source: 'fair' }, { q: 'alike' }]) expect(await count(query)).toEqual([1_000, true])
  expect(await count({ owner: 'none', status: 'NEW' })).toEqual([1_001, undefined])
})
