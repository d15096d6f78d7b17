// The counters behind totals: after any sequence of changes, some of them at once, they are what a recount gives.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LEAD_STATUSES } from '../../src/db/schema/leads'
import { api, send } from '../support/api'
import { type Person, team } from '../support/factories'
import { counters, storedLeads } from '../support/leads'
import { leadPage } from '../support/pages'

const index = fc.nat({ max: 9 })
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), who: index, status: index }) },
  fc.record({ do: fc.constantFrom('claim', 'release', 'trash', 'restore', 'convert'), who: index, lead: index }),
  fc.record({ do: fc.constant('claim-next' as const), who: index }),
  fc.record({ do: fc.constant('assign' as const), who: index, lead: index, to: index }),
  fc.record({ do: fc.constant('patch' as const), who: index, lead: index, status: index }),
  fc.record({ do: fc.constantFrom('leave' as const, 'demote' as const), who: index, to: index }),
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] ?? expect.fail('nothing to pick')

// One of each, so that each is known to have happened.
const EACH: Operation[] = [
  { do: 'create', who: 0, status: 0 },
  { do: 'create', who: 0, status: 1 },
  { do: 'claim', who: 1, lead: 0 },
  { do: 'claim-next', who: 2 },
  { do: 'patch', who: 1, lead: 0, status: 2 },
  { do: 'trash', who: 1, lead: 0 },
  { do: 'restore', who: 1, lead: 0 },
  { do: 'convert', who: 2, lead: 1 },
  { do: 'leave', who: 0, to: 1 },
  { do: 'demote', who: 1, to: 2 },
  { do: 'assign', who: 0, lead: 0, to: 1 },
  { do: 'release', who: 2, lead: 0 },
]

async function perform(step: Operation, admin: Person, people: Person[], ids: string[]): Promise<number> {
  const { token } = pick([admin, ...people], step.who)
  const client = api(token).v1.leads
  const id = 'lead' in step && ids.length > 0 ? pick(ids, step.lead) : crypto.randomUUID()
  if (step.do === 'create') {
    const response = await client.$post({ json: { title: 'A lead', status: pick(LEAD_STATUSES, step.status) } })
    if (response.status === 201) ids.push((await response.json()).id)
    return response.status
  }
  if (step.do === 'claim-next') return (await client['claim-next'].$post({})).status
  if (step.do === 'assign') {
    const json = { ownerId: pick(people, step.to).id }
    return (await client[':id'].assign.$post({ param: { id }, header: {}, json })).status
  }
  if (step.do === 'patch') {
    const json = { status: pick(LEAD_STATUSES, step.status) }
    return (await client[':id'].$patch({ param: { id }, header: {}, json })).status
  }
  if (step.do === 'leave' || step.do === 'demote') {
    const [leaver, heir] = [pick(people, step.who), pick(people, step.to)]
    const query = leaver === heir ? {} : { reassignTo: heir.id }
    const param = { id: leaver.id }
    const user = api(admin.token).v1.users[':id']
    const away = step.do === 'leave' ? { status: 'INACTIVE' as const } : { role: 'CUSTOMER' as const }
    const { status } = await user.$patch({ param, query, header: {}, json: away })
    await user.$patch({ param, query: {}, header: {}, json: { status: 'ACTIVE', role: leaver.role } })
    return status
  }
  const [path, method] = step.do === 'trash' ? ['', 'DELETE'] : [`/${step.do}`, 'POST']
  return (await send(`/v1/leads/${id}${path}`, { method, token, ...(step.do === 'convert' ? { json: {} } : {}) }))
    .status
}

const sequence = fc.array(operation, { minLength: 10, maxLength: 60, size: 'max' })

it('are right after any changes in any order, and so are the totals made of them', async () => {
  const done = new Set<string>()
  await fc.assert(
    fc.asyncProperty(sequence, fc.constantFrom(1, 2, 4), async (steps, atOnce) => {
      const { admin, manager, sales, rival } = await team()
      const [people, ids]: [Person[], string[]] = [[manager, sales, rival], []]
      for (let i = 0; i < steps.length; i += atOnce) {
        const batch = steps.slice(i, i + atOnce)
        const statuses = await Promise.all(batch.map((step) => perform(step, admin, people, ids)))
        for (const [n, status] of statuses.entries()) {
          expect(status).toBeLessThan(500)
          if (status < 300) done.add(batch[n]?.do ?? '')
        }
      }
      const { kept, counted } = await counters(admin.workspaceId)
      expect(kept).toEqual(counted)
      const living = (await storedLeads(admin.workspaceId)).filter(({ deletedAt }) => deletedAt === null)
      for (const status of [undefined, ...LEAD_STATUSES]) {
        for (const owner of [undefined, 'none', 'me'] as const) {
          const { total } = await leadPage(sales.token, { total: 'true', limit: '1', status, owner })
          const mine = living.filter(({ ownerId }) =>
            owner === undefined
              ? ownerId === sales.id || ownerId === null
              : ownerId === (owner === 'me' ? sales.id : null),
          )
          expect(total).toBe(mine.filter((lead) => status === undefined || lead.status === status).length)
        }
      }
    }),
    { numRuns: 8, examples: [[EACH, 1]] },
  )
  const all = ['assign', 'claim', 'claim-next', 'convert', 'create', 'demote', 'leave', 'patch', 'release']
  expect([...done].sort()).toEqual([...all, 'restore', 'trash'])
})
