// Invitations: one address, one role, one use, seven days; the token is known to its receiver alone.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ROLES } from '../../src/db/schema/users'
import { api, problemOf, send } from '../support/api'
import { everythingStored, rows, sizes } from '../support/database'
import { founder, member, PASSWORD, type Person, unique } from '../support/factories'

const DAY = 24 * 3_600_000

type Invited = { email: string; role: (typeof ROLES)[number] }

async function invite(admin: Person, fields: Partial<Invited> = {}) {
  const json = { email: `${unique('guest')}@example.com`, role: 'SALES' as const, ...fields }
  const response = await api(admin.token).v1.workspace.invitations.$post({ json })
  if (response.status !== 201) throw new Error(`inviting answered ${response.status}`)
  return response.json()
}

const accept = ({ email, token }: { email: string; token: string }) =>
  api().v1.auth.register.$post({ json: { email, password: PASSWORD, name: 'Guest', invitationToken: token } })

const pending = async (admin: Person) => {
  const response = await api(admin.token).v1.workspace.invitations.$get({ query: {} })
  if (response.status !== 200) throw new Error('listing failed')
  return (await response.json()).data
}

afterEach(() => void vi.useRealTimers())

describe('inviting', () => {
  it('shows the token this once, and keeps a hash of it alone', async () => {
    const admin = await founder()
    const { token, ...invitation } = await invite(admin, { role: 'MANAGER' })
    expect(token).toMatch(new RegExp(`^${admin.workspaceId}\\.[\\w-]{43}$`))
    expect(Date.parse(invitation.expiresAt) - Date.parse(invitation.createdAt)).toBe(7 * DAY)
    expect(await pending(admin)).toEqual([invitation])
    const stored = await everythingStored()
    expect(stored).toContain(invitation.email)
    expect(stored).not.toContain(token.split('.')[1])
  })

  it('is recorded', async () => {
    const admin = await founder()
    const { id, email } = await invite(admin)
    const events = await rows('SELECT verb, actor_id, changes FROM events WHERE subject_id = ?', id)
    const changes = JSON.stringify({ email: [null, email], role: [null, 'SALES'] })
    expect(events).toEqual([{ verb: 'invitation.created', actor_id: admin.id, changes }])
  })

  it('refuses an address that has an account, in this workspace or another', async () => {
    const [admin, stranger] = await Promise.all([founder(), founder()])
    const before = await sizes('one_time_tokens', 'events')
    for (const { email } of [admin, stranger]) {
      const json = { email: email.toUpperCase(), role: 'SALES' as const }
      const problem = await problemOf(await api(admin.token).v1.workspace.invitations.$post({ json }))
      expect(problem).toMatchObject({ status: 409, code: 'email_taken' })
    }
    expect(await sizes('one_time_tokens', 'events')).toEqual(before)
  })

  it('lists a workspace its own, newest first and page by page', async () => {
    const [admin, stranger] = await Promise.all([founder(), founder()])
    await invite(stranger)
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1) ids.unshift((await invite(admin)).id)
    const client = api(admin.token).v1.workspace.invitations
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const response = await client.$get({ query: { limit: 2, cursor } })
      if (response.status !== 200) throw new Error('listing failed')
      const page = await response.json()
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(ids)
  })
})

