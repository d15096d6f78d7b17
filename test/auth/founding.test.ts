// The first account of an installation. A file of its own, for it needs a database that nobody has registered in.
import { expect, it } from 'vitest'
import { api, problemOf, worker } from '../support/api'
import { sizes } from '../support/database'
import { PASSWORD, unique } from '../support/factories'

const TABLES = ['workspaces', 'users', 'sessions', 'events']

const register = (fetch: typeof globalThis.fetch, invitationToken?: string, email = `${unique('first')}@example.com`) =>
  api(undefined, fetch).v1.auth.register.$post({ json: { email, password: PASSWORD, name: 'First', invitationToken } })

it('lets exactly one of 20 who come at once found the first workspace where SIGNUP is invite', async () => {
  expect(await sizes(...TABLES)).toEqual({ workspaces: 0, users: 0, sessions: 0, events: 0 })

  const closed = await problemOf(await register(worker({ SIGNUP: 'closed' })))
  expect(closed).toMatchObject({ status: 403, code: 'signup_closed' })

  const invite = worker({ SIGNUP: 'invite' })
  const answers = await Promise.all(Array.from({ length: 20 }, () => register(invite)))
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses).toEqual([201, ...Array(19).fill(403)])
  expect(await sizes(...TABLES)).toEqual({ workspaces: 1, users: 1, sessions: 1, events: 1 })

  const won = answers.find((answer) => answer.status === 201)
  if (won?.status !== 201) throw new Error('nobody won')
  const { user, accessToken } = await won.json()
  expect(user.role).toBe('ADMIN')

  // From now on the way in is an invitation, which the founder can give.
  const email = `${unique('second')}@example.com`
  const invited = await api(accessToken, invite).v1.workspace.invitations.$post({ json: { email, role: 'MANAGER' } })
  if (invited.status !== 201) throw new Error('invitation failed')
  const joined = await register(invite, (await invited.json()).token, email)
  if (joined.status !== 201) throw new Error('joining failed')
  expect((await joined.json()).user).toMatchObject({ role: 'MANAGER', workspaceId: user.workspaceId })
})
