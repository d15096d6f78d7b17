// Tags: one tag whatever its spelling, counts that are always what a recount gives, many customers at once.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldText } from '../../src/text/fold'
import { bodyOf, refusalOf, costOf as requestCost, tally } from '../support/answers'
import { api, send } from '../support/api'
import { costOf as cost, counters, seedCustomers, walk } from '../support/customers'
import { count, rows } from '../support/database'
import { customer, founder, type Person, team } from '../support/factories'
import { runJobsKilledFiveTimes, withWaitingJobs } from '../support/jobs'
import { costOf, told } from '../support/tickets'

const onePath = (id: string, name: string) => `/v1/customers/${id}/tags/${encodeURIComponent(name)}`
const put = ({ token }: Person, id: string, name: string) => send(onePath(id, name), { method: 'PUT', token })
const take = ({ token }: Person, id: string, name: string) => send(onePath(id, name), { method: 'DELETE', token })
const reading = (by: Person, id: string) => api(by.token).v1.customers[':id'].tags.$get({ param: { id }, query: {} })
const namesOf = async (by: Person, id: string) => (await bodyOf(reading(by, id), 200)).data.map(({ name }) => name)
const listing = (by: Person, query: { q?: string; limit?: string; cursor?: string } = {}) =>
  api(by.token).v1.tags.$get({ query })
const header = (version?: string) => (version ? { 'if-match': version } : {})
const getting = (by: Person, id: string) => api(by.token).v1.tags[':id'].$get({ param: { id } })
const renaming = (by: Person, id: string, name: string, version?: string) =>
  api(by.token).v1.tags[':id'].$patch({ param: { id }, header: header(version), json: { name } })
const deleting = (by: Person, id: string, version?: string) =>
  api(by.token).v1.tags[':id'].$delete({ param: { id }, header: header(version) })
const bulk = (by: Person, json: { customerIds: string[]; add?: string[]; remove?: string[] }) =>
  api(by.token).v1.tags.bulk.$post({ json })
const withTag = async (by: Person, tag: string) =>
  (await bodyOf(api(by.token).v1.customers.$get({ query: { tag } }), 200)).data.map(({ id }) => id)

/** Name and count of each tag that somebody sees. */
async function counts(by: Person, query: { q?: string } = {}) {
  const { data } = await bodyOf(listing(by, { ...query, limit: '100' }), 200)
  return data.map(({ name, count }) => [name, count])
}

/** The ids of so many customers of somebody, all with these tags. */
async function tagged(by: Person, number: number, add: string[]): Promise<string[]> {
  const seeds = await seedCustomers(by.workspaceId, Array(number).fill({ ownerId: by.id }))
  const ids = seeds.map(({ id }) => id)
  for (let from = 0; from < number; from += 100) {
    await bodyOf(bulk(by, { customerIds: ids.slice(from, from + 100), add }), 200)
  }
  return ids
}

async function idOf(by: Person, name: string): Promise<string> {
  const { data } = await bodyOf(listing(by, { q: name }), 200)
  return data.find((tag) => tag.name === name)?.id ?? expect.fail(`no tag ${name}`)
}

