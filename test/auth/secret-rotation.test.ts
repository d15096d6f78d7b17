// Rotating JWT_SECRET: what was signed or sealed under the secret before goes on until that one is no longer set.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { rows } from '../support/database'
import { browser, markIn } from '../support/desk'
import { founder, PASSWORD, unique } from '../support/factories'
import { mailing, mailsTo, queuedTo, sweepAt, tokenIn } from '../support/mailbox'
import { obtainCode, someone, withProviders } from '../support/oauth-browser'

const OLD = env.JWT_SECRET
const NEW = 'the-next-secret-the-next-secret-the-next'
const before = worker()
/** Before the change, where the secret to come is accepted already. */
const announced = worker({ JWT_SECRET_PREVIOUS: NEW })
const rotated = worker({ JWT_SECRET: NEW, JWT_SECRET_PREVIOUS: OLD })
const after = worker({ JWT_SECRET: NEW })

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const refresh = (refreshToken: string, fetch: typeof before) =>
  api(undefined, fetch).v1.auth.refresh.$post({ json: { refreshToken } })

it('signs nobody out: access and refresh tokens go on, and are then good without the secret before', async () => {
  const { token, refreshToken } = await founder()
  expect((await send('/v1/auth/me', { token }, rotated)).status).toBe(200)
  expect((await send('/v1/auth/me', { token }, after)).status).toBe(401)
  const next = await bodyOf(refresh(refreshToken, rotated), 200)
  expect((await send('/v1/auth/me', { token: next.accessToken }, after)).status).toBe(200)
  const last = await bodyOf(refresh(next.refreshToken, after), 200)
  await refusalOf(refresh(refreshToken, after), 401, 'invalid_refresh_token')
  expect((await send('/v1/auth/me', { token: last.accessToken }, after)).status).toBe(200)
})

it('lets two tabs refresh at once, one at a Worker that has changed and one at a Worker that has not', async () => {
  for (const [one, other] of [
    [announced, rotated],
    [rotated, announced],
  ] as const) {
    const { refreshToken } = await founder()
    const [a, b] = [await bodyOf(refresh(refreshToken, one), 200), await bodyOf(refresh(refreshToken, other), 200)]
    const nonces = [a, b].map((tokens) => tokens.refreshToken.split('.').slice(0, 3))
    expect(nonces[0]).toEqual(nonces[1])
    expect((await refresh(b.refreshToken, rotated)).status).toBe(200)
  }
})

it('a refresh that was sent twice ends no session, also across the change', async () => {
  const { refreshToken } = await founder()
  const next = await bodyOf(refresh(refreshToken, announced), 200)
  await bodyOf(refresh(refreshToken, rotated), 200)
  await bodyOf(refresh(next.refreshToken, rotated), 200)
})

it('a cursor leads on, and one that was given before the change to its end', async () => {
  const { token } = await founder()
  const { leads } = api(token).v1
  for (const title of ['a', 'b', 'c']) await bodyOf(leads.$post({ json: { title } }), 201)
  const { nextCursor } = await bodyOf(leads.$get({ query: { limit: '1' } }), 200)
  const path = `/v1/leads?limit=1&cursor=${nextCursor}`
  expect((await send(path, { token }, rotated)).status).toBe(200)
  const { token: later } = await founder()
  expect((await send(path, { token: later }, after)).status).toBe(401)
})

it('an answer that was kept for an Idempotency-Key is given again, and another request is still told apart', async () => {
  const { token } = await founder()
  const headers = { 'Idempotency-Key': crypto.randomUUID() }
  const ask = (title: string, fetch: typeof before) =>
    send('/v1/leads', { method: 'POST', token, json: { title }, headers }, fetch)
  const first = await ask('once', before)
  const again = await ask('once', rotated)
  expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([201, 'true'])
  expect(await again.json()).toEqual(await first.json())
  await refusalOf(ask('other', rotated), 422, 'idempotency_mismatch')
})

it('a link in a mail that waits is sent and works', async () => {
  const email = `${unique('ada')}@example.com`
  const off = worker(mailing({ SMTP_PORT: '1' }))
  await send('/v1/auth/register', { method: 'POST', json: { email, password: PASSWORD, name: 'Ada' } }, off)
  const [queued] = await queuedTo(email)
  await rows(`UPDATE outbox SET next_attempt_at = created_at, taken_until = NULL WHERE id = ? RETURNING id`, queued?.id)
  await sweepAt(new Date().toISOString(), { JWT_SECRET: NEW, JWT_SECRET_PREVIOUS: OLD })
  const [mail] = await mailsTo(email)
  const json = { token: tokenIn(mail ?? expect.fail('no mail')) }
  expect((await send('/v1/auth/verify-email', { method: 'POST', json }, after)).status).toBe(204)
})

it('a calendar link and an API key depend on no secret', async () => {
  const { token } = await founder()
  const { url } = await bodyOf(api(token).v1.calendar.$post({}), 201)
  const { pathname, search } = new URL(url)
  expect((await send(pathname + search, {}, after)).status).toBe(200)
  const { key } = await bodyOf(api(token).v1['api-keys'].$post({ json: { name: 'x', scopes: ['leads:read'] } }), 201)
  expect((await send('/v1/leads', { token: key }, after)).status).toBe(200)
})

it('a sign-in at a provider that was begun before is ended after', async () => {
  const { code, codeVerifier } = await obtainCode(someone())
  const fetch = worker(withProviders({ JWT_SECRET: NEW, JWT_SECRET_PREVIOUS: OLD }))
  expect((await api(undefined, fetch).v1.auth.oauth.token.$post({ json: { code, codeVerifier } })).status).toBe(200)
})

it('the desk stays open, and a form of a page from before the change is taken', async () => {
  const admin = await founder()
  let present = before
  const own = browser((input, init) => present(input, init))
  const mark = markIn(await own.signIn(admin))
  present = rotated
  expect((await own.go('/dashboard')).html).toContain('Sign out')
  expect((await own.post('/dashboard/sign-out', { mark })).html).toContain('You are signed out.')
})

it('what is sealed names the secret that it was sealed under', async () => {
  const { token } = await founder()
  const { leads } = api(token).v1
  for (const title of ['a', 'b']) await bodyOf(leads.$post({ json: { title } }), 201)
  const cursorBy = async (fetch: typeof before) =>
    (await bodyOf(api(token, fetch).v1.leads.$get({ query: { limit: '1' } }), 200)).nextCursor?.split('.')[0]
  const [old, present] = [await cursorBy(before), await cursorBy(rotated)]
  expect(present).not.toBe(old)
  expect([old, present].every((id) => /^[\w-]{6}$/.test(id ?? ''))).toBe(true)
})
