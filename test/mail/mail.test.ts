// Mail itself: what is written, to whom it is shown, when it is sent, and that no log line says what it says.
import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ERRORS } from '../../src/errors'
import handler from '../../src/index'
import { enqueue } from '../../src/mail/mail.enqueue'
import { render } from '../../src/mail/mail.render'
import { isTemplate, TEMPLATES } from '../../src/mail/mail.templates'
import { oneLine } from '../../src/mail/mail.text'
import { wordsFor } from '../../src/mail/mail.words'
import { api, send, worker } from '../support/api'
import { founder, member, PASSWORD, type Person, unique } from '../support/factories'
import { overheard } from '../support/log'
import { database, mailConfig, mailing, mailsTo, queuedTo, sweepAt, tokenIn } from '../support/mailbox'

const mailer = worker(mailing())
// Everything is queued; the server cannot be reached.
const waiting = worker(mailing({ SMTP_PORT: '1' }))

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

async function invited(person: Person, fetch = mailer, email = `${unique('grace')}@example.com`) {
  const response = await api(person.token, fetch).v1.workspace.invitations.$post({ json: { email, role: 'SALES' } })
  expect(response.status).toBe(201)
  if (response.status !== 201) throw new Error('invitation failed')
  return response.json()
}

describe('a template', () => {
  const reader = { language: 'en', timeZone: 'UTC' } as const
  const words = (name: string) => `<x-${name}> & "co"\r\nX-Evil: 1`

  it('escapes what people wrote in HTML, and keeps its subject to one line', () => {
    for (const [name, { fields, write }] of Object.entries(TEMPLATES)) {
      const at = '2026-11-21T15:00:00.000Z'
      const item = { kind: 'customer', name: words('about'), at, note: words('note'), link: words('link') }
      const known: Record<string, string> = { at, zone: 'Europe/Berlin', items: JSON.stringify([item]) }
      const filled = (field: string) => known[field] ?? (field.endsWith('At') ? at : words(field))
      const payload = Object.fromEntries(fields.map((field) => [field, filled(field)]))
      const workspace = words('workspace')
      const { subject, text, html } = render(write({ ...payload, workspace }, reader), workspace, 'en')
      expect(subject, name).not.toMatch(/[\r\n]/)
      expect(html, name).not.toMatch(new RegExp(`<x-(${[...fields, 'workspace', 'about', 'note'].join('|')})>`))
      expect(html, name).toContain('&lt;x-workspace&gt; &amp; &quot;co&quot;')
      expect(text, name).toContain('<x-workspace> & "co" X-Evil: 1')
      expect(text, name).not.toContain('undefined')
      expect(text, name).not.toContain('2026-11-21T15')
    }
  })

  it('says an instant by the clock and in the language of its reader', () => {
    const at = '2026-11-21T15:00:00.000Z'
    expect(wordsFor({ language: 'en', timeZone: 'UTC' }).instant(at)).toBe('21 Nov 2026, 15:00 UTC')
    expect(wordsFor({ language: 'de', timeZone: 'Europe/Berlin' }).instant(at)).toBe('21. Nov. 2026, 16:00 MEZ')
  })

  it('leaves out what is not known', () => {
    const fields = { title: 'T', name: null, email: 'a@example.com', phone: '', workspace: 'W' }
    const { text } = render(TEMPLATES.leadClaimed.write(fields, reader), 'W', 'en')
    expect(text).toContain('E-mail: a@example.com')
    expect(text).not.toContain('Name:')
    expect(text).not.toContain('Phone:')
  })

  it('turns no reading direction and carries no control character', () => {
    expect(oneLine('a\u202Eb\u2066c\u0000d\u2028e')).toBe('abc d e')
    expect(oneLine(`${'x'.repeat(299)}😀`)).toHaveLength(300)
    expect(oneLine(`${'x'.repeat(299)}😀`).isWellFormed()).toBe(true)
    expect(isTemplate('toString')).toBe(false)
  })
})