describe('a tag on a customer', () => {
  it('is put on and taken off, each once, however often it is asked', async () => {
    const { sales } = await team()
    const id = await customer(sales)
    for (let turn = 0; turn < 2; turn += 1) expect((await put(sales, id, 'VIP')).status).toBe(204)
    expect(await namesOf(sales, id)).toEqual(['VIP'])
    for (let turn = 0; turn < 2; turn += 1) expect((await take(sales, id, 'vip')).status).toBe(204)
    expect(await namesOf(sales, id)).toEqual([])
    expect((await take(sales, id, 'never heard of')).status).toBe(204)
    expect(await told(id)).toEqual([
      { verb: 'customer.tagged', actorId: sales.id, changes: { tags: [[], ['VIP']] } },
      { verb: 'customer.untagged', actorId: sales.id, changes: { tags: [['VIP'], []] } },
    ])
  })

  it('is one tag in any case and with any accents, under the name it got first', async () => {
    const { sales } = await team()
    const [one, other] = [await customer(sales), await customer(sales)]
    await put(sales, one, ' Crème ')
    for (const name of ['creme', 'CRÈME', 'cre\u0300me']) expect((await put(sales, other, name)).status).toBe(204)
    expect(await namesOf(sales, other)).toEqual(['Crème'])
    expect(await counts(sales)).toEqual([['Crème', 2]])
  })

  it('may be any sign', async () => {
    const { sales } = await team()
    const id = await customer(sales)
    const names = ['a/b', '100%', '%41', 'C++', '?#&', '"q" OR', '⟦x⟧', '😀', '❤️', '漢字', 'ß', `'`, '\\', 'a,b']
    for (const name of names) expect((await put(sales, id, name)).status, name).toBe(204)
    expect(await namesOf(sales, id)).toEqual(names)
    for (const name of names) expect(await withTag(sales, name), name).toEqual([id])
    for (const name of names) expect((await take(sales, id, name)).status, name).toBe(204)
    expect(await namesOf(sales, id)).toEqual([])
  })

  it('has 1 to 50 characters, and something to be told by', async () => {
    const { sales } = await team()
    const id = await customer(sales)
    expect((await put(sales, id, 'x'.repeat(50))).status).toBe(204)
    for (const name of ['x'.repeat(51), ' ', '\u0301', 'a\u0000b']) {
      const refusal = await refusalOf(put(sales, id, name), 400, 'invalid')
      expect(refusal.errors?.[0]?.path).toBe('path.name')
    }
  })

  it('is made once by many who put it on at once', async () => {
    const { sales } = await team()
    const ids = await Promise.all(Array.from({ length: 20 }, () => customer(sales)))
    const answers = await Promise.all(ids.map((id, i) => put(sales, id, i % 2 ? 'Rush' : 'RUSH')))
    expect(tally(answers)).toEqual({ 204: 20 })
    expect((await counts(sales)).map(([, count]) => count)).toEqual([20])
  })

  it('is listed page by page, each once', async () => {
    const { sales } = await team()
    const id = await customer(sales)
    const names = Array.from({ length: 45 }, (_, i) => `Tag ${i}`)
    for (const add of [names.slice(0, 20), names.slice(20, 40), names.slice(40)])
      await bulk(sales, { customerIds: [id], add })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const query = { limit: '20', ...(cursor ? { cursor } : {}) }
      const page = await bodyOf(api(sales.token).v1.customers[':id'].tags.$get({ param: { id }, query }), 200)
      seen.push(...page.data.map(({ name }) => name))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen.toSorted()).toEqual(names.toSorted())
    expect((await costOf(sales, `/v1/customers/${id}/tags`)).read).toBeLessThanOrEqual(50)
  })
})

