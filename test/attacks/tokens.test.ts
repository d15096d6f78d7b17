// Attacks on tokens: confused algorithms, keys of the attacker's own choice, fixed sessions, one kind passed for another.
// Unsigned, altered, expired and misdirected tokens are in access-tokens.test.ts, replayed refresh tokens in sessions.test.ts.
import { env } from 'cloudflare:workers'
import { decode, sign } from 'hono/jwt'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { base64url } from '../../src/crypto'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { count } from '../support/database'
import { founder, PASSWORD, type Person, signIn, unique } from '../support/factories'
import { newKey } from '../support/keys'
import { lead } from '../support/leads'
import { mailing, mailsTo, mailTo, tokenIn } from '../support/mailbox'

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const part = (value: unknown) => base64url(JSON.stringify(value))
const refused = async (token: string) => refusalOf(send('/v1/auth/me', { token }), 401, 'unauthenticated')

async function keyPair() {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
  const pair = await crypto.subtle.generateKey({ ...algorithm, hash: 'SHA-256' }, true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new Error('no key pair')
  return pair
}

async function signedBy(privateKey: CryptoKey, header: object, claims: object) {
  const data = `${part(header)}.${part(claims)}`
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, new TextEncoder().encode(data))
  return `${data}.${base64url(signature)}`
}

describe('algorithm confusion', () => {
  it('RS256 under a key pair of the attacker’s own is refused, wherever the header says the key is', async () => {
    const { payload } = decode((await founder()).token)
    const { privateKey, publicKey } = await keyPair()
    const jwk = await crypto.subtle.exportKey('jwk', publicKey)
    for (const where of [{}, { jwk }, { jku: 'https://evil.example/jwks.json' }, { x5u: 'https://evil.example/x' }]) {
      await refused(await signedBy(privateKey, { alg: 'RS256', typ: 'JWT', ...where }, payload))
      await refused(await signedBy(privateKey, { alg: 'HS256', typ: 'JWT', ...where }, payload))
    }
  })

  it('HS256 under a public key, an empty key or the name of a file is refused', async () => {
    const { payload } = decode((await founder()).token)
    const { publicKey } = await keyPair()
    const spki = await crypto.subtle.exportKey('spki', publicKey)
    if (!(spki instanceof ArrayBuffer)) throw new Error('no bytes')
    const pem = `-----BEGIN PUBLIC KEY-----\n${base64url(spki)}\n-----END PUBLIC KEY-----`
    for (const secret of [pem, ' ', 'undefined', 'null', 'secret', 'dev-only-secret']) {
      await refused(await sign(payload, secret, 'HS256'))
    }
    const nul = `${part({ alg: 'HS256', typ: 'JWT', kid: '../../../../dev/null' })}.${part(payload)}`
    await refused(`${nul}.${base64url(new Uint8Array(32))}`)
  })

  it('a header that lists several algorithms, or none, is refused though signed with our secret', async () => {
    const { payload } = decode((await founder()).token)
    const key = await crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode(env.JWT_SECRET),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    )
    for (const header of [{ alg: ['HS256', 'none'] }, { alg: null }, {}, { alg: 'HS256\u0000none' }]) {
      const data = `${part({ typ: 'JWT', ...header })}.${part(payload)}`
      const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(data))
      await refused(`${data}.${base64url(mac)}`)
    }
  })
})

