// Filters that the index of a list's order does not answer: few requests fill a page, or the page says how far it looked.
import { beforeAll, describe, expect, it } from 'vitest'
import { costOf } from '../support/answers'
import { send } from '../support/api'
import { type Person, team } from '../support/factories'
import { seedLeads } from '../support/leads'

const SIZE = 11_000
const MAX_READ = 25_000
const at = (i: number) => new Date(Date.parse('2026-04-01T00:00:00Z') + i * 60_000).toISOString()
/** The first and the last lead of each window of a search for two characters, newest first. */
const EDGES = [10_999, 6_000, 5_999, 1_000, 999, 0]
const isRare = (i: number) => [3, 340, 341, 8_000, 10_990].includes(i)

type Page = { data: { id: string }[]; nextCursor: string | null; scanned?: { rows: number; to: string } }

async function pagesOf({ token }: Person, path: string): Promise<Page[]> {
  const pages: Page[] = []
  for (let cursor: string | null = ''; cursor !== null; cursor = pages.at(-1)?.nextCursor ?? null) {
    const answer = await send(`${path}${cursor && `&cursor=${cursor}`}`, { token })
    const { trips, read } = costOf(answer)
    expect([answer.status, trips]).toEqual([200, 1])
    expect(read, `${read} rows for ${path}`).toBeLessThanOrEqual(MAX_READ)
    pages.push(await answer.json<Page>())
    expect(pages.length, `${path} does not end`).toBeLessThan(100)
  }
  return pages
}

describe('among 11,000 leads', () => {
  let people: Awaited<ReturnType<typeof team>>
  let rare: string[]
  let older: string[]
  let edges: string[]
  beforeAll(async () => {
    people = await team()
    const rows = await seedLeads(
      people.admin.workspaceId,
      Array.from({ length: SIZE }, (_, i) => ({
        createdAt: at(i),
        ...(EDGES.includes(i) ? { title: 'Zw top' } : {}),
        // Few different instants, so that windows end among leads that share one.
        updatedAt: at(20_000 + (i % 3)),
        followUpAt: isRare(i) ? at(-2) : at(i % 7),
        source: isRare(i) ? 'rare' : 'common',
        status: i % 2 ? ('NEW' as const) : ('CLOSED' as const),
        ownerId: i % 2 ? people.sales.id : null,
      })),
    )
    rare = rows.filter((_, i) => isRare(i)).map(({ id }) => id)
    edges = EDGES.flatMap((i) => rows[i]?.id ?? [])
    older = rows.filter((_, i) => i < 50).map(({ id }) => id)
  })

  it.each([
    'sort=-updatedAt&source=rare',
    'sort=updatedAt&source=rare',
    'sort=followUpAt&source=rare',
    'sort=-followUpAt&source=rare',
    `sort=-updatedAt&source=rare&createdAfter=${at(0)}&createdBefore=${at(SIZE)}`,
    `sort=-createdAt&followUpBefore=${at(-1)}`,
    `source=rare&followUpBefore=${at(-1)}`,
    `q=seed&followUpBefore=${at(-1)}`,
  ])('?%s finds few leads by another index, in one request a page', async (query) => {
    for (const person of [people.manager, people.sales]) {
      const [all, ...more] = await pagesOf(person, `/v1/leads?limit=20&${query}`)
      expect([more.length, all?.scanned]).toEqual([0, undefined])
      expect(all?.data.map(({ id }) => id).toSorted()).toEqual(rare.toSorted())
      const two = await pagesOf(person, `/v1/leads?limit=2&${query}`)
      expect(two.flatMap(({ data }) => data)).toEqual(all?.data)
      expect(two.length).toBe(3)
    }
  })

  it('finds leads of a span of creation in another order', async () => {
    const [page, ...more] = await pagesOf(people.manager, `/v1/leads?limit=100&sort=-updatedAt&createdBefore=${at(50)}`)
    expect(more).toEqual([])
    expect(page?.data.map(({ id }) => id).toSorted()).toEqual(older.toSorted())
  })

  it('stops as soon as the page is full', async () => {
    for (const query of ['sort=-updatedAt&status=NEW', 'sort=-updatedAt&source=common', 'sort=followUpAt&status=NEW']) {
      const answer = await send(`/v1/leads?limit=20&${query}`, { token: people.manager.token })
      expect(await answer.json<Page>()).not.toHaveProperty('scanned')
      expect(costOf(answer).read).toBeLessThanOrEqual(100)
    }
  })

  it('finds two characters at both sides of where a window ends, each once, however small the page', async () => {
    for (const [limit, sizes] of [
      [20, [2, 2, 2]],
      [2, [2, 2, 2]],
      [1, [1, 1, 1, 1, 1, 1]],
    ] as const) {
      for (const person of [people.manager, people.admin]) {
        const pages = await pagesOf(person, `/v1/leads?limit=${limit}&q=ZW`)
        expect(pages.flatMap(({ data }) => data.map(({ id }) => id))).toEqual(edges)
        expect(pages.map(({ data }) => data.length).filter((size) => size > 0)).toEqual(sizes)
      }
      const up = await pagesOf(people.manager, `/v1/leads?limit=${limit}&q=zw&sort=createdAt`)
      expect(up.flatMap(({ data }) => data.map(({ id }) => id))).toEqual(edges.toReversed())
    }
  })

  it('says how far it has looked for what no index answers', async () => {
    const pages = await pagesOf(people.manager, '/v1/leads?limit=20&q=zq')
    expect(pages.map(({ scanned }) => scanned)).toEqual([
      { rows: 5_000, to: at(6_000) },
      { rows: 5_000, to: at(1_000) },
      undefined,
    ])
    expect(pages.flatMap(({ data }) => data)).toEqual([])
    const updated = await pagesOf(people.manager, '/v1/leads?limit=100&sort=-updatedAt&status=NEW&source=common')
    const ids = updated.flatMap(({ data }) => data.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toHaveLength(5_500 - 2)
  })
})
