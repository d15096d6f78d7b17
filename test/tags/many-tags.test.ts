// Many tags: a customer has 50 at most by whatever way they come, and is indexed once however many change.
import { describe, expect, it } from 'vitest'
import { bodyOf, costOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { counters, seedCustomers } from '../support/customers'
import { rows } from '../support/database'
import { customer, type Person, team } from '../support/factories'
import { runJobsKilledFiveTimes, runJobsToTheEnd, withWaitingJobs } from '../support/jobs'
import { told } from '../support/tickets'

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `tag ${from + i}`)
const bulk = (by: Person, json: { customerIds: string[]; add?: string[]; remove?: string[] }) =>
  api(by.token).v1.tags.bulk.$post({ json })
const put = ({ token }: Person, id: string, name: string) =>
  send(`/v1/customers/${id}/tags/${encodeURIComponent(name)}`, { method: 'PUT', token })
const tagged = (by: Person, tag: string) =>
  bodyOf(api(by.token).v1.customers.$get({ query: { tag, limit: '100' } }), 200)
const tagsOf = async (id: string) =>
  (
    await rows<{ name: string }>(
      'SELECT t.name FROM customer_tags ct JOIN tags t ON t.id = ct.tag_id WHERE ct.customer_id = ? ORDER BY t.name',
      id,
    )
  ).map(({ name }) => name)

/** Gives customers 50 tags. */
async function fill(by: Person, customerIds: string[]) {
  for (const [from, to] of [
    [0, 20],
    [20, 40],
    [40, 50],
  ] as const) {
    await bodyOf(bulk(by, { customerIds, add: names(from, to) }), 200)
  }
  await runJobsToTheEnd()
}

describe('a customer', () => {
  it('has 50 tags at most, and a change that would give it more changes nothing', async () => {
    const { sales } = await team()
    const [full, other] = [await customer(sales), await customer(sales)]
    await fill(sales, [full])
    await refusalOf(put(sales, full, 'one more'), 409, 'too_many_tags')
    await refusalOf(bulk(sales, { customerIds: [other, full], add: ['one more'] }), 409, 'too_many_tags')
    expect([(await tagsOf(full)).length, await tagsOf(other)]).toEqual([50, []])
    expect((await told(other)).length).toBe(0)
    expect((await put(sales, full, 'TAG 7')).status).toBe(204)
    await bodyOf(bulk(sales, { customerIds: [full], add: ['one more'], remove: ['tag 7'] }), 200)
    expect((await tagged(sales, 'one more')).data.map(({ id }) => id)).toEqual([full])
    expect((await tagged(sales, 'tag 7')).data).toEqual([])
  })

  it('has 50 by an import as well, which names the row, and writes the others', async () => {
    const { manager, sales } = await team()
    const email = 'full@example.com'
    const full = await customer(sales, { email })
    await fill(sales, [full])
    const file = [
      'name,email,tags',
      `Full,${email},"tag 1;new"`,
      `Fresh,fresh@example.com,"${names(0, 50).join(';')}"`,
      `Excess,excess@example.com,"${names(0, 51).join(';')}"`,
    ].join('\n')
    const path = '/v1/imports?entity=customers&mode=upsert'
    const response = await send(path, {
      method: 'POST',
      token: manager.token,
      headers: { 'Content-Type': 'text/csv' },
      body: file,
    })
    const report = await response.json<{ created: number; failed: number; errors: { line: number; code: string }[] }>()
    expect(report).toMatchObject({ created: 1, failed: 2 })
    expect(report.errors.map(({ line, code }) => [line, code])).toEqual([
      [2, 'too_many_tags'],
      [4, 'too_many_tags'],
    ])
    expect((await tagged(manager, 'tag 49')).data.map(({ name }) => name).sort()).toHaveLength(2)
  })

  it('is not merged with another where both together would have more', async () => {
    const { sales } = await team()
    const [id, fromId] = [await customer(sales), await customer(sales)]
    await fill(sales, [id])
    await put(sales, fromId, 'tag 3')
    const merging = (dryRun: 'true' | 'false') =>
      api(sales.token).v1.customers[':id'].merge.$post({ param: { id }, query: { dryRun }, json: { fromId } })
    await bodyOf(merging('true'), 200)
    await put(sales, fromId, 'another')
    for (const dryRun of ['true', 'false'] as const) {
      const { errors } = await refusalOf(merging(dryRun), 400, 'invalid')
      expect(errors).toMatchObject([{ path: 'body.fromId', code: 'too_many_tags' }])
    }
  })
})

