// Bulk changes: exact after a kill, by the rules of a single change, and taken back byte by byte.
import { beforeAll, describe, expect, it } from 'vitest'
import { Job } from '../../src/jobs/jobs.schemas'
import { bodyOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { seedCustomers } from '../support/customers'
import { rows } from '../support/database'
import { team } from '../support/factories'
import { runJobsKilledFiveTimes, runJobsToTheEnd, withWaitingJobs } from '../support/jobs'
import { seedLeads } from '../support/leads'
import { mailing } from '../support/mailbox'

type Team = Awaited<ReturnType<typeof team>>
type Leads = (typeof LEADS)[number]
const LEADS = ['leads', 'customers', 'tickets'] as const

const bulk = (token: string, json: object, of: Leads = 'leads') =>
  send(`/v1/${of}/bulk`, { method: 'POST', token, json })
const begun = async (token: string, json: object, of: Leads = 'leads') =>
  Job.parse(await bodyOf(bulk(token, json, of), 202))
const jobOf = async (token: string, id: string) => bodyOf(await api(token).v1.jobs[':id'].$get({ param: { id } }), 200)
const resultsOf = async (token: string, id: string, query: { outcome?: 'refused' } = {}) =>
  (
    await bodyOf(
      await api(token).v1.jobs[':id'].results.$get({ param: { id }, query: { limit: '100', ...query } }),
      200,
    )
  ).data
/** Leads of a workspace, those that were made now. */
const seeded = async (workspaceId: string, seeds: Parameters<typeof seedLeads>[1]) =>
  (await seedLeads(workspaceId, seeds)).slice(-seeds.length)
const undo = (token: string, id: string) => api(token).v1.jobs[':id'].undo.$post({ param: { id } })
const leadEvents = (workspaceId: string) =>
  rows(`SELECT verb FROM events WHERE workspace_id = ? AND verb LIKE 'lead.%'`, workspaceId)

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
    const eventsBefore = (await leadEvents(manager.workspaceId)).length
    const filter = { field: 'title', op: 'startsWith', value: 'Lead' } as const
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
    const answer = await withWaitingJobs(manager.token).v1.leads.bulk.$post({
      json: { filter, expect: 450, change, dryRun: false },
    })
    expect(answer.status).toBe(202)
    const { id } = (await answer.json()) as { id: string }
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
    expect((await leadEvents(manager.workspaceId)).length - eventsBefore).toBe(900)
    expect(await jobOf(manager.token, id)).not.toHaveProperty('input')
    const undone = await undo(manager.token, id)
    expect(undone.status).toBe(202)
    const job = (await undone.json()) as { id: string }
    await runJobsKilledFiveTimes()
    expect(await jobOf(manager.token, job.id)).toMatchObject({ state: 'DONE', done: 450, outcomes: { changed: 450 } })
    expect(await bytes('leads', manager.workspaceId)).toEqual(before)
    expect((await undo(manager.token, id)).status).toBe(409)
  })

  it('changes what a single change could: others are refused, not found, or in conflict, each with its reason', async () => {
    const { sales, rival, manager } = people
    const [own, late, pool, others] = await seeded(manager.workspaceId, [
      { ownerId: sales.id },
      { ownerId: sales.id },
      { ownerId: null },
      { ownerId: rival.id },
    ])
    const ids = [own, late, pool, others].map((lead) => lead?.id ?? '')
    const answer = await withWaitingJobs(sales.token).v1.leads.bulk.$post({
      json: { ids: [...ids, crypto.randomUUID()], change: { status: 'CONTACTED' }, dryRun: false },
    })
    const { id } = (await answer.json()) as { id: string }
    await api(sales.token).v1.leads[':id'].$patch({ param: { id: ids[1] ?? '' }, json: { title: 'Late' }, header: {} })
    await runJobsToTheEnd()
    const results = await resultsOf(sales.token, id)
    expect(results.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['changed', null],
      ['conflict', null],
      ['refused', 'not_yours'],
    ])
    expect((await resultsOf(sales.token, id, { outcome: 'refused' })).map((each) => each.id)).toEqual([ids[2]])
    expect(await jobOf(sales.token, id)).toMatchObject({
      outcomes: { changed: 1, conflict: 1, refused: 1, notFound: 2 },
    })
    expect((await bulk(sales.token, { ids, change: { ownerId: rival.id } })).status).toBe(403)
    expect((await api(rival.token).v1.jobs[':id'].results.$get({ param: { id }, query: {} })).status).toBe(404)
  })

  it('does not overwrite a claim that came after the choice', async () => {
    const { manager, sales, rival } = people
    const seeds = await seeded(manager.workspaceId, Array(20).fill({ ownerId: null, source: 'race' }))
    const answer = await withWaitingJobs(manager.token).v1.leads.bulk.$post({
      json: { ids: seeds.map(({ id }) => id), change: { ownerId: rival.id }, dryRun: false },
    })
    const { id } = (await answer.json()) as { id: string }
    const claimed = seeds.slice(0, 5)
    for (const lead of claimed) {
      expect((await api(sales.token).v1.leads[':id'].claim.$post({ param: { id: lead.id } })).status).toBe(200)
    }
    await runJobsToTheEnd()
    expect(await jobOf(manager.token, id)).toMatchObject({ outcomes: { changed: 15, conflict: 5 } })
    const owners = await rows<{ owner_id: string }>(
      `SELECT owner_id FROM leads WHERE id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(claimed.map((lead) => lead.id)),
    )
    expect(owners.map((each) => each.owner_id)).toEqual(Array(5).fill(sales.id))
  })

  it('with another number than was expected is a 409 with the number, and leaves nothing behind', async () => {
    const { manager } = people
    const filter = { field: 'title', op: 'startsWith', value: 'Lead' }
    const refused = await bulk(manager.token, { filter, expect: 7, change: { trashed: true } })
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ code: 'count_differs', count: 450 })
    expect(await rows('SELECT * FROM bulk_selections WHERE job_id NOT IN (SELECT id FROM jobs)')).toEqual([])
    for (const wrong of [
      { filter, change: { trashed: true } },
      { change: { trashed: true } },
      { ids: ['x'], change: { trashed: true } },
      { filter, expect: 450, change: {} },
      { filter, expect: 450, change: { trashed: true, status: 'NEW' } },
      { filter, expect: 450, change: { tags: { add: ['a'], remove: ['A'] } } },
    ]) {
      expect((await bulk(manager.token, wrong)).status).toBe(400)
    }
    expect((await bulk(manager.token, { filter, expect: 450, change: { ownerId: crypto.randomUUID() } })).status).toBe(
      400,
    )
  })

  it('stops where the one who asked loses the role; what is done stays, and can be undone', async () => {
    const { admin, manager } = people
    const seeds = await seeded(manager.workspaceId, Array(300).fill({ ownerId: null }))
    const answer = await withWaitingJobs(manager.token, 3).v1.leads.bulk.$post({
      json: { ids: seeds.map(({ id }) => id), change: { status: 'CLOSED' }, dryRun: false },
    })
    const { id } = (await answer.json()) as { id: string }
    await scheduler.wait(200)
    await rows(`UPDATE users SET role = 'SALES' WHERE id = ?`, manager.id)
    await runJobsToTheEnd()
    const job = await jobOf(admin.token, id)
    expect(job).toMatchObject({ state: 'CANCELLED', lastError: expect.stringContaining('no longer') })
    const closed = await rows(
      `SELECT id FROM leads WHERE status = 'CLOSED' AND id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(seeds.map((lead) => lead.id)),
    )
    expect(closed).toHaveLength(job.done)
    expect(job.done).toBeLessThan(300)
    await rows(`UPDATE users SET role = 'MANAGER' WHERE id = ?`, manager.id)
    expect((await undo(admin.token, id)).status).toBe(202)
    await runJobsToTheEnd()
    expect(
      await rows(
        `SELECT id FROM leads WHERE status = 'CLOSED' AND id IN (SELECT value FROM json_each(?))`,
        JSON.stringify(seeds.map((lead) => lead.id)),
      ),
    ).toEqual([])
  })

  it('is undone for what nobody has changed since; the rest stays and is reported', async () => {
    const { manager, sales } = people
    const seeds = await seeded(manager.workspaceId, Array(3).fill({ ownerId: sales.id }))
    const ids = seeds.map(({ id }) => id)
    const { id } = await begun(sales.token, { ids, change: { ownerId: null } })
    await runJobsToTheEnd()
    await api(people.rival.token).v1.leads[':id'].claim.$post({ param: { id: ids[0] ?? '' } })
    const job = await bodyOf(undo(sales.token, id), 202)
    await runJobsToTheEnd()
    expect((await resultsOf(sales.token, job.id)).map(({ outcome }) => outcome)).toEqual([
      'notFound',
      'changed',
      'changed',
    ])
    expect((await undo(people.rival.token, id)).status).toBe(404)
    expect((await undo(sales.token, job.id)).status).toBe(409)
  })

  it.each(['leads', 'customers', 'tickets'] as const)('to the trash takes %s back as they were', async (of) => {
    const { manager, sales, rival } = await team()
    const made = await seedCustomers(
      manager.workspaceId,
      Array.from({ length: 30 }, (_, i) => ({
        name: `C ${of} ${i}`,
        email: `${of}${i}@example.com`,
        ownerId: sales.id,
        tags: ['one', 'two'],
        customFields: { n: i },
      })),
    )
    const customerIds = made.map(({ id }) => id)
    for (const customerId of customerIds.slice(0, 3)) {
      const json = { customerId, title: 'Help' }
      await api(manager.token).v1.tickets.$post({ json })
    }
    const leads = await seeded(manager.workspaceId, Array(30).fill({ ownerId: sales.id, customFields: { a: 'ß' } }))
    const tickets = await rows<{ id: string }>('SELECT id FROM tickets WHERE workspace_id = ?', manager.workspaceId)
    const ids = { customers: customerIds, leads: leads.map(({ id }) => id), tickets: tickets.map(({ id }) => id) }[of]
    const [before, ticketsBefore] = [await bytes(of, manager.workspaceId), await bytes('tickets', manager.workspaceId)]
    for (const change of [
      { trashed: true },
      { tags: { add: ['three'], remove: ['one'] }, customFields: { n: null, z: [1, 'é'] } },
      of === 'tickets' ? { assigneeId: rival.id, priority: 'HIGH' } : { ownerId: rival.id },
    ]) {
      const { id } = await begun(manager.token, { ids, change }, of)
      await runJobsToTheEnd()
      expect(await jobOf(manager.token, id)).toMatchObject({ state: 'DONE', outcomes: { changed: ids.length } })
      expect(await bytes(of, manager.workspaceId)).not.toEqual(before)
      const job = await bodyOf(undo(manager.token, id), 202)
      await runJobsToTheEnd()
      expect(await jobOf(manager.token, job.id)).toMatchObject({ outcomes: { changed: ids.length } })
      expect(await bytes(of, manager.workspaceId)).toEqual(before)
      expect(await bytes('tickets', manager.workspaceId)).toEqual(ticketsBefore)
    }
  })

  it('refuses values that a field does not take, and one value of a unique field for many, before it begins', async () => {
    const { manager } = people
    const define = (key: string, more: object) =>
      send('/v1/fields', { method: 'POST', token: manager.token, json: { entity: 'lead', key, ...more } })
    expect((await define('budget', { type: 'number' })).status).toBe(201)
    expect((await define('code', { type: 'text', unique: true })).status).toBe(201)
    const [lead] = await seeded(manager.workspaceId, [{}])
    for (const [customFields, key] of [
      [{ budget: 'much' }, 'budget'],
      [{ code: 'A' }, 'code'],
    ] as const) {
      for (const dryRun of [true, false]) {
        const refused = await bulk(manager.token, { ids: [lead?.id], dryRun, change: { customFields } })
        expect(refused.status).toBe(400)
        expect(await refused.json()).toMatchObject({ errors: [{ path: `body.change.customFields.${key}` }] })
      }
    }
    const { id } = await begun(manager.token, { ids: [lead?.id], change: { customFields: { budget: 5 } } })
    await runJobsToTheEnd()
    expect(await jobOf(manager.token, id)).toMatchObject({ outcomes: { changed: 1 } })
  })

  it('tells a new owner by one mail, however many records it gives, and no customer of a ticket', async () => {
    const { manager, sales } = people
    const { token } = manager
    const fetch = worker(mailing({ SMTP_PORT: '1' }))
    const leads = await seeded(manager.workspaceId, Array(5).fill({ ownerId: null }))
    const json = { ids: leads.map(({ id }) => id), change: { ownerId: sales.id } }
    expect((await send('/v1/leads/bulk', { method: 'POST', token, json }, fetch)).status).toBe(202)
    const [customer] = await seedCustomers(manager.workspaceId, [{ name: 'Mia', email: 'mia@example.com' }])
    const ticket = await bodyOf(
      api(token).v1.tickets.$post({ json: { customerId: customer?.id ?? '', title: 'Help' } }),
      201,
    )
    const closing = { ids: [ticket.id], change: { status: 'CLOSED' } }
    expect((await send('/v1/tickets/bulk', { method: 'POST', token, json: closing }, fetch)).status).toBe(202)
    const mails = await rows(
      `SELECT template, payload ->> '$.count' AS count FROM outbox WHERE workspace_id = ?`,
      manager.workspaceId,
    )
    expect(mails).toEqual([{ template: 'leadsAssigned', count: '5' }])
  })
})
