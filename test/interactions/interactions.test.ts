// Interactions, one at a time: logging, reading, changing, completing and deleting, and what each refuses.
import { describe, expect, it } from 'vitest'
import { Interaction } from '../../src/interactions/interactions.schemas'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { rows } from '../support/database'
import { customer, enquiry, founder, type Person, team } from '../support/factories'
import { logged, ownLead } from '../support/interactions'
import { assigning, commenting, ticket } from '../support/tickets'

const one = (by: Person) => api(by.token).v1.interactions[':id']
const get = (by: Person, id: string) => one(by).$get({ param: { id }, query: {} })
type Patch = Parameters<ReturnType<typeof one>['$patch']>[0]['json']
const header = (tag?: string) => (tag === undefined ? {} : { 'if-match': tag })
const patch = (by: Person, id: string, json: Patch, tag?: string) =>
  one(by).$patch({ param: { id }, header: header(tag), json })
const remove = (by: Person, id: string, tag?: string) => one(by).$delete({ param: { id }, header: header(tag) })
const done = (by: Person, id: string, tag?: string) =>
  one(by).done.$post({ json: {}, param: { id }, header: header(tag) })
const post = (by: Person, json: unknown) => send('/v1/interactions', { method: 'POST', token: by.token, json })
const eventsOf = async (id: string) => {
  const list = await rows<{ verb: string; changes: string | null; actor_id: string }>(
    'SELECT verb, changes, actor_id FROM events WHERE subject_id = ? ORDER BY seq',
    id,
  )
  return list.map(({ verb, changes, actor_id }) => ({ verb, by: actor_id, changes: JSON.parse(changes ?? 'null') }))
}
const trash = (table: 'customers' | 'leads', id: string) =>
  rows(`UPDATE ${table} SET deleted_at = '2026-01-01T00:00:00.000Z' WHERE id = ?`, id)

