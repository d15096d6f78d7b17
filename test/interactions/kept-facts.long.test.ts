// What triggers keep beside a timeline: when a customer was last in touch and is next due, and whose each interaction is.
import { env } from 'cloudflare:workers'
import { eq, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { movedFactsUpdate } from '../../src/customers/customers.facts'
import { runBatch } from '../../src/db/batch'
import { connect } from '../../src/db/client'
import { interactions } from '../../src/db/schema'
import { bodyOf, costOf } from '../support/answers'
import { api } from '../support/api'
import { rows } from '../support/database'
import { customer, type Person, team } from '../support/factories'
import { logged, minute, ownLead, seedInteractions } from '../support/interactions'

const TYPES = ['NOTE', 'CALL', 'TASK', 'FOLLOW_UP'] as const
const PARENTS = ['first', 'second', 'lead'] as const

const nth = fc.nat(9)
const fields = { type: fc.constantFrom(...TYPES), at: fc.nat(6), due: fc.option(fc.nat(6)) }
const is = <D extends string>(name: D) => fc.constant(name)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: is('log'), whose: fc.constantFrom(...PARENTS), ...fields }) },
  { weight: 3, arbitrary: fc.record({ do: is('edit'), nth, ...fields }) },
  { weight: 2, arbitrary: fc.record({ do: is('complete'), nth }) },
  { weight: 2, arbitrary: fc.record({ do: is('delete'), nth }) },
  { weight: 2, arbitrary: fc.record({ do: is('delete the newest') }) },
  { weight: 1, arbitrary: fc.record({ do: is('convert') }) },
  { weight: 1, arbitrary: fc.record({ do: is('move'), nth, to: fc.constantFrom('first', 'second') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: is('give'),
      whose: fc.constantFrom(...PARENTS),
      to: fc.constantFrom('sales', 'rival', 'nobody'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: is('keep'),
      whose: fc.constantFrom('first', 'second'),
      days: fc.option(fc.constantFrom(7, 30)),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

type World = { admin: Person; owners: Record<'sales' | 'rival', string>; first: string; second: string; lead: string }

async function take({ admin, owners, ...parents }: World, step: Step): Promise<void> {
  const one = api(admin.token).v1.interactions[':id']
  const list = await rows<{ id: string; customer_id: string | null }>(
    'SELECT id, customer_id FROM interactions WHERE workspace_id = ? ORDER BY occurred_at DESC, seq DESC',
    admin.workspaceId,
  )
  const chosen = 'nth' in step ? list[step.nth % Math.max(1, list.length)] : list[0]
  const param = { id: chosen?.id ?? '' }
  if (step.do === 'log') {
    const { type, at, due, whose } = step
    const parent = whose === 'lead' ? { leadId: parents.lead } : { customerId: parents[whose] }
    await logged(admin, { ...parent, type, occurredAt: minute(at), followUpAt: due === null ? null : minute(due) })
  } else if (step.do === 'give') {
    const table = step.whose === 'lead' ? 'leads' : 'customers'
    const owner = step.to === 'nobody' ? null : owners[step.to]
    await rows(`UPDATE ${table} SET owner_id = ? WHERE id = ?`, owner, parents[step.whose])
  } else if (step.do === 'keep') {
    const json = { keepInTouchDays: step.days }
    const param = { id: parents[step.whose] }
    const changed = await bodyOf(api(admin.token).v1.customers[':id'].$patch({ param, header: {}, json }), 200)
    const [kept] = await rows<{ at: string }>('SELECT next_touch_at AS at FROM customers WHERE id = ?', param.id)
    expect(changed.nextTouchAt).toBe(kept?.at)
  } else if (step.do === 'convert') {
    const json = { customerId: parents.first }
    const { status } = await api(admin.token).v1.leads[':id'].convert.$post({ param: { id: parents.lead }, json })
    expect([200, 409]).toContain(status)
  } else if (!chosen) {
    return
  } else if (step.do === 'edit') {
    const { type, at, due } = step
    const json = { type, occurredAt: minute(at), followUpAt: due === null ? null : minute(due) }
    await bodyOf(one.$patch({ param, header: {}, json }), 200)
  } else if (step.do === 'complete') {
    await bodyOf(one.done.$post({ json: {}, param, header: {} }), 200)
  } else if (step.do === 'move') {
    await moveInteraction(param.id, parents[step.to])
  } else {
    expect((await one.$delete({ param, header: {} })).status).toBe(204)
  }
}

/** Moves an interaction as conversions and merges do. */
async function moveInteraction(id: string, to: string): Promise<void> {
  const { db } = connect(env.DB, 'first-primary')
  await runBatch(db, {
    facts: movedFactsUpdate(db, sql`SELECT seq FROM interactions WHERE id = ${id}`, sql`${to}`),
    moved: db
      .update(interactions)
      .set({ customerId: to, ownerId: sql`(SELECT owner_id FROM customers WHERE customers.id = ${to})` })
      .where(eq(interactions.id, id)),
  })
}

// The same facts reckoned in JavaScript, from every row.
async function reckoned(workspaceId: string) {
  const kept = await rows<
    Record<'last' | 'next' | 'touch' | 'owner_id', string | null> & {
      id: string
      created_at: string
      days: number | null
    }
  >(
    `SELECT id, last_interaction_at AS last, next_follow_up_at AS next, next_touch_at AS touch, owner_id, created_at,
      keep_in_touch_days AS days FROM customers WHERE workspace_id = ?`,
    workspaceId,
  )
  type Row = Record<
    'customer_id' | 'lead_id' | 'owner_id' | 'type' | 'occurred_at' | 'follow_up_at' | 'done_at',
    string | null
  >
  const all = await rows<Row>('SELECT * FROM interactions WHERE workspace_id = ?', workspaceId)
  const leads = await rows<{ id: string; owner_id: string | null }>(
    'SELECT id, owner_id FROM leads WHERE workspace_id = ?',
    workspaceId,
  )
  const facts = kept.map(({ id, owner_id, created_at, days }) => {
    const own = all.filter((row) => row.customer_id === id)
    const contacts = own.filter(({ type }) => type !== 'TASK' && type !== 'FOLLOW_UP').map((row) => row.occurred_at)
    const dues = own.filter((row) => row.follow_up_at !== null && row.done_at === null).map((row) => row.follow_up_at)
    const calls = own.filter(({ type }) => type === 'CALL').map((row) => row.occurred_at)
    const touched = Date.parse(calls.sort().at(-1) ?? created_at)
    const touch = days === null ? null : new Date(touched + days * 24 * 3_600_000).toISOString()
    const [last, next] = [contacts.sort().at(-1) ?? null, dues.sort().at(0) ?? null]
    return { id, last, next, touch, owner_id, created_at, days }
  })
  const owners = all.map(
    (row) =>
      (row.customer_id === null ? leads : kept).find(({ id }) => id === (row.customer_id ?? row.lead_id))?.owner_id,
  )
  return { kept, facts, owners, keptOwners: all.map((row) => row.owner_id) }
}

it('equals a recount after any logging, editing, completing, deleting, moving, converting and giving away', async () => {
  const { admin, sales, rival } = await team()
  const owners = { sales: sales.id, rival: rival.id }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      for (const table of ['interactions', 'leads', 'customers']) {
        await rows(`DELETE FROM ${table} WHERE workspace_id = ?`, admin.workspaceId)
      }
      const [first, second] = [await customer(sales), await customer(rival)]
      const world: World = { admin, owners, first, second, lead: await ownLead(sales) }
      for (const each of steps) {
        await take(world, each)
        const { kept, facts, owners, keptOwners } = await reckoned(admin.workspaceId)
        expect(kept, each.do).toEqual(facts)
        expect(keptOwners, each.do).toEqual(owners)
      }
    }),
    { numRuns: 30 },
  )
})

it('writes the customer only where something changes, and reads no timeline to log a note', async () => {
  const { sales } = await team()
  const customerId = await customer(sales)
  const tasks = Array.from({ length: 500 }, (_, i) => ({
    customerId,
    ownerId: sales.id,
    type: 'TASK',
    occurredAt: minute(i),
  }))
  await seedInteractions(sales.workspaceId, tasks)
  const log = async (occurredAt: string) => {
    const json = { customerId, type: 'NOTE', body: 'A note', occurredAt } as const
    return costOf(await api(sales.token).v1.interactions.$post({ json }))
  }
  const [newest, older] = [await log(minute(9)), await log(minute(8))]
  expect(newest.read).toBeLessThan(20)
  expect(older.written).toBeLessThan(newest.written)
})
