// Verification and recovery: tokens that come by mail, work once, tell nobody who has an account, and end what they must.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api, send, worker } from '../support/api'
import { founder, PASSWORD, unique } from '../support/factories'
import { mailing, mailsTo, mailTo, PUBLIC_URL, queuedTo, type Received, tokenIn } from '../support/mailbox'

const mailer = worker(mailing())
const at = (address: string) => ({ headers: { 'CF-Connecting-IP': address } })
const anywhere = () => at(`2001:db8:${crypto.randomUUID().slice(0, 4)}:${crypto.randomUUID().slice(0, 4)}::1`)
const HOUR = 3_600_000

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** An account registered where mail works; its verification mail has come. */
async function registered(fetch = mailer) {
  const email = `${unique('ada')}@example.com`
  const response = await api(undefined, fetch).v1.auth.register.$post({
    json: { email, password: PASSWORD, name: 'Ada', workspaceName: unique('Engines') },
  })
  expect(response.status).toBe(201)
  if (response.status !== 201) throw new Error('registration failed')
  return { email, ...(await response.json()) }
}

const verify = (token: string, fetch = mailer) =>
  send('/v1/auth/verify-email', { method: 'POST', json: { token } }, fetch)
const forgot = (email: string, from = anywhere()) =>
  send('/v1/auth/forgot-password', { method: 'POST', json: { email }, ...from }, mailer)
const reset = (token: string, newPassword: string) =>
  send('/v1/auth/reset-password', { method: 'POST', json: { token, newPassword } }, mailer)
const login = (email: string, password: string, from = anywhere()) =>
  send('/v1/auth/login', { method: 'POST', json: { email, password }, ...from }, mailer)

async function resetMail(email: string): Promise<Received> {
  const mails = await mailsTo(email)
  const found = mails.filter(({ subject }) => subject.startsWith('Choose a new password'))
  const last = found.at(-1)
  if (!last) throw new Error('no reset mail')
  return last
}

async function expectCode(response: Response, status: number, code: string) {
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ code })
}

describe('verifying an address', () => {
  it('begins with the mail that registering sends, whose link works once', async () => {
    const { email, accessToken, user } = await registered()
    expect(user.emailVerified).toBe(false)
    const mail = await mailTo(email)
    expect(mail.subject).toContain('Verify your e-mail address')
    expect(mail.text).toContain(`${PUBLIC_URL}/verify-email#token=`)
    expect((await verify(tokenIn(mail))).status).toBe(204)
    await expectCode(await verify(tokenIn(mail)), 400, 'invalid_token')
    const me = await (await api(accessToken).v1.auth.me.$get()).json()
    expect(me).toMatchObject({ user: { emailVerified: true } })
    const event = await env.DB.prepare(
      "SELECT count(*) AS n FROM events WHERE subject_id = ? AND verb = 'user.email_verified'",
    )
    expect(await event.bind(user.id).first('n')).toBe(1)
  })

  it('is done by exactly one of many who use the link at once', async () => {
    const { email } = await registered()
    const token = tokenIn(await mailTo(email))
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await verify(token)).status))
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    expect(statuses.filter((status) => status === 400)).toHaveLength(9)
  })

  it('is refused with a token that is made up, out of date, or meant for a reset', async () => {
    const { email } = await registered()
    await expectCode(await verify('made-up'), 400, 'invalid_token')
    expect((await forgot(email)).status).toBe(202)
    await expectCode(await verify(tokenIn(await resetMail(email))), 400, 'invalid_token')
    const [mail] = await mailsTo(email)
    if (!mail) throw new Error('no mail')
    await expectCode(await reset(tokenIn(mail), 'another password'), 400, 'invalid_token')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24 * HOUR + 1000 })
    await expectCode(await verify(tokenIn(mail)), 400, 'invalid_token')
  })

  it('can be asked for again, three times an hour, and sends nothing once it is done', async () => {
    const { email, accessToken } = await registered()
    const resend = () =>
      send('/v1/auth/resend-verification', { method: 'POST', token: accessToken, ...anywhere() }, mailer)
    const answers = await Promise.all(Array.from({ length: 8 }, resend))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([202, 202, 202, 429, 429, 429, 429, 429])
    expect(Number(answers.find(({ status }) => status === 429)?.headers.get('Retry-After'))).toBeGreaterThan(0)
    const mails = await mailsTo(email)
    expect(mails).toHaveLength(4)
    const last = mails.at(-1)
    if (!last) throw new Error('no mail')
    expect((await verify(tokenIn(last))).status).toBe(204)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR })
    const { accessToken: later } = await (await login(email, PASSWORD)).json<{ accessToken: string }>()
    const again = await send('/v1/auth/resend-verification', { method: 'POST', token: later, ...anywhere() }, mailer)
    expect(again.status).toBe(202)
    expect(await mailsTo(email)).toHaveLength(4)
  })

  it('does not leave a usable token in the database', async () => {
    const down = worker(mailing({ SMTP_PORT: '1' }))
    const { email } = await registered(down)
    const [row] = await queuedTo(email)
    expect(row).toMatchObject({ state: 'QUEUED', template: 'verification' })
    expect(row?.payload).not.toContain('token=')
    expect(row?.payload).not.toContain('http')
    const stored = await env.DB.prepare('SELECT token_hash FROM one_time_tokens WHERE email = ?')
      .bind(email)
      .first('token_hash')
    expect(row?.payload).not.toContain(String(stored))
  })
})