describe('accepting', () => {
  it.each(ROLES)('joins the inviting workspace as %s', async (role) => {
    const admin = await founder()
    const invitation = await invite(admin, { role })
    const before = await sizes('workspaces')
    const response = await accept({ ...invitation, email: invitation.email.toUpperCase() })
    if (response.status !== 201) throw new Error('joining failed')
    const { user, workspace, accessToken } = await response.json()
    expect(user).toMatchObject({ role, email: invitation.email, workspaceId: admin.workspaceId })
    expect(workspace.id).toBe(admin.workspaceId)
    expect(await sizes('workspaces')).toEqual(before)
    expect((await api(accessToken).v1.auth.me.$get()).status).toBe(200)
    expect(await pending(admin)).toEqual([])
  })

  it('works for the invited address alone, whose invitation a stranger’s try does not use up', async () => {
    const invitation = await invite(await founder())
    const before = await sizes('users', 'sessions', 'events')
    const problem = await problemOf(await accept({ ...invitation, email: `${unique('thief')}@example.com` }))
    expect(problem).toMatchObject({ status: 400, code: 'invalid_invitation' })
    expect(await sizes('users', 'sessions', 'events')).toEqual(before)
    expect((await accept(invitation)).status).toBe(201)
  })

  it('works once, also for 10 at once', async () => {
    const admin = await founder()
    const invitation = await invite(admin)
    const before = await sizes('users', 'sessions', 'events', 'workspaces')
    const answers = await Promise.all(Array.from({ length: 10 }, () => accept(invitation)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(400)])
    const { users = 0, sessions = 0, events = 0, workspaces } = before
    const after = { users: users + 1, sessions: sessions + 1, events: events + 1, workspaces }
    expect(await sizes('users', 'sessions', 'events', 'workspaces')).toEqual(after)
    expect((await problemOf(await accept(invitation))).code).toBe('invalid_invitation')
  })

  it('takes the newest invitation of an address to a workspace, which ends the one before', async () => {
    const [admin, stranger] = await Promise.all([founder(), founder()])
    const first = await invite(admin)
    const other = await invite(stranger, { email: first.email })
    const second = await invite(admin, { email: first.email, role: 'MANAGER' })
    expect((await pending(admin)).map(({ id, role }) => [id, role])).toEqual([[second.id, 'MANAGER']])
    expect((await pending(stranger)).map(({ id }) => id)).toEqual([other.id])
    expect((await problemOf(await accept(first))).code).toBe('invalid_invitation')
    expect((await accept(second)).status).toBe(201)
    expect((await problemOf(await accept(other))).code).toBe('email_taken')
  })

  it('of 10 at once for one address leaves one that is good', async () => {
    const admin = await founder()
    const email = `${unique('guest')}@example.com`
    const made = await Promise.all(Array.from({ length: 10 }, () => invite(admin, { email })))
    const [open, ...more] = await pending(admin)
    expect(more).toEqual([])
    const old = made.filter(({ id }) => id !== open?.id)
    for (const each of old) expect((await problemOf(await accept(each))).code).toBe('invalid_invitation')
    const newest = made.find(({ id }) => id === open?.id) ?? expect.fail('none is open')
    expect((await accept(newest)).status).toBe(201)
  })

  it('works until seven days have passed', async () => {
    const admin = await founder()
    const [early, late] = [await invite(admin), await invite(admin)]
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.parse(early.expiresAt) - 1000)
    expect((await accept(early)).status).toBe(201)
    vi.setSystemTime(Date.parse(late.expiresAt))
    expect(await problemOf(await accept(late))).toMatchObject({ status: 400, code: 'invalid_invitation' })
  })

  it('refuses a token that nobody gave out', async () => {
    const { email } = await invite(await founder())
    for (const token of ['', 'x', 'A'.repeat(43), "' OR 1=1 --"]) {
      expect((await problemOf(await accept({ email, token }))).code).toBe('invalid_invitation')
    }
  })
})

describe('an invitation whose inviter is gone', () => {
  const patch = (by: Person, id: string, json: Record<string, unknown>) =>
    send(`/v1/users/${id}`, { method: 'PATCH', token: by.token, json })

  it.each([{ status: 'INACTIVE' }, { role: 'SALES' }])(
    '(%j) is void, and not listed; back again, it is good',
    async (gone) => {
      const admin = await founder()
      const inviter = await member(admin, 'ADMIN')
      const invitation = await invite(inviter)
      expect((await patch(admin, inviter.id, gone)).status).toBe(200)
      expect((await problemOf(await accept(invitation))).code).toBe('invalid_invitation')
      expect(await pending(admin)).toEqual([])
      expect((await patch(admin, inviter.id, { status: 'ACTIVE', role: 'ADMIN' })).status).toBe(200)
      expect((await accept(invitation)).status).toBe(201)
    },
  )

  it('(removed) is void', async () => {
    const admin = await founder()
    const inviter = await member(admin, 'ADMIN')
    const invitation = await invite(inviter)
    expect((await send(`/v1/users/${inviter.id}`, { method: 'DELETE', token: admin.token })).status).toBe(204)
    expect((await problemOf(await accept(invitation))).code).toBe('invalid_invitation')
  })
})

describe('withdrawing', () => {
  const withdraw = (person: Person, id: string) =>
    api(person.token).v1.workspace.invitations[':id'].$delete({ param: { id } })

  it('ends an invitation, once', async () => {
    const admin = await founder()
    const invitation = await invite(admin)
    expect((await withdraw(admin, invitation.id)).status).toBe(204)
    expect((await problemOf(await accept(invitation))).code).toBe('invalid_invitation')
    expect((await withdraw(admin, invitation.id)).status).toBe(404)
    const events = await rows('SELECT verb FROM events WHERE subject_id = ? ORDER BY seq', invitation.id)
    expect(events).toEqual([{ verb: 'invitation.created' }, { verb: 'invitation.withdrawn' }])
  })

  it('is not for another workspace, nor for a MANAGER', async () => {
    const [admin, stranger] = await Promise.all([founder(), founder()])
    const manager = await member(admin, 'MANAGER')
    const invitation = await invite(admin)
    expect((await withdraw(stranger, invitation.id)).status).toBe(404)
    expect((await withdraw(manager, invitation.id)).status).toBe(403)
    expect((await accept(invitation)).status).toBe(201)
  })

  it('comes too late for an accepted one', async () => {
    const admin = await founder()
    const invitation = await invite(admin)
    await accept(invitation)
    expect((await withdraw(admin, invitation.id)).status).toBe(404)
  })
})
