// An ended session ends all but everyday work: every operation of the API and the dialects is tried with the token of a
// session that is over, and with that of a role that is gone, so that a new operation must hold or be listed here.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, problemOf, send, worker } from '../support/api'
import { selling } from '../support/billing'
import { watched } from '../support/bindings'
import { ownCustomer } from '../support/customers'
import { everythingStored, rows } from '../support/database'
import { founder, freshAddress, member, PASSWORD, type Person, signIn } from '../support/factories'
import { imported } from '../support/imports'
import { logged } from '../support/interactions'
import { newKey } from '../support/keys'
import { ownLead } from '../support/leads'
import { mailing, mailsTo, tokenIn } from '../support/mailbox'
import { oauthWorker, obtainCode, someone, withProviders } from '../support/oauth-browser'
import { call, exampleBody, type Operation, operations, permissionOf } from '../support/operations'
import { ticket } from '../support/tickets'

/** Everyday reading and writing, which a token may do for its 15 minutes. Whoever adds such an operation adds it here. */
const EVERYDAY = [
  ...['GET /v1/analytics/engagement', 'GET /v1/analytics/funnel', 'GET /v1/analytics/summary'],
  ...['GET /v1/analytics/team', 'GET /v1/analytics/trends'],
  ...['GET /v1/auth/me', 'GET /v1/auth/oauth', 'GET /v1/auth/sessions', 'GET /v1/calendar'],
  ...['GET /v1/customers', 'GET /v1/customers/duplicates', 'GET /v1/customers/me', 'GET /v1/customers/{id}'],
  ...['GET /v1/customers/{id}/relationships', 'GET /v1/customers/{id}/tags', 'GET /v1/customers/{id}/timeline'],
  ...['GET /v1/interactions', 'GET /v1/interactions/{id}', 'GET /v1/leads', 'GET /v1/leads/{id}'],
  ...['GET /v1/leads/{id}/timeline', 'GET /v1/tags', 'GET /v1/tags/{id}', 'GET /v1/tickets', 'GET /v1/tickets/{id}'],
  ...['GET /v1/tickets/{id}/comments', 'GET /v1/users', 'GET /v1/users/me/notifications', 'GET /v1/users/{id}'],
  'GET /v1/workspace',
  ...['PATCH /v1/customers/me', 'PATCH /v1/customers/{id}', 'PATCH /v1/interactions/{id}', 'PATCH /v1/leads/{id}'],
  ...['PATCH /v1/tickets/{id}', 'POST /v1/customers', 'POST /v1/interactions', 'POST /v1/interactions/{id}/done'],
  ...['POST /v1/leads', 'POST /v1/leads/claim-next', 'POST /v1/leads/{id}/claim', 'POST /v1/leads/{id}/convert'],
  ...['POST /v1/leads/{id}/release', 'POST /v1/tickets', 'POST /v1/tickets/{id}/comments', 'PUT /v1/customers'],
  ...['PUT /v1/customers/{id}/relationships/{otherId}', 'PUT /v1/customers/{id}/tags/{name}'],
]

const fetch = worker({ ...withProviders(), ...mailing(), ...selling() })
const guarded = operations.filter(({ security }) => security?.length !== 0)
const asking = guarded.filter(({ name }) => !EVERYDAY.includes(name))
const each = (list: Operation[]) => list.map((operation) => [operation.name, operation] as const)

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const signOut = async ({ token }: Person) => expect((await api(token).v1.auth.logout.$post({})).status).toBe(204)

/** What `{id}` may stand for, by the first word of the path: a record of each kind, of somebody's workspace. */
async function recordsFor(admin: Person): Promise<Record<string, string>> {
  const customerId = (await ownCustomer(admin)).id
  const tagging = { param: { id: customerId, name: 'vip' } }
  await api(admin.token).v1.customers[':id'].tags[':name'].$put(tagging)
  const [tagged] = await rows<{ id: string }>('SELECT id FROM tags WHERE workspace_id = ?', admin.workspaceId)
  const note = { customerId, type: 'NOTE' as const, body: 'said' }
  const invitation = { email: `${crypto.randomUUID()}@example.com`, role: 'SALES' as const }
  return {
    customers: customerId,
    tags: tagged?.id ?? expect.fail('no tag'),
    interactions: (await logged(admin, note)).id,
    leads: (await ownLead(admin)).id,
    tickets: (await ticket(admin, { customerId })).id,
    imports: (await imported(admin, 'name\nAnn\n')).id,
    users: (await member(admin, 'SALES')).id,
    'api-keys': (await newKey(admin)).id,
    workspace: (await bodyOf(api(admin.token).v1.workspace.invitations.$post({ json: invitation }), 201)).id,
  }
}

async function tried(operation: Operation, by: Person, records: Record<string, string>) {
  const [, , kind = ''] = operation.path.split('/')
  const isLinking = operation.operationId === 'linkAccount'
  const { code, codeVerifier } = isLinking ? await obtainCode(someone()) : {}
  const json = isLinking ? { code, codeVerifier } : exampleBody(operation)
  const id = records[kind]
  return call(operation, { token: by.token, json, fetch, ids: id === undefined ? {} : { id } })
}

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

  it.each(each(asking))('%s is a 401, and nothing is changed or shown', async (_, operation) => {
    const admin = await founder()
    const records = await recordsFor(admin)
    await signOut(admin)
    const before = await everythingStored()
    const answer = await tried(operation, admin, records)
    expect(await problemOf(answer)).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect(Object.keys(operation.responses)).toContain('401')
    expect(await everythingStored()).toBe(before)
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
