// Distributing leads: even, to those with the least to do, and exact while others claim and distribute.
import { beforeEach, describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { happenings, rows } from '../support/database'
import { team } from '../support/factories'
import { runJobsKilledFiveTimes, runJobsToTheEnd, withWaitingJobs } from '../support/jobs'
import { counters, seedLeads } from '../support/leads'

type Team = Awaited<ReturnType<typeof team>>
type Json = Parameters<ReturnType<typeof api>['v1']['leads']['distribute']['$post']>[0]['json']

const POOL = { field: 'ownerId', op: 'empty' } as const
const begin = async (token: string, json: Json) => {
  const answer = await withWaitingJobs(token).v1.leads.distribute.$post({ json })
  const text = await answer.text()
  expect(answer.status, text).toBe(202)
  return JSON.parse(text) as { id: string; total: number }
}
const preview = (token: string, json: Json) =>
  bodyOf(api(token).v1.leads.distribute.$post({ json: { ...json, dryRun: true } }), 200)
const jobOf = (token: string, id: string) => bodyOf(api(token).v1.jobs[':id'].$get({ param: { id } }), 200)
const owned = async (workspaceId: string) =>
  Object.fromEntries(
    (
      await rows<{ owner: string; n: number }>(
        `SELECT coalesce(owner_id, '') AS owner, count(*) AS n FROM leads WHERE workspace_id = ? GROUP BY 1`,
        workspaceId,
      )
    ).map(({ owner, n }) => [owner, n]),
  )

describe('a distribution', () => {
  let people: Team
  beforeEach(async () => {
    people = await team()
  })

  it('in turn gives numbers that differ by one at most, killed midway as well, and tells who got what', async () => {
    const { manager, sales, rival, admin } = people
    await seedLeads(manager.workspaceId, Array(200).fill({ ownerId: null }))
    const members = [sales.id, rival.id, admin.id]
    const json = { filter: POOL, members, strategy: 'roundRobin' as const }
    expect(await preview(manager.token, json)).toMatchObject({
      count: 200,
      outcomes: { changed: 200 },
      members: [
        { id: sales.id, gets: 67 },
        { id: rival.id, gets: 67 },
        { id: admin.id, gets: 66 },
      ],
    })
    const { id } = await begin(manager.token, { ...json, expect: 200 })
    await runJobsKilledFiveTimes()
    expect(await owned(manager.workspaceId)).toEqual({ [sales.id]: 67, [rival.id]: 67, [admin.id]: 66 })
    const { data } = await bodyOf(
      api(manager.token).v1.jobs[':id'].results.$get({ param: { id }, query: { limit: '100' } }),
      200,
    )
    expect(data.slice(0, 4).map((each) => each.ownerId)).toEqual([sales.id, rival.id, admin.id, sales.id])
    expect(await happenings(data[0]?.id ?? '')).toEqual(['lead.assigned'])
    const { kept, counted } = await counters(manager.workspaceId)
    expect(kept).toEqual(counted)
    const undone = await api(manager.token).v1.jobs[':id'].undo.$post({ param: { id } })
    expect(undone.status).toBe(202)
    await runJobsToTheEnd()
    expect(await owned(manager.workspaceId)).toEqual({ '': 200 })
  })

  it('to those with the least to do levels them, closed leads left out, and moves what others have', async () => {
    const { manager, sales, rival, admin } = people
    await seedLeads(manager.workspaceId, [
      ...Array(6).fill({ ownerId: sales.id, source: 'old' }),
      ...Array(2).fill({ ownerId: rival.id }),
      ...Array(9).fill({ ownerId: rival.id, status: 'CLOSED' }),
      ...Array(10).fill({ ownerId: null }),
    ])
    const json = { filter: POOL, members: [sales.id, rival.id, admin.id], strategy: 'leastBusy' as const }
    const gets = (await preview(manager.token, json)).members
    expect(gets).toEqual([
      { id: sales.id, gets: 0 },
      { id: rival.id, gets: 4 },
      { id: admin.id, gets: 6 },
    ])
    await begin(manager.token, { ...json, expect: 10 })
    await runJobsToTheEnd()
    expect(await owned(manager.workspaceId)).toEqual({ [sales.id]: 6, [rival.id]: 15, [admin.id]: 6 })
    // All open ones anew: those that stay with their owner are unchanged.
    const all = { field: 'status', op: 'ne', value: 'CLOSED' } as const
    const { id } = await begin(manager.token, { ...json, filter: all, expect: 18 })
    await runJobsToTheEnd()
    expect(await owned(manager.workspaceId)).toEqual({ [sales.id]: 6, [rival.id]: 15, [admin.id]: 6 })
    const job = await jobOf(manager.token, id)
    expect((job.outcomes?.changed ?? 0) + (job.outcomes?.unchanged ?? 0)).toBe(18)
  })

  it('beside another one and beside claims gives each lead one owner, whom its last event names', async () => {
    const { manager, admin, sales, rival } = people
    const leads = await seedLeads(manager.workspaceId, Array(120).fill({ ownerId: null }))
    const ids = leads.map(({ id }) => id)
    const [one, two] = [
      await begin(manager.token, { ids, members: [sales.id], strategy: 'roundRobin' }),
      await begin(admin.token, { ids, members: [rival.id], strategy: 'leastBusy' }),
    ]
    const claimed = await Promise.all([
      runJobsToTheEnd(),
      runJobsToTheEnd(),
      ...ids.slice(0, 15).map((id) => api(sales.token).v1.leads[':id'].claim.$post({ param: { id } })),
    ])
    await runJobsToTheEnd()
    const won = claimed.filter((answer) => answer && answer.status === 200).length
    const [a, b] = [await jobOf(manager.token, one.id), await jobOf(admin.token, two.id)]
    expect((a.outcomes?.changed ?? 0) + (b.outcomes?.changed ?? 0) + won).toBe(120)
    expect((a.outcomes?.conflict ?? 0) + (b.outcomes?.conflict ?? 0)).toBe(120 + won)
    const wrong = await rows(
      `SELECT l.id FROM leads l WHERE workspace_id = ? AND (version <> 2 OR owner_id IS NOT (SELECT changes ->> '$.ownerId[1]' FROM events
        WHERE subject_id = l.id ORDER BY seq DESC LIMIT 1) OR (SELECT count(*) FROM events WHERE subject_id = l.id) <> 1)`,
      manager.workspaceId,
    )
    expect(wrong).toEqual([])
  })

  it('leaves out a member who has left meanwhile, and is for those who may assign', async () => {
    const { manager, admin, sales, rival } = people
    const leads = await seedLeads(manager.workspaceId, Array(10).fill({ ownerId: null }))
    const json = { ids: leads.map(({ id }) => id), members: [sales.id, rival.id], strategy: 'roundRobin' as const }
    await begin(manager.token, json)
    await api(admin.token).v1.users[':id'].$delete({ param: { id: rival.id }, query: {}, header: {} })
    await runJobsToTheEnd()
    expect(await owned(manager.workspaceId)).toEqual({ [sales.id]: 10 })
    const distribute = (token: string, members: string[]) =>
      api(token).v1.leads.distribute.$post({ json: { ...json, members } })
    expect((await distribute(sales.token, [sales.id])).status).toBe(403)
    expect((await distribute(manager.token, [rival.id])).status).toBe(400)
    expect((await distribute(manager.token, [sales.id, sales.id])).status).toBe(400)
    expect((await distribute(manager.token, [])).status).toBe(400)
  })
})
