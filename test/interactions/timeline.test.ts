// Timelines: interactions and events as one list, of a customer with the leads it came from, for who may see it.

import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api } from '../support/api'
import { rows } from '../support/database'
import { customer, enquiry, founder, type Person, team } from '../support/factories'
import { costOf, listed, logged, minute, ownLead, seedInteractions } from '../support/interactions'

type Query = { limit?: string; cursor?: string }
const ofCustomer = (by: Person, id: string, query: Query = {}) =>
  api(by.token).v1.customers[':id'].timeline.$get({ param: { id }, query })
const ofLead = (by: Person, id: string, query: Query = {}) =>
  api(by.token).v1.leads[':id'].timeline.$get({ param: { id }, query })
const convert = (by: Person, id: string, customerId?: string) =>
  bodyOf(api(by.token).v1.leads[':id'].convert.$post({ param: { id }, json: { customerId } }), 200)

type Read = typeof ofCustomer | typeof ofLead
type Item =
  | { kind: 'interaction'; interaction: { id: string } }
  | { kind: 'event'; event: { id: string; type: string } }
const nameOf = (item: Item) => (item.kind === 'event' ? item.event.type : item.interaction.id)

async function timeline(read: Read, by: Person, id: string) {
  return (await bodyOf(read(by, id, { limit: '100' }), 200)).data.map(nameOf)
}

/** Every item of a timeline by cursor, as `[at, what]`. */
async function walked(read: Read, by: Person, id: string, limit: number): Promise<[string, string][]> {
  const items: [string, string][] = []
  let cursor: string | null | undefined
  do {
    const page = await bodyOf(read(by, id, { limit: `${limit}`, ...(cursor ? { cursor } : {}) }), 200)
    items.push(
      ...page.data.map((item): [string, string] => [
        item.at,
        item.kind === 'event' ? item.event.id : item.interaction.id,
      ]),
    )
    cursor = page.nextCursor
  } while (cursor)
  return items
}

/** Events put straight into the database; gives their ids. */
async function seedEvents(workspaceId: string, subjectId: string, times: string[]): Promise<string[]> {
  const list = times.map((at) => ({ at, id: crypto.randomUUID() }))
  await env.DB.prepare(
    `INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)
    SELECT value ->> 'id', ?2, (SELECT max(seq) FROM events WHERE workspace_id = ?2) + row_number() OVER (), 'customer', ?3, 'customer.updated', 'system', value ->> 'at' FROM json_each(?1)`,
  )
    .bind(JSON.stringify(list), workspaceId, subjectId)
    .run()
  return list.map(({ id }) => id)
}

