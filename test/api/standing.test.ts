// An ended session ends all but everyday work: every operation of the API and the dialects is tried with the token of a
// session that is over, and with that of a role that is gone, so that a new operation must hold or be listed here.
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, problemOf, send, worker } from '../support/api'
import { watched } from '../support/bindings'
import { ownCustomer } from '../support/customers'
import { everythingStored, rows } from '../support/database'
import { founder, freshAddress, member, PASSWORD, type Person, signIn } from '../support/factories'
import { mailsTo, tokenIn } from '../support/mailbox'
import { oauthWorker, obtainCode, someone } from '../support/oauth-browser'
import { permissionOf } from '../support/operations'
import { asking, EVERYDAY, each, fetch, guarded, recordsFor, signOut, tried } from '../support/standing'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('with the token of an ended session', () => {
  it('everyday work goes on, and that is all which does', async () => {
    const admin = await founder()
    const customer = await member(admin, 'CUSTOMER')
    await Promise.all([signOut(admin), signOut(customer)])
    const allowed: string[] = []
    for (const operation of guarded) {
      const who = permissionOf(operation) === 'self:write' ? customer : admin
      if ((await tried(operation, who, {})).status !== 401) allowed.push(operation.name)
    }
    expect(allowed.sort()).toEqual(EVERYDAY.toSorted())
  })

  // Nothing is changed by any of them, so that one workspace serves them all.
  describe('in a workspace with a record of each kind', () => {
    let admin: Person
    let records: Record<string, string>
    beforeAll(async () => {
      admin = await founder()
      records = await recordsFor(admin)
      await signOut(admin)
    })

    it.each(each(asking))('%s is a 401, and nothing is changed or shown', async (_, operation) => {
      const before = await everythingStored()
      const answer = await tried(operation, admin, records)
      expect(await problemOf(answer)).toMatchObject({ status: 401, code: 'unauthenticated' })
      expect(Object.keys(operation.responses)).toContain('401')
      expect(await everythingStored()).toBe(before)
    })
  })

  it('no portal login and no owner is given, by whatever writes a customer', async () => {
    const admin = await founder()
    const portal = await member(admin, 'CUSTOMER')
    const { id, email } = await ownCustomer(admin, { email: `${crypto.randomUUID()}@example.com` })
    await signOut(admin)
    const { customers } = api(admin.token).v1
    for (const power of [{ userId: portal.id }, { ownerId: admin.id }]) {
      const whole = { name: 'Eve', email: email ?? '', ...power }
      await refusalOf(customers[':id'].$patch({ param: { id }, header: {}, json: power }), 401, 'unauthenticated')
      await refusalOf(customers.$put({ query: { match: 'email' }, json: whole }), 401, 'unauthenticated')
      await refusalOf(customers.$post({ json: { ...whole, email: null } }), 401, 'unauthenticated')
    }
    expect(await rows('SELECT user_id FROM customers WHERE user_id = ?', portal.id)).toEqual([])
  })

  it('a kept answer is not given again: it may hold a key', async () => {
    const admin = await founder()
    const made = () =>
      send('/v1/api-keys', {
        method: 'POST',
        token: admin.token,
        json: { name: 'x', scopes: ['leads:read'] },
        headers: { 'Idempotency-Key': admin.id },
      })
    expect([(await made()).status, (await made()).status]).toEqual([201, 201])
    await signOut(admin)
    await refusalOf(made(), 401, 'unauthenticated')
  })

  it('a replica is not asked, nor whatever the client’s bookmark points at', async () => {
    const { token } = await founder()
    const anchors: string[] = []
    const DB = watched((anchor) => {
      anchors.push(anchor)
      return env.DB.withSession('first-primary')
    })
    const headers = { 'D1-Bookmark': '00000000-00000000' }
    expect((await send('/v1/events', { token, headers }, worker({ DB }))).status).toBe(200)
    expect(anchors.at(-1)).toBe('first-primary')
  })
})

