// Notifications: who hears of what, by mail, in the batch of the change; and how each is switched off.
import { env } from 'cloudflare:workers'
import { eq, sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Actor } from '../../src/access/policy'
import type { Ctx } from '../../src/context'
import { interactions, tickets } from '../../src/db/schema'
import { meetingMail } from '../../src/interactions/interactions.mail'
import { ticketMail } from '../../src/tickets/tickets.mail'
import { api, send, worker } from '../support/api'
import { rows } from '../support/database'
import { customer, enquiry, founder, member, type Person, team, unique } from '../support/factories'
import { lead } from '../support/leads'
import { database, mailConfig, mailing, mailsTo, mailTo, PUBLIC_URL, queuedTo } from '../support/mailbox'

const mailer = worker(mailing())
// Everything is queued and nothing is sent.
const waiting = worker(mailing({ SMTP_PORT: '1' }))
const as = ({ token }: Person, fetch = mailer) => api(token, fetch).v1

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

const mute = (person: Person, patch: Record<string, boolean>) =>
  send('/v1/users/me/notifications', { method: 'PATCH', token: person.token, json: patch })

describe('a lead', () => {
  it('that is claimed is mailed to whoever won it, once, however many asked', async () => {
    const { admin, manager, sales, rival } = await team()
    const id = await enquiry(admin.slug, { name: 'Alice <b>Student</b>', interest: 'React & more' })
    const people = [manager, sales, rival]
    const answers = await Promise.all(
      people.flatMap((person) =>
        Array.from({ length: 10 }, () => as(person).leads[':id'].claim.$post({ param: { id } })),
      ),
    )
    const won = answers.findIndex(({ status }) => status === 200)
    const winner = people[Math.floor(won / 10)]
    if (!winner) throw new Error('nobody won')
    const mail = await mailTo(winner.email)
    expect(mail.subject).toContain('You claimed: React & more')
    expect(mail.text).toContain('Name: Alice <b>Student</b>')
    expect(mail.html).toContain('Alice &lt;b&gt;Student&lt;/b&gt;')
    expect(mail.text).toContain(`${PUBLIC_URL}/leads/${id}`)
    for (const loser of people.filter((person) => person !== winner)) expect(await mailsTo(loser.email)).toHaveLength(0)
    expect(await queuedTo(winner.email)).toHaveLength(1)
  })

  it('that changes with its owner is mailed to the new one, and not again while the owner stays', async () => {
    const { admin, manager, sales } = await team()
    const { id } = await lead(admin)
    const fetch = worker(mailing({ DIALECTS: 'leads' }))
    const put = (json: object) => send(`/api/leads/${id}`, { method: 'PUT', token: manager.token, json }, fetch)
    expect((await put({ title: 'Yours now', ownerId: sales.id })).status).toBe(200)
    const mail = await mailTo(sales.email)
    expect(mail.subject).toContain('Yours now')
    expect((await put({ title: 'Still yours', ownerId: sales.id })).status).toBe(200)
    expect(await queuedTo(sales.email)).toHaveLength(1)
  })

  it('that is claimed as the next of the pool is the one in the mail', async () => {
    const { admin, sales, rival } = await team()
    const ids = [await enquiry(admin.slug, { interest: 'First' }), await enquiry(admin.slug, { interest: 'Second' })]
    await Promise.all([as(sales).leads['claim-next'].$post(), as(rival).leads['claim-next'].$post()])
    for (const person of [sales, rival]) {
      const mine = await env.DB.prepare('SELECT id, title FROM leads WHERE owner_id = ?')
        .bind(person.id)
        .first<{ id: string; title: string }>()
      expect(ids).toContain(mine?.id)
      const mail = await mailTo(person.email)
      expect(mail.subject).toContain(`You claimed: ${mine?.title}`)
      expect(mail.text).toContain(mine?.id)
    }
    expect((await as(sales).leads['claim-next'].$post()).status).toBe(204)
    expect(await mailsTo(sales.email)).toHaveLength(1)
  })

  it('that is given to somebody is mailed to them, not to the giver', async () => {
    const { admin, manager, sales } = await team()
    const id = await enquiry(admin.slug)
    const give = (ownerId: string) =>
      as(manager).leads[':id'].assign.$post({ param: { id }, header: {}, json: { ownerId } })
    expect((await give(sales.id)).status).toBe(200)
    expect((await mailTo(sales.email)).text).toContain('MANAGER member gave you the lead')
    expect((await give(sales.id)).status).toBe(200)
    expect(await mailsTo(sales.email)).toHaveLength(1)
    expect((await give(manager.id)).status).toBe(200)
    expect(await mailsTo(manager.email)).toHaveLength(0)
    const made = await as(manager).leads.$post({ json: { title: 'Made for you', ownerId: sales.id } })
    expect(made.status).toBe(201)
    expect((await mailsTo(sales.email)).map(({ subject }) => subject)[1]).toContain('A lead for you: Made for you')
  })

  it('that was not given away mails nobody', async () => {
    const { admin, manager, sales, customer: portal } = await team()
    const id = await enquiry(admin.slug)
    const refused = await as(manager).leads[':id'].assign.$post({
      param: { id },
      header: {},
      json: { ownerId: portal.id },
    })
    expect(refused.status).toBe(400)
    const stale = await send(
      `/v1/leads/${id}/assign`,
      { method: 'POST', token: manager.token, json: { ownerId: sales.id }, headers: { 'If-Match': '"7"' } },
      mailer,
    )
    expect(stale.status).toBe(412)
    expect([...(await queuedTo(portal.email)), ...(await queuedTo(sales.email))]).toHaveLength(0)
  })

  it('costs a claim no statement and no row more where mail is not configured', async () => {
    const { admin, sales } = await team()
    const costOf = async (fetch: typeof globalThis.fetch) => {
      const id = await enquiry(admin.slug)
      const answer = await send(`/v1/leads/${id}/claim`, { method: 'POST', token: sales.token }, fetch)
      const numbers = /round trips (\d+), statements (\d+), rows read (\d+)/.exec(
        answer.headers.get('Server-Timing') ?? '',
      )
      return numbers?.slice(1).map(Number)
    }
    // The first claim of a day begins its figures, the second adds to them.
    await costOf(worker())
    expect(await costOf(worker())).toEqual([1, 3, 14])
    expect(await costOf(waiting)).toEqual([1, 4, 19])
  })
})

