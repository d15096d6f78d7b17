// Signing in with Google and GitHub: the whole way against a real provider, into an account that is new, known or linked.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { everythingStored, rows, sizes } from '../support/database'
import { founder, member, PASSWORD, type Person, signIn, unique, unproven } from '../support/factories'
import { mailing, mailsTo, mailTo, tokenIn } from '../support/mailbox'
import {
  agree,
  begin,
  browser,
  CALLBACK,
  challenge,
  comeBack,
  exchange,
  FRONTEND,
  locationOf,
  oauthWorker,
  obtainCode,
  signedInBy,
  someone,
  withProviders,
} from '../support/oauth-browser'

const TABLES = ['workspaces', 'users', 'sessions', 'oauth_accounts', 'events', 'one_time_tokens']
const PROVIDERS = ['google', 'github'] as const

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const verify = ({ id }: Person) =>
  env.DB.prepare("UPDATE users SET email_verified_at = '2026-01-01T00:00:00.000Z' WHERE id = ?").bind(id).run()

async function verifiedFounder(): Promise<Person> {
  const person = await founder()
  await verify(person)
  return person
}

async function invitationFor(admin: Person, email: string) {
  const json = { email, role: 'MANAGER' as const }
  return (await bodyOf(api(admin.token).v1.workspace.invitations.$post({ json }), 201)).token
}

const verbsOf = async (id: string) =>
  (await rows<{ verb: string }>('SELECT verb FROM events WHERE subject_id = ? ORDER BY seq', id)).map(
    ({ verb }) => verb,
  )

const client = (token: string, fetch = oauthWorker) => api(token, fetch).v1.auth.oauth

