// Stages: names of a workspace for the steps of leads and tickets, each a part of one status.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { rows } from '../support/database'
import { team } from '../support/factories'
import { runJobsToTheEnd } from '../support/jobs'
import { lead, seedLeads } from '../support/leads'
import { ticket } from '../support/tickets'

type Team = Awaited<ReturnType<typeof team>>
const stages = (token: string) => api(token).v1.stages
type NewStage = Parameters<ReturnType<typeof stages>['$post']>[0]['json']
const make = (token: string, json: NewStage) => bodyOf(stages(token).$post({ json }), 201)
const patch = (token: string, id: string, json: object) => send(`/v1/leads/${id}`, { method: 'PATCH', token, json })
const patchTicket = (token: string, id: string, json: object) =>
  send(`/v1/tickets/${id}`, { method: 'PATCH', token, json })

describe('stages of leads', () => {
  let people: Team
  beforeAll(async () => {
    people = await team()
  })

  it('take the records of their status, set the status of a lead, and follow it', async () => {
    const { manager, sales } = people
    const [old] = await seedLeads(manager.workspaceId, [{ ownerId: sales.id }])
    const fresh = await make(manager.token, { entity: 'lead', name: 'Fresh', status: 'NEW' })
    const offer = await make(manager.token, {
      entity: 'lead',
      name: 'Offer sent',
      status: 'QUALIFIED',
      color: '#3b82f6',
    })
    const lost = await make(manager.token, { entity: 'lead', name: 'Lost', status: 'CLOSED', isLost: true })
    await make(manager.token, { entity: 'lead', name: 'Called', status: 'NEW' })
    await runJobsToTheEnd()
    const read = async (id = old?.id ?? '') =>
      bodyOf(api(manager.token).v1.leads[':id'].$get({ param: { id }, query: {} }), 200)
    expect(await read()).toMatchObject({ status: 'NEW', stageId: fresh.id })
    expect(await lead(sales)).toMatchObject({ status: 'NEW', stageId: fresh.id })
    expect(await lead(sales, { stageId: offer.id })).toMatchObject({ status: 'QUALIFIED', stageId: offer.id })
    const id = old?.id ?? ''
    expect(await (await patch(sales.token, id, { stageId: offer.id })).json()).toMatchObject({
      ...{ status: 'QUALIFIED', stageId: offer.id },
    })
    expect(await (await patch(sales.token, id, { stageId: lost.id, lostReason: 'Too dear' })).json()).toMatchObject({
      ...{ status: 'CLOSED', stageId: lost.id, lostReason: 'Too dear' },
    })
    expect(await (await patch(sales.token, id, { status: 'NEW' })).json()).toMatchObject({
      ...{ status: 'NEW', stageId: fresh.id, lostReason: null },
    })
    expect(await (await patch(sales.token, id, { status: 'CONTACTED' })).json()).toMatchObject({ stageId: null })
    await refusalOf(patch(sales.token, id, { stageId: offer.id, status: 'NEW' }), 400, 'invalid')
    await refusalOf(patch(sales.token, id, { stageId: crypto.randomUUID() }), 400, 'invalid')
    await refusalOf(
      stages(manager.token).$post({ json: { entity: 'lead', name: 'FRESH', status: 'NEW' } }),
      409,
      'stage_exists',
    )
    await refusalOf(
      stages(sales.token).$post({ json: { entity: 'lead', name: 'Mine', status: 'NEW' } }),
      403,
      'forbidden',
    )
    const { data } = await bodyOf(stages(sales.token).$get({ query: { entity: 'lead' } }), 200)
    expect(data.map(({ name }) => name)).toEqual(['Fresh', 'Offer sent', 'Lost', 'Called'])
    const filtered = await bodyOf(api(manager.token).v1.leads.$get({ query: { stage: fresh.id } }), 200)
    expect(filtered.data.every((each) => each.stageId === fresh.id)).toBe(true)
    expect(filtered.data.length).toBeGreaterThan(0)
  })

  it('are set in bulk and undone, and follow whatever changes the status', async () => {
    const { manager, sales } = people
    const leads = (await seedLeads(manager.workspaceId, Array(5).fill({ ownerId: sales.id }))).slice(-5)
    const { data } = await bodyOf(stages(manager.token).$get({ query: {} }), 200)
    const offer = data.find(({ name }) => name === 'Offer sent')
    const ids = leads.map(({ id }) => id)
    const before = await rows(
      'SELECT id, status, stage_id FROM leads WHERE workspace_id = ? ORDER BY seq',
      manager.workspaceId,
    )
    const answer = await send('/v1/leads/bulk', {
      method: 'POST',
      token: manager.token,
      json: { ids, change: { stageId: offer?.id } },
    })
    const job = (await answer.json()) as { id: string }
    await runJobsToTheEnd()
    const staged = await rows(
      `SELECT id FROM leads WHERE stage_id = ? AND status = 'QUALIFIED' AND id IN (SELECT value FROM json_each(?))`,
      offer?.id,
      JSON.stringify(ids),
    )
    expect(staged).toHaveLength(5)
    await api(manager.token).v1.jobs[':id'].undo.$post({ param: { id: job.id } })
    await runJobsToTheEnd()
    expect(
      await rows('SELECT id, status, stage_id FROM leads WHERE workspace_id = ? ORDER BY seq', manager.workspaceId),
    ).toEqual(before)
    const wrong = await rows(
      `SELECT l.id FROM leads l JOIN stages s ON s.id = l.stage_id WHERE s.status <> l.status
        UNION ALL SELECT l.id FROM leads l WHERE stage_id IS NULL AND deleted_at IS NULL AND EXISTS
          (SELECT 1 FROM stages s WHERE s.workspace_id = l.workspace_id AND s.entity = 'lead' AND s.status = l.status)`,
    )
    expect(wrong).toEqual([])
  })

  it('that are in use are deleted for another of the same status, to which a job moves their records', async () => {
    const { manager } = people
    const { data } = await bodyOf(stages(manager.token).$get({ query: {} }), 200)
    const [fresh, called, offer] = ['Fresh', 'Called', 'Offer sent'].map((name) =>
      data.find((each) => each.name === name),
    )
    const remove = (id = '', moveTo?: string) =>
      stages(manager.token)[':id'].$delete({ param: { id }, query: { moveTo } })
    await refusalOf(remove(fresh?.id), 409, 'stage_in_use')
    await refusalOf(remove(fresh?.id, offer?.id), 400, 'invalid')
    expect((await remove(fresh?.id, called?.id)).status).toBe(204)
    await runJobsToTheEnd()
    expect(await rows('SELECT id FROM leads WHERE stage_id = ?', fresh?.id)).toEqual([])
    expect((await rows('SELECT id FROM leads WHERE stage_id = ?', called?.id)).length).toBeGreaterThan(0)
    await refusalOf(remove(fresh?.id, called?.id), 404, 'not_found')
    await refusalOf(
      stages((await team()).manager.token)[':id'].$delete({ param: { id: called?.id ?? '' }, query: {} }),
      404,
      'not_found',
    )
  })
})