describe('an enquiry', () => {
  it('thanks its sender without repeating a word of theirs, and alerts those who hand leads out', async () => {
    const { admin, manager, sales, customer: portal } = await team()
    const email = `${unique('alice')}@example.com`
    const json = {
      workspace: admin.slug,
      name: 'Buy now at http://spam.example',
      email,
      interest: 'Cheap pills',
      message: 'Line one\nhttp://spam.example/pills',
    }
    expect((await api(undefined, mailer).v1.enquiries.$post({ json })).status).toBe(201)
    const thanks = await mailTo(email)
    expect(thanks.subject).toContain('We have received your enquiry')
    for (const word of ['spam', 'pills', 'Line one']) expect(thanks.raw).not.toContain(word)
    for (const person of [admin, manager]) {
      const alert = await mailTo(person.email)
      expect(alert.subject).toContain('New enquiry: Cheap pills')
      expect(alert.text).toContain('Message:\n> Line one\n> http://spam.example/pills')
      expect(alert.html).toContain('Line one<br>\nhttp://spam.example/pills')
    }
    for (const person of [sales, portal]) expect(await mailsTo(person.email)).toHaveLength(0)
  })

  it('of a robot, or beyond the day’s cap, mails nobody', async () => {
    const admin = await founder()
    const capped = worker(mailing({ ENQUIRY_DAILY_MAX_PER_EMAIL: '1' }))
    const email = `${unique('alice')}@example.com`
    const json = { workspace: admin.slug, name: 'Alice', email }
    expect((await api(undefined, capped).v1.enquiries.$post({ json: { ...json, website: 'x' } })).status).toBe(201)
    expect(await queuedTo(email)).toHaveLength(0)
    expect((await api(undefined, capped).v1.enquiries.$post({ json })).status).toBe(201)
    expect((await api(undefined, capped).v1.enquiries.$post({ json })).status).toBe(429)
    expect(await queuedTo(email)).toHaveLength(1)
    expect(await queuedTo(admin.email)).toHaveLength(1)
  })
})

