// Leaving: who goes is signed out and hands everything over; who was demoted has no way back; an ADMIN always stays.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api } from '../support/api'
import { rows, sizes } from '../support/database'
import { founder, member, PASSWORD, type Person, signIn, team } from '../support/factories'
import { counters, happenings, lead, ownLead } from '../support/leads'

type Patch = { role?: Person['role']; status?: 'ACTIVE' | 'INACTIVE'; name?: string }
type Handover = { reassignTo?: string }

const patch = (by: Person, { id }: Person, json: Patch, query: Handover = {}) =>
  api(by.token).v1.users[':id'].$patch({ param: { id }, query, header: {}, json })
const remove = (by: Person, { id }: Person, query: Handover = {}) =>
  api(by.token).v1.users[':id'].$delete({ param: { id }, query, header: {} })
const refresh = async ({ refreshToken }: Person) =>
  (await api().v1.auth.refresh.$post({ json: { refreshToken } })).status
const login = async ({ email }: Person) => (await signIn({ email, password: PASSWORD })).status

const admins = async ({ workspaceId }: Person) => {
  const query = `SELECT id FROM users WHERE workspace_id = ? AND role = 'ADMIN' AND status = 'ACTIVE' AND deleted_at IS NULL`
  return (await rows<{ id: string }>(query, workspaceId)).map(({ id }) => id)
}

const ways: [string, (by: Person, who: Person) => Promise<Awaited<Parameters<typeof refusalOf>[0]>>][] = [
  ['demoted to MANAGER', (by, who) => patch(by, who, { role: 'MANAGER' })],
  ['demoted to CUSTOMER', (by, who) => patch(by, who, { role: 'CUSTOMER' })],
  ['made inactive', (by, who) => patch(by, who, { status: 'INACTIVE' })],
  ['made an inactive ADMIN', (by, who) => patch(by, who, { role: 'ADMIN', status: 'INACTIVE' })],
  ['removed', (by, who) => remove(by, who)],
]

describe('the last ADMIN', () => {
  it.each(ways)('cannot be %s, whether or not there are inactive and removed ones', async (_what, go) => {
    const admin = await founder()
    const [asleep, gone, manager] = [
      await member(admin, 'ADMIN'),
      await member(admin, 'ADMIN'),
      await member(admin, 'MANAGER'),
    ]
    expect((await patch(admin, asleep, { status: 'INACTIVE' })).status).toBe(200)
    expect((await remove(admin, gone)).status).toBe(204)
    const before = await sizes('events')
    await refusalOf(go(admin, admin), 409, 'last_admin')
    expect(await admins(admin)).toEqual([admin.id])
    expect(await sizes('events')).toEqual(before)
    expect(await refresh(admin)).toBe(200)
    // Another workspace's ADMIN is no help, a second one of this is.
    await patch(admin, manager, { role: 'ADMIN' })
    expect((await go(admin, admin)).status).toBeLessThan(300)
    expect(await admins(admin)).toEqual([manager.id])
  })

  it('may still change the own name', async () => {
    const admin = await founder()
    expect((await patch(admin, admin, { name: 'Still here', role: 'ADMIN', status: 'ACTIVE' })).status).toBe(200)
  })
})

describe('two ADMINs who go for each other at once', { tags: ['long'] }, () => {
  it('leave exactly one of them, 20 times over', async () => {
    const one = await founder()
    const two = await member(one, 'ADMIN')
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all([patch(one, two, { role: 'MANAGER' }), patch(two, one, { role: 'MANAGER' })])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
      const left = await admins(one)
      expect(left).toHaveLength(1)
      const [stays, went] = left[0] === one.id ? [one, two] : [two, one]
      expect((await patch(stays, went, { role: 'ADMIN' })).status).toBe(200)
    }
  })

  it.each(ways)('leave exactly one also where both want themselves %s', async (_what, go) => {
    for (let round = 0; round < 5; round += 1) {
      const one = await founder()
      const two = await member(one, 'ADMIN')
      const answers = await Promise.all([one, two].map((each) => go(each, each)))
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(1)
      expect(await admins(one)).toHaveLength(1)
    }
  })
})