describe('queueing', () => {
  const sender = (overrides = {}) => {
    const config = mailConfig(overrides)
    return { db: database(), config, now: new Date().toISOString(), outgoing: new Set<string>() }
  }
  const letter = {
    template: 'enquiryReceived',
    to: 'a@example.com',
    audience: { allowsUserText: sql`true`, bound: null },
    payload: { at: '' },
    when: sql`true`,
  } as const

  it('adds no statement, and remembers nothing, where mail is not configured', () => {
    for (const off of [
      { MAIL_TRANSPORT: 'off' },
      { SMTP_HOST: undefined },
      { SMTP_FROM: undefined },
      { SMTP_USER: 'x' },
    ]) {
      const ctx = sender(off)
      expect(enqueue(ctx, letter)).toEqual([])
      expect(ctx.outgoing.size).toBe(0)
    }
    const ctx = sender()
    expect(enqueue(ctx, letter)).toHaveLength(1)
    expect([...ctx.outgoing]).toEqual([ctx.now])
  })

  it('gives each mail an id in order of time, valid and its own', async () => {
    const { workspaceId } = await founder()
    const ctx = sender()
    const from = sql`(SELECT value FROM json_each('[1,2,3,4,5,6,7,8,9,10]'))`
    const to = `${unique('many')}@example.com`
    await ctx.db.batch([
      ctx.db.select({ one: sql`1` }).from(sql`(SELECT 1)`),
      ...enqueue(ctx, { ...letter, to, from, workspaceId }),
    ])
    const ids = (await queuedTo(to)).map(({ id }) => id)
    expect(new Set(ids).size).toBe(10)
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.parse(ctx.now))
    }
  })

  it('does not happen where the change did not, and then nothing is sent', async () => {
    const admin = await founder()
    const email = `${unique('grace')}@example.com`
    await invited(admin, mailer, email)
    const registered = await api(undefined, mailer).v1.auth.register.$post({
      json: { email, password: PASSWORD, name: 'Grace' },
    })
    expect(registered.status).toBe(201)
    await env.DB.prepare('UPDATE users SET email_verified_at = created_at WHERE email = ?').bind(email).run()
    const taken = await api(admin.token, mailer).v1.workspace.invitations.$post({ json: { email, role: 'SALES' } })
    expect(taken.status).toBe(409)
    const again = await api(undefined, mailer).v1.auth.register.$post({
      json: { email, password: PASSWORD, name: 'Eve' },
    })
    expect(again.status).toBe(409)
    expect((await queuedTo(email)).map(({ template }) => template)).toEqual(['invitation', 'verification'])
  })
})

describe('sending', () => {
  it('follows the answer at once, the request’s own mail before what waits', async () => {
    const admin = await founder()
    const waits = await invited(admin, waiting)
    await env.DB.prepare("UPDATE outbox SET next_attempt_at = '2020-01-01T00:00:00.000Z' WHERE recipient = ?")
      .bind(waits.email)
      .run()
    const { email } = await invited(admin)
    expect(await mailsTo(email)).toHaveLength(1)
    expect(await mailsTo(waits.email)).toHaveLength(0)
  })

  it('is done by the cron where the request could not, and is no part of what a request costs', async () => {
    const admin = await founder()
    const { email, token } = await invited(admin, waiting)
    expect(await queuedTo(email)).toMatchObject([{ state: 'QUEUED', attempts: 1 }])
    await env.DB.prepare('UPDATE outbox SET next_attempt_at = created_at WHERE recipient = ?').bind(email).run()
    await handler.scheduled(createScheduledController({ cron: '* * * * *' }), { ...env, ...mailing() })
    const [mail] = await mailsTo(email)
    expect(mail && tokenIn(mail)).toContain(`${token}.`)
    const answer = await send(
      '/v1/workspace/invitations',
      { method: 'POST', token: admin.token, json: { email: `${unique('x')}@example.com`, role: 'SALES' } },
      mailer,
    )
    expect(answer.headers.get('Server-Timing')).toMatch(/round trips 1, statements 6,/)
  })

  it('is given up where the secret that closed the link has changed', async () => {
    const admin = await founder()
    const { email } = await invited(admin, waiting)
    const tomorrow = new Date(Date.now() + 3_600_000).toISOString()
    await sweepAt(tomorrow, { JWT_SECRET: 'another-secret-another-secret-another' })
    const [row] = await queuedTo(email)
    expect(row).toMatchObject({ state: 'FAILED' })
    expect(row?.last_error).toContain('JWT_SECRET')
    expect(await mailsTo(email)).toHaveLength(0)
  })

  it('of a link ends with the link: a reset that could not be sent within the hour has failed', async () => {
    const admin = await founder()
    await send('/v1/auth/forgot-password', { method: 'POST', json: { email: admin.email } }, waiting)
    const [row] = await queuedTo(admin.email)
    expect(Date.parse(row?.give_up_at ?? '') - Date.now()).toBeLessThanOrEqual(3_600_000)
    await sweepAt(new Date(Date.now() + 3_700_000).toISOString(), { SMTP_PORT: '1' })
    expect(await queuedTo(admin.email)).toMatchObject([{ state: 'FAILED' }])
  })
})

