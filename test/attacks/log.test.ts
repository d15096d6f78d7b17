// Attacks by whoever reads the log: a whole life of an account, with everything going wrong on the way, and none of it in there.
import { env } from 'cloudflare:workers'
import { afterEach, expect, inject, it, vi } from 'vitest'
import { bodyOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { databaseWith, failingDatabase, failingKv, LOST } from '../support/bindings'
import { unique } from '../support/factories'
import { newKey } from '../support/keys'
import { overheard } from '../support/log'
import { mailing, mailsTo, mailTo, queuedTo, tokenIn } from '../support/mailbox'

afterEach(() => void vi.restoreAllMocks())

const PASSWORDS = ['hunter2-hunter2', 'hunter2-wrong', 'hunter2-the-next']
const NAMES = ['Sesame-Street', 'Bert-and-Ernie']
const post = (path: string, json: unknown, fetch: typeof globalThis.fetch, token?: string) =>
  send(path, { method: 'POST', json, token }, fetch)

/** Registers, and then goes wrong in every way that needs no mail; gives what must not be told. */
async function misadventures(email: string, fetch: typeof globalThis.fetch): Promise<string[]> {
  const json = { email, password: 'hunter2-hunter2', name: 'Sesame-Street', workspaceName: unique('Bert-and-Ernie') }
  const { accessToken, refreshToken } = await bodyOf(api(undefined, fetch).v1.auth.register.$post({ json }), 201)
  await post('/v1/auth/login', { email, password: 'hunter2-wrong' }, fetch)
  await post('/v1/auth/forgot-password', { email }, fetch)
  await post('/v1/auth/reset-password', { token: 'a-token-made-up', newPassword: 'hunter2-the-next' }, fetch)
  await post('/v1/auth/refresh', { refreshToken: `${refreshToken}x` }, fetch)
  await send('/v1/auth/me', { token: `${accessToken}x` }, fetch)
  const links = (await queuedTo(email)).map(({ payload }): string | undefined => JSON.parse(payload).sealedLink)
  return [accessToken, refreshToken, ...links.filter((link) => link !== undefined)]
}

it('a log line holds no secret, token, key, password, address or word of a mail, whatever goes wrong', async () => {
  const lines = overheard()
  const { smtp, rude, guarded, user, pass } = inject('smtp')
  const email = `${unique('secretive')}@example.com`
  const refused = `${unique('secretive')}@refused.test`
  const secrets = [email, refused, ...PASSWORDS, ...NAMES, String(env.JWT_SECRET), pass, 'smtp-wrong-password']
  secrets.push('a-token-made-up', 'token=', 'Verify your')

  // Where mail arrives: verification and reset by their links.
  const mailer = worker(mailing())
  secrets.push(...(await misadventures(email, mailer)))
  const verification = tokenIn(
    await mailTo(email).catch(async () => (await mailsTo(email))[0] ?? expect.fail('no mail')),
  )
  expect((await post('/v1/auth/verify-email', { token: verification }, mailer)).status).toBe(204)
  const mail = (await mailsTo(email)).find(({ subject }) => subject.startsWith('Choose')) ?? expect.fail('no mail')
  const reset = { token: tokenIn(mail), newPassword: 'hunter2-the-next' }
  expect((await post('/v1/auth/reset-password', reset, mailer)).status).toBe(204)
  secrets.push(verification, reset.token)

  // Where it does not: refused, hung up on, nobody there, not let in; and where there is none at all.
  const settings = (port: number, extra = {}) => worker(mailing({ SMTP_PORT: String(port), ...extra }))
  const wrong = { SMTP_USER: user, SMTP_PASS: 'smtp-wrong-password' }
  const bad = [settings(smtp), settings(rude), settings(1), settings(guarded, wrong), worker({ MAIL_TRANSPORT: 'off' })]
  for (const [n, fetch] of bad.entries()) secrets.push(...(await misadventures(`${n}${refused}`, fetch)))

  // An API key, good and bad, an invitation, and Idempotency-Keys, of which one loses its answer.
  const login = await post('/v1/auth/login', { email, password: 'hunter2-the-next' }, mailer)
  const { accessToken: token, user: me } = await login.json<{
    accessToken: string
    user: { id: string; workspaceId: string }
  }>()
  const person = { ...me, email, token, refreshToken: '', slug: '', role: 'ADMIN' as const }
  const { key } = await newKey(person, { name: 'Bert-and-Ernie' })
  const invited = await post('/v1/workspace/invitations', { email: `1${email}` }, mailer, token)
  secrets.push(token, key, (await invited.json<{ token: string }>()).token)
  let left = 2
  const forgetful = databaseWith((send, list) => (left-- > 0 ? send(list) : Promise.reject(new Error(LOST))))
  const once = {
    method: 'POST',
    token,
    json: { title: 'Sesame-Street' },
    headers: { 'Idempotency-Key': 'hunter2-key-of-mine' },
  }
  await send('/v1/leads', once, worker({ DB: forgetful }))
  secrets.push('hunter2-key-of-mine')

  // 500s, 503s, a KV that is down, and settings that are wrong.
  const said = 'D1_ERROR: no such column: users.colour: SQLITE_ERROR'
  const broken = [failingDatabase(said), failingDatabase(LOST)].map((DB) => worker({ ...mailing(), DB }))
  for (const fetch of [...broken, worker({ KV: failingKv }), worker({ JWT_SECRET: 'hunter2-short' })]) {
    await post('/v1/auth/login', { email, password: 'hunter2-hunter2' }, fetch)
    await post('/v1/auth/refresh', { refreshToken: secrets.find((each) => each.split('.').length === 4) }, fetch)
    await post('/v1/leads', { title: 'Sesame-Street', email }, fetch, key)
    await post('/v1/leads', { title: 'Sesame-Street', email }, fetch, token)
    await send('/v1/leads?q=Sesame-Street', { token }, fetch)
    await post('/v1/api-keys', { name: 'Bert-and-Ernie', scopes: ['leads:read'] }, fetch, token)
  }
  secrets.push('hunter2-short')

  const events = new Set(lines.map((line) => /"event":"(\w+)"/.exec(line)?.[1]))
  for (const event of ['mail_not_sent', 'internal', 'database_unavailable', 'rate_limit_degraded', 'misconfigured']) {
    expect([...events]).toContain(event)
  }
  expect([...events]).toContain('idempotency_answer_lost')
  for (const secret of secrets.flatMap((each) => [each, ...each.split('.').filter((part) => part.length > 20)])) {
    expect(secret.length).toBeGreaterThan(5)
    expect(lines.filter((line) => line.includes(secret))).toEqual([])
  }
})
