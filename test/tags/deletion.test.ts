// Deleting a tag that very many customers have: it is out of sight at once, and comes off all of them once.
import { expect, it } from 'vitest'
import { bodyOf, costOf } from '../support/answers'
import { api, worker } from '../support/api'
import { seedCustomers } from '../support/customers'
import { count } from '../support/database'
import { team } from '../support/factories'
import { runJobsKilledFiveTimes } from '../support/jobs'
import { metered } from '../support/metered'

it('a tag of 3,000 customers is gone at once, comes off all of them though the job is killed five times, and leaves the others', async () => {
  const { manager } = await team()
  await seedCustomers(manager.workspaceId, Array(3_000).fill({ ownerId: manager.id, tags: ['Common', 'Kept'] }))
  const tags = async () => (await bodyOf(api(manager.token).v1.tags.$get({ query: {} }), 200)).data
  const { id = '' } = (await tags()).find(({ name }) => name === 'Common') ?? {}
  const { DB } = metered({
    before: (trip) => {
      if (trip > 1) throw new Error('killed')
    },
  })
  const deleted = await api(manager.token, worker({ DB })).v1.tags[':id'].$delete({ param: { id }, header: {} })
  expect(deleted.status).toBe(204)
  expect(costOf(deleted).read).toBeLessThanOrEqual(25_000)
  expect(costOf(deleted).written).toBeLessThanOrEqual(5_000)
  expect((await tags()).map(({ name, count }) => [name, count])).toEqual([['Kept', 3_000]])
  expect(await count('customer_tags', 'tag_id = ?', id)).toBe(2_600)
  await runJobsKilledFiveTimes()
  expect(await count('customer_tags', 'tag_id = ?', id)).toBe(0)
  expect(await count('tags', 'id = ?', id)).toBe(0)
  const { data } = await bodyOf(api(manager.token).v1.jobs.$get({ query: { subjectId: id } }), 200)
  expect(data).toMatchObject([
    { kind: 'tag-deletion', state: 'DONE', done: 2_600, total: 2_600, createdBy: manager.id },
  ])
})
