// Claiming: however many ask at once, each lead has one winner, one event, and nobody waits for nothing.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api, send } from '../support/api'
import { founder, member, team } from '../support/factories'
import { counters, happenings, lead, ownLead } from '../support/leads'

const claim = (token: string, id: string) => api(token).v1.leads[':id'].claim.$post({ param: { id } })
const claimNext = (token: string) => api(token).v1.leads['claim-next'].$post({})
const release = (token: string, id: string) => api(token).v1.leads[':id'].release.$post({ param: { id }, header: {} })
const assign = (token: string, id: string, ownerId: string) =>
  api(token).v1.leads[':id'].assign.$post({ param: { id }, header: {}, json: { ownerId } })
const trash = (token: string, id: string) => api(token).v1.leads[':id'].$delete({ param: { id }, header: {} })
const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i))

describe('claiming a lead', () => {
  it('tells the loser when it was claimed and by whom, and the owner that it is theirs already', async () => {
    const { admin, manager, sales, rival } = await team()
    const { id } = await lead(admin)
    const { claimedAt } = await bodyOf(claim(sales.token, id), 200)
    const by = { id: sales.id, name: 'SALES member' }
    for (const loser of [admin, manager, rival]) {
      const problem = await refusalOf(claim(loser.token, id), 409, 'already_claimed')
      expect(problem).toMatchObject({ claimedAt, claimedBy: by })
      expect(problem).not.toHaveProperty('lead')
    }
    const own = await bodyOf(api(sales.token).v1.leads[':id'].$get({ param: { id }, query: {} }), 200)
    const problem = await refusalOf(claim(sales.token, id), 409, 'already_yours')
    expect(problem.lead).toEqual(own)
    expect(problem).not.toHaveProperty('claimedBy')
    expect(await happenings(id)).toEqual(['lead.created', 'lead.claimed'])
  })

  it('knows only living leads of the own workspace', async () => {
    const { admin, sales } = await team()
    const stranger = await founder()
    const { id } = await lead(stranger)
    const { id: trashed } = await lead(admin)
    expect((await trash(admin.token, trashed)).status).toBe(204)
    for (const unknown of [id, trashed, crypto.randomUUID()]) {
      await refusalOf(claim(sales.token, unknown), 404, 'not_found')
    }
    expect(await happenings(id)).toEqual(['lead.created'])
    expect(await happenings(trashed)).toEqual(['lead.created', 'lead.trashed'])
  })

  it('is refused to a member who was deactivated, or made a CUSTOMER, while the token lives', async () => {
    const { admin, sales, rival } = await team()
    const { id } = await lead(admin)
    const users = api(admin.token).v1.users[':id']
    const patched = (who: string, json: { status?: 'INACTIVE'; role?: 'CUSTOMER' }) =>
      bodyOf(users.$patch({ param: { id: who }, query: {}, header: {}, json }), 200)
    await patched(sales.id, { status: 'INACTIVE' })
    await patched(rival.id, { role: 'CUSTOMER' })
    for (const { token } of [sales, rival]) {
      await refusalOf(claim(token, id), 403, 'forbidden')
      expect((await claimNext(token)).status).not.toBe(200)
    }
    expect(await happenings(id)).toEqual(['lead.created'])
    await bodyOf(claim(admin.token, id), 200)
  })

  it('is open for a closed lead by its id', async () => {
    const { admin, sales } = await team()
    const { id } = await lead(admin, { status: 'CLOSED' })
    expect(await bodyOf(claim(sales.token, id), 200)).toMatchObject({ ownerId: sales.id, status: 'CLOSED' })
  })
})

describe('claiming the next lead', () => {
  it('gives 50 who ask at once 30 different leads, and tells 20 that the pool is empty', {
    tags: ['long'],
  }, async () => {
    const { admin, manager, sales, rival } = await team()
    const ids = await Promise.all(times(30, async () => (await lead(admin)).id))
    const callers = times(13, () => [admin, manager, sales, rival])
      .flat()
      .slice(0, 50)
    const answers = await Promise.all(callers.map(({ token }) => claimNext(token)))
    expect(tally(answers)).toEqual({ 200: 30, 204: 20 })
    const won = await Promise.all(answers.filter(({ status }) => status === 200).map((answer) => bodyOf(answer, 200)))
    expect(won.map(({ id }) => id).sort()).toEqual(ids.sort())
    for (const id of ids) expect(await happenings(id)).toEqual(['lead.created', 'lead.claimed'])
    const { kept, counted } = await counters(admin.workspaceId)
    expect(kept).toEqual(counted)
  })

  it('hands out the oldest first, passing over closed, trashed and owned leads', async () => {
    const { admin, sales, rival } = await team()
    const closed = await lead(admin, { status: 'CLOSED' })
    const trashed = await lead(admin)
    await trash(admin.token, trashed.id)
    await ownLead(rival)
    const pool = []
    for (const title of ['first', 'second', 'third']) pool.push((await lead(admin, { title })).id)
    const [first = '', second, third] = pool
    // A lead that comes back to the pool is as old as it was.
    await bodyOf(claim(rival.token, first), 200)
    await bodyOf(release(rival.token, first), 200)
    const got = []
    for (const token of [sales.token, admin.token, rival.token]) got.push((await bodyOf(claimNext(token), 200)).id)
    expect(got).toEqual([first, second, third])
    expect((await claimNext(sales.token)).status).toBe(204)
    expect(await happenings(closed.id)).toEqual(['lead.created'])
  })

  it('takes nothing from the pool of another workspace', async () => {
    const { sales } = await team()
    await lead(await founder())
    expect((await claimNext(sales.token)).status).toBe(204)
  })
})

