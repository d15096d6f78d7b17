// Erasing a person about whom much is stored: out of sight at once, erased in pieces, each of them once.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, costOf, refusalOf } from '../support/answers'
import { api } from '../support/api'
import { made, put } from '../support/customers'
import { count, everythingStored } from '../support/database'
import { founder, type Person, unique } from '../support/factories'
import { seedInteractions } from '../support/interactions'
import { runJobsKilledFiveTimes, withWaitingJobs } from '../support/jobs'
import { personIn, plant } from '../support/person'

const mark = unique('zq').toLowerCase()
const SIZE = 1_200

describe('a person about whom much is stored', () => {
  let admin: Person
  let person: Awaited<ReturnType<typeof personIn>>
  const reading = () => api(admin.token).v1.customers[':id']['personal-data'].$get({ param: { id: person.id } })
  beforeAll(async () => {
    admin = await founder()
    person = await personIn(admin)
    await plant(mark, (await bodyOf(reading(), 200)).data)
    const { workspaceId } = admin
    const ids = await seedInteractions(
      workspaceId,
      Array(SIZE).fill({ customerId: person.id, ownerId: admin.id, body: `Said ${mark}` }),
    )
    const createdAt = new Date().toISOString()
    const about = { workspaceId, verb: 'interaction.created', actorType: 'user', actorId: admin.id, createdAt }
    await put(
      'events',
      ids.map((subjectId, n) => ({
        ...{ ...about, seq: 1_000_000 + n, id: crypto.randomUUID(), subjectType: 'interaction', subjectId },
        changes: JSON.stringify({ body: [null, `Said ${mark}`] }),
      })),
    )
  })

  it('is shown within the bound of rows, and says of which kinds there are more', async () => {
    const response = await reading()
    expect(costOf(response).read).toBeLessThanOrEqual(25_000)
    const { data, incomplete } = await bodyOf(Promise.resolve(response), 200)
    expect(incomplete).toEqual(expect.arrayContaining(['interactions', 'events']))
    expect(data.interactions).toHaveLength(1_000)
    expect(data.customers).toHaveLength(2)
  })

  it('is out of sight and search at once, and erased everywhere though the job is killed five times', {
    tags: ['long'],
  }, async () => {
    const { v1 } = api(admin.token)
    const bystander = await made(admin, { name: 'Bystander' })
    const erased = await withWaitingJobs(admin.token, 2).v1.customers[':id'].erase.$post({ param: { id: person.id } })
    expect(costOf(erased).read).toBeLessThanOrEqual(25_000)
    expect(costOf(erased).written).toBeLessThanOrEqual(5_000)
    expect(await bodyOf(Promise.resolve(erased), 200)).toMatchObject({ customerId: person.id, isDone: false })
    const param = { id: person.id }
    await refusalOf(v1.customers[':id'].$get({ param, query: {} }), 404, 'not_found')
    await refusalOf(v1.customers[':id'].timeline.$get({ param, query: {} }), 404, 'not_found')
    for (const q of [mark, 'alice']) expect((await bodyOf(v1.customers.$get({ query: { q } }), 200)).data).toEqual([])
    const said = await bodyOf(v1.interactions.$get({ query: { limit: '100' } }), 200)
    expect(said.data.filter(({ customerId }) => customerId === person.id)).toEqual([])
    await refusalOf(v1.customers[':id'].erase.$post({ param }), 409, 'already_erased')

    await runJobsKilledFiveTimes()
    expect((await everythingStored()).match(new RegExp(`.{0,150}${mark}.{0,20}`, 'g')) ?? []).toEqual([])
    expect(await count('interactions', `customer_id = ? AND body = 'Erased'`, person.id)).toBe(SIZE + 3)
    expect(await bodyOf(v1.customers[':id'].$get({ param, query: {} }), 200)).toMatchObject({
      name: 'Erased',
      email: null,
    })
    expect(await bodyOf(v1.customers[':id'].$get({ param: { id: bystander.id }, query: {} }), 200)).toMatchObject({
      name: 'Bystander',
    })
    const { data } = await bodyOf(v1.jobs.$get({ query: { subjectId: person.id } }), 200)
    expect(data).toMatchObject([{ kind: 'erasure', state: 'DONE', failures: 0, createdBy: admin.id }])
    expect(await count('jobs', `input <> '{}'`)).toBe(0)
  })
})
