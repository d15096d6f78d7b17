// Attacks on signing in by a provider: forged, replayed, stolen and planted answers, and providers that fail or lie.
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, inject, it, type MockInstance, vi } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, problemOf, send, worker } from '../support/api'
import { databaseWith, failingDatabase, LOST } from '../support/bindings'
import { everythingStored, rows, sizes } from '../support/database'
import { founder, freshAddress, PASSWORD, signIn, unproven } from '../support/factories'
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
  obtainCode,
  type Someone,
  signedInBy,
  someone,
  withProviders,
} from '../support/oauth-browser'
import { NEEDS_PROVIDER, operations } from '../support/operations'

const JSON_ONLY = { accept: 'application/json' }

let errors: MockInstance<typeof console.error>
beforeEach(() => {
  errors = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const logged = () => errors.mock.calls.flat().map(String)

/** What is done inside leaves every account, session and event as it was. */
async function touchingNothing<T>(attack: () => Promise<T>): Promise<T> {
  const before = await everythingStored()
  const result = await attack()
  expect(await everythingStored()).toBe(before)
  return result
}

/** What was sealed, with one of its bytes changed; the very last one may hold bits that mean nothing. */
const altered = (sealed: string) => sealed.replace(/\.(.)/, (_, first: string) => (first === 'A' ? '.B' : '.A'))

describe('state', () => {
  it('an OAuth state works once, and only in the browser that began', async () => {
    const [at, elsewhere] = [browser(), browser()]
    const page = await begin(at, 'google')
    const [cookie] = [...at.jar]
    const back = await agree(page, someone())
    await touchingNothing(async () => {
      await refusalOf(elsewhere.visit(back, JSON_ONLY), 400, 'invalid_oauth_state')
    })
    await bodyOf(await at.visit(back, JSON_ONLY), 200)
    expect(at.jar.size).toBe(0)
    await touchingNothing(async () => {
      await refusalOf(at.visit(back, JSON_ONLY), 400, 'invalid_oauth_state')
      // Who has kept the cookie, and agrees once more under the same state, is refused as well.
      if (cookie) at.jar.set(...cookie)
      await refusalOf(at.visit(await agree(page, someone()), JSON_ONLY), 400, 'invalid_oauth_code')
    })
  })

  it('is good for ten minutes, for its own provider, and for what was sealed with it', async () => {
    const at = browser()
    const page = await begin(at, 'google')
    const [kept] = [...at.jar]
    if (!kept) throw new Error('no cookie')
    const [name, { value }] = kept
    const back = await agree(page, someone())
    await touchingNothing(async () => {
      for (const forged of [altered(value), `${value}AAAA`, 'x.y', '.', '']) {
        at.jar.set(name, { value: forged, path: '/' })
        await refusalOf(at.visit(back, JSON_ONLY), 400, 'invalid_oauth_state')
      }
      at.jar.set(name, { value, path: '/' })
      await refusalOf(at.visit(back.replace('/google/', '/github/'), JSON_ONLY), 400, 'invalid_oauth_state')
      at.jar.set(name, { value, path: '/' })
      await refusalOf(at.visit(back.replace(/state=./, 'state=_'), JSON_ONLY), 400, 'invalid_oauth_state')
      at.jar.set(name, { value, path: '/' })
      await refusalOf(at.visit(`${back}&state=another`, JSON_ONLY), 400, 'invalid')
      const other = browser(worker(withProviders({ JWT_SECRET: 'another-secret-of-another-worker-altogether' })))
      other.jar.set(name, { value, path: '/' })
      await refusalOf(other.visit(back, JSON_ONLY), 400, 'invalid_oauth_state')
      at.jar.set(name, { value, path: '/' })
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_001 })
      await refusalOf(at.visit(back, JSON_ONLY), 400, 'invalid_oauth_state')
    })
  })

  it('is nothing that a flow cookie can be passed off as a code for', async () => {
    const at = browser()
    const { codeChallenge, codeVerifier } = await challenge()
    await begin(at, 'google', { redirectTo: CALLBACK, codeChallenge })
    const [cookie] = [...at.jar.values()]
    await touchingNothing(() =>
      refusalOf(exchange({ code: cookie?.value ?? '', codeVerifier }), 400, 'invalid_oauth_code'),
    )
  })
})

