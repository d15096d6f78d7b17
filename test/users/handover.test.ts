// Leaving with much: the account is closed at once, and what it owned goes over in pieces, each of them once.
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, costOf } from '../support/answers'
import { api } from '../support/api'
import { counters as customerCounters, seedCustomers } from '../support/customers'
import { count, rows } from '../support/database'
import { type Person, team } from '../support/factories'
import { seedInteractions } from '../support/interactions'
import { makeJobsDue, runJobsKilledFiveTimes, runJobsToTheEnd, withWaitingJobs } from '../support/jobs'
import { counters as leadCounters, seedLeads } from '../support/leads'

const many = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i))

async function seedMuch(owner: Person) {
  const { workspaceId, id: ownerId } = owner
  await seedLeads(
    workspaceId,
    many(400, (i) => ({ ownerId, deletedAt: i % 10 === 0 ? new Date().toISOString() : null })),
  )
  const list = await seedCustomers(
    workspaceId,
    many(150, (i) => ({ ownerId, tags: i % 2 ? ['vip'] : [] })),
  )
  await seedInteractions(
    workspaceId,
    list.flatMap(({ id: customerId }, i) => many(i === 0 ? 700 : i % 5, () => ({ customerId, ownerId }))),
  )
  return list
}

describe('a member with much', () => {
  let people: Awaited<ReturnType<typeof team>>
  beforeEach(async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    people = await team()
    await seedMuch(people.sales)
  })

  it('who leaves has everything handed over once, though the job is killed five times', async () => {
    const { admin, sales, rival } = people
    const { workspaceId } = admin
    const query = { reassignTo: rival.id }
    const gone = await withWaitingJobs(admin.token).v1.users[':id'].$delete({
      param: { id: sales.id },
      query,
      header: {},
    })
    expect(gone.status).toBe(204)
    const { read, written } = costOf(gone)
    expect(read).toBeLessThanOrEqual(25_000)
    expect(written).toBeLessThanOrEqual(5_000)
    expect((await api(sales.token).v1.auth.refresh.$post({ json: { refreshToken: sales.refreshToken } })).status).toBe(
      401,
    )
    expect(await count('leads', 'owner_id = ?', sales.id)).toBeGreaterThan(100)
    const { data } = await bodyOf(api(admin.token).v1.jobs.$get({ query: { subjectId: sales.id } }), 200)
    expect(data).toMatchObject([{ kind: 'handover', state: 'RUNNING', createdBy: admin.id, isCancellable: false }])
    await runJobsKilledFiveTimes()
    for (const [table, n] of [
      ['leads', 400],
      ['customers', 150],
    ] as const) {
      expect(await count(table, 'owner_id = ? AND version = 2', rival.id), table).toBe(n)
    }
    const [{ n: owed = 0 } = {}] = await rows<{ n: number }>(
      'SELECT count(*) AS n FROM interactions WHERE workspace_id = ?',
      workspaceId,
    )
    expect(await count('interactions', 'owner_id = ?', rival.id)).toBe(owed)
    const told = await rows(
      `SELECT subject_type, count(*) AS n, count(DISTINCT subject_id) AS subjects FROM events
      WHERE workspace_id = ? AND verb IN ('lead.assigned', 'customer.assigned') AND actor_id = ? GROUP BY 1 ORDER BY 1`,
      workspaceId,
      admin.id,
    )
    expect(told).toEqual([
      { subject_type: 'customer', n: 150, subjects: 150 },
      { subject_type: 'lead', n: 360, subjects: 360 },
    ])
    for (const counters of [await leadCounters(workspaceId), await customerCounters(workspaceId)]) {
      expect(counters.kept).toEqual(counters.counted)
    }
    const [job] = (await bodyOf(api(admin.token).v1.jobs.$get({ query: { subjectId: sales.id } }), 200)).data
    expect(job).toMatchObject({ state: 'DONE', failures: 0 })
  })

  it('who comes back before the job is done keeps what was left', async () => {
    const { admin, sales } = people
    const change = (json: { status: 'ACTIVE' | 'INACTIVE' }) =>
      withWaitingJobs(admin.token).v1.users[':id'].$patch({ param: { id: sales.id }, query: {}, header: {}, json })
    await bodyOf(change({ status: 'INACTIVE' }), 200)
    const left = await count('leads', 'owner_id = ?', sales.id)
    await bodyOf(change({ status: 'ACTIVE' }), 200)
    await runJobsToTheEnd()
    expect(await count('leads', 'owner_id = ?', sales.id)).toBe(left)
  })

  it('whose successor leaves as well has everything with the successor of that one', async () => {
    const { admin, sales, rival, manager } = people
    const leave = ({ id }: Person, reassignTo: string) =>
      withWaitingJobs(admin.token).v1.users[':id'].$delete({ param: { id }, query: { reassignTo }, header: {} })
    await leave(sales, rival.id)
    await leave(rival, manager.id)
    await makeJobsDue()
    await runJobsToTheEnd()
    expect(await count('leads', 'owner_id = ?', manager.id)).toBe(400)
    expect(await count('customers', 'owner_id = ?', manager.id)).toBe(150)
  })
})

