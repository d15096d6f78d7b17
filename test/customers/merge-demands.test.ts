// What a merge demands: what its changes would demand one by one; what null means in it; and what it costs.

import { v7 as uuidv7 } from 'uuid'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { JOB_KINDS } from '../../src/job-kinds'
import { runDueJobs } from '../../src/jobs/jobs.runner'
import { bodyOf, refusalOf } from '../support/answers'
import { api, worker } from '../support/api'
import { costOf, made, put } from '../support/customers'
import { count, rows } from '../support/database'
import { type Person, team } from '../support/factories'
import { jobsIn } from '../support/jobs'
import { mergeInto, restore } from '../support/merges'
import { metered } from '../support/metered'

let people: Awaited<ReturnType<typeof team>>
let manager: Person
beforeAll(async () => {
  people = await team()
  manager = people.manager
})

const read = (by: Person, id: string) =>
  bodyOf(api(by.token).v1.customers[':id'].$get({ param: { id }, query: {} }), 200)
const owned = (ownerId: string | null, more: Record<string, unknown> = {}) => made(manager, { ownerId, ...more })

describe('a merge demands what its changes would demand one by one', () => {
  it('so that SALES moves no portal login, by merging or by undoing, and a MANAGER does', async () => {
    const { sales, customer } = people
    const [kept, lost] = [await owned(sales.id), await owned(sales.id, { userId: customer.id })]
    const patch = { param: kept, header: {}, json: { userId: customer.id } }
    await refusalOf(api(sales.token).v1.customers[':id'].$patch(patch), 403, 'forbidden')
    for (const dryRun of ['true', undefined] as const) {
      await refusalOf(mergeInto(sales, kept.id, lost.id, 'this', dryRun), 403, 'forbidden')
    }
    await refusalOf(mergeInto(sales, kept.id, lost.id, 'other'), 403, 'forbidden')
    expect((await read(sales, lost.id)).userId).toBe(customer.id)
    // The login stays where it is: that changes nothing which SALES may not change.
    await bodyOf(mergeInto(sales, lost.id, kept.id), 200)
    await bodyOf(restore(sales, kept.id), 200)

    expect((await bodyOf(mergeInto(manager, kept.id, lost.id), 200)).customer.userId).toBe(customer.id)
    await refusalOf(restore(sales, lost.id), 403, 'forbidden')
    expect((await read(sales, kept.id)).userId).toBe(customer.id)
    await bodyOf(restore(manager, lost.id), 200)
    expect((await read(sales, lost.id)).userId).toBe(customer.id)
    await api(manager.token).v1.customers[':id'].$patch({ param: lost, header: {}, json: { userId: null } })
  })

  it('so that SALES takes no owner away by undoing', async () => {
    const { sales } = people
    const [kept, lost] = [await owned(null), await owned(sales.id)]
    await bodyOf(mergeInto(manager, kept.id, lost.id), 200)
    await refusalOf(restore(sales, lost.id), 403, 'forbidden')
    await bodyOf(restore(manager, lost.id), 200)
    expect((await read(manager, kept.id)).ownerId).toBeNull()
  })

  it('so that custom fields of both together are at most 16 KB', async () => {
    const [a, b] = await Promise.all(
      ['a', 'b'].map((key) => owned(null, { customFields: { [key]: key.repeat(9_000) } })),
    )
    if (!a || !b) return expect.fail()
    const { errors } = await refusalOf(mergeInto(manager, a.id, b.id), 400, 'invalid')
    expect(errors?.[0]).toMatchObject({ path: 'body.fromId', code: 'too_big' })
    expect((await read(manager, a.id)).customFields).toEqual({ a: 'a'.repeat(9_000) })
  })

  it('and no customer has more than 500 relationships, by one request or by a merge', async () => {
    const [a, b] = [await owned(null), await owned(null)]
    const stamps = { workspaceId: manager.workspaceId, createdAt: '2026-05-01T00:00:00.000Z' }
    const others = Array.from({ length: 501 }, () => uuidv7())
    await put(
      'customers',
      others.map((id) => ({ ...stamps, id, name: 'One', sortName: 'one', updatedAt: stamps.createdAt })),
    )
    const kin = (fromId: string, list: string[]) =>
      put(
        'customer_relationships',
        list.map((toId) => ({ ...stamps, fromId, toId, kind: 'partner' })),
      )
    await kin(a.id, others.slice(0, 400))
    await kin(b.id, others.slice(400, 501))
    const { errors } = await refusalOf(mergeInto(manager, a.id, b.id), 400, 'invalid')
    expect(errors?.[0]).toMatchObject({ path: 'body.fromId', code: 'too_many_relationships' })
    await kin(a.id, others.slice(400, 500))
    const relate = (otherId: string, kind: string) =>
      api(manager.token).v1.customers[':id'].relationships[':otherId'].$put({
        param: { id: a.id, otherId },
        json: { kind },
      })
    expect((await refusalOf(relate(others[500] ?? '', 'partner'), 400, 'invalid')).errors?.[0]).toMatchObject({
      code: 'too_many_relationships',
    })
    await bodyOf(relate(others[0] ?? '', 'child'), 200)
    const answer = await mergeInto(manager, b.id, a.id, 'this', 'true')
    expect(answer.status).toBe(400)
  })
})