describe('codes', () => {
  it('an OAuth code cannot be replayed', async () => {
    const person = someone()
    const code = await obtainCode(person)
    const answers = await Promise.all(Array.from({ length: 6 }, () => exchange(code)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400])
    await touchingNothing(() => refusalOf(exchange(code), 400, 'invalid_oauth_code'))
    // The provider's own code, in a browser that begins anew with the old answer, is refused there.
    const at = browser()
    const page = await begin(at, 'google')
    const [cookie] = [...at.jar]
    const back = await agree(page, person)
    await bodyOf(await at.visit(back, JSON_ONLY), 200)
    if (cookie) at.jar.set(...cookie)
    await touchingNothing(() => refusalOf(at.visit(back, JSON_ONLY), 400, 'oauth_failed'))
  })

  it('a code is good for a minute, as it was given, and with its own verifier', async () => {
    const { code, codeVerifier } = await obtainCode(someone())
    const other = await obtainCode(someone())
    await touchingNothing(async () => {
      for (const wrong of [
        { code, codeVerifier: other.codeVerifier },
        { code: altered(code), codeVerifier },
        { code: 'made.up', codeVerifier },
      ]) {
        await refusalOf(exchange(wrong), 400, 'invalid_oauth_code')
      }
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_001 })
      await refusalOf(exchange({ code, codeVerifier }), 400, 'invalid_oauth_code')
      vi.useRealTimers()
    })
    await bodyOf(exchange({ code, codeVerifier }), 200)
  })

  it('a stranger’s callback link signs nobody in', async () => {
    // The provider's answer to the attacker, opened by a victim who is on the way as well.
    const [attacker, victim] = [browser(), browser()]
    const link = await agree(await begin(attacker, 'google'), someone())
    await begin(victim, 'google')
    const mixed = await touchingNothing(() => victim.visit(link, JSON_ONLY))
    await refusalOf(mixed, 400, 'invalid_oauth_state')
    // The frontend's address with the attacker's code, opened where another verifier lies.
    const { code } = await obtainCode(someone())
    const own = await challenge()
    await touchingNothing(() =>
      refusalOf(exchange({ code, codeVerifier: own.codeVerifier }), 400, 'invalid_oauth_code'),
    )
    // Nor does such a code link the attacker's account to the victim.
    const { token } = await founder()
    const json = { code, codeVerifier: own.codeVerifier }
    await touchingNothing(() => refusalOf(api(token).v1.auth.oauth.$post({ json }), 400, 'invalid_oauth_code'))
  })

  it('a code for which the database failed half-way is still good, and nothing of it was kept', async () => {
    const code = await obtainCode(someone())
    let length = Number.POSITIVE_INFINITY
    for (let at = 0; at <= length; at += 1) {
      const DB = databaseWith((send, statements) => {
        length = statements.length
        const broken = env.DB.prepare('SELECT abs(-9223372036854775808)')
        return send([...statements.slice(0, at), broken, ...statements.slice(at)])
      })
      await touchingNothing(() => refusalOf(exchange(code, worker(withProviders({ DB }))), 500, 'internal'))
    }
    expect(length).toBeGreaterThan(5)
    const down = worker(withProviders({ DB: failingDatabase(LOST) }))
    await refusalOf(exchange(code, down), 503, 'unavailable')
    await bodyOf(exchange(code), 200)
  })
})