describe('a former ADMIN whose token still lives', () => {
  it.each(ways)('%s, has no way back and no way to do harm', async (what, go) => {
    const admin = await founder()
    const former = await member(admin, 'ADMIN')
    const sales = await member(admin, 'SALES')
    const open = await bodyOf(
      api(former.token).v1.workspace.invitations.$post({ json: { email: 'x@example.com', role: 'ADMIN' } }),
      201,
    )
    expect((await go(admin, former)).status).toBeLessThan(300)
    const before = await sizes('events', 'users', 'one_time_tokens')
    const client = api(former.token).v1
    const role = 'ADMIN' as const
    // Whose session has ended is nobody; who has another role may not.
    const isSignedOut = !/MANAGER|SALES/.test(what)
    const [status, code] = isSignedOut ? ([401, 'unauthenticated'] as const) : ([403, 'forbidden'] as const)
    await Promise.all([
      refusalOf(patch(former, sales, { role }), status, code),
      refusalOf(patch(former, sales, { status: 'INACTIVE' }), status, code),
      refusalOf(patch(former, sales, { name: 'Mocked' }), status, code),
      refusalOf(remove(former, sales), status, code),
      refusalOf(remove(former, admin), status, code),
      refusalOf(client.workspace.invitations.$post({ json: { email: 'y@example.com', role } }), status, code),
      refusalOf(client.workspace.$patch({ header: {}, json: { name: 'Mine' } }), status, code),
    ])
    expect((await patch(former, former, { role, status: 'ACTIVE' })).status).toBe(status)
    const withdrawing = await client.workspace.invitations[':id'].$delete({ param: { id: open.id } })
    expect(withdrawing.status).toBeGreaterThanOrEqual(400)
    expect(await sizes('events', 'users', 'one_time_tokens')).toEqual(before)
    expect(await admins(admin)).toEqual([admin.id])
    expect(await refresh(sales)).toBe(200)
  })
})