describe('logging an interaction', () => {
  it('keeps what was sent, says where it is, and who logged it', async () => {
    const { sales } = await team()
    const customerId = await customer(sales)
    const sent = {
      customerId,
      type: 'CALL',
      body: 'Wants an offer.\nCall back 🗓',
      occurredAt: '2026-11-20T10:00:00.000Z',
      followUpAt: '2026-11-27T09:00:00.000Z',
    } as const
    const response = await post(sales, sent)
    const made = Interaction.parse(await bodyOf(response, 201))
    expect(made).toEqual({
      ...sent,
      id: expect.any(String),
      leadId: null,
      ticketId: null,
      doneAt: null,
      createdBy: sales.id,
      createdAt: expect.any(String),
      updatedAt: made.createdAt,
    })
    expect(response.headers.get('Location')).toBe(`/v1/interactions/${made.id}`)
    expect(response.headers.get('ETag')).toBe('"1"')
    expect(await bodyOf(get(sales, made.id), 200)).toEqual(made)
    expect(await eventsOf(made.id)).toEqual([
      {
        verb: 'interaction.created',
        by: sales.id,
        changes: {
          type: [null, 'CALL'],
          customerId: [null, customerId],
          occurredAt: [null, sent.occurredAt],
          followUpAt: [null, sent.followUpAt],
        },
      },
    ])
  })

  it('happened now unless it says when', async () => {
    const admin = await founder()
    const made = await logged(admin, { leadId: await ownLead(admin) })
    expect(made.occurredAt).toBe(made.createdAt)
    expect(made.followUpAt).toBeNull()
  })

  it('is of a customer or of a lead, never of both or neither, and takes nothing that it does not know', async () => {
    const admin = await founder()
    const [customerId, leadId] = [await customer(admin), await ownLead(admin)]
    const note = { type: 'NOTE', body: 'A note' }
    for (const whose of [{}, { customerId, leadId }]) {
      const { errors } = await refusalOf(post(admin, { ...note, ...whose }), 400, 'invalid')
      expect(errors).toEqual([expect.objectContaining({ path: 'body.customerId' })])
    }
    for (const field of ['ticketId', 'ownerId', 'createdBy', 'doneAt', 'workspaceId']) {
      const { errors } = await refusalOf(post(admin, { ...note, customerId, [field]: customerId }), 400, 'invalid')
      expect(errors).toEqual([expect.objectContaining({ path: `body.${field}`, code: 'unknown' })])
    }
    await refusalOf(post(admin, { ...note, customerId, type: 'LUNCH' }), 400, 'invalid')
    await refusalOf(post(admin, { ...note, customerId, body: 'x'.repeat(10_001) }), 400, 'invalid')
    await bodyOf(post(admin, { ...note, customerId, body: 'x'.repeat(10_000) }), 201)
  })

  it('is done once however often an Idempotency-Key sends it', async () => {
    const admin = await founder()
    const json = { customerId: await customer(admin), type: 'NOTE', body: 'Once' }
    const headers = { 'Idempotency-Key': 'one' }
    const again = () => send('/v1/interactions', { method: 'POST', token: admin.token, json, headers })
    const [first, second] = [await bodyOf(again(), 201), await bodyOf(again(), 201)]
    expect(second).toEqual(first)
    expect(await rows('SELECT id FROM interactions WHERE customer_id = ?', json.customerId)).toHaveLength(1)
  })

  it('reaches SALES’ own customers and leads alone, sees but refuses the pool, and nobody in the trash', async () => {
    const { admin, manager, sales, rival, customer: portal } = await team()
    const stranger = await founder()
    const note = { type: 'NOTE', body: 'A note' }
    const own = [{ customerId: await customer(sales) }, { leadId: await ownLead(sales) }]
    const pooled = { leadId: await enquiry(admin.slug) }
    for (const whose of own) {
      for (const by of [sales, manager, admin]) await bodyOf(post(by, { ...note, ...whose }), 201)
      for (const by of [rival, stranger]) await refusalOf(post(by, { ...note, ...whose }), 404, 'not_found')
      await refusalOf(post(portal, { ...note, ...whose }), 403, 'forbidden')
    }
    await refusalOf(post(sales, { ...note, ...pooled }), 403, 'not_yours')
    await refusalOf(post(stranger, { ...note, ...pooled }), 404, 'not_found')
    await bodyOf(post(manager, { ...note, ...pooled }), 201)
    await trash('customers', own[0]?.customerId ?? '')
    await trash('leads', own[1]?.leadId ?? '')
    for (const whose of own) await refusalOf(post(admin, { ...note, ...whose }), 404, 'not_found')
    await refusalOf(post(admin, { ...note, customerId: crypto.randomUUID() }), 404, 'not_found')
    expect(await rows('SELECT id FROM interactions WHERE workspace_id = ?', admin.workspaceId)).toHaveLength(7)
  })
})

describe('changing an interaction', () => {
  it('changes what is sent, and records it without the text', async () => {
    const { sales } = await team()
    const before = await logged(sales, { customerId: await customer(sales), body: 'Secret one' })
    const change = { type: 'MEETING', body: 'Secret two', followUpAt: '2027-01-01T00:00:00.000Z' } as const
    const response = await patch(sales, before.id, change)
    expect(response.headers.get('ETag')).toBe('"2"')
    expect(await bodyOf(response, 200)).toEqual({ ...before, ...change, updatedAt: expect.any(String) })
    await bodyOf(patch(sales, before.id, { followUpAt: null, occurredAt: '2026-01-01T02:00:00+02:00' }), 200)
    const [, first, second] = await eventsOf(before.id)
    expect(first).toEqual({
      verb: 'interaction.updated',
      by: sales.id,
      changes: { type: ['NOTE', 'MEETING'], body: [null, null], followUpAt: [null, change.followUpAt] },
    })
    expect(second?.changes).toEqual({
      followUpAt: [change.followUpAt, null],
      occurredAt: [before.occurredAt, '2026-01-01T00:00:00.000Z'],
    })
    const everything = await rows('SELECT * FROM events WHERE workspace_id = ?', sales.workspaceId)
    expect(JSON.stringify(everything)).not.toContain('Secret')
  })

  it('to what it is already changes nothing, and tells nothing', async () => {
    const { sales } = await team()
    const before = await logged(sales, { customerId: await customer(sales) })
    const { type, body, occurredAt, followUpAt } = before
    const answer = await patch(sales, before.id, { type, body, occurredAt, followUpAt }, '"1"')
    expect([answer.headers.get('ETag'), await bodyOf(answer, 200)]).toEqual(['"1"', before])
    expect((await eventsOf(before.id)).map(({ verb }) => verb)).toEqual(['interaction.created'])
  })

  it('does not move it, and does not complete it', async () => {
    const admin = await founder()
    const { id } = await logged(admin, { customerId: await customer(admin) })
    const other = await customer(admin)
    const fields = {
      customerId: other,
      leadId: other,
      ticketId: other,
      doneAt: '2026-01-01T00:00:00Z',
      createdBy: other,
    }
    for (const [field, value] of Object.entries(fields)) {
      const json = { body: 'x', [field]: value }
      await refusalOf(send(`/v1/interactions/${id}`, { method: 'PATCH', token: admin.token, json }), 400, 'invalid')
    }
    await refusalOf(send(`/v1/interactions/${id}`, { method: 'PATCH', token: admin.token, json: {} }), 400, 'invalid')
  })

  it('is refused on another version than If-Match names, done and deletion too', async () => {
    const admin = await founder()
    const { id } = await logged(admin, { customerId: await customer(admin) })
    for (const attempt of [patch(admin, id, { body: 'x' }, '"2"'), done(admin, id, '"2"'), remove(admin, id, '"2"')]) {
      const response = await attempt
      expect(response.headers.get('ETag')).toBe('"1"')
      await refusalOf(response, 412, 'stale')
    }
    expect(await eventsOf(id)).toHaveLength(1)
    await bodyOf(patch(admin, id, { body: 'x' }, '"1"'), 200)
    await bodyOf(done(admin, id, '"2"'), 200)
    expect((await remove(admin, id, '"3"')).status).toBe(204)
  })
})

