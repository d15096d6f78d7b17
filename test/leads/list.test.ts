// Lists of leads: every order walked by cursor to its end, what a cursor may be used for, and how large a page is.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LeadRow } from '../../src/leads/leads.record'
import { SORTS } from '../../src/records/list.filters'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { founder, member, type Person, team } from '../support/factories'
import { lead, ownLead, seedLeads } from '../support/leads'
import { idsOf, type LeadQuery, leadPage, leadPages } from '../support/pages'

const HOURS = ['08', '09', '10'] as const
const at = (hour: (typeof HOURS)[number] | undefined) => (hour ? `2026-05-01T${hour}:00:00.000Z` : null)

// Three values for two dozen rows: nearly every row has the same instant as others, on both sides of a page's end.
async function tiedLeads({ admin, sales, rival }: Record<'admin' | 'sales' | 'rival', Person>): Promise<LeadRow[]> {
  const owners = [sales.id, null, rival.id]
  const seeds = Array.from({ length: 24 }, (_, i) => ({
    ownerId: owners[i % 3] ?? null,
    updatedAt: at(HOURS[(i * 7) % 3]) ?? '',
    followUpAt: at(HOURS[(i * 5) % 4]),
  }))
  return seedLeads(admin.workspaceId, seeds)
}

/** The ids of leads in an order, as a plain sort gives them. */
function sorted(rows: LeadRow[], sort: (typeof SORTS.lead)[number]): string[] {
  const key = (row: LeadRow) => (sort.endsWith('updatedAt') ? row.updatedAt : (row.followUpAt ?? ''))
  const listed = sort.endsWith('followUpAt') ? rows.filter(({ followUpAt }) => followUpAt !== null) : rows
  const up = listed.toSorted((a, b) =>
    sort.endsWith('createdAt') || key(a) === key(b) ? a.seq - b.seq : key(a) < key(b) ? -1 : 1,
  )
  return (sort.startsWith('-') ? up.reverse() : up).map(({ id }) => id)
}

describe('walking a list', () => {
  it.each(SORTS.lead)(
    'by %s gives every lead once, in order, whatever comes in meanwhile',
    { tags: ['long'] },
    async (sort) => {
      const people = await team()
      const { manager, sales, rival } = people
      const rows = await tiedLeads(people)
      const visible = new Map([
        [manager.token, rows],
        [sales.token, rows.filter(({ ownerId }) => ownerId !== rival.id)],
      ])
      const limits = fc.integer({ min: 1, max: 30 })
      await fc.assert(
        fc.asyncProperty(limits, fc.constantFrom(...visible.keys()), async (limit, token) => {
          const newcomers = new Set<string>()
          const another = async () => {
            if (newcomers.size < 4) newcomers.add((await lead(sales, { followUpAt: '2026-05-01T09:00:00Z' })).id)
          }
          const ids = idsOf(await leadPages(token, { sort, limit: String(limit) }, another))
          expect(new Set(ids).size).toBe(ids.length)
          const known = new Set((visible.get(token) ?? []).map(({ id }) => id))
          expect(ids.filter((id) => known.has(id))).toEqual(sorted(visible.get(token) ?? [], sort))
        }),
        { numRuns: 12, examples: [[1, sales.token]] },
      )
    },
  )

  it('is newest first unless said otherwise, and without a cursor at its end', async () => {
    const { admin } = await team()
    const made = []
    for (const title of ['one', 'two', 'three']) made.unshift((await lead(admin, { title })).id)
    const full = await leadPage(admin.token, { limit: '3' })
    expect([full.data.map(({ id }) => id), full.nextCursor]).toEqual([made, null])
    expect((await leadPage(await founder().then(({ token }) => token), {})).data).toEqual([])
  })

  it('merges what SALES own with the pool, and shows nothing of a rival', async () => {
    const { admin, sales, rival } = await team()
    const [mine, theirs, pooled] = [await ownLead(sales), await ownLead(rival), await lead(admin)]
    const ids = async (query: LeadQuery) => (await leadPage(sales.token, query)).data.map(({ id }) => id)
    expect(await ids({})).toEqual([pooled.id, mine.id])
    expect(await ids({ owner: 'me' })).toEqual([mine.id])
    expect(await ids({ owner: 'none' })).toEqual([pooled.id])
    for (const owner of [rival.id, admin.id, crypto.randomUUID()]) {
      expect(await leadPage(sales.token, { owner, total: 'true' })).toEqual({ data: [], nextCursor: null, total: 0 })
    }
    expect(JSON.stringify(await leadPage(sales.token, {}))).not.toContain(theirs.id)
  })

  it('hides the columns that only the search index reads', async () => {
    const { admin } = await team()
    const made = await lead(admin)
    const { data } = await bodyOf(send('/v1/leads', { token: admin.token }), 200)
    expect(data).toEqual([made])
  })
})

