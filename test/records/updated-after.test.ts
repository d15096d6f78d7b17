// `updatedAfter`: every list of records gives what has changed since, in that order, from an index.
import { expect, it } from 'vitest'
import { bodyOf, costOf } from '../support/answers'
import { api, send } from '../support/api'
import { rows } from '../support/database'
import { customer, type Person, team } from '../support/factories'
import { ownLead } from '../support/leads'

type Row = { id: string; updatedAt: string }
const HOUR = 3_600_000
const at = (hours: number) => new Date(Date.parse('2026-04-01T00:00:00Z') + hours * HOUR).toISOString()
const listOf = async (kind: string, { token }: Person, query: string) =>
  (await (await send(`/v1/${kind}?${query}`, { token })).json<{ data: Row[] }>()).data.map(({ id }) => id)

/** Three records of a kind, of two owners, each changed at another hour, in another order than they were made. */
async function three(kind: string, mine: Person, theirs: Person): Promise<string[]> {
  const made: string[] = []
  for (const owner of [mine, theirs, mine]) {
    const customerId = await customer(owner)
    if (kind === 'customers') made.push(customerId)
    if (kind === 'leads') made.push((await ownLead(owner)).id)
    const client = api(owner.token).v1
    if (kind === 'interactions') {
      const json = { customerId, type: 'NOTE' as const, body: 'x' }
      made.push((await bodyOf(client.interactions.$post({ json }), 201)).id)
    }
    if (kind === 'tickets')
      made.push((await bodyOf(client.tickets.$post({ json: { customerId, title: 'x' } }), 201)).id)
  }
  for (const [i, id] of made.entries()) await rows(`UPDATE ${kind} SET updated_at = ? WHERE id = ?`, at(3 - i), id)
  return made
}

it.each(['leads', 'customers', 'interactions', 'tickets'])(
  '%s: what has changed since, the oldest change first',
  async (kind) => {
    const { manager, sales, rival } = await team()
    const [first, second, third] = await three(kind, sales, rival)
    expect(await listOf(kind, manager, `updatedAfter=${at(0)}`)).toEqual([third, second, first])
    expect(await listOf(kind, manager, `updatedAfter=${at(2)}`)).toEqual([second, first])
    expect(await listOf(kind, sales, `updatedAfter=${at(1)}`)).toEqual([third, first])
    expect(await listOf(kind, rival, `updatedAfter=${at(2)}&limit=1`)).toEqual([second])
    expect(await listOf(kind, manager, `updatedAfter=${at(4)}`)).toEqual([])
    const page = await send(`/v1/${kind}?updatedAfter=${at(2)}`, { token: manager.token })
    expect(costOf(page)).toMatchObject({ trips: 1, written: 0 })
    expect(costOf(page).read).toBeLessThanOrEqual(20)
  },
)

it('users: those whom the asker sees whole', async () => {
  const { admin, sales, rival } = await team()
  await rows('UPDATE users SET updated_at = ? WHERE id IN (?, ?)', '2100-01-01T00:00:00.000Z', sales.id, rival.id)
  const since = 'updatedAfter=2099-01-01T00:00:00Z'
  expect((await listOf('users', admin, since)).sort()).toEqual([sales.id, rival.id].sort())
  expect(await listOf('users', sales, since)).toEqual([sales.id])
})
