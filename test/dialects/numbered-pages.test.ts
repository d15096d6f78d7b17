// Pages by number, which only dialects ask for: the same rows as by cursor, at the cost of the pages before, and not for ever.
import { beforeAll, describe, expect, it } from 'vitest'
import { costOf } from '../support/answers'
import { send, worker } from '../support/api'
import { type Person, team } from '../support/factories'
import { seedLeads } from '../support/leads'

const fetch = worker({ DIALECTS: 'leads' })
type Listed = { data: { id: string }[]; pagination: { page: number; total: number; totalPages: number } }

let people: Awaited<ReturnType<typeof team>>
beforeAll(async () => {
  people = await team()
  const { admin, sales } = people
  const seeds = Array.from({ length: 130 }, (_, i) => ({
    ...{ title: i % 10 ? `hay ${i}` : `xy ${i}`, source: i % 2 ? 'fair' : 'web' },
    ownerId: i % 3 ? sales.id : null,
  }))
  await seedLeads(admin.workspaceId, seeds)
})

async function asked(query: string, { token }: Person = people.admin) {
  const response = await send(`/api/leads?${query}`, { token }, fetch)
  return { ...(await response.json<Listed>()), status: response.status, ...costOf(response) }
}

async function byCursor(query: string): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const path: string = `/v1/leads?limit=100&${query}${cursor && `&cursor=${cursor}`}`
    const page: { data: { id: string }[]; nextCursor: string | null } = await (
      await send(path, { token: people.admin.token })
    ).json()
    ids.push(...page.data.map(({ id }) => id))
    cursor = page.nextCursor
  }
  return ids
}

describe('of leads', () => {
  it.each(['', 'source=fair', 'search=hay', 'status=NEW&source=web', 'search=xy'])(
    '?%s are the list by cursor, cut',
    async (query) => {
      const all = await byCursor(query.replace('search', 'q'))
      expect(all.length).toBeGreaterThan(10)
      const ids: string[] = []
      for (let page = 1; ids.length < all.length; page += 1) {
        const { data, pagination, trips } = await asked(`${query}&limit=20&page=${page}`)
        expect([trips, pagination]).toEqual([
          1,
          { page, limit: 20, total: all.length, totalPages: Math.ceil(all.length / 20) },
        ])
        expect(data.length).toBeGreaterThan(0)
        ids.push(...data.map(({ id }) => id))
      }
      expect(ids).toEqual(all)
    },
  )

  it('read the rows before them and two for each of their own', async () => {
    const [first, fifth] = [await asked('limit=20&page=1'), await asked('limit=20&page=5')]
    expect(first.read).toBeLessThanOrEqual(2 * 20 + 20)
    expect(fifth.read).toBeGreaterThan(first.read)
    expect(fifth.read).toBeLessThanOrEqual(2 * 100 + 20)
  })

  it.each(['', 'source=fair', 'search=hay', 'status=NEW&source=web', 'search=xy'])(
    '?%s are empty behind the last, which changes nothing of their total',
    async (query) => {
      const [first, far] = [await asked(`${query}&limit=20`), await asked(`${query}&limit=20&page=40`)]
      expect(far).toMatchObject({ status: 200, data: [], trips: 1 })
      expect(first.pagination.total).toBeGreaterThan(10)
      expect(far.pagination).toEqual({ ...first.pagination, page: 40 })
    },
  )

  it('are empty behind the last, and refused beyond row 10,000', async () => {
    expect(await asked('limit=20&page=8')).toMatchObject({ status: 200, data: [] })
    expect((await asked('limit=1000&page=10')).status).toBe(200)
    for (const query of ['limit=1000&page=11', 'page=99999999999', 'limit=1001', 'page=1.5', 'search=xy&page=501']) {
      expect((await asked(query)).status, query).toBe(400)
    }
  })
})
