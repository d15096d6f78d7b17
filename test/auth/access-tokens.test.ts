// Access tokens: only what this Worker signed for this use, unaltered and not yet expired, opens a guarded route.
import { env } from 'cloudflare:workers'
import { decode, sign } from 'hono/jwt'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { base64url } from '../../src/crypto'
import { api, problemOf, send } from '../support/api'
import { founder, member, PASSWORD, signIn } from '../support/factories'

type Claims = Record<string, unknown>

const SECRET = env.JWT_SECRET
const seconds = () => Math.floor(Date.now() / 1000)
const without = (claims: Claims, name: string) => Object.fromEntries(Object.entries(claims).filter(([k]) => k !== name))
const unsigned = (header: object, claims: Claims) =>
  `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}.`
const me = (authorization: string) => send('/v1/auth/me', { headers: { Authorization: authorization } })

async function claimed() {
  const { token } = await founder()
  return { token, claims: { ...decode(token).payload } }
}

async function expectRefused(response: Response, what: string, code = 'unauthenticated') {
  const problem = await problemOf(response)
  expect(problem, what).toMatchObject({ status: 401, code })
  expect(response.headers.get('WWW-Authenticate'), what).toBe('Bearer realm="edge-crm"')
  expect(JSON.stringify(problem), what).not.toContain('eyJ')
}

afterEach(() => void vi.useRealTimers())

describe('a token of our own', () => {
  it('names the account, its workspace and role, lives 15 minutes, and is signed with HS256', async () => {
    const admin = await founder()
    const { header, payload } = decode(admin.token)
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' })
    const { iat = 0, exp, sid, ...rest } = payload
    expect(exp).toBe(iat + 900)
    expect(sid).toMatch(/^[0-9a-f-]{36}$/)
    expect(rest).toEqual({
      iss: 'edge-crm',
      aud: 'edge-crm/access',
      sub: admin.id,
      ws: admin.workspaceId,
      role: 'ADMIN',
      cc: null,
      tz: 'UTC',
      lang: null,
      ev: false,
    })
  })

  it('is taken when it is signed anew, so that the refusals below are for what they say', async () => {
    const { token, claims } = await claimed()
    expect((await me(`Bearer ${token}`)).status).toBe(200)
    expect((await me(`Bearer ${await sign(claims, SECRET, 'HS256')}`)).status).toBe(200)
  })

  it('is refused once its 15 minutes are over', async () => {
    const { token } = await claimed()
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime((decode(token).payload.exp ?? 0) * 1000 - 1)
    expect((await me(`Bearer ${token}`)).status).toBe(200)
    vi.setSystemTime((decode(token).payload.exp ?? 0) * 1000)
    await expectRefused(await me(`Bearer ${token}`), 'expired', 'token_expired')
  })
})

describe('a token that we did not sign is refused', () => {
  it.each([
    ['without a signature', (claims: Claims) => unsigned({ alg: 'none', typ: 'JWT' }, claims)],
    ['without a signature, spelled otherwise', (claims: Claims) => unsigned({ alg: 'NoNe', typ: 'JWT' }, claims)],
    ['claiming HS256 without a signature', (claims: Claims) => unsigned({ alg: 'HS256', typ: 'JWT' }, claims)],
    ['signed with HS384', (claims: Claims) => sign(claims, SECRET, 'HS384')],
    ['signed with HS512', (claims: Claims) => sign(claims, SECRET, 'HS512')],
    ['signed with another secret', (claims: Claims) => sign(claims, `${SECRET}.`, 'HS256')],
  ])('%s', async (what, forge) => {
    const { claims } = await claimed()
    await expectRefused(await me(`Bearer ${await forge(claims)}`), what)
  })

  it('with a payload that was changed under its signature', async () => {
    const admin = await founder()
    const { token } = await member(admin, 'SALES')
    const [header, , signature] = token.split('.')
    const payload = base64url(JSON.stringify({ ...decode(token).payload, role: 'ADMIN' }))
    await expectRefused(await me(`Bearer ${header}.${payload}.${signature}`), 'promoted')
  })

  it('with a signature that was changed, cut or left out', async () => {
    const { token } = await claimed()
    const [header, payload, signature = ''] = token.split('.')
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    for (const each of [flipped, signature.slice(0, -4), '', 'A', '!!!']) {
      await expectRefused(await me(`Bearer ${header}.${payload}.${each}`), each)
    }
  })
})