describe('REQUIRE_VERIFIED_EMAIL', () => {
  const strict = worker({ ...mailing(), REQUIRE_VERIFIED_EMAIL: 'true' })

  it('leaves an unverified account its own affairs alone, until it is verified and has refreshed', async () => {
    const { email, accessToken, refreshToken } = await registered(strict)
    const client = api(accessToken, strict)
    expect((await client.v1.auth.me.$get()).status).toBe(200)
    expect((await send('/v1/users/me/notifications', { token: accessToken }, strict)).status).toBe(200)
    for (const path of ['/v1/leads', '/v1/users', '/v1/workspace', '/v1/events', '/v1/outbox']) {
      await expectCode(await send(path, { token: accessToken }, strict), 403, 'email_unverified')
    }
    await expectCode(
      await send('/v1/leads', { method: 'POST', token: accessToken, json: { title: 'x' } }, strict),
      403,
      'email_unverified',
    )
    expect((await verify(tokenIn(await mailTo(email)), strict)).status).toBe(204)
    const refreshed = await api(undefined, strict).v1.auth.refresh.$post({ json: { refreshToken } })
    if (refreshed.status !== 200) throw new Error('refresh failed')
    const { accessToken: verified } = await refreshed.json()
    expect((await send('/v1/leads', { token: verified }, strict)).status).toBe(200)
  })

  it('is off unless it is set', async () => {
    const { accessToken } = await registered()
    expect((await send('/v1/leads', { token: accessToken }, mailer)).status).toBe(200)
  })

  it('is refused in production where no mail can be sent', async () => {
    const wrong = worker({ ENVIRONMENT: 'production', MAIL_TRANSPORT: 'off', REQUIRE_VERIFIED_EMAIL: 'true' })
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = await send('/v1/leads', {}, wrong)
    await expectCode(answer.clone(), 500, 'misconfigured')
    expect(await answer.text()).toContain('REQUIRE_VERIFIED_EMAIL')
  })
})

