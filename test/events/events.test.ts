// The audit trail: who did what to which record, read by those who may, newest first.
import { expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { rows } from '../support/database'
import { founder, type Person, team } from '../support/factories'
import { lead, ownLead } from '../support/leads'

type Query = NonNullable<Parameters<ReturnType<typeof api>['v1']['events']['$get']>[0]>['query']
const events = async ({ token }: Person, query: Query = {}) =>
  (await bodyOf(api(token).v1.events.$get({ query }), 200)).data

it('tells the whole life of a lead, with the values before and after', async () => {
  const { admin, manager, sales, rival } = await team()
  const { id } = await lead(admin, { title: 'Course' })
  const one = api(manager.token).v1.leads[':id']
  const target = { param: { id }, header: {} }
  await api(sales.token).v1.leads[':id'].claim.$post({ param: { id } })
  await one.$patch({
    ...target,
    json: { title: 'Vue course', followUpAt: '2027-01-01T00:00:00Z', metadata: { a: [1] } },
  })
  await one.assign.$post({ ...target, json: { ownerId: rival.id } })
  await one.release.$post(target)
  await one.$delete(target)
  await one.restore.$post({ param: { id } })
  await one.convert.$post({ param: { id }, json: {} })
  const life = (await events(manager, { subject: id })).reverse()
  const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)
  expect(life.map(({ type, actor, changes }) => [type, actor.id, changes])).toEqual([
    ['lead.created', admin.id, { ownerId: [null, null] }],
    ['lead.claimed', sales.id, { ownerId: [null, sales.id] }],
    [
      'lead.updated',
      manager.id,
      { title: ['Course', 'Vue course'], followUpAt: [null, '2027-01-01T00:00:00.000Z'], metadata: [null, { a: [1] }] },
    ],
    ['lead.assigned', manager.id, { ownerId: [sales.id, rival.id], claimedAt: [instant, instant] }],
    ['lead.released', manager.id, { ownerId: [rival.id, null], claimedAt: [instant, null] }],
    ['lead.trashed', manager.id, { deletedAt: [null, instant] }],
    ['lead.restored', manager.id, null],
    ['lead.converted', manager.id, { customerId: [null, expect.any(String)], status: ['NEW', 'CLOSED'] }],
  ])
  for (const event of life) {
    expect(event).toMatchObject({ subject: { type: 'lead', id }, actor: { type: 'user' }, timestamp: instant })
  }
})

it('has no place for a password, a hash or a token', async () => {
  const { admin } = await team()
  const everything = JSON.stringify(await rows('SELECT * FROM events WHERE workspace_id = ?', admin.workspaceId))
  for (const secret of ['correct horse battery', '$2', admin.token, admin.refreshToken, 'hash', 'token']) {
    expect(everything).not.toContain(secret)
  }
})

it('is walked page by page, each event once, while more of them come', async () => {
  const { admin, manager } = await team()
  const { id } = await lead(admin)
  const patch = (title: string) =>
    api(admin.token).v1.leads[':id'].$patch({ param: { id }, header: {}, json: { title } })
  for (let i = 0; i < 6; i += 1) await patch(`Title ${i}`)
  const before = await events(manager, { limit: '100' })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await bodyOf(api(manager.token).v1.events.$get({ query: { limit: '4', cursor } }), 200)
    seen.push(...page.data.map((event) => event.id))
    cursor = page.nextCursor ?? undefined
    await patch(`Later ${cursor}`)
  } while (cursor)
  expect(seen).toEqual(before.map((event) => event.id))
  expect(before[0]).toMatchObject({ type: 'lead.updated' })
  expect(before.at(-1)).toMatchObject({ type: 'user.registered', subject: { id: admin.id } })
})

it('is for ADMIN and MANAGER, each of the own workspace', async () => {
  const { admin, manager, sales, customer } = await team()
  const stranger = await founder()
  const { id } = await ownLead(sales)
  for (const by of [admin, manager]) expect(await events(by, { subject: id })).toHaveLength(1)
  expect(await events(stranger, { subject: id })).toEqual([])
  for (const { token } of [sales, customer]) await refusalOf(api(token).v1.events.$get({ query: {} }), 403, 'forbidden')
  expect(JSON.stringify(await events(stranger, { limit: '100' }))).not.toContain(admin.workspaceId)
})

it.each(['subject=everything', 'verb=lead.created', 'limit=1000', 'total=true'])('does not take %s', async (query) => {
  const { token } = await founder()
  await refusalOf(send(`/v1/events?${query}`, { token }), 400, 'invalid')
})

it('cannot be written to, changed or cut', async () => {
  const { token } = await founder()
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    await refusalOf(send('/v1/events', { method, token, json: {} }), 405, 'method_not_allowed')
  }
})