describe('completing an interaction', () => {
  it('sets the time once, and gives it back as it is the second time', async () => {
    const { sales } = await team()
    const { id } = await logged(sales, { customerId: await customer(sales), followUpAt: '2026-11-27T09:00:00Z' })
    const first = await bodyOf(done(sales, id), 200)
    expect(first.doneAt).toBe(first.updatedAt)
    const second = await done(sales, id)
    expect(second.headers.get('ETag')).toBe('"2"')
    expect(await bodyOf(second, 200)).toEqual(first)
    const answers = await Promise.all(Array.from({ length: 10 }, () => done(sales, id)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const [, event, ...more] = await eventsOf(id)
    expect(event).toMatchObject({ verb: 'interaction.done', changes: { doneAt: [null, first.doneAt] } })
    expect(more).toEqual([])
  })

  it('is undone by a follow-up that is set anew', async () => {
    const admin = await founder()
    const { id } = await logged(admin, { customerId: await customer(admin) })
    const { doneAt } = await bodyOf(done(admin, id), 200)
    expect(await bodyOf(patch(admin, id, { body: 'Still done' }), 200)).toMatchObject({ doneAt })
    const followUpAt = '2027-01-01T00:00:00.000Z'
    expect(await bodyOf(patch(admin, id, { followUpAt }), 200)).toMatchObject({ doneAt: null, followUpAt })
    expect((await eventsOf(id)).at(-1)?.changes).toEqual({ doneAt: [doneAt, null], followUpAt: [null, followUpAt] })
  })
})

it('deletes for good, and records what was there without the text', async () => {
  const { sales } = await team()
  const customerId = await customer(sales)
  const { id, occurredAt } = await logged(sales, { customerId, type: 'TASK', body: 'Secret' })
  expect((await remove(sales, id)).status).toBe(204)
  for (const attempt of [get(sales, id), remove(sales, id), patch(sales, id, { body: 'x' }), done(sales, id)]) {
    await refusalOf(attempt, 404, 'not_found')
  }
  expect((await eventsOf(id)).at(-1)).toEqual({
    verb: 'interaction.deleted',
    by: sales.id,
    changes: {
      ...{ type: ['TASK', null], customerId: [customerId, null], occurredAt: [occurredAt, null] },
      createdBy: [sales.id, null],
    },
  })
  expect(await eventsOf(id)).toHaveLength(2)
})

describe('an interaction', () => {
  it('is found by who reaches whose it is, and by nobody else', async () => {
    const { admin, manager, sales, rival, customer: portal } = await team()
    const stranger = await founder()
    const customerId = await customer(sales)
    const ofCustomer = await logged(sales, { customerId, type: 'CALL' })
    const ofLead = await logged(sales, { leadId: await ownLead(sales) })
    const ofPool = await logged(admin, { leadId: await enquiry(admin.slug) })
    const ofNobody = await logged(admin, { customerId: await customer(admin, { ownerId: null }) })
    for (const { id } of [ofCustomer, ofLead, ofPool, ofNobody]) {
      for (const by of [admin, manager]) await bodyOf(get(by, id), 200)
      for (const by of [stranger, portal]) await refusalOf(get(by, id), 404, 'not_found')
      for (const attempt of [patch(stranger, id, { body: 'x' }), done(stranger, id), remove(stranger, id)]) {
        await refusalOf(attempt, 404, 'not_found')
      }
      for (const attempt of [patch(portal, id, { body: 'x' }), done(portal, id), remove(portal, id)]) {
        await refusalOf(attempt, 403, 'forbidden')
      }
    }
    for (const { id } of [ofCustomer, ofLead]) {
      await bodyOf(get(sales, id), 200)
      for (const attempt of [get(rival, id), patch(rival, id, { body: 'x' }), done(rival, id), remove(rival, id)]) {
        await refusalOf(attempt, 404, 'not_found')
      }
    }
    await refusalOf(get(sales, ofNobody.id), 404, 'not_found')
    await bodyOf(get(sales, ofPool.id), 200)
    for (const attempt of [patch(sales, ofPool.id, { body: 'x' }), done(sales, ofPool.id), remove(sales, ofPool.id)]) {
      await refusalOf(attempt, 403, 'not_yours')
    }
    // With the customer it changes hands, and is gone while the customer is in the trash.
    await rows('UPDATE customers SET owner_id = ? WHERE id = ?', rival.id, customerId)
    await refusalOf(get(sales, ofCustomer.id), 404, 'not_found')
    await bodyOf(patch(rival, ofCustomer.id, { body: 'Taken over' }), 200)
    await trash('customers', customerId)
    for (const by of [admin, rival]) {
      for (const attempt of [get(by, ofCustomer.id), remove(by, ofCustomer.id)]) {
        await refusalOf(attempt, 404, 'not_found')
      }
    }
    await rows('UPDATE customers SET deleted_at = NULL WHERE id = ?', customerId)
    await bodyOf(get(rival, ofCustomer.id), 200)
  })

  it('is shown to the customer when it was said with them, and kept from them when it is the team’s own', async () => {
    const { sales, customer: portal } = await team()
    const [own, other] = [await customer(sales, { userId: portal.id }), await customer(sales)]
    for (const type of ['CALL', 'EMAIL', 'MEETING'] as const) {
      await bodyOf(get(portal, (await logged(sales, { customerId: own, type })).id), 200)
      await refusalOf(get(portal, (await logged(sales, { customerId: other, type })).id), 404, 'not_found')
    }
    for (const type of ['NOTE', 'TASK', 'FOLLOW_UP'] as const) {
      await refusalOf(get(portal, (await logged(sales, { customerId: own, type })).id), 404, 'not_found')
    }
  })

  it('that comments on a ticket is for the customer too, and for whoever is to solve the ticket', async () => {
    const { manager, sales, rival, customer: portal } = await team()
    const customerId = await customer(sales, { userId: portal.id })
    const { id: ticketId } = await ticket(sales, { customerId })
    const comment = await bodyOf(commenting(portal, ticketId, 'It is broken'), 201)
    for (const by of [manager, sales, portal]) {
      expect(await bodyOf(get(by, comment.id), 200)).toMatchObject({
        ticketId,
        customerId,
        type: 'NOTE',
        createdBy: portal.id,
      })
      const timeline = api(by.token).v1.customers[':id'].timeline.$get({ param: { id: customerId }, query: {} })
      expect(JSON.stringify((await bodyOf(timeline, 200)).data)).toContain('It is broken')
    }
    await refusalOf(get(rival, comment.id), 404, 'not_found')
    await bodyOf(assigning(manager, ticketId, rival.id), 200)
    await bodyOf(get(rival, comment.id), 200)
    const note = await logged(sales, { customerId })
    await refusalOf(get(rival, note.id), 404, 'not_found')
    const timeline = api(rival.token).v1.customers[':id'].timeline.$get({ param: { id: customerId }, query: {} })
    await refusalOf(timeline, 404, 'not_found')
  })
})