describe('many tags at once', () => {
  it('index a customer once: 20 put on and 20 taken off write little more than one', async () => {
    const { sales } = await team()
    const [one, many] = [await customer(sales), await customer(sales)]
    await bodyOf(bulk(sales, { customerIds: [one, many], add: names(0, 20) }), 200)
    const { written: byOne } = costOf(await bulk(sales, { customerIds: [one], add: ['x'], remove: ['tag 1'] }))
    const changed = await bulk(sales, { customerIds: [many], add: names(20, 40), remove: names(0, 20) })
    const { written, read } = costOf(changed)
    // A link, its entry by tag, its counts by owner and for all; and a new tag with its indexes.
    expect(written - byOne).toBeLessThanOrEqual(38 * 5 + 20 * 3)
    expect(read).toBeLessThanOrEqual(1_500)
    expect((await tagged(sales, 'tag 39')).data.map(({ id }) => id)).toEqual([many])
    expect((await tagged(sales, 'tag 1')).data).toEqual([])
  })

  it('on many customers become a job, none of whose pieces is large, and which ends exact though it is killed five times', async () => {
    const { manager, sales, rival } = await team()
    const seeds = await seedCustomers(sales.workspaceId, Array(99).fill({ ownerId: sales.id }))
    const ids = seeds.map(({ id }) => id)
    const theirs = await customer(rival)
    const { v1 } = withWaitingJobs(sales.token)
    const json = { customerIds: [...ids, theirs], add: names(0, 20), remove: names(20, 40) }
    const answer = await v1.tags.bulk.$post({ json })
    const { written, read } = costOf(answer)
    expect([written <= 5_000, read <= 25_000]).toEqual([true, true])
    const { changed, notFound, jobId } = await bodyOf(answer, 200)
    expect([changed, notFound]).toEqual([0, [theirs]])
    await runJobsKilledFiveTimes()
    const job = await bodyOf(api(sales.token).v1.jobs[':id'].$get({ param: { id: jobId ?? '' } }), 200)
    expect(job).toMatchObject({ kind: 'tagging', state: 'DONE', done: 99, total: 99 })
    expect(await tagsOf(ids[98] ?? '')).toEqual(names(0, 20).sort())
    expect(await told(ids[0] ?? '')).toMatchObject([{ verb: 'customer.tagged', actorId: sales.id }])
    const { kept, counted } = await counters(manager.workspaceId)
    expect(kept).toEqual(counted)
    expect(await rows('SELECT * FROM tagged_customers')).toEqual([])
  })

  it('on many customers change nothing where one has no room, and name it', async () => {
    const { sales } = await team()
    const seeds = await seedCustomers(sales.workspaceId, Array(99).fill({ ownerId: sales.id }))
    const ids = seeds.map(({ id }) => id)
    await fill(sales, [ids[70] ?? ''])
    const refusal = await refusalOf(
      bulk(sales, { customerIds: [...ids, await customer(sales)], add: names(50, 70) }),
      409,
      'too_many_tags',
    )
    expect(refusal.existingId).toBe(ids[70])
    await runJobsToTheEnd()
    expect((await tagged(sales, 'tag 50')).data).toEqual([])
  })

  it('on 100 customers with 50 tags each read and write within the bounds of a request', async () => {
    const { sales } = await team()
    const seeds = await seedCustomers(sales.workspaceId, Array(100).fill({ ownerId: sales.id }))
    const ids = seeds.map(({ id }) => id)
    await rows(
      `INSERT INTO tags (id, workspace_id, name, key, created_at, updated_at)
        SELECT 'bound-' || value, ?1, 't' || value, 't' || value, '2026', '2026' FROM json_each(?2)`,
      sales.workspaceId,
      JSON.stringify(Array.from({ length: 50 }, (_, i) => i)),
    )
    for (let from = 0; from < 100; from += 50) {
      await rows(
        `INSERT INTO customer_tags (customer_id, tag_id)
          SELECT c.value, 'bound-' || t.value FROM json_each(?1) c, json_each(?2) t`,
        JSON.stringify(ids.slice(from, from + 50)),
        JSON.stringify(Array.from({ length: 50 }, (_, i) => i)),
      )
    }
    const some = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `t${from + i}`)
    for (const json of [
      { customerIds: ids, add: some(0, 20), remove: some(20, 40) },
      { customerIds: ids.slice(0, 100), add: some(0, 3) },
      { customerIds: ids.slice(0, 100), remove: ['t3'] },
      { customerIds: ids.slice(0, 20), add: some(0, 20), remove: some(20, 40) },
    ]) {
      const { read, written } = costOf(await bulk(sales, json))
      expect([read, written, read <= 25_000, written <= 5_000]).toEqual([read, written, true, true])
    }
    await runJobsToTheEnd()
  })
})