describe('switching notifications', () => {
  it('starts with all of them on, changes the named ones, and keeps the rest whoever else is switching', async () => {
    const { token } = await founder()
    const client = api(token).v1.users.me.notifications
    const all = {
      leadAssigned: true,
      leadClaimed: true,
      enquiryReceived: true,
      ticketUpdated: true,
      followUpDue: true,
      meetingLogged: true,
      quietHours: { from: '21:00', to: '07:00' },
      digest: 'single',
      digestHour: 8,
    }
    expect(await (await client.$get()).json()).toEqual(all)
    await Promise.all([
      client.$patch({ header: {}, json: { leadClaimed: false } }),
      client.$patch({ header: {}, json: { followUpDue: false } }),
      client.$patch({ header: {}, json: { enquiryReceived: false, meetingLogged: false } }),
    ])
    await client.$patch({ header: {}, json: { meetingLogged: true, leadClaimed: false } })
    await client.$patch({ header: {}, json: { quietHours: { from: '22:00', to: '06:30' }, digest: 'daily' } })
    await client.$patch({ header: {}, json: { digestHour: 0 } })
    const now = await client.$get()
    const quietHours = { from: '22:00', to: '06:30' }
    const muted = { leadClaimed: false, followUpDue: false, enquiryReceived: false }
    expect(await now.json()).toEqual({ ...all, ...muted, quietHours, digest: 'daily', digestHour: 0 })
    const stale = await client.$patch({ json: { leadClaimed: true }, header: { 'if-match': '"1"' } })
    expect(stale.status).toBe(412)
  })

  it('to what they are changes nothing, and records nothing', async () => {
    const { token, id } = await founder()
    const client = api(token).v1.users.me.notifications
    type Patch = Parameters<typeof client.$patch>[0]['json']
    await client.$patch({ header: {}, json: { followUpDue: false, leadClaimed: false } })
    const same: Patch[] = [{ leadClaimed: false }, { followUpDue: false, leadClaimed: false }, { digest: 'single' }]
    for (const json of same) {
      const response = await client.$patch({ header: {}, json })
      expect([response.status, response.headers.get('ETag')]).toEqual([200, '"2"'])
    }
    const query = "SELECT count(*) AS n FROM events WHERE subject_id = ? AND verb = 'user.notifications_changed'"
    expect(await rows(query, id)).toEqual([{ n: 1 }])
  })

  it('records exactly the settings that changed, with what they were', async () => {
    const { token, id } = await founder()
    const client = api(token).v1.users.me.notifications
    await client.$patch({ header: {}, json: { leadClaimed: false, digestHour: 8 } })
    await client.$patch({ header: {}, json: { digestHour: 9, leadClaimed: false } })
    await client.$patch({ header: {}, json: { leadClaimed: true } })
    const query = `SELECT changes FROM events WHERE subject_id = ? AND verb = 'user.notifications_changed'
      ORDER BY seq`
    const recorded = await rows(query, id)
    expect(recorded.map(({ changes }) => JSON.parse(String(changes)))).toEqual([
      { muted: [null, ['leadClaimed']] },
      { digestHour: [8, 9] },
      { muted: [['leadClaimed'], null] },
    ])
  })

  it('refuses what is no notification', async () => {
    const { token } = await founder()
    const patch = (json: unknown) => send('/v1/users/me/notifications', { method: 'PATCH', token, json })
    for (const json of [{}, { passwordReset: false }, { leadClaimed: 'no' }])
      expect((await patch(json)).status).toBe(400)
  })

  it('spares who does not want them, and nobody else', async () => {
    const { admin, manager, sales } = await team()
    await mute(manager, { enquiryReceived: false })
    await mute(sales, { leadClaimed: false })
    const id = await enquiry(admin.slug)
    await as(sales, waiting).leads[':id'].claim.$post({ param: { id } })
    expect(await queuedTo(sales.email)).toHaveLength(0)
    const json = { workspace: admin.slug, name: 'Alice', email: `${unique('alice')}@example.com` }
    await api(undefined, waiting).v1.enquiries.$post({ json })
    expect(await queuedTo(manager.email)).toHaveLength(0)
    expect(await queuedTo(admin.email)).toHaveLength(1)
    await as(manager, waiting).leads[':id'].assign.$post({ param: { id }, header: {}, json: { ownerId: admin.id } })
    expect(await queuedTo(admin.email)).toHaveLength(2)
  })

  it('holds for members who have left: they get nothing', async () => {
    const { admin, manager } = await team()
    await env.DB.prepare("UPDATE users SET status = 'INACTIVE' WHERE id = ?").bind(manager.id).run()
    const json = { workspace: admin.slug, name: 'Alice', email: `${unique('alice')}@example.com` }
    await api(undefined, waiting).v1.enquiries.$post({ json })
    expect(await queuedTo(manager.email)).toHaveLength(0)
    expect(await queuedTo(admin.email)).toHaveLength(1)
  })
})