it('a ticket that waits for the customer is in progress; a stage keeps to the transitions of its status', async () => {
  const { manager } = await team()
  const opened = await ticket(manager)
  expect(opened.stageId).toBeNull()
  const waiting = await make(manager.token, {
    entity: 'ticket',
    name: 'Waiting',
    status: 'IN_PROGRESS',
    isWaiting: true,
  })
  const done = await make(manager.token, { entity: 'ticket', name: 'Solved', status: 'RESOLVED' })
  const moved = await (await patchTicket(manager.token, opened.id, { stageId: waiting.id })).json()
  expect(moved).toMatchObject({ status: 'IN_PROGRESS', stageId: waiting.id, resolvedAt: null })
  expect(await (await patchTicket(manager.token, opened.id, { stageId: done.id })).json()).toMatchObject({
    ...{ status: 'RESOLVED', stageId: done.id, resolvedAt: expect.any(String) },
  })
  expect(await (await patchTicket(manager.token, opened.id, { status: 'CLOSED' })).json()).toMatchObject({
    stageId: null,
  })
  await refusalOf(patchTicket(manager.token, opened.id, { stageId: done.id }), 409, 'invalid_transition')
  await refusalOf(stages(manager.token).$post({ json: { entity: 'ticket', name: 'X', status: 'NEW' } }), 400, 'invalid')
})