describe('ways back', () => {
  const ASTRAY = [
    'https://evil.test/signed-in',
    '//evil.test',
    '/signed-in',
    'signed-in',
    'https://app.crm.test.evil.test/',
    'https://app.crm.test@evil.test/',
    'https://user:pass@app.crm.test/',
    'https://app.crm.test:8443/',
    'http://app.crm.test/',
    'https://evil.test\\@app.crm.test/',
    'https://app.crm.test\\.evil.test/',
    'https:/\\evil.test/',
    'https://app.crm.test\t.evil.test/',
    'https://app.crm.test /',
    ' https://app.crm.test/',
    'javascript:alert(1)//https://app.crm.test',
    'data:text/html,https://app.crm.test',
    'blob:https://app.crm.test/id',
    'null',
    '*',
    '',
  ]

  it('redirectTo leads only to allowed origins', async () => {
    for (const redirectTo of ASTRAY) {
      const { codeChallenge } = await challenge()
      const query = new URLSearchParams({ redirectTo, codeChallenge })
      const answer = await browser().visit(`/v1/auth/oauth/google?${query}`)
      expect([answer.status, answer.headers.getSetCookie()], redirectTo).toEqual([400, []])
      const { errors } = await refusalOf(answer, 400, 'invalid')
      expect(errors).toMatchObject([{ path: 'query.redirectTo', code: 'redirect_not_allowed' }])
    }
    for (const [redirectTo, end] of [
      [FRONTEND, `${FRONTEND}/`],
      [`${FRONTEND}/a/b?c=d#/signed-in`, `${FRONTEND}/a/b`],
      ['http://localhost:5173/x@y', 'http://localhost:5173/x@y'],
      ['HTTPS://APP.CRM.TEST/', `${FRONTEND}/`],
    ] as const) {
      const reached = (await obtainCode(someone(), { query: { redirectTo } })).end
      expect(reached.origin + reached.pathname).toBe(end)
      expect(reached.hash).toBe(new URL(redirectTo).hash)
    }
    const nobody = browser(worker(withProviders({ CORS_ORIGINS: '' })))
    const { codeChallenge } = await challenge()
    const query = new URLSearchParams({ redirectTo: CALLBACK, codeChallenge })
    await refusalOf(nobody.visit(`/v1/auth/oauth/google?${query}`), 400, 'invalid')
  })

  it('nothing that the provider or a stranger adds to the callback changes where it leads', async () => {
    const at = browser()
    const { codeChallenge } = await challenge()
    const back = await agree(await begin(at, 'google', { redirectTo: CALLBACK, codeChallenge }), someone())
    const more = new URLSearchParams({ redirectTo: 'https://evil.test', redirect_uri: 'https://evil.test', hd: 'x' })
    expect(locationOf(await at.visit(`${back}&${more}`)).origin).toBe(FRONTEND)
  })
})

describe('accounts', () => {
  it('an unverified account is never inherited by OAuth', async () => {
    const invited = worker(withProviders({ SIGNUP: 'invite' }))
    for (const provider of ['google', 'github'] as const) {
      const ada = await unproven(await founder())
      const person = someone({ email: ada.email })
      const attempt = async () => exchange(await obtainCode(person, { provider }), invited)
      const { detail } = await touchingNothing(() => refusalOf(attempt(), 409, 'account_unverified'))
      expect(detail).toMatch(/^Choose a new password by mail/)
      // With the address proven, it is linked.
      await env.DB.prepare('UPDATE users SET email_verified_at = created_at WHERE id = ?').bind(ada.id).run()
      expect((await bodyOf(attempt(), 200)).user.id).toBe(ada.id)
    }
  })

  it('an unverified account yields the address to the person whose provider proves it, and stays as it is', async () => {
    const squatter = await unproven(await founder())
    const { user } = await bodyOf(exchange(await obtainCode(someone({ email: squatter.email }))), 200)
    expect(user).toMatchObject({ email: squatter.email, emailVerified: true, role: 'ADMIN' })
    expect(user.id).not.toBe(squatter.id)
    expect(user.workspaceId).not.toBe(squatter.workspaceId)
    const kept = await bodyOf(api(squatter.token).v1.auth.me.$get(), 200)
    expect(kept.user).toMatchObject({ id: squatter.id, email: `${squatter.id}@unproven.invalid`, emailVerified: false })
    const verbs = await rows('SELECT verb FROM events WHERE subject_id = ? ORDER BY seq', squatter.id)
    expect(verbs.at(-1)).toEqual({ verb: 'user.email_yielded' })
  })

  it('who registers an address first cannot plant a way back in, and an invitation inherits no account either', async () => {
    const admin = await unproven(await founder())
    const planter = await unproven(await founder())
    const { token } = planter
    const linking = async (person: Someone) => {
      const { code, codeVerifier } = await obtainCode(person)
      return api(token).v1.auth.oauth.$post({ json: { code, codeVerifier } })
    }
    await touchingNothing(async () => refusalOf(linking(someone()), 403, 'email_unverified'))
    const query = { invitationToken: 'A'.repeat(43) }
    const invited = async () => exchange(await obtainCode(someone({ email: admin.email }), { query }))
    await touchingNothing(() => refusalOf(invited(), 409, 'email_taken'))
    await env.DB.prepare('UPDATE users SET email_verified_at = created_at WHERE id = ?').bind(admin.id).run()
    await touchingNothing(() => refusalOf(invited(), 409, 'email_taken'))
  })

  it.each<[string, 'google' | 'github', Partial<Someone>]>([
    ['Google says is not verified', 'google', { email_verified: false }],
    ['Google does not say is verified', 'google', { claims: { email_verified: null } }],
    ['is no address', 'google', { email: 'not an address' }],
    ['GitHub has not verified', 'github', { emails: [{ email: 'a@example.com', primary: true, verified: false }] }],
    ['is not the primary one', 'github', { emails: [{ email: 'a@example.com', primary: false, verified: true }] }],
    ['GitHub keeps to itself', 'github', { emails: [] }],
  ])('an address that %s makes no account and inherits none', async (_what, provider, fields) => {
    const person = someone(fields)
    await touchingNothing(async () => {
      await refusalOf(exchange(await obtainCode(person, { provider })), 403, 'oauth_email_unverified')
    })
  })

  it('the address that a GitHub profile shows counts for nothing', async () => {
    const { user } = await signedInBy('github', someone())
    expect(user.email).not.toBe('shown@example.com')
  })

  it('a sub of one provider is nobody at the other', async () => {
    const person = someone()
    const one = await signedInBy('github', person)
    const other = await signedInBy('google', someone({ sub: String(person.id) }))
    expect(other.user.id).not.toBe(one.user.id)
  })

  it('guessing a password for an account that has none is counted like any guess', async () => {
    const person = someone()
    await signedInBy('google', person)
    const address = freshAddress()
    const guess = () => signIn({ email: person.email, password: PASSWORD }, { address })
    const statuses = await Promise.all(Array.from({ length: 12 }, async () => (await guess()).status))
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10)
    await bodyOf(exchange(await obtainCode(person)), 200)
  })
})