describe('null in a custom field means that there is no such field', () => {
  it('when a customer is made, upserted, changed, imported or merged', async () => {
    const given = { plan: null, deep: { x: null, y: 1 } }
    const [a, b] = [
      await owned(null, { customFields: given }),
      await owned(null, { customFields: { plan: 'gold', deep: { x: 2 } } }),
    ]
    expect((await read(manager, a.id)).customFields).toEqual({ deep: { y: 1 } })
    const merged = await bodyOf(mergeInto(manager, a.id, b.id), 200)
    expect(merged.customer.customFields).toEqual({ plan: 'gold', deep: { x: 2, y: 1 } })
    await bodyOf(restore(manager, b.id), 200)
    expect((await read(manager, a.id)).customFields).toEqual({ deep: { y: 1 } })

    const { customers } = api(manager.token).v1
    const email = `${uuidv7()}@example.com`
    const upsert = (customFields: Record<string, unknown>) =>
      customers.$put({ query: { match: 'email' }, json: { name: 'Up', email, customFields } })
    expect((await bodyOf(upsert(given), 201)).customFields).toEqual({ deep: { y: 1 } })
    expect((await bodyOf(upsert({ plan: 'tin', deep: null }), 200)).customFields).toEqual({ plan: 'tin' })
    const patch = { param: a, header: {}, json: { customFields: given } }
    expect((await bodyOf(customers[':id'].$patch(patch), 200)).customFields).toEqual({ deep: { y: 1 } })
  })

  it('of which a row stored before that rule keeps nothing in a merge', async () => {
    const [a, b] = [await owned(null), await owned(null, { customFields: { plan: 'gold' } })]
    await rows(`UPDATE customers SET custom_fields = '{"plan":null}' WHERE id = ?`, a.id)
    expect((await bodyOf(mergeInto(manager, a.id, b.id), 200)).customer.customFields).toEqual({ plan: 'gold' })
  })
})

