// Tickets: their numbers, their statuses, whom they are given to, and that they live and move with their customer.
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Status } from '../../src/tickets/tickets.status'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api, send } from '../support/api'
import { count, rows } from '../support/database'
import { customer, founder, member, team } from '../support/factories'
import {
  assigning,
  commenting,
  opening,
  page,
  patching,
  putInto,
  reading,
  restoring,
  STATUSES,
  ticket,
  told,
  trashing,
} from '../support/tickets'

describe('a ticket’s number', () => {
  it('counts the tickets of the workspace, each workspace its own', async () => {
    const [one, other] = await Promise.all([founder(), founder()])
    const numbers = [await ticket(one), await ticket(other), await ticket(one), await ticket(one)].map((t) => t.number)
    expect(numbers).toEqual([1, 1, 2, 3])
  })

  it('is given once and leaves no gap, however many are opened at once', { tags: ['long'] }, async () => {
    const { admin, manager, sales } = await team()
    const customerId = await customer(sales)
    const callers = [admin, manager, sales]
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => opening(callers[i % 3] ?? admin, { customerId, title: `Ticket ${i}` })),
    )
    expect(tally(answers)).toEqual({ 201: 50 })
    const given = await rows<{ number: number }>('SELECT number FROM tickets WHERE workspace_id = ?', admin.workspaceId)
    expect(given.map(({ number }) => number).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(await count('events', `workspace_id = ? AND verb = 'ticket.created'`, admin.workspaceId)).toBe(50)
  })

  it('is not given again after the trash, nor used up by a refusal', async () => {
    const { sales, rival } = await team()
    const first = await ticket(sales)
    const second = await ticket(sales)
    expect((await trashing(sales, second.id)).status).toBe(204)
    await refusalOf(opening(sales, { customerId: await customer(rival) }), 404, 'not_found')
    expect((await ticket(sales)).number).toBe(3)
    expect([first.number, second.number]).toEqual([1, 2])
  })
})

describe('words of another person', () => {
  it('are not changed in a ticket: neither a comment nor a description, and a removal says by whom', async () => {
    const { admin, manager, sales, rival, customer: portal } = await team()
    const customerId = await customer(sales)
    await api(admin.token).v1.customers[':id'].$patch({
      param: { id: customerId },
      header: {},
      json: { userId: portal.id },
    })
    const { id } = await bodyOf(opening(portal, { description: 'It is broken' }), 201)
    await bodyOf(assigning(manager, id, rival.id), 200)
    const comment = await bodyOf(commenting(portal, id, 'Still broken'), 201)
    const note = api(rival.token).v1.interactions[':id']
    const body = { param: { id: comment.id }, header: {}, json: { body: 'All is well' } }
    for (const { token } of [rival, sales, manager, admin]) {
      await refusalOf(api(token).v1.interactions[':id'].$patch(body), 403, 'forbidden')
    }
    for (const by of [rival, sales, manager]) {
      await refusalOf(patching(by, id, { description: 'It works' }), 403, 'forbidden')
      await bodyOf(patching(by, id, { title: 'Renamed', description: 'It is broken' }), 200)
    }
    await bodyOf(note.$patch({ ...body, json: { body: 'Still broken' } }), 200)
    const own = await bodyOf(commenting(rival, id, 'On it'), 201)
    await bodyOf(note.$patch({ ...body, param: { id: own.id }, json: { body: 'On it!' } }), 200)
    expect((await note.$delete({ param: { id: comment.id }, header: {} })).status).toBe(204)
    const { data } = await bodyOf(api(admin.token).v1.events.$get({ query: { subject: comment.id } }), 200)
    expect(data[0]).toMatchObject({
      ...{ type: 'interaction.deleted', actor: { id: rival.id } },
      changes: { createdBy: [portal.id, null], ticketId: [id, null] },
    })
  })
})