describe('tags of the workspace', () => {
  it('come by name with the counts of whoever asks', async () => {
    const { admin, manager, sales, rival } = await team()
    const other = await founder()
    const [mine, mine2, theirs, nobodys] = [
      await customer(sales),
      await customer(sales),
      await customer(rival),
      await customer(admin, { ownerId: null }),
    ]
    await bulk(manager, { customerIds: [mine, mine2, theirs, nobodys], add: ['Beta'] })
    await put(rival, theirs, 'alpha')
    await put(sales, mine, 'Gone')
    await take(sales, mine, 'Gone')
    await put(other, await customer(other), 'Elsewhere')
    for (const by of [admin, manager])
      expect(await counts(by)).toEqual([
        ['alpha', 1],
        ['Beta', 4],
        ['Gone', 0],
      ])
    expect(await counts(sales)).toEqual([['Beta', 2]])
    expect(await counts(rival)).toEqual([
      ['alpha', 1],
      ['Beta', 1],
    ])
    expect(await counts(other)).toEqual([['Elsewhere', 1]])
    expect(await counts(manager, { q: 'ÈTA' })).toEqual([['Beta', 4]])
    expect(await counts(sales, { q: 'alph' })).toEqual([])
    expect(await counts(manager, { q: '%' })).toEqual([])
  })

  it('cost a page, however many there are', async () => {
    const { manager, sales, rival } = await team()
    const [mine, theirs] = [await customer(sales), await customer(rival)]
    for (let i = 0; i < 5; i += 1) {
      const names = (who: string) => Array.from({ length: 10 }, (_, j) => `${who} ${i} ${j}`)
      await bulk(manager, { customerIds: [theirs], add: names(i % 2 ? 'a' : 'b') })
      await bulk(manager, { customerIds: [mine], add: names('c') })
    }
    for (const by of [manager, sales, rival]) {
      const { trips, read, rows } = await costOf(by, '/v1/tags')
      expect({ trips, rows }).toEqual({ trips: 1, rows: 20 })
      expect(read, by.role).toBeLessThanOrEqual(50)
    }
    const seen: string[] = []
    let cursor: string | null | undefined
    do {
      const { data, nextCursor } = await bodyOf(listing(sales, { limit: '7', ...(cursor ? { cursor } : {}) }), 200)
      seen.push(...data.map(({ name }) => name))
      cursor = nextCursor
    } while (cursor)
    expect(seen).toHaveLength(50)
    expect(seen).toEqual(seen.toSorted())
  })

  it('are renamed everywhere, unless another has the name', async () => {
    const { manager, sales } = await team()
    const id = await customer(sales)
    await put(sales, id, 'Hot')
    await put(sales, id, 'Cold')
    const [hot, cold] = [await idOf(manager, 'Hot'), await idOf(manager, 'Cold')]
    expect(await refusalOf(renaming(manager, hot, 'CÓLD'), 409, 'tag_exists')).toMatchObject({ existingId: cold })
    expect(await namesOf(sales, id)).toEqual(['Hot', 'Cold'])
    expect(await bodyOf(renaming(manager, hot, ' Warm '), 200)).toEqual({
      id: hot,
      name: 'Warm',
      count: 1,
      leads: 0,
      tickets: 0,
    })
    expect(await bodyOf(renaming(manager, hot, 'WARM'), 200)).toEqual({
      id: hot,
      name: 'WARM',
      count: 1,
      leads: 0,
      tickets: 0,
    })
    expect(await namesOf(sales, id)).toEqual(['WARM', 'Cold'])
    expect([await withTag(sales, 'warm'), await withTag(sales, 'hot')]).toEqual([[id], []])
    expect(await counts(sales)).toEqual([
      ['Cold', 1],
      ['WARM', 1],
    ])
    expect(await told(hot)).toEqual([
      { verb: 'tag.renamed', actorId: manager.id, changes: { name: ['Hot', 'Warm'] } },
      { verb: 'tag.renamed', actorId: manager.id, changes: { name: ['Warm', 'WARM'] } },
    ])
    await refusalOf(renaming(manager, crypto.randomUUID(), 'x'), 404, 'not_found')
  })

  it('are got one by one, with an ETag that changes with name and count', async () => {
    const { manager, sales, rival } = await team()
    const [one, other] = [await customer(sales), await customer(sales)]
    await put(sales, one, 'VIP')
    const id = await idOf(manager, 'VIP')
    for (const by of [manager, sales]) {
      const answer = await getting(by, id)
      expect([answer.headers.get('ETag'), await bodyOf(answer, 200)]).toEqual([
        '"1-1-0-0"',
        { id, name: 'VIP', count: 1, leads: 0, tickets: 0 },
      ])
    }
    await put(sales, other, 'VIP')
    expect((await getting(sales, id)).headers.get('ETag')).toBe('"1-2-0-0"')
    await refusalOf(getting(rival, id), 404, 'not_found')
    await refusalOf(getting(await founder(), id), 404, 'not_found')
  })

  it('are renamed and deleted by whoever has read the latest version', async () => {
    const { manager, sales } = await team()
    await put(sales, await customer(sales), 'Hot')
    const id = await idOf(manager, 'Hot')
    expect((await renaming(manager, id, 'Warm', '"1-1"')).headers.get('ETag')).toBe('"2-1-0-0"')
    // To the name that it has, nothing happens.
    expect((await renaming(manager, id, 'Warm')).headers.get('ETag')).toBe('"2-1-0-0"')
    for (const refused of [await renaming(manager, id, 'Cold', '"1-1"'), await deleting(manager, id, '"1"')]) {
      expect(refused.headers.get('ETag')).toBe('"2-1-0-0"')
      await refusalOf(refused, 412, 'stale')
    }
    expect((await deleting(manager, id, '"2-1"')).status).toBe(204)
    expect((await told(id)).map(({ verb }) => verb)).toEqual(['tag.renamed', 'tag.deleted'])
  })

  it('are renamed at one price, however many customers have them, and leave their name to others', async () => {
    const { manager, sales } = await team()
    const ids = await tagged(sales, 60, ['hot'])
    const hot = await idOf(manager, 'hot')
    const renamed = await renaming(manager, hot, '⟦"Wärm"⟧')
    expect([renamed.status, cost(renamed).trips]).toEqual([200, 1])
    expect(cost(renamed).read).toBeLessThan(30)
    const other = await customer(sales)
    await put(sales, other, 'Hot')
    for (const by of [manager, sales]) {
      expect((await walk(by, { tag: '⟦"wärm"⟧' })).ids.toSorted()).toEqual(ids.toSorted())
      expect(await withTag(by, 'hot')).toEqual([other])
      expect((await walk(by, { tag: ['hot', '⟦"wärm"⟧'], tagMatch: 'any' })).ids).toHaveLength(61)
      expect(await withTag(by, 'never')).toEqual([])
    }
    // Back to what it was, as soon as nobody else is called that.
    await bodyOf(renaming(manager, await idOf(manager, 'Hot'), 'Third'), 200)
    await bodyOf(renaming(manager, hot, 'Hot'), 200)
    expect([(await walk(sales, { tag: 'hot' })).ids.length, await withTag(sales, 'third')]).toEqual([60, [other]])
  })

  it('are deleted at once however many customers have them, and come off all of them though the job is killed five times', {
    tags: ['long'],
  }, async () => {
    const { admin, manager, sales } = await team()
    await tagged(sales, 1_700, ['old', 'kept'])
    const old = await idOf(manager, 'old')
    const { v1 } = withWaitingJobs(manager.token)
    const deleted = await v1.tags[':id'].$delete({ param: { id: old }, header: {} })
    expect(deleted.status).toBe(204)
    expect(requestCost(deleted).read).toBeLessThanOrEqual(25_000)
    expect(requestCost(deleted).written).toBeLessThanOrEqual(5_000)
    const left = await rows<{ id: string }>('SELECT customer_id AS id FROM customer_tags WHERE tag_id = ?', old)
    expect(left).toHaveLength(1_500)
    const [id = ''] = left.map((each) => each.id)
    await refusalOf(getting(manager, old), 404, 'not_found')
    await refusalOf(renaming(manager, old, 'New'), 404, 'not_found')
    await refusalOf(deleting(manager, old), 404, 'not_found')
    for (const by of [manager, sales]) {
      expect(await counts(by)).toEqual([['kept', 1_700]])
      expect([await namesOf(by, id), await withTag(by, 'old')]).toEqual([['kept'], []])
    }
    const file = await send('/v1/exports/customers?format=ndjson&columns=tags', { token: admin.token })
    expect(await file.text()).not.toContain('old')
    await put(sales, id, 'Old')
    expect([await namesOf(sales, id), await withTag(sales, 'old')]).toEqual([['kept', 'Old'], [id]])
    await runJobsKilledFiveTimes()
    const { data } = await bodyOf(api(manager.token).v1.jobs.$get({ query: { subjectId: old } }), 200)
    expect(data).toMatchObject([{ kind: 'tag-deletion', state: 'DONE', done: 1_500, total: 1_500 }])
    expect([await count('tags', 'id = ?', old), await count('customer_tags', 'tag_id = ?', old)]).toEqual([0, 0])
    expect(await counts(manager)).toEqual([
      ['kept', 1_700],
      ['Old', 1],
    ])
    const { kept, counted } = await counters(manager.workspaceId)
    expect([kept, await withTag(sales, 'old')]).toEqual([counted, [id]])
  })

  it('are renamed to one name by one of two at once', async () => {
    const { manager, sales } = await team()
    const id = await customer(sales)
    const names = ['a', 'b', 'c', 'd']
    await bulk(sales, { customerIds: [id], add: names })
    const ids = await Promise.all(names.map((name) => idOf(manager, name)))
    expect(tally(await Promise.all(ids.map((each) => renaming(manager, each, 'One'))))).toEqual({ 200: 1, 409: 3 })
  })

  it('are deleted with all their uses, also those of customers in the trash', async () => {
    const { manager, sales } = await team()
    const [id, trashed] = [await customer(sales), await customer(sales)]
    await bulk(sales, { customerIds: [id, trashed], add: ['Old', 'Kept'] })
    await api(sales.token).v1.customers[':id'].$delete({ param: { id: trashed }, header: {} })
    const old = await idOf(manager, 'Old')
    expect((await deleting(manager, old)).status).toBe(204)
    expect(await count('tag_counts', 'tag_id = ?', old)).toBe(0)
    await refusalOf(deleting(manager, old), 404, 'not_found')
    await api(sales.token).v1.customers[':id'].restore.$post({ param: { id: trashed } })
    expect(await namesOf(sales, trashed)).toEqual(['Kept'])
    expect(await counts(manager)).toEqual([['Kept', 2]])
    expect([await withTag(sales, 'old'), (await withTag(sales, 'kept')).length]).toEqual([[], 2])
    expect(await told(old)).toEqual([{ verb: 'tag.deleted', actorId: manager.id, changes: { name: ['Old', null] } }])
  })
})