describe('session fixation', () => {
  const family = (token: string) => decode(token).payload.sid

  it('signing in makes a session of its own, whatever the caller brings along', async () => {
    const [victim, attacker] = [await founder(), await founder()]
    const brought = {
      Authorization: `Bearer ${attacker.token}`,
      Cookie: `session=${family(attacker.token)}; sid=${family(attacker.token)}`,
      'X-Session-Id': String(family(attacker.token)),
    }
    const json = { email: victim.email, password: PASSWORD }
    const login = { method: 'POST', json, headers: brought }
    await refusalOf(send(`/v1/auth/login?sid=${family(attacker.token)}`, login), 400, 'invalid')
    const response = await send('/v1/auth/login', login)
    const { accessToken, user } = await bodyOf(response, 200)
    expect(user).toMatchObject({ id: victim.id })
    expect([family(attacker.token), family(victim.token)]).not.toContain(family(String(accessToken)))
    const me = await bodyOf(api(attacker.token).v1.auth.me.$get(), 200)
    expect(me.user.id).toBe(attacker.id)
    expect(response.headers.get('Set-Cookie')).toBeNull()
  })

  it('a session cannot be chosen in the body', async () => {
    const { email, refreshToken, token } = await founder()
    for (const extra of [{ sessionId: family(token) }, { sid: family(token) }, { accessToken: token }]) {
      const json = { email, password: PASSWORD, ...extra }
      await refusalOf(send('/v1/auth/login', { method: 'POST', json }), 400, 'invalid')
    }
    const { accessToken } = await bodyOf(signIn({ email, password: PASSWORD, refreshToken }), 200)
    expect(family(accessToken)).not.toBe(family(token))
  })

  it('each sign-in is a session that the others cannot refresh', async () => {
    const { email } = await founder()
    const [one, other] = [await signIn({ email, password: PASSWORD }), await signIn({ email, password: PASSWORD })]
    const tokens = [await bodyOf(one, 200), await bodyOf(other, 200)]
    expect(new Set(tokens.map(({ accessToken }) => family(accessToken))).size).toBe(2)
    expect(new Set(tokens.map(({ refreshToken }) => refreshToken.split('.')[1])).size).toBe(2)
  })
})

describe('one kind of token for another', () => {
  /** One living token of each kind, all of one workspace. */
  async function everyKind(admin: Person): Promise<Record<string, string>> {
    const mailer = worker(mailing())
    const email = `${unique('ada')}@example.com`
    const json = { email, password: PASSWORD, name: 'Ada', workspaceName: unique('Engines') }
    await bodyOf(api(undefined, mailer).v1.auth.register.$post({ json }), 201)
    const verification = tokenIn(await mailTo(email))
    await send('/v1/auth/forgot-password', { method: 'POST', json: { email } }, mailer)
    const mail = (await mailsTo(email)).find(({ subject }) => subject.startsWith('Choose')) ?? expect.fail('no mail')
    const invite = { email: `${unique('eve')}@example.com`, role: 'ADMIN' as const }
    const { token } = await bodyOf(api(admin.token).v1.workspace.invitations.$post({ json: invite }), 201)
    await lead(admin)
    await lead(admin)
    const { nextCursor } = await bodyOf(api(admin.token).v1.leads.$get({ query: { limit: '1' } }), 200)
    const { key } = await newKey(admin)
    const ours = { access: admin.token, refresh: admin.refreshToken, key, cursor: nextCursor ?? '' }
    return { ...ours, verification, reset: tokenIn(mail), invitation: token }
  }

  it('opens nothing but what it is for', async () => {
    const admin = await founder()
    const tokens = await everyKind(admin)
    const post = (path: string, json: unknown) => send(path, { method: 'POST', json })
    const register = (invitationToken: string) =>
      post('/v1/auth/register', {
        email: `${unique('eve')}@example.com`,
        password: PASSWORD,
        name: 'E',
        invitationToken,
      })
    const doors: [own: string[], knock: (token: string) => Promise<Response>][] = [
      [['access', 'key'], (token) => send('/v1/leads', { token })],
      [['access'], (token) => send('/v1/auth/me', { token })],
      [['refresh'], (token) => post('/v1/auth/refresh', { refreshToken: token.slice(0, 300) })],
      [['verification'], (token) => post('/v1/auth/verify-email', { token: token.slice(0, 200) })],
      [['reset'], (token) => post('/v1/auth/reset-password', { token: token.slice(0, 200), newPassword: PASSWORD })],
      [[], (token) => register(token.slice(0, 200))],
      [['cursor'], (token) => send(`/v1/leads?limit=1&cursor=${token.slice(0, 900)}`, { token: admin.token })],
    ]
    for (const [own, knock] of doors) {
      for (const [kind, token] of Object.entries(tokens).filter(([kind]) => !own.includes(kind))) {
        const { status } = await knock(token)
        expect([400, 401, 403], `${kind} at the door of ${own}`).toContain(status)
      }
    }
    expect(await count('users', "name = 'E'")).toBe(0)
    for (const [own, knock] of doors)
      for (const kind of own) expect((await knock(tokens[kind] ?? '')).ok, kind).toBe(true)
  })
})