describe('a customer with 1,200 interactions, 300 tickets and 300 leads', { tags: ['long'] }, () => {
  const at = (i: number) => new Date(Date.parse('2026-04-01T00:00:00Z') + i * 60_000).toISOString()

  async function large() {
    const { id } = await owned(people.sales.id, { keepInTouchDays: 30 })
    const row = { workspaceId: manager.workspaceId, customerId: id, createdAt: at(0), updatedAt: at(0) }
    const list = <T>(length: number, of: (i: number) => T) => Array.from({ length }, (_, i) => of(i))
    await put(
      'interactions',
      list(1_200, (i) => ({
        ...row,
        id: uuidv7(),
        ownerId: people.sales.id,
        body: 'Said',
        occurredAt: at(i),
        type: i % 3 ? 'CALL' : 'TASK',
        followUpAt: i % 5 ? null : at(i),
      })),
    )
    const first = (await rows<{ n: number }>('SELECT coalesce(max(number), 0) AS n FROM tickets'))[0]?.n ?? 0
    await put(
      'tickets',
      list(300, (i) => ({
        ...row,
        id: uuidv7(),
        ownerId: people.sales.id,
        title: 'Asked',
        number: first + 1 + i,
        status: 'OPEN',
        priority: 'NORMAL',
      })),
    )
    await put(
      'leads',
      list(300, () => ({ ...row, id: uuidv7(), title: 'Lead', status: 'CLOSED' })),
    )
    return id
  }

  const of = async (id: string) => ({
    interactions: await count('interactions', 'customer_id = ?', id),
    tickets: await count('tickets', 'customer_id = ? AND deleted_at IS NULL', id),
    leads: await count('leads', 'customer_id = ?', id),
  })
  const ALL = { interactions: 1_200, tickets: 300, leads: 300 }
  const NONE = { interactions: 0, tickets: 0, leads: 0 }
  // So few statements that most rows wait for the schedule.
  let slow: ReturnType<typeof api>
  beforeAll(() => {
    slow = api(manager.token, worker({ IMPORT_STATEMENTS: '40' }))
  })
  const becomeDue = () => rows(`UPDATE jobs SET due_at = '2000-01-01' WHERE state = 'RUNNING'`)
  const runJobs = async (DB: D1Database, statements = 1_000) => {
    await becomeDue()
    const budget = { statements, until: Date.now() + 20_000 }
    await runDueJobs(jobsIn(DB), JOB_KINDS, budget, manager.workspaceId)
  }
  const settle = async (kills = 0) => {
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {})
    for (let i = 0; i < kills; i += 1) {
      const die = (trip: number) => {
        if (trip === 2) throw new Error('killed')
      }
      const { DB } = metered({ [i % 2 === 0 ? 'before' : 'after']: die })
      await expect(runJobs(DB)).rejects.toThrow('unavailable')
    }
    silence.mockRestore()
    const { DB, cost } = metered()
    await runJobs(DB)
    return cost
  }

  it('is merged and given back at once, its rows in pieces, killed five times, none lost and none twice', async () => {
    const [id, kept] = [await large(), (await owned(people.rival.id)).id]
    const figures =
      'SELECT interaction_count, last_interaction_at, next_follow_up_at, last_contact_at FROM customers WHERE id = ?'
    const [before] = await rows(figures, id)
    const answer = await mergeInto(slow, kept, id)
    const cost = costOf(answer)
    expect(cost.written).toBeLessThanOrEqual(5_000)
    expect(cost.read).toBeLessThanOrEqual(25_000)
    expect((await bodyOf(answer, 200)).moved).toMatchObject(ALL)
    expect((await settle(5)).rowsWritten).toBeGreaterThan(0)
    expect([await of(kept), await of(id)]).toEqual([ALL, NONE])
    expect(await count('interactions', 'customer_id = ? AND owner_id IS NOT ?', kept, people.rival.id)).toBe(0)
    expect((await rows(figures, kept))[0]).toEqual(before)
    const jobs = await bodyOf(api(manager.token).v1.jobs.$get({ query: { subjectId: kept } }), 200)
    expect(jobs.data).toMatchObject([{ kind: 'merge', state: 'DONE', done: 1_800 - 3 * 40, total: 1_800 - 3 * 40 }])

    const back = await restore(slow, id)
    expect(costOf(back).written).toBeLessThanOrEqual(5_000)
    expect(costOf(back).read).toBeLessThanOrEqual(25_000)
    await settle(5)
    expect([await of(kept), await of(id)]).toEqual([NONE, ALL])
    expect((await rows(figures, id))[0]).toEqual(before)
    expect((await rows(figures, kept))[0]).toMatchObject({ interaction_count: 0, last_interaction_at: null })
    expect(await count('interactions', 'customer_id = ? AND home_id IS NOT NULL', id)).toBe(0)
  })

  it('writes at most ten rows for each that settles, and a piece no more than 5,000', async () => {
    const [id, kept] = [await large(), (await owned(people.sales.id)).id]
    await bodyOf(mergeInto(slow, kept, id), 200)
    const { interactions, tickets, leads } = await of(id)
    const left = interactions + tickets + leads
    expect(left).toBeGreaterThan(500)
    let [worst, total] = [0, 0]
    for (;;) {
      const { DB, cost } = metered()
      await runJobs(DB, 7)
      if (cost.rowsWritten === 0) break
      total += cost.rowsWritten
      worst = Math.max(worst, cost.rowsWritten)
    }
    expect(worst).toBeLessThanOrEqual(5_000)
    expect(total / left).toBeLessThanOrEqual(10)
    expect(await of(kept)).toEqual(ALL)
  })

  it('is undone while its rows are still on their way, and merged anew meanwhile', async () => {
    const [id, first, second] = [await large(), (await owned(null)).id, (await owned(null)).id]
    await bodyOf(mergeInto(slow, first, id), 200)
    await bodyOf(mergeInto(slow, second, first), 200)
    await bodyOf(restore(slow, id), 200)
    await settle()
    expect([await of(id), await of(first), await of(second)]).toEqual([ALL, NONE, NONE])
    await bodyOf(mergeInto(slow, second, id), 200)
    await bodyOf(restore(slow, first), 200)
    await settle()
    expect([await of(id), await of(first), await of(second)]).toEqual([NONE, NONE, ALL])
    await bodyOf(restore(slow, id), 200)
    await settle()
    expect([await of(id), await of(first), await of(second)]).toEqual([ALL, NONE, NONE])
  })
})