describe('tagging many', () => {
  it('adds and removes in one round trip, tells each customer once, and counts those that changed', async () => {
    const { manager, sales, rival } = await team()
    const [both, had, bare, theirs] = [
      await customer(sales),
      await customer(sales),
      await customer(sales),
      await customer(rival),
    ]
    await bulk(sales, { customerIds: [both], add: ['Out'] })
    await bulk(sales, { customerIds: [had], add: ['In'] })
    const unknown = crypto.randomUUID()
    const customerIds = [both, had, bare, both, theirs, unknown]
    const answer = await bodyOf(bulk(sales, { customerIds, add: ['in', 'IN', 'New'], remove: ['OUT', 'nothing'] }), 200)
    expect(answer).toEqual({ changed: 3, notFound: [theirs, unknown], jobId: null })
    expect(await Promise.all([both, had, bare].map((id) => namesOf(sales, id)))).toEqual(
      [both, had, bare].map(() => ['In', 'New']),
    )
    expect(await namesOf(rival, theirs)).toEqual([])
    const last = async (id: string) => (await told(id)).slice(-1)[0]
    expect((await last(both))?.changes?.tags?.[0]).toEqual(['Out'])
    expect(await last(had)).toMatchObject({ verb: 'customer.tagged', changes: { tags: [[], ['New']] } })
    expect(await told(bare)).toHaveLength(1)
    expect(await bodyOf(bulk(manager, { customerIds: [both, bare], remove: ['new'] }), 200)).toEqual({
      changed: 2,
      notFound: [],
      jobId: null,
    })
    expect(await last(bare)).toEqual({
      verb: 'customer.untagged',
      actorId: manager.id,
      changes: { tags: [['New'], []] },
    })
    expect(await bodyOf(bulk(manager, { customerIds: [both, bare], remove: ['new'] }), 200)).toMatchObject({
      changed: 0,
    })
    expect(await told(bare)).toHaveLength(2)
  })

  it('makes no tag where it reaches nobody', async () => {
    const { manager, sales, rival } = await team()
    const theirs = await customer(rival)
    expect(await bodyOf(bulk(sales, { customerIds: [theirs], add: ['Mine'] }), 200)).toEqual({
      changed: 0,
      notFound: [theirs],
      jobId: null,
    })
    await refusalOf(put(sales, theirs, 'Mine'), 404, 'not_found')
    expect(await counts(manager)).toEqual([])
  })

  it('takes 100 customers and 20 tags each way, and says what is wrong', async () => {
    const { sales } = await team()
    const id = await customer(sales)
    const many = Array.from({ length: 99 }, () => crypto.randomUUID())
    expect(await bodyOf(bulk(sales, { customerIds: [id, ...many], add: ['x'] }), 200)).toEqual({
      changed: 1,
      notFound: many,
      jobId: null,
    })
    const tags = Array.from({ length: 21 }, (_, i) => `t${i}`)
    for (const json of [
      { customerIds: [id, ...many, id], add: ['x'] },
      { customerIds: [], add: ['x'] },
      { customerIds: [id], add: tags },
      { customerIds: [id], remove: tags },
      { customerIds: [id] },
      { customerIds: [id], add: ['Vip'], remove: ['VIP'] },
      { customerIds: [id], add: [''] },
    ]) {
      await refusalOf(bulk(sales, json), 400, 'invalid')
    }
  })
})