describe('the timeline of a customer', () => {
  it('merges what was said and what happened, newest first, as both are shown elsewhere', async () => {
    const { sales, manager } = await team()
    const json = { name: 'Carla Customer' }
    const { id } = await bodyOf(api(sales.token).v1.customers.$post({ json }), 201)
    const early = await logged(sales, { customerId: id, occurredAt: '2020-01-01T00:00:00Z', followUpAt: minute(0) })
    const late = await logged(sales, { customerId: id, type: 'CALL', occurredAt: '2090-01-01T00:00:00Z' })
    await bodyOf(
      api(sales.token).v1.customers[':id'].$patch({ param: { id }, header: {}, json: { name: 'Carola' } }),
      200,
    )
    const { data, nextCursor } = await bodyOf(ofCustomer(sales, id), 200)
    const events = await bodyOf(api(manager.token).v1.events.$get({ query: { subject: id } }), 200)
    expect(events.data.map(({ type }) => type)).toEqual(['customer.updated', 'customer.created'])
    expect(data).toEqual([
      { kind: 'interaction', at: late.occurredAt, interaction: late },
      ...events.data.map((event) => ({ kind: 'event', at: event.timestamp, event })),
      { kind: 'interaction', at: early.occurredAt, interaction: early },
    ])
    expect(events.data[0]?.changes).toMatchObject({ name: ['Carla Customer', 'Carola'] })
    expect(nextCursor).toBeNull()
  })

  it('carries the leads converted into it, however many, with what was said before and after', async () => {
    const { sales, manager } = await team()
    const id = await customer(sales)
    for (let nth = 1; nth <= 4; nth += 1) {
      const lead = await ownLead(sales)
      const before = await logged(sales, { leadId: lead, followUpAt: minute(nth) })
      expect(before.customerId).toBeNull()
      await convert(sales, lead, id)
      const moved = await bodyOf(
        api(sales.token).v1.interactions[':id'].$get({ param: { id: before.id }, query: {} }),
        200,
      )
      expect(moved).toEqual({ ...before, customerId: id, leadId: lead, updatedAt: moved.updatedAt })
      const after = await logged(sales, { leadId: lead })
      expect(after).toMatchObject({ customerId: id, leadId: lead })
      for (const by of [sales, manager]) {
        const names = await timeline(ofCustomer, by, id)
        expect(names).toEqual(expect.arrayContaining([before.id, after.id]))
        for (const verb of ['lead.created', 'lead.converted']) {
          expect(names.filter((name) => name === verb)).toHaveLength(nth)
        }
        expect(names).toHaveLength(4 * nth)
        expect((await timeline(ofLead, by, lead)).sort()).toEqual(
          [before.id, after.id, 'lead.converted', 'lead.created'].sort(),
        )
      }
    }
    const kept = await rows('SELECT last_interaction_at, next_follow_up_at FROM customers WHERE id = ?', id)
    const { data } = await listed(sales, { customer: id, limit: '1' })
    expect(kept).toEqual([{ last_interaction_at: data[0]?.occurredAt, next_follow_up_at: minute(1) }])
  })

  it('comes with a customer that the conversion makes, who is known to have been in touch', async () => {
    const { manager, sales } = await team()
    const lead = await ownLead(sales)
    const { id, occurredAt } = await logged(sales, { leadId: lead, followUpAt: minute(7) })
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        api(sales.token).v1.leads[':id'].convert.$post({ param: { id: lead }, json: {} }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const { data } = await bodyOf(api(manager.token).v1.customers.$get({ query: {} }), 200)
    expect(data).toMatchObject([{ lastInteractionAt: occurredAt, nextFollowUpAt: minute(7), ownerId: sales.id }])
    expect(await timeline(ofCustomer, sales, data[0]?.id ?? '')).toContain(id)
  })

  it('is the owner’s and the managers’, a rival or a stranger finds none, and none is found in the trash', async () => {
    const { admin, manager, sales, rival } = await team()
    const stranger = await founder()
    const id = await customer(sales)
    const said = await logged(sales, { customerId: id })
    for (const by of [admin, manager, sales]) expect(await timeline(ofCustomer, by, id)).toEqual([said.id])
    for (const by of [rival, stranger]) await refusalOf(ofCustomer(by, id), 404, 'not_found')
    await rows('UPDATE customers SET owner_id = ? WHERE id = ?', rival.id, id)
    await refusalOf(ofCustomer(sales, id), 404, 'not_found')
    expect(await timeline(ofCustomer, rival, id)).toEqual([said.id])
    await rows('UPDATE customers SET deleted_at = ? WHERE id = ?', minute(0), id)
    for (const by of [admin, rival]) await refusalOf(ofCustomer(by, id), 404, 'not_found')
    await refusalOf(ofCustomer(admin, crypto.randomUUID()), 404, 'not_found')
  })

  it('shows the customer what was said with them: no note of the team, no event', async () => {
    const { sales, customer: portal } = await team()
    const [own, other] = [await customer(sales, { userId: portal.id }), await customer(sales)]
    const said = []
    for (const type of ['CALL', 'NOTE', 'EMAIL', 'TASK', 'MEETING', 'FOLLOW_UP'] as const) {
      const { id } = await logged(sales, { customerId: own, type, occurredAt: minute(said.length) })
      if (['CALL', 'EMAIL', 'MEETING'].includes(type)) said.unshift(id)
    }
    await seedEvents(sales.workspaceId, own, [minute(0), minute(9)])
    expect(await timeline(ofCustomer, portal, own)).toEqual(said)
    await refusalOf(ofCustomer(portal, other), 404, 'not_found')
    await refusalOf(ofLead(portal, await ownLead(sales)), 403, 'forbidden')
  })
})

describe('the timeline of a lead', () => {
  it('is read by who sees the lead, the pool’s by all of SALES', async () => {
    const { admin, manager, sales, rival } = await team()
    const stranger = await founder()
    const [own, pooled] = [await ownLead(sales), await enquiry(admin.slug)]
    const [said, noted] = [await logged(sales, { leadId: own }), await logged(admin, { leadId: pooled })]
    for (const by of [admin, manager, sales]) {
      expect((await timeline(ofLead, by, own)).toSorted()).toEqual([said.id, 'lead.created'].toSorted())
    }
    for (const by of [admin, sales, rival]) expect(await timeline(ofLead, by, pooled)).toContain(noted.id)
    for (const by of [rival, stranger]) await refusalOf(ofLead(by, own), 404, 'not_found')
    await refusalOf(ofLead(stranger, pooled), 404, 'not_found')
    await rows('UPDATE leads SET deleted_at = ? WHERE id = ?', minute(0), own)
    await refusalOf(ofLead(sales, own), 404, 'not_found')
  })

  it('keeps what became a rival’s customer’s from the owner of the lead', async () => {
    const { manager, sales, rival } = await team()
    const [lead, id] = [await ownLead(sales), await customer(rival)]
    const said = await logged(sales, { leadId: lead, body: 'Secret' })
    await convert(manager, lead, id)
    expect(await timeline(ofLead, sales, lead)).toEqual(['lead.converted', 'lead.created'])
    await refusalOf(ofCustomer(sales, id), 404, 'not_found')
    const json = { leadId: lead, type: 'NOTE', body: 'A note' } as const
    await refusalOf(api(sales.token).v1.interactions.$post({ json }), 404, 'not_found')
    const one = api(sales.token).v1.interactions[':id']
    await refusalOf(one.$get({ param: { id: said.id }, query: {} }), 404, 'not_found')
    expect((await listed(sales)).data).toEqual([])
    expect(await timeline(ofCustomer, rival, id)).toContain(said.id)
  })
})

it('is walked by cursor, every item once and in order, whatever shares an instant', { tags: ['long'] }, async () => {
  const admin = await founder()
  const when = fc.nat(4)
  const many = fc.array(when, { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(
      many,
      many,
      fc.array(many, { maxLength: 3 }),
      fc.integer({ min: 1, max: 6 }),
      async (said, happened, byLead, limit) => {
        const id = await customer(admin)
        const whose = { customerId: id, ownerId: admin.id }
        const wanted = await seedInteractions(
          admin.workspaceId,
          said.map((at) => ({ ...whose, occurredAt: minute(at) })),
        )
        wanted.push(...(await seedEvents(admin.workspaceId, id, happened.map(minute))))
        for (const times of byLead) {
          const lead = await ownLead(admin)
          await rows('UPDATE leads SET customer_id = ? WHERE id = ?', id, lead)
          await rows('DELETE FROM events WHERE subject_id = ?', lead)
          wanted.push(...(await seedEvents(admin.workspaceId, lead, times.map(minute))))
        }
        const items = await walked(ofCustomer, admin, id, limit)
        expect(items.map(([, what]) => what).toSorted()).toEqual(wanted.toSorted())
        const times = items.map(([at]) => at)
        expect(times).toEqual(times.toSorted().reverse())
        expect(await walked(ofCustomer, admin, id, 100)).toEqual(items)
      },
    ),
    { numRuns: 25 },
  )
})

it('loses nothing between kinds that share an instant and a row number', async () => {
  const admin = await founder()
  const id = await customer(admin)
  const at = minute(0)
  const said = await seedInteractions(admin.workspaceId, Array(3).fill({ customerId: id, occurredAt: at }))
  const happened = await seedEvents(admin.workspaceId, id, [at, at, at])
  for (const [table, list] of Object.entries({ interactions: said, events: happened })) {
    for (const [nth, each] of list.entries()) {
      await rows(`UPDATE ${table} SET seq = ? WHERE id = ?`, 900_000 + nth, each)
    }
  }
  const inTurn = [2, 1, 0].flatMap((nth) => [said[nth], happened[nth]])
  for (const limit of [1, 2, 4]) {
    expect((await walked(ofCustomer, admin, id, limit)).map(([, what]) => what)).toEqual(inTurn)
  }
})

it('costs one round trip and twice a page, however long it is', async () => {
  const { manager, sales, customer: portal } = await team()
  const [id, lead] = [await customer(sales, { userId: portal.id }), await ownLead(sales)]
  const times = Array.from({ length: 400 }, (_, i) => minute(i % 40))
  const whose = { customerId: id, ownerId: sales.id }
  await seedInteractions(
    sales.workspaceId,
    times.map((occurredAt, i) => ({ ...whose, occurredAt, type: i % 9 ? 'NOTE' : 'CALL' })),
  )
  await seedInteractions(
    sales.workspaceId,
    times.map((occurredAt) => ({ leadId: lead, ownerId: sales.id, occurredAt })),
  )
  await seedEvents(
    sales.workspaceId,
    id,
    times.map((_, i) => minute(i / 10)),
  )
  const former = await ownLead(sales)
  await seedEvents(
    sales.workspaceId,
    former,
    times.map((_, i) => minute(i / 10)),
  )
  await seedEvents(
    sales.workspaceId,
    lead,
    times.map((_, i) => minute(i / 10)),
  )
  await convert(sales, former, id)
  // An import often knows the day alone.
  const imported = await customer(sales, { userId: portal.id })
  const atOnce = times.map(() => ({ ...whose, customerId: imported, occurredAt: minute(0), type: 'CALL' }))
  await seedInteractions(sales.workspaceId, atOnce)
  const timelines = [`/v1/customers/${id}`, `/v1/customers/${imported}`, `/v1/leads/${lead}`].map(
    (of) => `${of}/timeline`,
  )
  for (const by of [manager, sales, portal]) {
    for (const start of timelines) {
      if (by === portal && start.includes('leads')) continue
      let path = start
      for (const page of [1, 2, 3, 4]) {
        const { roundTrips, rowsRead, data, nextCursor } = await costOf(by, path)
        expect(roundTrips).toBe(1)
        if (nextCursor) expect(data).toHaveLength(20)
        expect(rowsRead, `${by.role} ${path} page ${page}`).toBeLessThanOrEqual(2 * 20 + 10)
        if (nextCursor) path = `${start}?cursor=${nextCursor}`
      }
    }
  }
})