describe('releasing a lead', () => {
  it('gives the own one back to the pool, and any as MANAGER', async () => {
    const { admin, manager, sales } = await team()
    const { id } = await lead(admin)
    for (const by of [sales, manager]) {
      await bodyOf(claim(sales.token, id), 200)
      expect(await bodyOf(release(by.token, id), 200)).toMatchObject({ ownerId: null, claimedAt: null })
    }
    const cycle = ['lead.claimed', 'lead.released']
    expect(await happenings(id)).toEqual(['lead.created', ...cycle, ...cycle])
  })

  it('does nothing, and records nothing, for a lead that is in the pool', async () => {
    const { admin, manager, sales } = await team()
    const { id } = await lead(admin)
    const answer = await release(manager.token, id)
    expect(answer.headers.get('ETag')).toBe('"1"')
    expect(await bodyOf(answer, 200)).toMatchObject({ id, ownerId: null })
    await refusalOf(release(sales.token, id), 403, 'not_yours')
    expect(await happenings(id)).toEqual(['lead.created'])
  })

  it('does not know a rival’s lead, nor one of another workspace', async () => {
    const { sales, rival } = await team()
    const stranger = await founder()
    const { id } = await ownLead(rival)
    await refusalOf(release(sales.token, id), 404, 'not_found')
    await refusalOf(release(stranger.token, id), 404, 'not_found')
    expect(await happenings(id)).toEqual(['lead.created'])
  })
})

describe('assigning a lead', () => {
  it('gives it to an active member, whoever owns it, and the event says from whom', async () => {
    const { admin, manager, sales, rival } = await team()
    const { id } = await lead(admin)
    for (const owner of [sales, rival]) {
      expect((await bodyOf(assign(manager.token, id, owner.id), 200)).ownerId).toBe(owner.id)
    }
    const query = { subject: id, limit: '1' }
    const { data } = await bodyOf(api(manager.token).v1.events.$get({ query }), 200)
    expect(data[0]).toMatchObject({ type: 'lead.assigned', actor: { id: manager.id } })
    expect(data[0]?.changes?.ownerId).toEqual([sales.id, rival.id])
    expect(await happenings(id)).toEqual(['lead.created', 'lead.assigned', 'lead.assigned'])
  })

  it('to who owns it already leaves it as it is: since when, version and trail', async () => {
    const { manager, sales } = await team()
    const before = await ownLead(sales)
    const answer = await assign(manager.token, before.id, sales.id)
    expect(answer.headers.get('ETag')).toBe('"1"')
    expect(await bodyOf(answer, 200)).toEqual(before)
    expect(await happenings(before.id)).toEqual(['lead.created'])
  })

  it('refuses an owner who is no active member of the team, and leaves the lead alone', async () => {
    const { admin, manager, sales, customer } = await team()
    const [inactive, removed, stranger] = [await member(admin, 'SALES'), await member(admin, 'SALES'), await founder()]
    const user = api(admin.token).v1.users[':id']
    await user.$patch({ param: { id: inactive.id }, query: {}, header: {}, json: { status: 'INACTIVE' } })
    await user.$delete({ param: { id: removed.id }, query: {}, header: {} })
    const { id } = await ownLead(sales)
    for (const unfit of [inactive.id, removed.id, stranger.id, customer.id, crypto.randomUUID()]) {
      await refusalOf(assign(manager.token, id, unfit), 400, 'invalid_owner')
    }
    const answer = await api(manager.token).v1.leads[':id'].$get({ param: { id }, query: {} })
    expect(await bodyOf(answer, 200)).toMatchObject({ ownerId: sales.id })
    expect(await happenings(id)).toEqual(['lead.created'])
  })

  it('is not for SALES, and not for a lead that is gone', async () => {
    const { manager, sales } = await team()
    const { id } = await ownLead(sales)
    await refusalOf(assign(sales.token, id, sales.id), 403, 'forbidden')
    await trash(sales.token, id)
    await refusalOf(assign(manager.token, id, sales.id), 404, 'not_found')
    await refusalOf(assign(manager.token, crypto.randomUUID(), sales.id), 404, 'not_found')
  })

  it('demands the version that If-Match names', async () => {
    const { manager, sales, rival } = await team()
    const { id } = await ownLead(sales)
    const path = (verb: string) => `/v1/leads/${id}/${verb}`
    const headers = { 'If-Match': '"7"' }
    const json = { ownerId: rival.id }
    await refusalOf(send(path('assign'), { method: 'POST', token: manager.token, headers, json }), 412, 'stale')
    await refusalOf(send(path('release'), { method: 'POST', token: manager.token, headers }), 412, 'stale')
    const present = { 'If-Match': '"1"' }
    const released = await send(path('release'), { method: 'POST', token: manager.token, headers: present })
    expect(released.headers.get('ETag')).toBe('"2"')
    expect(await happenings(id)).toEqual(['lead.created', 'lead.released'])
  })
})