describe('a page', () => {
  it.each(['0', '101', '-1', '1.5', '', 'ten', '1e9', 'NaN'])('cannot hold %o rows', async (limit) => {
    const { token } = await founder()
    const { errors } = await refusalOf(send(`/v1/leads?limit=${limit}`, { token }), 400, 'invalid')
    expect(errors).toEqual([expect.objectContaining({ path: 'query.limit' })])
  })

  it('holds 20 rows unless said otherwise, at least 1 and at most 100', async () => {
    const admin = await founder()
    await seedLeads(admin.workspaceId, Array(101).fill({}))
    expect((await leadPage(admin.token, {})).data).toHaveLength(20)
    for (const limit of [1, 100]) {
      const { data, nextCursor } = await leadPage(admin.token, { limit: String(limit) })
      expect(data).toHaveLength(limit)
      expect(nextCursor).not.toBeNull()
    }
  })

  it('refuses a query parameter that it does not know', async () => {
    const { token } = await founder()
    const { errors } = await refusalOf(send('/v1/leads?page=2&limit=5', { token }), 400, 'invalid')
    expect(errors).toMatchObject([
      { path: 'query.page', message: expect.stringContaining('`cursor`'), code: 'unknown' },
    ])
  })
})

describe('a cursor', () => {
  const first = async (query: LeadQuery = {}) => {
    const admin = await founder()
    const rows = await seedLeads(admin.workspaceId, Array(6).fill({ title: 'alike', source: 'fair' }))
    const { nextCursor } = await leadPage(admin.token, { ...query, limit: '2' })
    return { admin, rows, cursor: nextCursor ?? expect.fail() }
  }
  const refused = (token: string, path: string, query: Record<string, string>) =>
    refusalOf(send(`${path}?${new URLSearchParams(query)}`, { token }), 400, 'invalid_cursor')

  it('is refused once a single character of it was changed, dropped or added', async () => {
    const { admin, cursor } = await first()
    const at = fc.nat({ max: cursor.length - 1 })
    const char = fc.constantFrom(...'ABCxyz019-_.=% é'.split(''))
    const change = fc.constantFrom('replace', 'drop', 'insert')
    await fc.assert(
      fc.asyncProperty(at, char, change, async (i, other, how) => {
        const rest = cursor.slice(how === 'insert' ? i : i + 1)
        const tampered = cursor.slice(0, i) + (how === 'drop' ? '' : other) + rest
        fc.pre(tampered !== cursor)
        await refused(admin.token, '/v1/leads', { cursor: tampered })
      }),
      { numRuns: 60 },
    )
    for (const cursor of ['', '.', 'a.b', 'null', `${await first().then((other) => other.cursor)}.x`]) {
      await refused(admin.token, '/v1/leads', { cursor })
    }
    await refusalOf(send(`/v1/leads?cursor=${'x'.repeat(2001)}`, { token: admin.token }), 400, 'invalid')
  })

  it('belongs to its query: another filter or order refuses it, another size does not', async () => {
    const { admin, rows, cursor } = await first({ source: 'fair' })
    const foreign: Record<string, string>[] = [
      {},
      { source: 'web' },
      { source: 'fair', status: 'NEW' },
      { source: 'fair', sort: 'createdAt' },
      { source: 'fair', owner: 'none' },
      { source: 'fair', trashed: 'true' },
      { q: 'alike' },
    ]
    for (const query of foreign) await refused(admin.token, '/v1/leads', { ...query, cursor })
    const { data, total } = await leadPage(admin.token, { source: 'fair', cursor, limit: '100', total: 'true' })
    expect(data.map(({ id }) => id)).toEqual(
      rows
        .map(({ id }) => id)
        .reverse()
        .slice(2),
    )
    expect(total).toBe(6)
  })

  it('belongs to who asked, and tells nothing that is inside', async () => {
    const { admin, cursor } = await first()
    const colleague = await member(admin, 'MANAGER')
    await refused(colleague.token, '/v1/leads', { cursor })
    const inside = cursor.split('.').map((part) => atob(part.replaceAll('-', '+').replaceAll('_', '/')))
    for (const part of inside) expect(() => JSON.parse(part)).toThrow()
    const again = await bodyOf(api(admin.token).v1.leads.$get({ query: { limit: '2' } }), 200)
    // The same page has the same cursor, and so the same ETag.
    expect(again.nextCursor).toBe(cursor)
  })

  it('belongs to its list', async () => {
    const { admin, cursor } = await first()
    for (const path of ['/v1/events', '/v1/users', '/v1/workspace/invitations']) {
      await refused(admin.token, path, { cursor })
    }
    await lead(admin)
    const { nextCursor } = await bodyOf(api(admin.token).v1.events.$get({ query: { limit: '1' } }), 200)
    await refused(admin.token, '/v1/leads', { cursor: nextCursor ?? expect.fail() })
  })
})