describe('opening a ticket', () => {
  it('answers it as it is, with its place and its ETag', async () => {
    const { sales } = await team()
    const customerId = await customer(sales)
    const answer = await opening(sales, {
      customerId,
      title: ' Broken ',
      description: 'Since Monday',
      priority: 'HIGH',
    })
    expect(answer.headers.get('ETag')).toBe('"1"')
    const made = await bodyOf(answer, 201)
    expect(answer.headers.get('Location')).toBe(`/v1/tickets/${made.id}`)
    expect(made).toMatchObject({
      number: 1,
      customerId,
      interactionId: null,
      title: 'Broken',
      description: 'Since Monday',
      status: 'OPEN',
      priority: 'HIGH',
      assigneeId: null,
      openedBy: sales.id,
      resolvedAt: null,
      deletedAt: null,
    })
    expect(await bodyOf(reading(sales, made.id), 200)).toEqual(made)
  })

  it('names an interaction of the same customer, or is refused', async () => {
    const { sales, rival } = await team()
    const [mine, other] = [await customer(sales), await customer(sales)]
    const call = (customerId: string) =>
      bodyOf(api(sales.token).v1.interactions.$post({ json: { type: 'CALL', body: 'It broke', customerId } }), 201)
    const interactionId = (await call(mine)).id
    expect((await ticket(sales, { customerId: mine, interactionId })).interactionId).toBe(interactionId)
    expect(await bodyOf(opening(sales, { interactionId }), 201)).toMatchObject({ customerId: mine, interactionId })
    await refusalOf(opening(rival, { interactionId }), 404, 'not_found')
    await refusalOf(opening(sales, { interactionId: crypto.randomUUID() }), 404, 'not_found')
    const refusal = await refusalOf(opening(sales, { customerId: other, interactionId }), 400, 'invalid')
    expect(refusal.errors).toEqual([expect.objectContaining({ path: 'body.interactionId' })])
  })

  it('must say whose it is, and takes no field that it does not know', async () => {
    const { sales } = await team()
    const missing = await refusalOf(opening(sales, {}), 400, 'invalid')
    expect(missing.errors).toEqual([expect.objectContaining({ path: 'body.customerId' })])
    const json = { title: 'x', customerId: await customer(sales), number: 7, status: 'CLOSED' }
    const unknown = await refusalOf(send('/v1/tickets', { method: 'POST', token: sales.token, json }), 400, 'invalid')
    expect(unknown.errors?.map(({ path }) => path)).toEqual(['body.number', 'body.status'])
  })
})

const ALLOWED = new Set([
  'OPEN IN_PROGRESS',
  'OPEN RESOLVED',
  'OPEN CLOSED',
  'IN_PROGRESS OPEN',
  'IN_PROGRESS RESOLVED',
  'IN_PROGRESS CLOSED',
  'RESOLVED IN_PROGRESS',
  'RESOLVED CLOSED',
  'CLOSED IN_PROGRESS',
])

describe('a ticket’s status', () => {
  it.each(STATUSES)('from %s becomes what it may and nothing else, and the refusal names both', async (from) => {
    const { sales } = await team()
    for (const to of STATUSES) {
      const { id } = await ticket(sales)
      await putInto(id, from)
      const answer = patching(sales, id, { status: to })
      if (from === to || ALLOWED.has(`${from} ${to}`)) {
        expect((await bodyOf(answer, 200)).status).toBe(to)
      } else {
        const refusal = await refusalOf(answer, 409, 'invalid_transition')
        expect(refusal.detail).toMatch(new RegExp(`${from} .*${to}`))
        expect((await bodyOf(reading(sales, id), 200)).status).toBe(from)
        expect((await told(id)).map(({ verb }) => verb)).toEqual(['ticket.created'])
      }
    }
  })

  it('tells since when it is resolved, until it is reopened', async () => {
    const { sales } = await team()
    const { id } = await ticket(sales)
    const become = async (status: Status) => (await bodyOf(patching(sales, id, { status }), 200)).resolvedAt
    const resolvedAt = await become('RESOLVED')
    expect(resolvedAt).toMatch(/^\d{4}-\d\d-\d\dT/)
    expect(await become('CLOSED')).toBe(resolvedAt)
    expect(await become('IN_PROGRESS')).toBeNull()
    expect(await become('CLOSED')).not.toBeNull()
    expect(await become('IN_PROGRESS')).toBeNull()
  })

  it('goes an allowed way however many change it at once, and the trail tells each step', {
    tags: ['long'],
  }, async () => {
    const { sales, manager } = await team()
    const steps = fc.array(fc.constantFrom(...STATUSES), { minLength: 8, maxLength: 16 })
    await fc.assert(
      fc.asyncProperty(steps, async (wanted) => {
        const { id } = await ticket(sales)
        const answers = await Promise.all(wanted.map((status, i) => patching(i % 2 ? sales : manager, id, { status })))
        const done = answers.filter(({ status }) => status === 200).length
        expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
        const { status, version } = (
          await rows<{ status: Status; version: number }>('SELECT status, version FROM tickets WHERE id = ?', id)
        )[0] ?? { status: 'OPEN', version: 0 }
        const trail = (await told(id)).filter(({ verb }) => verb === 'ticket.updated')
        expect(trail).toHaveLength(version - 1)
        // Who asks for the status that it has already is answered, and nothing happens.
        expect(done).toBeGreaterThanOrEqual(trail.length)
        let present: unknown = 'OPEN'
        for (const { changes } of trail) {
          expect(changes?.status?.[0]).toBe(present)
          expect(ALLOWED).toContain(changes?.status?.join(' '))
          present = changes?.status?.[1]
        }
        expect(present).toBe(status)
      }),
      { numRuns: 15 },
    )
  })

  it('is told once, however often it is set', async () => {
    const { sales } = await team()
    const { id, title, priority } = await ticket(sales)
    await bodyOf(patching(sales, id, { status: 'RESOLVED' }), 200)
    const again = await patching(sales, id, { title, priority, status: 'RESOLVED' }, '"2"')
    expect([again.status, again.headers.get('ETag')]).toEqual([200, '"2"'])
    expect((await told(id)).map(({ verb }) => verb)).toEqual(['ticket.created', 'ticket.updated'])
  })

  it('is changed by one of many who read the same version', async () => {
    const { sales } = await team()
    const { id } = await ticket(sales)
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => patching(sales, id, { title: `Title ${i}` }, '"1"')),
    )
    expect(tally(answers)).toEqual({ 200: 1, 412: 9 })
    const stale = answers.find(({ status }) => status === 412)
    expect(stale?.headers.get('ETag')).toBe('"2"')
  })
})