describe('a forgotten password', () => {
  it('is replaced by the link of a mail: sessions end, the lockout too, the address is verified, the owner is told', async () => {
    const { email, refreshToken, user } = await registered()
    for (let failure = 0; failure < 10; failure += 1) await login(email, 'wrong password')
    await expectCode(await login(email, PASSWORD), 429, 'locked_out')
    const asked = await forgot(email)
    expect([asked.status, await asked.text()]).toEqual([202, ''])
    const mail = await resetMail(email)
    expect(mail.text).toContain(`${PUBLIC_URL}/reset-password#token=`)
    expect((await reset(tokenIn(mail), 'a password to come')).status).toBe(204)
    await expectCode(await login(email, PASSWORD), 401, 'invalid_credentials')
    const back = await login(email, 'a password to come')
    expect(back.status).toBe(200)
    expect(await back.json()).toMatchObject({ user: { id: user.id, emailVerified: true } })
    const old = await send('/v1/auth/refresh', { method: 'POST', json: { refreshToken } }, mailer)
    await expectCode(old, 401, 'invalid_refresh_token')
    const told = (await mailsTo(email)).filter(({ subject }) => subject.startsWith('Your password was changed'))
    expect(told).toHaveLength(1)
    expect(told[0]?.text).toMatch(/changed on \d+ \w{3,4} \d{4}, \d\d:\d\d UTC/)
  })

  it('gives one link one use, however many use it at once, and the other links none', async () => {
    const { email } = await registered()
    await forgot(email)
    const first = await resetMail(email)
    await forgot(email)
    const second = await resetMail(email)
    expect(tokenIn(second)).not.toBe(tokenIn(first))
    const statuses = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => (await reset(tokenIn(second), `password number ${n}`)).status),
    )
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    await expectCode(await reset(tokenIn(first), 'password too late'), 400, 'invalid_token')
    const winner = statuses.indexOf(204)
    expect((await login(email, `password number ${winner}`)).status).toBe(200)
  })

  it('is not replaced after an hour, nor for an account that is inactive by then', async () => {
    const { email, user } = await registered()
    await forgot(email)
    const token = tokenIn(await resetMail(email))
    await env.DB.prepare("UPDATE users SET status = 'INACTIVE' WHERE id = ?").bind(user.id).run()
    await expectCode(await reset(token, 'a password to come'), 400, 'invalid_token')
    await env.DB.prepare("UPDATE users SET status = 'ACTIVE' WHERE id = ?").bind(user.id).run()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR + 1000 })
    await expectCode(await reset(token, 'a password to come'), 400, 'invalid_token')
  })

  it('is answered alike, by the same statements, for an address with and without an account', async () => {
    const { email } = await registered()
    const stranger = `${unique('nobody')}@example.com`
    const [known, unknown] = [await forgot(email), await forgot(stranger)]
    const shape = (response: Response) => {
      const { headers, status } = response
      const varies = ['x-request-id', 'd1-bookmark', 'server-timing', 'ratelimit', 'date']
      return { status, headers: [...headers].filter(([name]) => !varies.includes(name)) }
    }
    expect(shape(unknown)).toEqual(shape(known))
    expect(await unknown.text()).toBe(await known.text())
    const work = (response: Response) =>
      /round trips \d+, statements \d+/.exec(response.headers.get('Server-Timing') ?? '')?.[0]
    expect(work(unknown)).toBe(work(known))
    expect(work(known)).toMatch(/^round trips 1,/)
    expect(await mailsTo(stranger)).toHaveLength(0)
  })

  it('can be asked for three times an hour for an address, known or not, from wherever', async () => {
    const { email } = await registered()
    const stranger = `${unique('nobody')}@example.com`
    for (const who of [email, stranger]) {
      const answers = await Promise.all(Array.from({ length: 9 }, () => forgot(who)))
      expect(answers.filter(({ status }) => status === 202)).toHaveLength(3)
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(6)
      const refused = answers.find(({ status }) => status === 429)
      expect(await refused?.json()).toMatchObject({ code: 'mail_limit' })
    }
    expect((await mailsTo(email)).filter(({ subject }) => subject.startsWith('Choose'))).toHaveLength(3)
  })

  it('can be asked for twenty times an hour from one place, whoever for', async () => {
    const here = anywhere()
    const answers = await Promise.all(Array.from({ length: 30 }, () => forgot(`${unique('nobody')}@example.com`, here)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(20)
  })

  it('needs mail: without it the answer is 501 and names what is missing', async () => {
    const { token } = await founder()
    const json = { email: 'ada@example.com' }
    const off = await send('/v1/auth/forgot-password', { method: 'POST', json })
    expect(await off.json()).toMatchObject({ code: 'not_configured', detail: 'Mail needs MAIL_TRANSPORT to be set.' })
    const half = worker({ MAIL_TRANSPORT: 'smtp', SMTP_HOST: '127.0.0.1', SMTP_USER: 'ada' })
    const lacking = await send('/v1/auth/resend-verification', { method: 'POST', token }, half)
    expect(lacking.status).toBe(501)
    expect(await lacking.json()).toMatchObject({ detail: 'Mail needs SMTP_FROM, SMTP_PASS to be set.' })
  })
})

describe('an invitation', () => {
  it('goes by mail, with a token that proves the address, which the answer does not show', async () => {
    const inviter = await registered()
    expect((await verify(tokenIn(await mailTo(inviter.email)))).status).toBe(204)
    const { accessToken } = inviter
    const email = `${unique('grace')}@example.com`
    const response = await api(accessToken, mailer).v1.workspace.invitations.$post({ json: { email, role: 'SALES' } })
    if (response.status !== 201) throw new Error('invitation failed')
    const { token } = await response.json()
    const mail = await mailTo(email)
    expect(mail.subject).toMatch(/^Ada invites you to Engines/)
    expect(mail.text).toContain(`${PUBLIC_URL}/register#token=${token}.`)
    const again = await api(undefined, mailer).v1.auth.register.$post({
      json: { email, password: PASSWORD, name: 'Grace', invitationToken: tokenIn(mail) },
    })
    expect(again.status).toBe(201)
    expect(await again.json()).toMatchObject({ user: { emailVerified: true } })
  })
})