// What these statements go into is not there yet: here they stand in a batch of their own, after a change of one row.
describe('a ticket or a meeting', () => {
  function acting(person: Person, now = new Date().toISOString()): Ctx {
    const actor: Actor = {
      type: 'user',
      id: person.id,
      workspaceId: person.workspaceId,
      role: person.role,
      sessionId: '',
      country: null,
      timeZone: 'UTC',
      language: null,
      emailVerified: true,
    }
    const newId = () => crypto.randomUUID()
    return {
      db: database(),
      config: mailConfig(),
      now,
      requestId: '',
      address: 'local',
      newId,
      outgoing: new Set(),
      begun: new Set(),
      actor,
    }
  }

  async function ticket(person: Person, customerId: string, assigneeId: string | null): Promise<string> {
    const [id, now] = [crypto.randomUUID(), new Date().toISOString()]
    await env.DB.prepare(
      `INSERT INTO tickets (id, workspace_id, number, customer_id, assignee_id, title, created_at, updated_at)
        VALUES (?, ?, (SELECT 1 + count(*) FROM tickets), ?, ?, 'The invoice', ?, ?)`,
    )
      .bind(id, person.workspaceId, customerId, assigneeId, now, now)
      .run()
    return id
  }

  const changed = (ctx: Ctx, id: string) =>
    ctx.db
      .update(tickets)
      .set({ version: sql`${tickets.version} + 1` })
      .where(eq(tickets.id, id))

  it('tells the customer and the assignee, never the author', async () => {
    const { admin, manager, sales } = await team()
    const portal = await member(admin, 'CUSTOMER')
    const theirs = await customer(admin, { email: portal.email, userId: portal.id })
    const id = await ticket(admin, theirs, sales.id)
    const act = async (person: Person) => {
      const ctx = acting(person)
      await ctx.db.batch([
        changed(ctx, id),
        ...ticketMail(ctx, id, { template: 'ticketCommented', comment: 'See <here>' }),
      ])
    }
    await act(manager)
    expect([await queuedTo(portal.email), await queuedTo(sales.email)].map((rows) => rows.length)).toEqual([1, 1])
    await act(sales)
    expect([await queuedTo(portal.email), await queuedTo(sales.email)].map((rows) => rows.length)).toEqual([2, 1])
    await act(portal)
    expect([await queuedTo(portal.email), await queuedTo(sales.email)].map((rows) => rows.length)).toEqual([2, 2])
    await mute(portal, { ticketUpdated: false })
    await act(manager)
    expect([await queuedTo(portal.email), await queuedTo(sales.email)].map((rows) => rows.length)).toEqual([2, 3])
    expect(await queuedTo(manager.email)).toHaveLength(0)
  })

  it('tells nobody where nothing happened, and only those it can reach', async () => {
    const { admin, manager } = await team()
    const silent = await ticket(admin, await customer(admin, { email: null }), null)
    const email = `${unique('carla')}@example.com`
    const id = await ticket(admin, await customer(admin, { email }), null)
    const ctx = acting(manager)
    await ctx.db.batch([changed(ctx, silent), ...ticketMail(ctx, silent, { template: 'ticketUpdated' })])
    await ctx.db.batch([changed(ctx, 'no such ticket'), ...ticketMail(ctx, id, { template: 'ticketUpdated' })])
    expect(await queuedTo(email)).toHaveLength(0)
    await ctx.db.batch([changed(ctx, id), ...ticketMail(ctx, id, { template: 'ticketOpened' }, ['assignee'])])
    expect(await queuedTo(email)).toHaveLength(0)
    await ctx.db.batch([changed(ctx, id), ...ticketMail(ctx, id, { template: 'ticketOpened' })])
    const [row] = await queuedTo(email)
    expect(JSON.parse(row?.payload ?? '{}')).toMatchObject({
      title: 'The invoice',
      status: 'OPEN',
      link: `${PUBLIC_URL}/tickets/${id}`,
    })
  })

  it('sends a meeting to the customer it was with', async () => {
    const admin = await founder()
    const email = `${unique('carla')}@example.com`
    const theirs = await customer(admin, { email })
    const ctx = acting(admin)
    const log = async (type: 'NOTE' | 'MEETING') => {
      const id = crypto.randomUUID()
      const inserted = ctx.db.insert(interactions).values({
        id,
        workspaceId: admin.workspaceId,
        customerId: theirs,
        type,
        body: 'We agreed.',
        occurredAt: '2026-11-21T15:00:00.000Z',
        createdAt: ctx.now,
        updatedAt: ctx.now,
      })
      await ctx.db.batch([inserted, ...meetingMail(ctx, id)])
    }
    await log('NOTE')
    expect(await queuedTo(email)).toHaveLength(0)
    await log('MEETING')
    const [row] = await queuedTo(email)
    expect(JSON.parse(row?.payload ?? '{}')).toEqual({
      by: 'Ada Admin',
      at: '2026-11-21T15:00:00.000Z',
      summary: 'We agreed.',
      replyTo: admin.email,
      workspace: expect.stringContaining('Workspace'),
    })
  })
})
