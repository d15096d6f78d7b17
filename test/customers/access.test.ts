// Whose a customer is: who may be its owner or its portal login, who reaches it, and what a portal login sees.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, problemOf, send } from '../support/api'
import { happenings, made, ownCustomer, page, seedCustomers, stored, tag } from '../support/customers'
import { founder, member, type Person, team, unique } from '../support/factories'

const customersOf = ({ token }: Person) => api(token).v1.customers
const call = (by: Person, method: string, path: string, json?: unknown) =>
  send(`/v1/customers${path}`, { method, token: by.token, ...(json === undefined ? {} : { json }) })
const email = () => `${unique('c')}@example.com`

describe('the owner', () => {
  it('is an active member of the team, given by a MANAGER or ADMIN', async () => {
    const { admin, manager, sales, rival, customer } = await team()
    const leaver = await member(admin, 'SALES')
    const out = { param: { id: leaver.id }, query: {}, header: {}, json: { status: 'INACTIVE' as const } }
    await bodyOf(api(admin.token).v1.users[':id'].$patch(out), 200)
    const stranger = await founder()
    const { id } = await made(manager)
    for (const ownerId of [customer.id, leaver.id, stranger.id, crypto.randomUUID()]) {
      const attempts = [
        call(manager, 'POST', '', { name: 'A', ownerId }),
        call(manager, 'PATCH', `/${id}`, { name: 'A', ownerId }),
        call(manager, 'PUT', '?match=email', { name: 'A', email: email(), ownerId }),
      ]
      for (const attempt of attempts) {
        const { errors } = await refusalOf(attempt, 400, 'invalid_owner')
        expect(errors).toEqual([expect.objectContaining({ path: 'body.ownerId', code: 'not_of_team' })])
      }
    }
    expect((await stored(admin.workspaceId)).map(({ name }) => name)).toEqual(['Carla Customer'])
    for (const ownerId of [admin.id, manager.id, sales.id, rival.id, null]) {
      expect(await bodyOf(call(manager, 'PATCH', `/${id}`, { ownerId }), 200)).toMatchObject({ ownerId })
    }
  })

  it('is not for SALES to set, unless to themselves', async () => {
    const { sales, rival } = await team()
    const { id, email: address } = await made(sales, { email: email() })
    for (const ownerId of [rival.id, null]) {
      const attempts = [
        call(sales, 'POST', '', { name: 'A', ownerId }),
        call(sales, 'PATCH', `/${id}`, { ownerId }),
        call(sales, 'PUT', '?match=email', { name: 'A', email: address, ownerId }),
      ]
      for (const attempt of attempts) await refusalOf(attempt, 403, 'forbidden')
    }
    await bodyOf(call(sales, 'PATCH', `/${id}`, { ownerId: sales.id }), 200)
    expect(await stored(sales.workspaceId)).toEqual([expect.objectContaining({ id, ownerId: sales.id })])
  })

  it('loses sight of a customer that is given away, and the next one sees it', async () => {
    const { manager, sales, rival } = await team()
    const { id } = await ownCustomer(sales)
    await bodyOf(call(manager, 'PATCH', `/${id}`, { ownerId: rival.id }), 200)
    await refusalOf(call(sales, 'GET', `/${id}`), 404, 'not_found')
    await bodyOf(call(rival, 'GET', `/${id}`), 200)
    expect((await page(sales, { total: 'true' })).total).toBe(0)
  })
})