describe('a customer on whom much hangs', () => {
  let people: Awaited<ReturnType<typeof team>>
  let id: string
  beforeAll(async () => {
    people = await team()
    const { workspaceId, id: ownerId } = people.sales
    const [customer] = await seedCustomers(workspaceId, [{ ownerId, name: 'Much' }])
    id = customer?.id ?? ''
    await seedInteractions(
      workspaceId,
      many(1_500, () => ({ customerId: id, ownerId })),
    )
    // By the trigger alone, so that the job waits.
    await rows('UPDATE customers SET owner_id = ? WHERE id = ?', people.rival.id, id)
  })

  const seen = async ({ token }: Person) => {
    const { v1 } = api(token)
    const timeline = await v1.customers[':id'].timeline.$get({ param: { id }, query: {} })
    const list = await bodyOf(v1.interactions.$get({ query: {} }), 200)
    const [{ id: interaction = '' } = {}] = await rows<{ id: string }>(
      'SELECT id FROM interactions WHERE customer_id = ?',
      id,
    )
    const one = await v1.interactions[':id'].$get({ param: { id: interaction }, query: {} })
    return [timeline.status, list.data.length, one.status]
  }

  it('is closed to the former owner at once and open to the new one, before most has followed', async () => {
    expect(await count('interactions', 'owner_id = ?', people.sales.id)).toBe(1_400)
    expect(await seen(people.sales)).toEqual([404, 0, 404])
    expect(await seen(people.rival)).toEqual([200, 20, 200])
  })

  it('is followed by all of it, though the job is killed five times', async () => {
    await runJobsKilledFiveTimes()
    expect(await count('interactions', 'customer_id = ? AND owner_id = ?', id, people.rival.id)).toBe(1_500)
    expect(await seen(people.rival)).toEqual([200, 20, 200])
    const { data } = await bodyOf(api(people.admin.token).v1.jobs.$get({ query: { subjectId: id } }), 200)
    expect(data).toMatchObject([{ kind: 'owner', state: 'DONE', done: 1_500, createdBy: null }])
  })

  it('is written by a change of the owner within the bound, and followed right after the response', async () => {
    const response = await api(people.admin.token).v1.customers[':id'].$patch({
      ...{ param: { id }, header: {}, json: { ownerId: people.sales.id } },
    })
    const { read, written } = costOf(response)
    expect(read).toBeLessThanOrEqual(1_000)
    expect(written).toBeLessThanOrEqual(600)
    expect(await count('interactions', 'customer_id = ? AND owner_id = ?', id, people.sales.id)).toBe(1_500)
  })

  it('follows for a lead that no customer has become as well', async () => {
    const { sales, rival, workspaceId } = { ...people, workspaceId: people.admin.workspaceId }
    const [lead] = await seedLeads(workspaceId, [{ ownerId: sales.id }])
    const leadId = lead?.id ?? ''
    await seedInteractions(
      workspaceId,
      many(900, () => ({ leadId, ownerId: sales.id })),
    )
    await rows('UPDATE leads SET owner_id = ? WHERE id = ?', rival.id, leadId)
    await runJobsKilledFiveTimes()
    expect(await count('interactions', 'lead_id = ? AND owner_id = ?', leadId, rival.id)).toBe(900)
  })
})