describe('the counts of tags', () => {
  it('equal a recount after anything that happens to tags and customers', { tags: ['long'] }, async () => {
    const people = await team()
    const { admin, manager, sales, rival } = people
    const ids = await Promise.all([
      customer(sales),
      customer(sales),
      customer(rival),
      customer(admin, { ownerId: null }),
    ])
    const names = ['red', 'green', 'blue', 'Réd']
    const who = fc.constantFrom(...ids)
    const name = fc.constantFrom(...names)
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.tuple(fc.constant('put'), who, name) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('take'), who, name) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('trash'), who, name) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('restore'), who, name) },
      { weight: 2, arbitrary: fc.tuple(fc.constantFrom('sales', 'rival', 'nobody'), who, name) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('bulk'), who, name) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('rename'), who, name) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('delete'), who, name) },
    )
    const { v1 } = api(manager.token)
    const owners = new Map<string, string | null>([
      ['sales', sales.id],
      ['rival', rival.id],
      ['nobody', null],
    ])
    const tagId = async (wanted: string) =>
      (
        await rows<{ id: string }>(
          'SELECT id FROM tags WHERE workspace_id = ? AND key = ?',
          admin.workspaceId,
          foldText(wanted),
        )
      )[0]?.id
    const does = async (verb: string, id: string, tag: string) => {
      const param = { id }
      if (owners.has(verb)) {
        return v1.customers[':id'].$patch({ param, header: {}, json: { ownerId: owners.get(verb) ?? null } })
      }
      if (verb === 'put') return put(manager, id, tag)
      if (verb === 'take') return take(manager, id, tag)
      if (verb === 'trash') return v1.customers[':id'].$delete({ param, header: {} })
      if (verb === 'restore') return v1.customers[':id'].restore.$post({ param })
      if (verb === 'bulk')
        return bulk(manager, {
          customerIds: ids,
          add: [tag],
          remove: names.filter((n) => foldText(n) !== foldText(tag)),
        })
      const found = await tagId(tag)
      if (!found) return undefined
      const next = names[(names.indexOf(tag) + 1) % names.length] ?? ''
      return verb === 'rename'
        ? renaming(manager, found, id < (ids[1] ?? '') ? `${tag} 2` : next)
        : deleting(manager, found)
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        for (const [verb, id, tag] of steps) expect((await does(verb, id, tag))?.status ?? 200, verb).toBeLessThan(500)
        const kept = await rows(
          'SELECT tag_id, owner, key, customers AS count FROM tag_counts WHERE workspace_id = ? AND customers <> 0 ORDER BY 1, 2',
          admin.workspaceId,
        )
        const counted = await rows(
          `SELECT t.id AS tag_id, o.value AS owner, t.key, count(*) AS count FROM customers c
            JOIN customer_tags ct ON ct.customer_id = c.id JOIN tags t ON t.id = ct.tag_id,
            json_each(json_array('*', c.owner_id)) o
            WHERE o.value IS NOT NULL AND c.workspace_id = ? AND c.deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2`,
          admin.workspaceId,
        )
        expect(kept).toEqual(counted)
        for (const [by, owner] of [
          [manager, '*'],
          [sales, sales.id],
          [rival, rival.id],
        ] as const) {
          const seen = (await bodyOf(listing(by, { limit: '100' }), 200)).data.filter(({ count }) => count > 0)
          for (const { name, count } of seen) expect(await withTag(by, name), name).toHaveLength(count)
          const expected = counted.filter((each) => each.owner === owner)
          expect(Object.fromEntries(seen.map(({ id, count }) => [id, count]))).toEqual(
            Object.fromEntries(expected.map((each) => [each.tag_id, each.count])),
          )
        }
      }),
      { numRuns: 15 },
    )
  })
})
