// Bulk changes: exact after a kill, by the rules of a single change, and taken back byte by byte.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api, send } from '../support/api'
import { seedCustomers } from '../support/customers'
import { rows } from '../support/database'
import { team } from '../support/factories'
import { runJobsKilledFiveTimes, runJobsToTheEnd, withWaitingJobs } from '../support/jobs'
import { seedLeads } from '../support/leads'

type Team = Awaited<ReturnType<typeof team>>
type Leads = (typeof LEADS)[number]
const LEADS = ['leads', 'customers', 'tickets'] as const

const bulk = (token: string, json: object, of: Leads = 'leads') =>
  send(`/v1/${of}/bulk`, { method: 'POST', token, json })
const jobOf = async (token: string, id: string) => bodyOf(await api(token).v1.jobs[':id'].$get({ param: { id } }), 200)
const resultsOf = async (token: string, id: string, query: object = {}) =>
  (await bodyOf(await api(token).v1.jobs[':id'].results.$get({ param: { id }, query: { limit: 100, ...query } }), 200)).data
const undo = (token: string, id: string) => api(token).v1.jobs[':id'].undo.$post({ param: { id } })
const created = { field: 'source', op: 'notEmpty' }

/** All columns of a table but versions, and the tags. */
async function bytes(table: Leads, workspaceId: string): Promise<unknown> {
  const all = await rows(`SELECT * FROM ${table} WHERE workspace_id = ? ORDER BY seq`, workspaceId)
  const links = await rows(`SELECT * FROM ${table.slice(0, -1)}_tags ORDER BY 1, 2`)
  return { links, all: all.map(({ version: _, updated_at: __, ...row }) => row) }
}

describe('a bulk change', () => {
  let people: Team
  beforeAll(async () => {
    people = await team()
    await seedLeads(
      people.admin.workspaceId,
      Array.from({ length: 450 }, (_, i) => ({
        title: `Lead ${i}`,
        ownerId: [people.sales.id, null, people.rival.id][i % 3] ?? null,
        status: (['NEW', 'CONTACTED', 'CLOSED'] as const)[i % 3],
        customFields: i % 2 ? { plan: 'gold', Größe: i } : undefined,
      })),
    )
    await runJobsToTheEnd()
  })

  it('of hundreds, killed five times midway, ends exact; undone after five more kills, every byte is back but versions', async () => {
    const { manager, rival } = people
    const before = await bytes('leads', manager.workspaceId)
    const eventsBefore = (await rows(`SELECT seq FROM events WHERE workspace_id = ?`, manager.workspaceId)).length
    const filter = { field: 'title', op: 'startsWith', value: 'Lead' }
    const preview = await send('/v1/leads/bulk', {
      ...{ method: 'POST', token: manager.token },
      json: { filter, dryRun: true, change: { status: 'QUALIFIED', ownerId: rival.id } },
    })
    expect(await preview.json()).toMatchObject({ count: 450, outcomes: { changed: 450 } })
    const change = {
      status: 'QUALIFIED' as const,
      ownerId: rival.id,
      tags: { add: ['Spring', 'ÜBER'], remove: [] },
      customFields: { plan: 'silver' },
    }
    const begun = await withWaitingJobs(manager.token).v1.leads.bulk.$post({
      json: { filter, expect: 450, change, dryRun: false },
    })
    expect(begun.status).toBe(202)
    const { id } = (await begun.json()) as { id: string }
    await runJobsKilledFiveTimes()
    expect(await jobOf(manager.token, id)).toMatchObject({
      ...{ state: 'DONE', done: 450, total: 450, outcomes: { changed: 450 }, failures: 0 },
    })
    const changed = await rows(
      `SELECT l.id FROM leads l WHERE workspace_id = ? AND status = 'QUALIFIED' AND owner_id = ? AND version = 2
        AND custom_fields ->> '$.plan' = 'silver' AND (SELECT count(*) FROM lead_tags WHERE lead_id = l.id) = 2`,
      manager.workspaceId,
      rival.id,
    )
    expect(changed).toHaveLength(450)
    const events = await rows(`SELECT verb FROM events WHERE workspace_id = ? AND verb LIKE 'lead.%'`, manager.workspaceId)
    expect(events.length - eventsBefore).toBeGreaterThanOrEqual(900)
    const undone = await undo(manager.token, id)
    expect(undone.status).toBe(202)
    const job = (await undone.json()) as { id: string }
    await runJobsKilledFiveTimes()
    expect(await jobOf(manager.token, job.id)).toMatchObject({ state: 'DONE', done: 450, outcomes: { changed: 450 } })
    expect(await bytes('leads', manager.workspaceId)).toEqual(before)
    expect((await undo(manager.token, id)).status).toBe(409)
  })
})
