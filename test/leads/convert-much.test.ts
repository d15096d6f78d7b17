// Converting a lead with which very much was said: at once, within the bounds of a request, and all of it follows by a job.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, costOf } from '../support/answers'
import { api } from '../support/api'
import { made } from '../support/customers'
import { count, rows } from '../support/database'
import { type Person, team } from '../support/factories'
import { runJobsKilledFiveTimes, withWaitingJobs } from '../support/jobs'

const MANY = 2_600
const START = Date.parse('2026-01-01T00:00:00.000Z')
const instant = (n: number) => new Date(START + n * 60_000).toISOString()

let people: { manager: Person; sales: Person }
const aLead = async (by: Person) => (await bodyOf(api(by.token).v1.leads.$post({ json: { title: 'Much' } }), 201)).id

/** So many calls with a lead, the last of which is a follow-up that is due. */
async function say(leadId: string, by: Person, number: number) {
  const said = Array.from({ length: number }, (_, n) => [crypto.randomUUID(), instant(n)])
  await rows(
    `INSERT INTO interactions (id, workspace_id, lead_id, owner_id, created_by, type, body, occurred_at, created_at, updated_at)
      SELECT value ->> 0, ?2, ?3, ?4, ?4, 'CALL', 'Rang', value ->> 1, value ->> 1, value ->> 1 FROM json_each(?1)`,
    JSON.stringify(said),
    by.workspaceId,
    leadId,
    by.id,
  )
}

beforeAll(async () => {
  people = await team()
})

describe('a lead with a long timeline', () => {
  it('is converted within the bounds, its newest at once, and the rest though the job is killed five times', async () => {
    const { sales } = people
    const id = await aLead(sales)
    await say(id, sales, MANY)
    const { v1 } = withWaitingJobs(sales.token)
    const response = await v1.leads[':id'].convert.$post({ param: { id }, json: {} })
    const { read, written } = costOf(response)
    expect([read, written, read <= 25_000, written <= 5_000]).toEqual([read, written, true, true])
    const { customer } = await bodyOf(response, 200)
    expect(customer.lastInteractionAt).toBe(instant(MANY - 1))
    expect(await count('interactions', 'customer_id = ?', customer.id)).toBe(100)
    await runJobsKilledFiveTimes()
    expect(await count('interactions', 'customer_id = ? AND owner_id = ?', customer.id, sales.id)).toBe(MANY)
    const [facts] = await rows(
      'SELECT interaction_count AS n, last_interaction_at AS at FROM customers WHERE id = ?',
      customer.id,
    )
    expect(facts).toEqual({ n: MANY, at: instant(MANY - 1) })
  })

  it('whose customer is merged into another meanwhile ends with that one', async () => {
    const { sales, manager } = people
    const id = await aLead(sales)
    await say(id, sales, 400)
    const { v1 } = withWaitingJobs(sales.token)
    const { customer } = await bodyOf(v1.leads[':id'].convert.$post({ param: { id }, json: {} }), 200)
    const { id: survivor } = await made(manager, { name: 'Survivor' })
    const merging = api(manager.token).v1.customers[':id'].merge
    await bodyOf(merging.$post({ param: { id: survivor }, query: {}, json: { fromId: customer.id } }), 200)
    await runJobsKilledFiveTimes()
    expect(await count('interactions', 'customer_id = ?', survivor)).toBe(400)
    const [facts] = await rows('SELECT interaction_count AS n FROM customers WHERE id = ?', survivor)
    expect(facts).toEqual({ n: 400 })
  })
})