describe('who leaves', () => {
  const leaving = ways.filter(([what]) => !what.includes('MANAGER') && !what.includes('ADMIN'))

  async function salesWithLeads() {
    const { admin, manager, sales, rival } = await team()
    const [open, closed, trashed] = [await ownLead(sales), await ownLead(sales), await ownLead(sales)]
    await lead(admin)
    await ownLead(rival)
    expect(
      (
        await api(sales.token).v1.leads[':id'].$patch({
          param: { id: closed.id },
          header: {},
          json: { status: 'CLOSED' },
        })
      ).status,
    ).toBe(200)
    expect((await api(sales.token).v1.leads[':id'].$delete({ param: { id: trashed.id }, header: {} })).status).toBe(204)
    return { admin, manager, sales, rival, leads: [open.id, closed.id, trashed.id] }
  }
  const ownersOf = async (ids: string[]) => {
    const query =
      'SELECT owner_id, claimed_at IS NULL AS unclaimed FROM leads WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id'
    return rows<{ owner_id: string | null; unclaimed: number }>(query, JSON.stringify(ids))
  }

  it.each(leaving)('%s, is signed out everywhere and gives the leads back to the pool', async (what, go) => {
    const { admin, sales, rival, leads } = await salesWithLeads()
    expect((await go(admin, sales)).status).toBeLessThan(300)
    expect(await refresh(sales)).toBe(401)
    expect(await login(sales)).toBe(what === 'demoted to CUSTOMER' ? 200 : 401)
    expect(await ownersOf(leads)).toEqual(Array(3).fill({ owner_id: null, unclaimed: 1 }))
    for (const id of leads.slice(0, 2)) expect((await happenings(id)).at(-1)).toBe('lead.released')
    const { kept, counted } = await counters(admin.workspaceId)
    expect(kept).toEqual(counted)
    const pool = await bodyOf(api(rival.token).v1.leads.$get({ query: { owner: 'none' } }), 200)
    expect(pool.data.map(({ id }) => id)).toContain(leads[0])
    expect((await api(sales.token).v1.leads['claim-next'].$post()).status).not.toBe(200)
  })

  it.each(leaving)('%s, hands the leads to reassignTo', async (_what, _go) => {
    const { admin, sales, rival, leads } = await salesWithLeads()
    const query = { reassignTo: rival.id }
    const changes: Record<string, () => Promise<{ status: number }>> = {
      'demoted to CUSTOMER': () => patch(admin, sales, { role: 'CUSTOMER' }, query),
      'made inactive': () => patch(admin, sales, { status: 'INACTIVE' }, query),
      removed: () => remove(admin, sales, query),
    }
    expect((await changes[_what]?.())?.status).toBeLessThan(300)
    expect(await ownersOf(leads)).toEqual(Array(3).fill({ owner_id: rival.id, unclaimed: 0 }))
    for (const id of leads.slice(0, 2)) expect((await happenings(id)).at(-1)).toBe('lead.assigned')
    const { kept, counted } = await counters(admin.workspaceId)
    expect(kept).toEqual(counted)
    const own = await bodyOf(api(rival.token).v1.leads.$get({ query: { owner: 'me', total: 'true' } }), 200)
    expect(own.total).toBe(3)
  })

  it.each(['nobody', 'a stranger', 'a CUSTOMER', 'an inactive member', 'the leaver'])(
    'cannot hand over to %s: nothing changes then',
    async (who) => {
      const { admin, manager, sales, leads } = await salesWithLeads()
      const customer = await member(admin, 'CUSTOMER')
      await patch(admin, manager, { status: 'INACTIVE' })
      const heirs: Record<string, string> = {
        nobody: crypto.randomUUID(),
        'a stranger': (await founder()).id,
        'a CUSTOMER': (await member(admin, 'CUSTOMER')).id,
        'an inactive member': manager.id,
      }
      const to = (leaver: Person) => ({ reassignTo: heirs[who] ?? leaver.id })
      const before = await ownersOf(leads)
      const sized = await sizes('events')
      await refusalOf(remove(admin, sales, to(sales)), 400, 'invalid_owner')
      await refusalOf(patch(admin, sales, { status: 'INACTIVE' }, to(sales)), 400, 'invalid_owner')
      // A CUSTOMER, who has nothing to hand over, must not be signed out by the refusal either.
      await refusalOf(remove(admin, customer, to(customer)), 400, 'invalid_owner')
      expect(await ownersOf(leads)).toEqual(before)
      expect(await sizes('events')).toEqual(sized)
      expect([await refresh(sales), await refresh(customer)]).toEqual([200, 200])
    },
  )

  it('is not signed out by a change that was refused for being stale', async () => {
    const { admin, customer } = await team()
    const stale = { param: { id: customer.id }, query: {}, header: { 'if-match': '"7"' } }
    const client = api(admin.token).v1.users[':id']
    await refusalOf(client.$delete(stale), 412, 'stale')
    await refusalOf(client.$patch({ ...stale, json: { status: 'INACTIVE' } }), 412, 'stale')
    expect(await refresh(customer)).toBe(200)
  })

  it('for good leaves the e-mail and username free for a new account', async () => {
    const { admin, sales } = await team()
    expect((await remove(admin, sales)).status).toBe(204)
    expect((await remove(admin, sales)).status).toBe(404)
    const json = { email: sales.email, password: 'a new password', name: 'Again' }
    const { user } = await bodyOf(api().v1.auth.register.$post({ json }), 201)
    expect(user.id).not.toBe(sales.id)
    expect(user.workspaceId).not.toBe(admin.workspaceId)
    expect(await login(sales)).toBe(401)
    expect((await signIn({ email: sales.email, password: json.password })).status).toBe(200)
  })

  it('stays signed in elsewhere in no case where only the role within the team changes', async () => {
    const { admin, sales } = await team()
    const mine = await ownLead(sales)
    expect((await patch(admin, sales, { role: 'MANAGER' })).status).toBe(200)
    expect(await refresh(sales)).toBe(200)
    expect((await ownersOf([mine.id]))[0]?.owner_id).toBe(sales.id)
  })
})