describe('the outbox', () => {
  it('shows an ADMIN the mail of the own workspace and how it stands, never what it says', async () => {
    const admin = await founder()
    const stranger = await founder()
    const sent = await invited(admin)
    const failed = await invited(admin, mailer, `${unique('grace')}@refused.test`)
    await invited(stranger)
    const list = async (query: { state?: 'SENT' | 'FAILED' | 'QUEUED'; limit?: string; cursor?: string } = {}) => {
      const response = await api(admin.token).v1.outbox.$get({ query })
      if (response.status !== 200) throw new Error('list failed')
      return response.json()
    }
    const all = await list()
    expect(all.data).toMatchObject([
      { recipient: failed.email, state: 'FAILED', attempts: 1, lastError: '550 5.1.1 No such user here', sentAt: null },
      { recipient: sent.email, state: 'SENT', attempts: 1, lastError: null, sentAt: expect.any(String) },
    ])
    expect(JSON.stringify(all)).not.toMatch(/payload|token|Ada Admin/)
    expect((await list({ state: 'SENT' })).data.map(({ recipient }) => recipient)).toEqual([sent.email])
    const first = await list({ limit: '1' })
    const second = await list({ limit: '1', cursor: first.nextCursor ?? '' })
    expect([...first.data, ...second.data]).toEqual(all.data)
    expect(second.nextCursor).toBeNull()
  })

  it('tries a mail again at once, but not one that has left, is leaving, or is somebody else’s', async () => {
    const admin = await founder()
    const stranger = await founder()
    const retry = (id: string, { token }: Person, fetch = mailer) =>
      send(`/v1/outbox/${id}/retry`, { method: 'POST', token }, fetch)
    const { email } = await invited(admin, waiting)
    const [row] = await queuedTo(email)
    const id = row?.id ?? ''
    expect((await retry(id, stranger)).status).toBe(404)
    await env.DB.prepare("UPDATE outbox SET taken_until = '2999-01-01T00:00:00.000Z' WHERE id = ?").bind(id).run()
    expect((await retry(id, admin)).status).toBe(200)
    expect(await mailsTo(email)).toHaveLength(0)
    await env.DB.prepare("UPDATE outbox SET taken_until = NULL, state = 'FAILED' WHERE id = ?").bind(id).run()
    const answer = await retry(id, admin)
    expect(await answer.json()).toMatchObject({ id, state: 'QUEUED' })
    expect(await mailsTo(email)).toHaveLength(1)
    expect(await (await retry(id, admin)).json()).toMatchObject({ code: 'already_sent' })
    expect(await mailsTo(email)).toHaveLength(1)
    const events = await env.DB.prepare(
      "SELECT count(*) AS n FROM events WHERE subject_id = ? AND verb = 'mail.retried'",
    )
      .bind(id)
      .first('n')
    expect(events).toBe(1)
    expect((await retry(id, admin, worker())).status).toBe(501)
  })

  it('is closed to everybody else', async () => {
    const admin = await founder()
    for (const role of ['MANAGER', 'SALES', 'CUSTOMER'] as const) {
      const { token } = await member(admin, role)
      expect((await api(token).v1.outbox.$get({ query: {} })).status).toBe(403)
      expect((await send(`/v1/outbox/${crypto.randomUUID()}/retry`, { method: 'POST', token })).status).toBe(403)
    }
  })
})

// What must never be in a log is in attacks-log.test.ts.
describe('the log', () => {
  it('has the whole mail, its link included, where the transport is log', async () => {
    const admin = await founder()
    const lines = overheard()
    const local = worker({ MAIL_TRANSPORT: undefined })
    const { email, token } = await invited(admin, local)
    const mail = lines.find((line) => line.startsWith(`Mail to ${email}`))
    expect(mail).toContain('Subject: Ada Admin invites you to')
    expect(mail).toContain(`http://localhost:8787/dashboard/register?token=${token}`)
    expect(await queuedTo(email)).toMatchObject([{ state: 'SENT', payload: '{}' }])
  })

  it('transport is refused in production', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = await send('/v1/leads', {}, worker({ ENVIRONMENT: 'production', MAIL_TRANSPORT: 'log' }))
    expect(answer.status).toBe(ERRORS.misconfigured[0])
    expect(await answer.text()).toContain('MAIL_TRANSPORT')
  })
})