describe('giving a ticket to somebody', () => {
  it('takes an active member of the team, or nobody', async () => {
    const { admin, manager, sales, rival, customer: portal } = await team()
    const stranger = await founder()
    const { id } = await ticket(sales)
    const gone = await member(admin, 'SALES')
    await api(admin.token).v1.users[':id'].$delete({ param: { id: gone.id }, query: {}, header: {} })
    for (const each of [portal.id, stranger.id, gone.id, crypto.randomUUID()]) {
      const { errors } = await refusalOf(assigning(manager, id, each), 400, 'invalid_owner')
      expect(errors?.map(({ path }) => path)).toEqual(['body.assigneeId'])
    }
    for (let turn = 0; turn < 2; turn += 1)
      expect((await bodyOf(assigning(manager, id, rival.id), 200)).assigneeId).toBe(rival.id)
    expect((await bodyOf(assigning(manager, id, null), 200)).assigneeId).toBeNull()
    expect((await told(id)).slice(1)).toEqual([
      { verb: 'ticket.assigned', actorId: manager.id, changes: { assigneeId: [null, rival.id] } },
      { verb: 'ticket.assigned', actorId: manager.id, changes: { assigneeId: [rival.id, null] } },
    ])
  })

  it('ends when the member leaves: the successor has it, or nobody', async () => {
    const { admin, manager, sales, rival } = await team()
    const leave = (id: string, query: { reassignTo?: string }) =>
      api(admin.token).v1.users[':id'].$delete({ param: { id }, query, header: {} })
    const { id } = await ticket(manager)
    await assigning(manager, id, sales.id)
    expect((await leave(sales.id, { reassignTo: rival.id })).status).toBe(204)
    expect((await bodyOf(reading(rival, id), 200)).assigneeId).toBe(rival.id)
    expect((await leave(rival.id, {})).status).toBe(204)
    expect((await bodyOf(reading(manager, id), 200)).assigneeId).toBeNull()
    expect((await told(id)).at(-1)).toEqual({
      verb: 'ticket.assigned',
      actorId: admin.id,
      changes: { assigneeId: [rival.id, null] },
    })
  })
})