describe('consent', () => {
  it('denied consent touches no account', async () => {
    const at = browser()
    const { codeChallenge } = await challenge()
    await touchingNothing(async () => {
      const denied = await agree(await begin(at, 'google'), someone({ error: 'access_denied' }))
      await refusalOf(at.visit(denied, JSON_ONLY), 403, 'oauth_denied')
      const query = { redirectTo: CALLBACK, codeChallenge }
      const back = await agree(await begin(at, 'github', query), someone({ error: 'access_denied' }))
      expect(locationOf(await at.visit(back)).search).toBe('?from=crm&error=oauth_denied')
      const page = await at.visit(await agree(await begin(at, 'google'), someone({ error: 'access_denied' })))
      expect([page.status, page.headers.get('Content-Security-Policy')]).toEqual([
        403,
        expect.stringContaining("'none'"),
      ])
      expect(await page.text()).toContain('You denied access at the provider')
    })
    expect([at.jar.size, logged()]).toEqual([0, []])
  })

  it.each([
    ['server_error', 503, 'provider_unavailable'],
    ['temporarily_unavailable', 503, 'provider_unavailable'],
    ['invalid_scope', 400, 'oauth_failed'],
    ['<script>', 400, 'oauth_failed'],
  ] as const)('the provider’s error %s is a clear refusal', async (error, status, code) => {
    const response = await touchingNothing(() => comeBack(someone({ error })))
    await refusalOf(response, status, code)
    expect(logged().join()).not.toContain('<script>')
  })
})

