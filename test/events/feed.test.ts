// The feed: events after a sequence, oldest first, each exactly once; and the catalogue of their types.
import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../../src/events/event-types'
import { FEED_WINDOW } from '../../src/events/events.feed'
import { bodyOf, costOf, refusalOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { rows } from '../support/database'
import { founder, type Person, team } from '../support/factories'
import { newKey } from '../support/keys'
import { lead } from '../support/leads'

type Query = NonNullable<Parameters<ReturnType<typeof api>['v1']['events']['$get']>[0]>['query']
const feed = ({ token }: { token: string }, query: Query) => bodyOf(api(token).v1.events.$get({ query }), 200)

/** Reads on until there is no more, and gives all sequences and where to go on. */
async function readOn(by: { token: string }, query: Query = {}, from = '0') {
  const seen: { id: string; sequence: string; type: string }[] = []
  let after = from
  for (;;) {
    const page = await feed(by, { limit: '7', ...query, after })
    seen.push(...page.data)
    after = page.next ?? ''
    if (!page.more) return { seen, after }
  }
}

async function manyEvents({ workspaceId }: Person, count: number, verb = 'tag.renamed') {
  await rows(
    `INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)
    SELECT lower(hex(randomblob(8))), ?1, (SELECT max(seq) FROM events WHERE workspace_id = ?1) + key + 1, 'tag', hex(randomblob(6)), ?2, 'system',
      '2026-04-01T00:00:00.000Z' FROM json_each(?3)`,
    workspaceId,
    verb,
    JSON.stringify(Array.from({ length: count }, () => 0)),
  )
}

describe('the feed', () => {
  it('tells everything from the first event on, oldest first, and goes on where it ended', async () => {
    const { admin, manager } = await team()
    const { id } = await lead(admin)
    const { seen, after } = await readOn(manager)
    const newestFirst = await bodyOf(api(manager.token).v1.events.$get({ query: { limit: '100' } }), 200)
    expect(seen).toEqual(newestFirst.data.toReversed())
    expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map(({ sequence }) => sequence).toSorted())
    expect(after).toBe(seen.at(-1)?.sequence)
    expect(await feed(manager, { after })).toEqual({ data: [], nextCursor: null, next: after, more: false, purged: 0 })
    await api(admin.token).v1.leads[':id'].$patch({ param: { id }, header: {}, json: { title: 'Other' } })
    const then = await feed(manager, { after })
    expect(then.data.map(({ type }) => type)).toEqual(['lead.updated'])
    expect(then).toMatchObject({ next: then.data[0]?.sequence, more: false })
  })

  it('is read exactly once by two readers while twenty writers write', { tags: ['long'] }, async () => {
    const { admin, manager } = await team()
    const { token } = await newKey(admin, { scopes: ['events:read'] }).then(({ key }) => ({ token: key }))
    const start = (await readOn(manager)).after
    let isWriting = true
    const reading = [manager, { token }].map(async (reader) => {
      const seen: string[] = []
      let after = start
      for (;;) {
        const wasWriting = isWriting
        const page = await readOn(reader, {}, after)
        seen.push(...page.seen.map(({ sequence }) => sequence))
        after = page.after
        if (!wasWriting) return seen
        // A reader that never rests would keep the writers from the one thread of the database.
        if (page.seen.length === 0) await scheduler.wait(10)
      }
    })
    const writers = Array.from({ length: 20 }, async (_, n) => {
      for (let i = 0; i < 3; i += 1) await lead(admin, { title: `Lead ${n}.${i}` })
    })
    await Promise.all(writers).finally(() => {
      isWriting = false
    })
    const written = (await readOn(manager, {}, start)).seen.map(({ sequence }) => sequence)
    expect(written).toHaveLength(60)
    expect(await Promise.all(reading)).toEqual([written, written])
    expect(written).toEqual([...new Set(written)].toSorted())
  })

  it('has of a type, a record or an actor just those, and steps over the others', { tags: ['long'] }, async () => {
    const { admin, manager, sales } = await team()
    const { id } = await lead(admin)
    await api(sales.token).v1.leads[':id'].claim.$post({ param: { id } })
    await manyEvents(admin, FEED_WINDOW + 5)
    await lead(admin)
    const types = async (query: Query) => (await readOn(manager, query)).seen.map(({ type }) => type)
    expect(await types({ types: 'lead.*' })).toEqual(['lead.created', 'lead.claimed', 'lead.created'])
    expect(await types({ types: 'lead.claimed, user.registered', actor: sales.id })).toEqual(['lead.claimed'])
    expect(await types({ subject: id })).toEqual(['lead.created', 'lead.claimed'])
    expect((await types({ types: '*' })).filter((type) => type.startsWith('user.'))).toEqual([])
    const page = await api(manager.token).v1.events.$get({ query: { after: '0', types: 'ticket.*' } })
    expect(costOf(page)).toMatchObject({ trips: 1, written: 0 })
    expect(costOf(page).read).toBeLessThanOrEqual(2 * FEED_WINDOW + 10)
    const first = await bodyOf(page, 200)
    expect([first.data, first.more]).toEqual([[], true])
    expect(await feed(manager, { after: first.next, types: 'ticket.*' })).toMatchObject({ data: [], more: false })
  })

  it('says how many events were purged before they were read', async () => {
    const { admin } = await team()
    await manyEvents(admin, 10)
    const { seen } = await readOn(admin)
    const [gone] = await rows<{ n: number }>(
      `SELECT count(*) AS n FROM events WHERE workspace_id = ? AND verb = 'tag.renamed' AND seq % 2 = 0`,
      admin.workspaceId,
    )
    await rows(`DELETE FROM events WHERE workspace_id = ? AND verb = 'tag.renamed' AND seq % 2 = 0`, admin.workspaceId)
    const last = seen.at(-1)?.sequence
    const page = await feed(admin, { after: '0', limit: '100' })
    expect(page.data.length + (page.purged ?? 0)).toBe(Number.parseInt(page.next ?? '', 16))
    expect(page.purged).toBeGreaterThanOrEqual((gone?.n ?? 0) - 1)
    expect(await feed(admin, { after: last })).toMatchObject({ data: [], purged: 0 })
  })

  it.each([
    ['after=1', 'query.after'],
    ['after=0000000000000g', 'query.after'],
    ['after=0&cursor=x', 'query.cursor'],
    ['types=lead.clamed', 'query.types.0'],
    ['types=nothing.*', 'query.types.0'],
    [`types=${Array.from({ length: 51 }, () => '*').join()}`, 'query.types'],
    ['actor=me', 'query.actor'],
  ])('does not take %s, and says so', async (query, path) => {
    const { token } = await founder()
    const problem = await refusalOf(send(`/v1/events?${query}`, { token }), 400, 'invalid')
    expect(problem.errors?.map((each) => each.path)).toContain(path)
  })
})

describe('the catalogue', () => {
  it('has a schema and an example of each type, which are of that type', async () => {
    const { sales } = await team()
    const { data } = await bodyOf(api(sales.token).v1.events.types.$get({ query: {} }), 200)
    expect(data.map(({ type }) => type)).toEqual(EVENT_TYPES.map(({ type }) => type))
    for (const { type, subject, schema, example } of data) {
      expect(schema).toMatchObject({ type: 'object', properties: { type: { const: type } } })
      expect(example).toMatchObject({ type, subject: { type: subject } })
    }
    const some = await bodyOf(api(sales.token).v1.events.types.$get({ query: { types: 'tag.*' } }), 200)
    expect(some.data.map(({ type }) => type)).toEqual(['tag.renamed', 'tag.deleted'])
  })

  it('stands in the OpenAPI document as webhooks', async () => {
    const document = await (await send('/openapi.json', {}, worker())).json<{ webhooks: object }>()
    expect(Object.keys(document.webhooks).sort()).toEqual(EVENT_TYPES.map(({ type }) => type).sort())
  })
})