describe('the portal login', () => {
  it('is an active member with the role CUSTOMER, set by a MANAGER or ADMIN', async () => {
    const { admin, manager, sales, customer } = await team()
    const stranger = await team()
    const { id } = await ownCustomer(sales)
    for (const userId of [sales.id, admin.id, stranger.customer.id, crypto.randomUUID()]) {
      const attempts = [
        call(manager, 'PATCH', `/${id}`, { userId }),
        call(manager, 'POST', '', { name: 'A', userId }),
        call(manager, 'PUT', '?match=email', { name: 'A', email: email(), userId }),
      ]
      for (const attempt of attempts) {
        const { errors } = await refusalOf(attempt, 400, 'invalid')
        expect(errors).toEqual([expect.objectContaining({ path: 'body.userId', code: 'no_portal_login' })])
      }
    }
    for (const userId of [customer.id, null]) {
      await refusalOf(call(sales, 'PATCH', `/${id}`, { userId }), 403, 'forbidden')
      await bodyOf(call(manager, 'PATCH', `/${id}`, { userId }), 200)
    }
  })

  it('is that of one living customer, however it is set, and however many set it at once', async () => {
    const { manager, customer } = await team()
    const userId = customer.id
    const tries = await Promise.all(
      Array.from({ length: 6 }, () => call(manager, 'POST', '', { name: 'One of six', email: email(), userId })),
    )
    expect(tries.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
    const { id: existingId } = await bodyOf(tries.find(({ status }) => status === 201) ?? expect.fail(), 201)
    const other = await made(manager, { email: email() })
    const taken = { status: 409, code: 'login_taken', existingId }
    expect(await problemOf(await call(manager, 'PATCH', `/${other.id}`, { userId }))).toMatchObject(taken)
    for (const address of [other.email, email()]) {
      const json = { name: 'Upserted', email: address, userId }
      expect(await problemOf(await call(manager, 'PUT', '?match=email', json))).toMatchObject(taken)
    }
    await bodyOf(call(manager, 'PATCH', `/${existingId}`, { userId, name: 'Still the one' }), 200)
    expect((await call(manager, 'DELETE', `/${existingId}`)).status).toBe(204)
    await bodyOf(call(manager, 'PATCH', `/${other.id}`, { userId }), 200)
    await refusalOf(call(manager, 'POST', `/${existingId}/restore`), 409, 'login_taken')
    await bodyOf(call(manager, 'PATCH', `/${other.id}`, { userId: null }), 200)
    await bodyOf(call(manager, 'POST', `/${existingId}/restore`), 200)
  })

  it('sees the own record wherever it looks, and nobody else’s', async () => {
    const people = await team()
    const { manager, sales, customer } = people
    const other = await member(people.admin, 'CUSTOMER')
    const alike = { name: 'Needle', company: 'Acme', phone: '+44 20 7946 0958', customFields: { plan: 'gold' } }
    const mine = await made(manager, { ...alike, email: email(), ownerId: sales.id, userId: customer.id })
    for (const userId of [other.id, undefined, null]) await made(manager, { ...alike, userId })
    await made(await founder(), alike)
    await tag(manager.workspaceId, [[mine.id, ['vip']]])
    const hits = [
      {},
      { q: 'needle' },
      { q: 'ne' },
      { q: '794609' },
      { name: 'Needle', company: 'acm' },
      { email: mine.email ?? '' },
      { sort: 'name' },
      { sort: '-updatedAt' },
      { createdBefore: '2100-01-01T00:00:00Z' },
      { owner: 'none' },
      { owner: sales.id },
    ]
    for (const query of hits) {
      const { data, total, nextCursor } = await page(customer, { ...query, limit: '1', total: 'true' })
      expect([data.map(({ id }) => id), total, nextCursor], JSON.stringify(query)).toEqual([[mine.id], 1, null])
    }
    for (const query of [{ q: 'hay' }, { q: 'zz' }, { company: 'other' }]) {
      expect(await page(customer, { ...query, total: 'true' })).toEqual({ data: [], nextCursor: null, total: 0 })
    }
    // What is not shown is not guessed either, whether the guess is right or wrong.
    const guesses = ['tag=VIP', 'tag=cold', 'customFields.plan=gold', 'customFields.plan=tin']
    for (const guess of guesses) {
      const { errors } = await refusalOf(call(customer, 'GET', `?${guess}`), 400, 'invalid')
      expect(errors, guess).toMatchObject([
        { path: expect.stringMatching(/^query\.(tag|customFields)$/), code: 'unknown' },
      ])
    }
    expect(await bodyOf(customersOf(customer)[':id'].$get({ param: mine, query: {} }), 200)).toMatchObject({
      id: mine.id,
    })
    for (const { id } of await stored(manager.workspaceId)) {
      if (id !== mine.id) await refusalOf(call(customer, 'GET', `/${id}`), 404, 'not_found')
    }
  })

  it('without a record, or with one in the trash, sees nothing', async () => {
    const { manager, sales, customer } = await team()
    await made(sales)
    const { id } = await made(manager, { userId: customer.id })
    await customersOf(manager)[':id'].$delete({ param: { id }, header: {} })
    expect(await page(customer, { total: 'true' })).toEqual({ data: [], nextCursor: null, total: 0 })
    await refusalOf(call(customer, 'GET', `/${id}`), 404, 'not_found')
  })

  it('changes nothing, not even the own record, and sees no trash and no duplicates', async () => {
    const { manager, customer } = await team()
    const [mine, other] = [await made(manager, { userId: customer.id }), await made(manager)]
    const refused = [
      call(customer, 'POST', '', { name: 'A' }),
      call(customer, 'PUT', '?match=email', { name: 'A', email: email() }),
      call(customer, 'PATCH', `/${mine.id}`, { name: 'A' }),
      call(customer, 'DELETE', `/${mine.id}`),
      call(customer, 'POST', '/bulk-delete', { ids: [mine.id] }),
      call(customer, 'POST', `/${mine.id}/restore`),
      call(customer, 'POST', `/${mine.id}/merge`, { fromId: other.id }),
      call(customer, 'POST', `/${mine.id}/merge?dryRun=true`, { fromId: other.id }),
      call(customer, 'GET', '/duplicates'),
      call(customer, 'GET', '?trashed=true'),
    ]
    for (const attempt of refused) await refusalOf(attempt, 403, 'forbidden')
    expect(await happenings(mine.id)).toEqual(['customer.created'])
  })
})

describe('a customer out of reach', () => {
  it('is not there: for SALES a rival’s, for everybody one of another workspace', async () => {
    const [{ sales, rival, manager }, stranger] = [await team(), await founder()]
    const [theirs, mine] = [await ownCustomer(rival), await ownCustomer(sales)]
    const foreign = await made(stranger)
    const reachless: [Person, string, string][] = [
      [sales, theirs.id, mine.id],
      [manager, foreign.id, mine.id],
      [stranger, theirs.id, foreign.id],
    ]
    for (const [by, id, own] of reachless) {
      const attempts = [
        call(by, 'GET', `/${id}`),
        call(by, 'PATCH', `/${id}`, { name: 'Mallory' }),
        call(by, 'DELETE', `/${id}`),
        call(by, 'POST', `/${id}/restore`),
        call(by, 'POST', `/${id}/merge`, { fromId: own }),
        call(by, 'POST', `/${own}/merge`, { fromId: id }),
        call(by, 'POST', `/${own}/merge?dryRun=true`, { fromId: id }),
      ]
      for (const attempt of attempts) await refusalOf(attempt, 404, 'not_found')
      expect((await page(by, { limit: '100' })).data.map((row) => row.id)).not.toContain(id)
    }
    for (const { id } of [theirs, mine, foreign]) expect(await happenings(id)).toEqual(['customer.created'])
  })

  it('stays so in the trash: SALES see the own ones there, a MANAGER all', async () => {
    const { manager, sales, rival, admin } = await team()
    const deletedAt = new Date().toISOString()
    const owners = [sales.id, rival.id, null]
    const [mine, theirs, nobodys] = await seedCustomers(
      admin.workspaceId,
      owners.map((ownerId) => ({ ownerId, deletedAt })),
    )
    const trashed = async (by: Person) => (await page(by, { trashed: 'true' })).data.map(({ id }) => id)
    expect(await trashed(sales)).toEqual([mine?.id])
    expect(await trashed(manager)).toEqual([nobodys?.id, theirs?.id, mine?.id])
    await refusalOf(call(sales, 'POST', `/${theirs?.id}/restore`), 404, 'not_found')
    await bodyOf(call(sales, 'POST', `/${mine?.id}/restore`), 200)
  })
})