describe('an ID token', () => {
  const soon = () => Math.floor(Date.now() / 1000)
  it.each<[string, Partial<Someone>]>([
    ['with another nonce', { claims: { nonce: 'another' } }],
    ['without a nonce', { claims: { nonce: null } }],
    ['for another audience', { claims: { aud: 'another-client' } }],
    [
      'for several audiences, of which another is to use it',
      { claims: { aud: ['edge-crm-at-the-provider', 'x'], azp: 'x' } },
    ],
    ['from another issuer', { claims: { iss: 'https://accounts.evil.test' } }],
    ['that has expired', { claims: { exp: soon() - 3_600 } }],
    ['that never expires', { claims: { exp: null } }],
    ['of nobody', { claims: { sub: null } }],
    ['without a signature', { forgery: 'unsigned' }],
    ['that was altered', { forgery: 'altered' }],
    ['signed with a key that the provider does not know', { forgery: 'keyless' }],
    ['that is none', { answer: { access_token: 'a', token_type: 'bearer', id_token: 'a.b.c' } }],
    ['that is missing', { answer: { access_token: 'a', token_type: 'bearer' } }],
  ])('%s is not believed', async (_what, fields) => {
    const ada = await founder()
    await env.DB.prepare('UPDATE users SET email_verified_at = created_at WHERE id = ?').bind(ada.id).run()
    const response = await touchingNothing(() => comeBack(someone({ email: ada.email, ...fields })))
    expect([400, 503]).toContain(response.status)
    await refusalOf(response, response.status, response.status === 400 ? 'oauth_failed' : 'provider_unavailable')
  })
})

describe('a provider', () => {
  it.each<[string, 'google' | 'github', Partial<Someone>, number, string]>([
    ['that answers 500', 'google', { status: 500 }, 503, 'provider_unavailable'],
    ['that answers something else', 'github', { answer: ['what'] }, 400, 'oauth_failed'],
    ['that refuses the code', 'google', { status: 400, answer: { error: 'invalid_grant' } }, 400, 'oauth_failed'],
    ['that refuses it with a 200', 'github', { answer: { error: 'bad_verification_code' } }, 400, 'oauth_failed'],
    ['whose API answers 500', 'github', { apiStatus: 500 }, 503, 'provider_unavailable'],
    ['whose API tells no id', 'github', { id: 0 }, 503, 'provider_unavailable'],
  ])(
    '%s: a clear refusal, no account touched, a log line without secrets',
    async (_what, provider, fields, status, code) => {
      const person = someone(fields)
      const response = await touchingNothing(() => comeBack(person, { provider }))
      const { requestId } = await refusalOf(response, status, code)
      if (status === 503) expect(response.headers.get('Retry-After')).toBe('30')
      const [line = '', ...others] = logged()
      expect(others).toEqual([])
      expect(JSON.parse(line)).toMatchObject({ level: 'error', event: code, provider, requestId })
      for (const secret of [inject('oauth').client.secret, person.email, person.sub]) expect(line).not.toContain(secret)
    },
  )

  it('that cannot be reached is a page, a problem or an error for the frontend, at either end', async () => {
    const nowhere = { GOOGLE_ISSUER: 'http://127.0.0.1:1', GITHUB_URL: 'http://127.0.0.1:1' }
    const down = worker(withProviders(nowhere))
    const { codeChallenge } = await challenge()
    const query = new URLSearchParams({ redirectTo: CALLBACK, codeChallenge })
    await touchingNothing(async () => {
      await refusalOf(send('/v1/auth/oauth/google', {}, down), 503, 'provider_unavailable')
      const page = await browser(down).visit('/v1/auth/oauth/google')
      expect([page.status, page.headers.get('Retry-After')]).toEqual([503, '30'])
      expect(await page.text()).toContain('The provider is not answering')
      const end = locationOf(await browser(down).visit(`/v1/auth/oauth/google?${query}`))
      expect(end.search).toBe('?from=crm&error=provider_unavailable')
      const at = browser()
      const back = await agree(await begin(at, 'github'), someone())
      const gone = browser(down)
      for (const cookie of at.jar) gone.jar.set(...cookie)
      await refusalOf(gone.visit(back, JSON_ONLY), 503, 'provider_unavailable')
    })
  })

  it('that says nothing is waited for 5 seconds', async () => {
    const silent = `${inject('oauth').api}/silent/${crypto.randomUUID()}`
    const patience = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(patience.signal)
    const pending = send('/v1/auth/oauth/google', {}, worker(withProviders({ GOOGLE_ISSUER: silent })))
    const asked = async () =>
      (await (await fetch(`${inject('oauth').api}/asked`)).text()).includes(new URL(silent).pathname)
    await vi.waitUntil(asked, { interval: 20, timeout: 10_000 })
    expect(timeout.mock.calls).toEqual([[5_000]])
    patience.abort(new DOMException('The operation timed out.', 'TimeoutError'))
    await refusalOf(pending, 503, 'provider_unavailable')
  })

  it('is spoken to over https alone in production', async () => {
    const settings = withProviders({ ENVIRONMENT: 'production' })
    const { detail } = await refusalOf(send('/health', {}, worker(settings)), 500, 'misconfigured')
    for (const name of ['GOOGLE_ISSUER', 'GITHUB_URL', 'GITHUB_API_URL']) expect(detail).toContain(name)
  })
})