describe('a customer’s tickets', () => {
  const trashCustomer = (token: string, id: string) =>
    api(token).v1.customers[':id'].$delete({ param: { id }, header: {} })
  const restoreCustomer = (token: string, id: string) => api(token).v1.customers[':id'].restore.$post({ param: { id } })

  it('are out of sight while the customer is in the trash, and come back as they were', async () => {
    const { manager, sales } = await team()
    const customerId = await customer(sales)
    const [kept, thrown] = [await ticket(sales, { customerId }), await ticket(sales, { customerId })]
    await trashing(sales, thrown.id)
    expect((await trashCustomer(sales.token, customerId)).status).toBe(204)
    for (const by of [sales, manager]) {
      await refusalOf(reading(by, kept.id), 404, 'not_found')
      await refusalOf(patching(by, kept.id, { title: 'x' }), 404, 'not_found')
      await refusalOf(restoring(by, kept.id), 404, 'not_found')
      await refusalOf(restoring(by, thrown.id), 404, 'not_found')
      await refusalOf(commenting(by, kept.id, 'x'), 404, 'not_found')
      await refusalOf(opening(by, { customerId }), 404, 'not_found')
      expect(await page(by, { total: 'true' })).toEqual({ data: [], nextCursor: null, total: 0 })
      expect(await page(by, { status: 'OPEN', total: 'true' })).toEqual({ data: [], nextCursor: null, total: 0 })
    }
    expect((await restoreCustomer(sales.token, customerId)).status).toBe(200)
    expect(await bodyOf(reading(sales, kept.id), 200)).toEqual(kept)
    await refusalOf(reading(sales, thrown.id), 404, 'not_found')
    expect((await page(sales, { status: 'OPEN' })).data.map(({ id }) => id)).toEqual([kept.id])
  })

  it('are seen by whoever gets the customer', async () => {
    const { manager, sales, rival } = await team()
    const customerId = await customer(sales)
    const { id } = await ticket(sales, { customerId })
    const json = { ownerId: rival.id }
    await api(manager.token).v1.customers[':id'].$patch({ param: { id: customerId }, json, header: {} })
    await refusalOf(reading(sales, id), 404, 'not_found')
    expect((await reading(rival, id)).status).toBe(200)
    expect([await page(sales), await page(rival)].map(({ data }) => data.length)).toEqual([0, 1])
    expect(
      [await page(sales, { status: 'OPEN' }), await page(rival, { status: 'OPEN' })].map((p) => p.data.length),
    ).toEqual([0, 1])
  })

  it('move with a merge, living and with the survivor’s owner, and back again with its undoing', async () => {
    const { manager, sales, rival } = await team()
    const [survivor, other] = [await customer(rival), await customer(sales)]
    const [kept, thrown] = [await ticket(sales, { customerId: other }), await ticket(sales, { customerId: other })]
    await trashing(sales, thrown.id)
    const json = { fromId: other }
    const merged = await api(manager.token).v1.customers[':id'].merge.$post({
      param: { id: survivor },
      query: {},
      json,
    })
    expect(merged.status).toBe(200)
    expect(await bodyOf(reading(rival, kept.id), 200)).toMatchObject({ customerId: survivor, deletedAt: null })
    await refusalOf(reading(sales, kept.id), 404, 'not_found')
    await refusalOf(reading(rival, thrown.id), 404, 'not_found')
    expect((await page(rival, { customer: survivor })).data.map(({ id }) => id)).toEqual([kept.id])
    expect((await restoreCustomer(manager.token, other)).status).toBe(200)
    expect(await bodyOf(reading(sales, kept.id), 200)).toMatchObject({ customerId: other, deletedAt: null })
    await refusalOf(reading(rival, kept.id), 404, 'not_found')
    expect((await page(sales, { customer: other })).data.map(({ id }) => id)).toEqual([kept.id])
  })
})

describe('the trash of tickets', () => {
  it('keeps a ticket, which comes back once and tells so once', async () => {
    const { sales } = await team()
    const { id } = await ticket(sales)
    expect((await trashing(sales, id)).status).toBe(204)
    await refusalOf(trashing(sales, id), 404, 'not_found')
    await refusalOf(reading(sales, id), 404, 'not_found')
    expect((await bodyOf(restoring(sales, id), 200)).deletedAt).toBeNull()
    expect((await restoring(sales, id)).status).toBe(200)
    expect((await told(id)).map(({ verb }) => verb)).toEqual(['ticket.created', 'ticket.trashed', 'ticket.restored'])
    expect((await page(sales, { status: 'OPEN' })).data).toHaveLength(1)
  })

  it('leaves no word of a ticket in the index when it is purged', async () => {
    const { sales } = await team()
    const { id } = await ticket(sales)
    const words = () => count('tickets_fts', 'tickets_fts MATCH ?', `o${sales.id.replaceAll('-', '')}`)
    expect(await words()).toBe(1)
    await env.DB.prepare('DELETE FROM tickets WHERE id = ?').bind(id).run()
    expect(await words()).toBe(0)
  })
})