describe('beginning', () => {
  it.each(PROVIDERS)('sends the browser to %s, with a state, a nonce and a PKCE challenge', async (provider) => {
    const at = browser()
    const page = await begin(at, provider)
    const query = Object.fromEntries(page.searchParams)
    expect(query).toMatchObject({
      response_type: 'code',
      client_id: 'edge-crm-at-the-provider',
      redirect_uri: `http://crm.test/v1/auth/oauth/${provider}/callback`,
      code_challenge_method: 'S256',
    })
    for (const secret of ['state', 'nonce', 'code_challenge']) expect(query[secret]).toMatch(/^[\w-]{43}$/)
    const again = await begin(at, provider)
    for (const secret of ['state', 'nonce', 'code_challenge']) {
      expect(again.searchParams.get(secret)).not.toBe(query[secret])
    }
  })

  it('keeps what it must remember in a sealed cookie that scripts, other paths and other sites do not get', async () => {
    const response = await send('/v1/auth/oauth/google?invitationToken=wink', {}, oauthWorker)
    const [cookie = '', ...others] = response.headers.getSetCookie()
    expect(others).toEqual([])
    expect(cookie).toMatch(/^oauth-[\w-]{16}=[\w.-]+; Max-Age=600; Path=\/v1\/auth\/oauth\/google\/callback; /)
    expect(cookie).toContain('; HttpOnly')
    expect(cookie).toContain('; SameSite=Lax')
    const state = locationOf(response).searchParams.get('state') ?? ''
    for (const secret of [state, 'wink', btoa('wink')]) expect(cookie.split('=')[1]).not.toContain(secret)
    const production = worker(
      withProviders({
        ENVIRONMENT: 'production',
        GITHUB_URL: undefined,
        GITHUB_API_URL: undefined,
        GOOGLE_ISSUER: undefined,
      }),
    )
    const secured = (await send('/v1/auth/oauth/github', {}, production)).headers.getSetCookie()
    expect(secured[0]).toMatch(/^__Secure-oauth-.*; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('asks GitHub itself where no other address is set', async () => {
    const fetch = worker(withProviders({ GITHUB_URL: undefined }))
    const page = locationOf(await send('/v1/auth/oauth/github', {}, fetch))
    expect(page.origin + page.pathname).toBe('https://github.com/login/oauth/authorize')
  })

  it('names what is not set, and knows no other provider', async () => {
    const bare = await refusalOf(send('/v1/auth/oauth/google'), 501, 'not_configured')
    expect(bare.detail).toBe('Signing in with Google needs GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET to be set.')
    const half = worker({ GITHUB_CLIENT_ID: 'x' })
    const { detail } = await refusalOf(send('/v1/auth/oauth/github', {}, half), 501, 'not_configured')
    expect(detail).toBe('Signing in with GitHub needs GITHUB_CLIENT_SECRET to be set.')
    const { errors } = await refusalOf(send('/v1/auth/oauth/gitlab', {}, oauthWorker), 400, 'invalid')
    expect(errors).toMatchObject([{ path: 'path.provider' }])
  })

  it('with a frontend needs its challenge as well, and says so', async () => {
    const { codeChallenge } = await challenge()
    for (const [query, path] of [
      [{ redirectTo: CALLBACK }, 'query.codeChallenge'],
      [{ codeChallenge }, 'query.redirectTo'],
      [{ redirectTo: CALLBACK, codeChallenge: 'short' }, 'query.codeChallenge'],
    ] as const) {
      const answer = send(`/v1/auth/oauth/google?${new URLSearchParams(query)}`, {}, oauthWorker)
      expect((await refusalOf(answer, 400, 'invalid')).errors).toMatchObject([{ path }])
    }
  })
})

describe.each(PROVIDERS)('coming back from %s', (provider) => {
  it('for the first time makes an account, verified and without a password, in a workspace of its own', async () => {
    const person = someone()
    const { user, workspace, ...tokens } = await signedInBy(provider, person)
    expect(user).toMatchObject({ email: person.email, name: 'Grace Hopper', emailVerified: true, role: 'ADMIN' })
    expect(user.workspaceId).toBe(workspace.id)
    expect(Object.keys(tokens).sort()).toEqual(['accessToken', 'expiresIn', 'refreshToken'])
    expect(await bodyOf(api(tokens.accessToken).v1.auth.me.$get(), 200)).toEqual({ user, workspace })
    await bodyOf(api().v1.auth.refresh.$post({ json: { refreshToken: tokens.refreshToken } }), 200)
    expect(await rows('SELECT password_hash FROM users WHERE id = ?', user.id)).toEqual([{ password_hash: null }])
    expect(await verbsOf(user.id)).toEqual(['user.registered', 'user.linked'])
    const { data } = await bodyOf(client(tokens.accessToken).$get(), 200)
    expect(data).toMatchObject([{ provider, email: person.email }])
  })

  it('again signs in as the same user, whatever the address there now is, verified or not', async () => {
    const person = someone()
    const { user } = await signedInBy(provider, person)
    const before = await sizes('workspaces', 'users', 'oauth_accounts', 'events')
    const moved = { ...person, email: `${unique('moved')}@example.com`, email_verified: false, emails: [] }
    for (const who of [person, moved]) expect((await signedInBy(provider, who)).user).toEqual(user)
    expect(await sizes('workspaces', 'users', 'oauth_accounts', 'events')).toEqual(before)
  })

  it('links the account that has the address, where both have verified it', async () => {
    const ada = await verifiedFounder()
    const before = await sizes('workspaces', 'users')
    const { user } = await signedInBy(provider, someone({ email: ada.email.toUpperCase() }))
    expect(user.id).toBe(ada.id)
    expect(await sizes('workspaces', 'users')).toEqual(before)
    expect((await verbsOf(ada.id)).at(-1)).toBe('user.linked')
    await bodyOf(signIn({ email: ada.email, password: PASSWORD }), 200)
  })

  it('joins the inviting workspace by an invitation for that address, and no other', async () => {
    const admin = await founder()
    const person = someone()
    const invitationToken = await invitationFor(admin, person.email)
    const before = await sizes(...TABLES)
    await refusalOf(comeBack(someone(), { provider, query: { invitationToken } }), 400, 'invalid_invitation')
    expect(await sizes(...TABLES)).toEqual(before)
    const { user } = await signedInBy(provider, person, { invitationToken })
    expect(user).toMatchObject({ workspaceId: admin.workspaceId, role: 'MANAGER', emailVerified: true })
    await refusalOf(comeBack(person, { provider, query: { invitationToken } }), 409, 'email_taken')
  })

  it('twice at once makes one account and signs in twice', async () => {
    const person = someone()
    const codes = await Promise.all([1, 2, 3].map(() => obtainCode(person, { provider })))
    const signedIn = await Promise.all(codes.map((code) => bodyOf(exchange(code), 200)))
    expect(new Set(signedIn.map(({ user }) => user.id)).size).toBe(1)
    expect(new Set(signedIn.map(({ refreshToken }) => refreshToken)).size).toBe(3)
    expect(await verbsOf(signedIn[0]?.user.id ?? '')).toEqual(['user.registered', 'user.linked'])
  })
})

describe('the end of a sign-in', () => {
  it('is the frontend’s address with a code, and no token in any address on the way', async () => {
    const at = browser()
    const { codeChallenge, codeVerifier } = await challenge()
    const page = await begin(at, 'google', { redirectTo: CALLBACK, codeChallenge })
    const back = await agree(page, someone())
    const end = locationOf(await at.visit(back))
    expect(end.origin + end.pathname).toBe(`${FRONTEND}/signed-in`)
    expect([...end.searchParams.keys()]).toEqual(['from', 'code'])
    expect(at.jar.size).toBe(0)
    const code = end.searchParams.get('code') ?? ''
    const { accessToken, refreshToken } = await bodyOf(exchange({ code, codeVerifier }), 200)
    for (const url of [page.href, back, end.href]) {
      for (const token of [accessToken, refreshToken, codeVerifier]) expect(url).not.toContain(token)
    }
  })

  it('without a frontend is a page that loads, runs and sends nothing; or JSON for whoever wants that', async () => {
    const at = browser()
    const page = await at.visit(
      await agree(await begin(at, 'google'), someone({ name: '<img src=x onerror=alert(1)>' })),
    )
    expect(page.status).toBe(200)
    expect(page.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none';/)
    expect(page.headers.get('Cache-Control')).toBe('no-store')
    const text = await page.text()
    expect(text).toContain('You are signed in')
    expect(text).toContain('&lt;img')
    expect(text).not.toContain('<img')
    const json = await comeBack(someone())
    expect(await bodyOf(json, 200)).toMatchObject({ user: { role: 'ADMIN' }, expiresIn: 900 })
  })

  it('in two tabs of one browser is two sign-ins', async () => {
    const at = browser()
    const [first, second] = [await begin(at, 'google'), await begin(at, 'google')]
    const [one, two] = [someone(), someone()]
    for (const [page, person] of [
      [second, two],
      [first, one],
    ] as const) {
      const answer = await at.visit(await agree(page, person), { accept: 'application/json' })
      expect(await bodyOf(answer, 200)).toMatchObject({ user: { email: person.email } })
    }
  })

  it('keeps neither the provider’s tokens nor the code', async () => {
    const person = someone()
    const code = await obtainCode(person)
    await bodyOf(exchange(code), 200)
    const stored = await everythingStored()
    expect(stored).toContain(person.sub)
    for (const secret of [code.code, code.codeVerifier]) expect(stored).not.toContain(secret)
    const columns = await rows<{ name: string }>("SELECT name FROM pragma_table_info('oauth_accounts')")
    expect(columns.map(({ name }) => name)).toEqual([
      'provider',
      'subject',
      'workspace_id',
      'user_id',
      'email',
      'created_at',
    ])
  })

  it('costs one round trip, and the way there none', async () => {
    const trips = (response: { headers: Headers }) =>
      /round trips (\d+), statements (\d+), rows read (\d+)/.exec(response.headers.get('Server-Timing') ?? '')?.slice(1)
    const at = browser()
    const person = someone()
    const { codeChallenge, codeVerifier } = await challenge()
    const query = new URLSearchParams({ redirectTo: CALLBACK, codeChallenge })
    const started = await at.visit(`/v1/auth/oauth/google?${query}`)
    const returned = await at.visit(await agree(locationOf(started), person))
    expect([trips(started)?.[0], trips(returned)?.[0]]).toEqual(['0', '0'])
    const code = locationOf(returned).searchParams.get('code') ?? ''
    const [count, statements] = trips(await exchange({ code, codeVerifier })) ?? []
    expect([count, Number(statements) <= 12]).toEqual(['1', true])
    await Promise.all(Array.from({ length: 10 }, founder))
    const [, , read] = trips(await exchange(await obtainCode(person))) ?? []
    expect(Number(read)).toBeLessThanOrEqual(27)
  })
})

describe('SIGNUP', () => {
  it.each([
    ['closed', 403, 'signup_closed'],
    ['invite', 403, 'signup_closed'],
  ] as const)('%s: lets nobody in who has neither account nor invitation', async (SIGNUP, status, code) => {
    await founder()
    const at = browser(worker(withProviders({ SIGNUP })))
    const before = await sizes(...TABLES)
    await refusalOf(comeBack(someone(), { at }), status, code)
    expect(await sizes(...TABLES)).toEqual(before)
  })

  it('closed: refuses the invited too, and lets in who has an account', async () => {
    const at = browser(worker(withProviders({ SIGNUP: 'closed' })))
    const [admin, person] = [await founder(), someone()]
    const invitationToken = await invitationFor(admin, person.email)
    await refusalOf(comeBack(person, { at, query: { invitationToken } }), 403, 'signup_closed')
    const known = someone()
    await signedInBy('google', known)
    await bodyOf(await comeBack(known, { at }), 200)
  })

  it('invite: lets the invited in', async () => {
    const at = browser(worker(withProviders({ SIGNUP: 'invite' })))
    const [admin, person] = [await founder(), someone()]
    const invitationToken = await invitationFor(admin, person.email)
    expect(await bodyOf(await comeBack(person, { at, query: { invitationToken } }), 200)).toMatchObject({
      workspace: { id: admin.workspaceId },
    })
  })
})

describe('somebody who is gone', () => {
  it('and INACTIVE is refused as with a password, linked or not', async () => {
    const admin = await founder()
    const [linked, other] = [await member(admin, 'SALES'), await member(admin, 'SALES')]
    await Promise.all([verify(linked), verify(other)])
    const [person, stranger] = [someone({ email: linked.email }), someone({ email: other.email })]
    expect((await signedInBy('google', person)).user.id).toBe(linked.id)
    for (const { id } of [linked, other]) {
      const param = { id }
      await bodyOf(
        api(admin.token).v1.users[':id'].$patch({ param, query: {}, header: {}, json: { status: 'INACTIVE' } }),
        200,
      )
    }
    const before = await sizes(...TABLES)
    for (const who of [person, stranger]) await refusalOf(exchange(await obtainCode(who)), 401, 'invalid_credentials')
    expect(await sizes(...TABLES)).toEqual(before)
  })

  it('and removed is refused until invited again, and then somebody new', async () => {
    const admin = await founder()
    const gone = await member(admin, 'SALES')
    await verify(gone)
    const person = someone({ email: gone.email })
    await signedInBy('google', person)
    const removed = await api(admin.token).v1.users[':id'].$delete({ param: { id: gone.id }, query: {}, header: {} })
    expect(removed.status).toBe(204)
    await refusalOf(exchange(await obtainCode(person)), 401, 'invalid_credentials')
    const invitationToken = await invitationFor(admin, gone.email)
    const { user } = await signedInBy('google', person, { invitationToken })
    expect(user).toMatchObject({ email: gone.email, role: 'MANAGER', workspaceId: admin.workspaceId })
    expect(user.id).not.toBe(gone.id)
    expect((await signedInBy('google', person)).user.id).toBe(user.id)
  })
})

describe('an account without a password', () => {
  it('is told like any wrong one when somebody tries a password', async () => {
    const person = someone()
    await signedInBy('google', person)
    const refused = await refusalOf(signIn({ email: person.email, password: PASSWORD }), 401, 'invalid_credentials')
    const unknown = await refusalOf(
      signIn({ email: 'nobody@example.com', password: PASSWORD }),
      401,
      'invalid_credentials',
    )
    expect({ ...refused, requestId: '' }).toEqual({ ...unknown, requestId: '' })
  })

  it('gets one by forgot-password, and keeps its provider', async () => {
    const mailer = worker(withProviders(mailing()))
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const person = someone()
    const { user } = await signedInBy('google', person)
    const { email } = person
    await send('/v1/auth/forgot-password', { method: 'POST', json: { email } }, mailer)
    const json = { token: tokenIn(await mailTo(email)), newPassword: 'a password at last' }
    expect((await send('/v1/auth/reset-password', { method: 'POST', json }, mailer)).status).toBe(204)
    expect(await bodyOf(signIn({ email, password: json.newPassword }), 200)).toMatchObject({ user: { id: user.id } })
    expect((await signedInBy('google', person)).user.id).toBe(user.id)
  })

  it('keeps its last way in', async () => {
    const person = someone()
    const { user, accessToken } = await signedInBy('google', person)
    const unlink = (provider: 'google' | 'github') => client(accessToken)[':provider'].$delete({ param: { provider } })
    await refusalOf(unlink('google'), 409, 'last_way_in')
    await refusalOf(unlink('github'), 404, 'not_found')
    await bodyOf(
      client(accessToken).$post({ json: await obtainCode(someone(), { provider: 'github' }).then(json) }),
      201,
    )
    const both = await Promise.all([unlink('google'), unlink('github')])
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409])
    expect((await bodyOf(client(accessToken).$get(), 200)).data).toHaveLength(1)
    expect(await verbsOf(user.id)).toEqual(['user.registered', 'user.linked', 'user.linked', 'user.unlinked'])
  })
})

const json = ({ code, codeVerifier }: { code: string; codeVerifier: string }) => ({ code, codeVerifier })

describe('linking while signed in', () => {
  const link = async (token: string, person = someone(), provider: 'google' | 'github' = 'google') =>
    client(token).$post({ json: json(await obtainCode(person, { provider })) })

  it('takes an account with any address, which signs in as the user from then on until it is unlinked', async () => {
    const ada = await verifiedFounder()
    const person = someone()
    const linked = await bodyOf(link(ada.token, person), 201)
    expect(linked).toEqual({ provider: 'google', email: person.email, createdAt: linked.createdAt })
    expect(await bodyOf(client(ada.token).$get(), 200)).toEqual({ data: [linked], nextCursor: null })
    expect((await signedInBy('google', person)).user).toMatchObject({ id: ada.id, email: ada.email })
    expect(await bodyOf(link(ada.token, person), 201)).toEqual(linked)
    const gone = await client(ada.token)[':provider'].$delete({ param: { provider: 'google' } })
    expect(gone.status).toBe(204)
    expect((await signedInBy('google', person)).user.id).not.toBe(ada.id)
    expect((await verbsOf(ada.id)).slice(-2)).toEqual(['user.linked', 'user.unlinked'])
  })

  it('is told to the owner by mail, as is a link by the address; registering is not', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const mailer = worker(withProviders(mailing()))
    const [ada, eve] = [await verifiedFounder(), await verifiedFounder()]
    const code = await obtainCode(someone())
    await bodyOf(client(ada.token, mailer).$post({ json: json(code) }), 201)
    await bodyOf(exchange(await obtainCode(someone({ email: eve.email }), { provider: 'github' }), mailer), 200)
    expect((await mailTo(ada.email)).subject).toContain('Your account can be opened with Google')
    expect((await mailTo(eve.email)).subject).toContain('Your account can be opened with GitHub')
    const person = someone()
    await bodyOf(exchange(await obtainCode(person), mailer), 200)
    await bodyOf(exchange(await obtainCode(person), mailer), 200)
    expect(await mailsTo(person.email)).toEqual([])
  })

  it('refuses an account that is somebody else’s, and a second one of a provider', async () => {
    const ada = await verifiedFounder()
    const theirs = someone()
    await signedInBy('google', theirs)
    await refusalOf(link(ada.token, theirs), 409, 'identity_taken')
    await bodyOf(link(ada.token), 201)
    const before = await sizes(...TABLES)
    await refusalOf(link(ada.token), 409, 'provider_taken')
    await refusalOf(exchange(await obtainCode(someone({ email: ada.email }))), 409, 'provider_taken')
    expect(await sizes(...TABLES)).toEqual(before)
    await bodyOf(link(ada.token, someone(), 'github'), 201)
  })

  it('to an unverified account takes one with the same address, which verifies it; or its owner could be outlasted', async () => {
    const ada = await unproven(await founder())
    const before = await sizes(...TABLES)
    await refusalOf(link(ada.token), 403, 'email_unverified')
    expect(await sizes(...TABLES)).toEqual(before)
    await bodyOf(link(ada.token, someone({ email: ada.email })), 201)
    expect(await bodyOf(api(ada.token).v1.auth.me.$get(), 200)).toMatchObject({ user: { emailVerified: true } })
    expect((await verbsOf(ada.id)).slice(-2)).toEqual(['user.linked', 'user.email_verified'])
  })

  it('is done by one of two users who link the same account at once', async () => {
    const people = await Promise.all([verifiedFounder(), verifiedFounder()])
    const person = someone()
    const codes = await Promise.all(people.map(() => obtainCode(person)))
    const answers = await Promise.all(
      people.map(({ token }, i) => client(token).$post({ json: json(codes[i] ?? { code: '', codeVerifier: '' }) })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  })
})
