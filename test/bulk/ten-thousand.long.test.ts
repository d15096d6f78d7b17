// A bulk change of 10,000 leads that is killed midway, and its undoing: exact, and every byte back but versions.
import { expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { count, rows } from '../support/database'
import { team } from '../support/factories'
import { runJobsKilledFiveTimes, withWaitingJobs } from '../support/jobs'
import { counters, seedLeads } from '../support/leads'

const LEADS = 10_000

it('a bulk change of 10,000 leads, killed five times, ends exact, and its undoing, killed as often, gives every byte back', async () => {
  const { manager, sales, rival } = await team()
  const { token, workspaceId } = manager
  for (let n = 0; n < LEADS; n += 2_000) {
    await seedLeads(
      workspaceId,
      Array.from({ length: 2_000 }, (_, i) => ({
        title: `Lead ${n + i}`,
        ownerId: i % 2 ? sales.id : null,
        status: i % 3 ? ('NEW' as const) : ('CONTACTED' as const),
        ...(i % 5 === 0 && { customFields: { plan: 'gold' } }),
      })),
    )
  }
  const bytes = async () => {
    const all = await rows('SELECT * FROM leads WHERE workspace_id = ? ORDER BY seq', workspaceId)
    return all.map(({ version: _, updated_at: __, ...row }) => row)
  }
  const before = await bytes()
  const change = { ownerId: rival.id, status: 'QUALIFIED' as const, customFields: { plan: 'silver' } }
  const filter = { field: 'status', op: 'ne', value: 'CLOSED' } as const
  const { bulk } = withWaitingJobs(token).v1.leads
  const answer = await bulk.$post({ json: { filter, expect: LEADS, change, dryRun: false } })
  expect(answer.status).toBe(202)
  const { id } = (await answer.json()) as { id: string }
  await runJobsKilledFiveTimes()
  const jobs = api(token).v1.jobs
  expect(await bodyOf(jobs[':id'].$get({ param: { id } }), 200)).toMatchObject({
    ...{ state: 'DONE', done: LEADS, outcomes: { changed: LEADS }, failures: 0 },
  })
  const isChanged = `workspace_id = ? AND owner_id = ? AND status = 'QUALIFIED' AND version = 2 AND custom_fields ->> '$.plan' = 'silver'`
  expect(await count('leads', isChanged, workspaceId, rival.id)).toBe(LEADS)
  expect(await count('events', `workspace_id = ? AND verb = 'lead.updated'`, workspaceId)).toBe(LEADS)
  const { kept, counted } = await counters(workspaceId)
  expect(kept).toEqual(counted)
  await bodyOf(jobs[':id'].undo.$post({ param: { id } }), 202)
  await runJobsKilledFiveTimes()
  const after = await bytes()
  expect(after.length).toBe(LEADS)
  expect(JSON.stringify(after) === JSON.stringify(before)).toBe(true)
  expect(await count('events', `workspace_id = ? AND verb = 'lead.updated'`, workspaceId)).toBe(2 * LEADS)
}, 300_000)