describe('anything at all', () => {
  const text = fc.oneof(
    fc.constantFrom(
      '',
      '\u0000',
      "' OR 1=1 --",
      '__proto__',
      '../..',
      'x'.repeat(5_000),
      '%',
      '"',
      ';',
      'é'.normalize('NFD'),
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.base64String({ maxLength: 60 }),
  )
  const names = ['redirectTo', 'codeChallenge', 'invitationToken', 'state', 'code', 'error', 'iss', 'codeVerifier', 'x']
  const fields = fc.dictionary(fc.oneof(fc.constantFrom(...names), text), text, { maxKeys: 4 })

  it.each(operations.filter(({ name }) => NEEDS_PROVIDER.includes(name)))(
    'sent to $name is answered with what it declares, and never with a 5xx',
    async ({ method, path, responses }) => {
      const { token } = await founder()
      const fetch = worker(withProviders())
      const request = fc.record({
        provider: fc.constantFrom('google', 'github', 'x'),
        query: fields,
        json: fields,
        text,
      })
      await fc.assert(
        fc.asyncProperty(request, async ({ provider, query, json, text }) => {
          const pairs = Object.entries(query).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()])
          const cookie = text.replace(/[^\x21-\x7e]/g, '')
          const headers = { Cookie: `oauth-${query.state?.slice(0, 16) ?? ''}=${cookie}`.replace(/[^\x21-\x7e]/g, '') }
          const target = `${path.replace('{provider}', provider)}?${new URLSearchParams(pairs)}`
          const response = await send(target, { method, token, headers, ...(method === 'POST' ? { json } : {}) }, fetch)
          expect(response.status).toBeLessThan(500)
          expect(Object.keys(responses)).toContain(String(response.status))
          if (response.status >= 400) await problemOf(response)
        }),
        { numRuns: 60 },
      )
    },
  )
})

it('no secret of the way in stands in a log line', async () => {
  const others = (['log', 'info', 'warn', 'debug'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => {}),
  )
  const at = browser()
  const page = await begin(at, 'google')
  const cookies = [...at.jar.values()].map(({ value }) => value)
  const back = await agree(page, someone({ status: 500 }))
  await at.visit(back)
  const { code, codeVerifier } = await obtainCode(someone())
  const { accessToken, refreshToken } = await bodyOf(exchange({ code, codeVerifier }), 200)
  await exchange({ code, codeVerifier })
  const said = [...logged(), ...others.flatMap((log) => log.mock.calls.flat().map(String))].join('\n')
  expect(said).toContain('provider_unavailable')
  const state = page.searchParams.get('state') ?? ''
  const theirCode = new URLSearchParams(back.split('?')[1]).get('code') ?? ''
  const secrets = [...cookies, state, theirCode, code, codeVerifier, accessToken, refreshToken]
  for (const secret of [...secrets, inject('oauth').client.secret]) expect(said).not.toContain(secret)
})

it('an exchange under an Idempotency-Key gives the same tokens again, of which nothing is stored', async () => {
  const { code, codeVerifier } = await obtainCode(someone())
  const headers = { 'Idempotency-Key': crypto.randomUUID() }
  const post = () => send('/v1/auth/oauth/token', { method: 'POST', json: { code, codeVerifier }, headers })
  const [first, second] = [await (await post()).text(), await (await post()).text()]
  expect(second).toBe(first)
  const before = await sizes('sessions')
  await refusalOf(exchange({ code, codeVerifier }), 400, 'invalid_oauth_code')
  expect(await sizes('sessions')).toEqual(before)
  const stored = await everythingStored()
  for (const secret of [JSON.parse(first).refreshToken, code]) expect(stored).not.toContain(secret)
})