describe('a session is ended by', () => {
  const refresh = (refreshToken: string) => api().v1.auth.refresh.$post({ json: { refreshToken } })
  const replayed = async ({ refreshToken }: Person) => {
    const next = await bodyOf(refresh(refreshToken), 200)
    await bodyOf(refresh(next.refreshToken), 200)
    await refusalOf(refresh(refreshToken), 401, 'invalid_refresh_token')
  }
  const changed = async ({ email }: Person) => {
    const { accessToken } = await bodyOf(signIn({ email, password: PASSWORD }), 200)
    const json = { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }
    expect((await api(accessToken).v1.auth['change-password'].$post({ json })).status).toBe(204)
  }
  const revoked = async ({ email }: Person) => {
    const { accessToken } = await bodyOf(signIn({ email, password: PASSWORD }), 200)
    const { sessions } = api(accessToken).v1.auth
    const other = (await bodyOf(sessions.$get(), 200)).data.find(({ current }) => !current)
    expect((await sessions[':id'].$delete({ param: { id: other?.id ?? '' } })).status).toBe(204)
  }
  const reset = async ({ email }: Person) => {
    const asked = { method: 'POST', json: { email }, headers: { 'CF-Connecting-IP': freshAddress() } }
    expect((await send('/v1/auth/forgot-password', asked, fetch)).status).toBe(202)
    const mail = (await mailsTo(email)).at(-1) ?? expect.fail('no mail')
    const json = { token: tokenIn(mail), newPassword: `${PASSWORD}?` }
    expect((await send('/v1/auth/reset-password', { method: 'POST', json }, fetch)).status).toBe(204)
  }
  const deactivated = async ({ id }: Person) => {
    await rows(`UPDATE users SET status = 'INACTIVE' WHERE id = ? RETURNING id`, id)
  }

  it.each([
    ['signing out', signOut],
    ['a password change elsewhere', changed],
    ['being revoked', revoked],
    ['a password reset', reset],
    ['a refresh token that comes back', replayed],
    ['deactivation', deactivated],
  ])('%s, and its token then invites, makes keys and exports no more', async (_, end) => {
    const admin = await founder()
    await end(admin)
    const { token } = admin
    const { workspace } = api(token).v1
    const json = { email: 'eve@example.com', role: 'ADMIN' as const }
    await refusalOf(workspace.invitations.$post({ json }), 401, 'unauthenticated')
    await refusalOf(
      api(token).v1['api-keys'].$post({ json: { name: 'x', scopes: ['leads:read'] } }),
      401,
      'unauthenticated',
    )
    await refusalOf(send('/v1/exports/leads?format=csv', { token }), 401, 'unauthenticated')
    expect((await workspace.$get()).status).toBe(200)
  })

  it('a password reset also ends the calendar link and a link begun before it, and tells what signs in', async () => {
    const admin = await founder()
    await rows(`UPDATE users SET email_verified_at = created_at WHERE id = ? RETURNING id`, admin.id)
    const { url } = await bodyOf(api(admin.token).v1.calendar.$post({}), 201)
    const feed = new URL(url)
    const mine = someone()
    const { oauth } = api(admin.token, oauthWorker).v1.auth
    const first = await obtainCode(mine)
    await bodyOf(oauth.$post({ json: { code: first.code, codeVerifier: first.codeVerifier } }), 201)
    const begun = await obtainCode(someone(), { provider: 'github' })
    expect((await send(feed.pathname + feed.search)).status).toBe(200)
    await reset(admin)
    expect((await send(feed.pathname + feed.search)).status).toBe(404)
    const json = { code: begun.code, codeVerifier: begun.codeVerifier }
    await refusalOf(oauth.$post({ json }), 401, 'unauthenticated')
    const told = (await mailsTo(admin.email)).find(({ subject }) => subject.startsWith('Your password was changed'))
    expect(told?.text.replace(/\s+/g, ' ')).toContain(`google (${mine.email})`)
    expect(await rows('SELECT provider FROM oauth_accounts WHERE user_id = ?', admin.id)).toEqual([
      { provider: 'google' },
    ])
  })
})

describe('a sign-in of the last 15 minutes', () => {
  it('is what making a key and linking an account take; signing in again is enough', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const admin = await founder()
    await rows(`UPDATE users SET email_verified_at = created_at WHERE id = ? RETURNING id`, admin.id)
    vi.setSystemTime(Date.now() + 14 * 60_000)
    const json = { name: 'x', scopes: ['leads:read' as const] }
    await bodyOf(api(admin.token).v1['api-keys'].$post({ json }), 201)
    const refreshed = await bodyOf(api().v1.auth.refresh.$post({ json: { refreshToken: admin.refreshToken } }), 200)
    vi.setSystemTime(Date.now() + 2 * 60_000)
    const later = refreshed.accessToken
    const { code, codeVerifier } = await obtainCode(someone())
    const linking = (token: string) => api(token, oauthWorker).v1.auth.oauth.$post({ json: { code, codeVerifier } })
    const problem = await refusalOf(api(later).v1['api-keys'].$post({ json }), 403, 'reauthentication_required')
    expect(problem.detail).toContain('Sign in again')
    await refusalOf(linking(later), 403, 'reauthentication_required')
    expect((await api(later).v1.calendar.$post({})).status).toBe(201)
    const { accessToken } = await bodyOf(signIn({ email: admin.email, password: PASSWORD }), 200)
    await bodyOf(api(accessToken).v1['api-keys'].$post({ json }), 201)
    await bodyOf(linking(accessToken), 201)
  })
})