describe('a token that we signed for something else is refused', () => {
  it.each<[string, (claims: Claims) => Claims]>([
    ['for another audience', (claims: Claims) => ({ ...claims, aud: 'edge-crm/other' })],
    ['for no audience', (claims: Claims) => without(claims, 'aud')],
    ['by another issuer', (claims: Claims) => ({ ...claims, iss: 'somebody' })],
    ['by no issuer', (claims: Claims) => without(claims, 'iss')],
    ['without an expiry', (claims: Claims) => without(claims, 'exp')],
    ['with an expiry that is text', (claims: Claims) => ({ ...claims, exp: '9999999999' })],
    ['expired', (claims: Claims) => ({ ...claims, exp: seconds() - 1 })],
    ['not valid yet', (claims: Claims) => ({ ...claims, nbf: seconds() + 60 })],
    ['issued in the future', (claims: Claims) => ({ ...claims, iat: seconds() + 60 })],
    ['for nobody', (claims: Claims) => without(claims, 'sub')],
    ['for no workspace', (claims: Claims) => without(claims, 'ws')],
    ['for no session', (claims: Claims) => without(claims, 'sid')],
    ['for no role', (claims: Claims) => without(claims, 'role')],
    ['for a role that is none', (claims: Claims) => ({ ...claims, role: 'OWNER' })],
    ['for a role that every object has', (claims: Claims) => ({ ...claims, role: 'constructor' })],
    ['for several roles', (claims: Claims) => ({ ...claims, role: ['SALES', 'ADMIN'] })],
  ])('%s', async (what, change) => {
    const { claims } = await claimed()
    const code = what === 'expired' ? 'token_expired' : 'unauthenticated'
    await expectRefused(await me(`Bearer ${await sign(change(claims), SECRET, 'HS256')}`), what, code)
  })

  it('a refresh token', async () => {
    const { refreshToken } = await founder()
    await expectRefused(await me(`Bearer ${refreshToken}`), 'refresh token')
  })
})

describe('the Authorization header', () => {
  it.each(['X %', 'Basic %', 'Token %', '%', 'Bearer', 'Bearer ', 'Bearer % %', 'Bearer: %', 'Bearer null', ''])(
    'is refused as "%s"',
    async (form) => {
      const { token } = await claimed()
      await expectRefused(await me(form.replaceAll('%', token)), form)
    },
  )

  it('is told how it begins where it begins otherwise', async () => {
    const { token } = await claimed()
    for (const form of ['', token, `Token ${token}`]) {
      expect((await problemOf(await me(form))).detail).toContain('Send the header Authorization: Bearer')
    }
    expect((await problemOf(await me('Bearer x.y.z'))).detail).toContain('sign in')
  })

  it('may spell Bearer in any case', async () => {
    const { token } = await claimed()
    expect((await me(`bearer ${token}`)).status).toBe(200)
  })

  it('is the only place for a token', async () => {
    const { token } = await claimed()
    await expectRefused(await send('/v1/auth/me'), 'none')
    await expectRefused(
      await send('/v1/auth/me', { headers: { Cookie: `token=${token}; Authorization=${token}` } }),
      'cookie',
    )
    await expectRefused(await send(`/v1/auth/me?access_token=${token}&token=${token}`), 'query')
  })

  it('is no hindrance on an open route when its token has expired', async () => {
    const { email } = await founder()
    expect((await api('not.a.token').v1.auth.login.$post({ json: { email, password: PASSWORD } })).status).toBe(200)
    expect((await signIn({ email, password: PASSWORD })).status).toBe(200)
  })
})
