// How many mails go out in a day: to an address that somebody chose, and from a workspace; exact, however many ask at once.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api, problemOf, send, worker } from '../support/api'
import { rows } from '../support/database'
import {
  customer,
  enquiry,
  founder,
  freshAddress,
  member,
  PASSWORD,
  type Person,
  team,
  unique,
  unproven,
} from '../support/factories'
import { mailing, queuedTo } from '../support/mailbox'

const DAY_SECONDS = 86_400
// Everything is queued and nothing is sent.
const settings = mailing({ SMTP_PORT: '1' })
const waiting = worker(settings)

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

const address = () => `${unique('victim')}@example.com`
const invite = ({ token }: Pick<Person, 'token'>, email: string, fetch = waiting) =>
  send('/v1/workspace/invitations', { method: 'POST', token, json: { email, role: 'SALES' } }, fetch)
const meet = ({ token }: Pick<Person, 'token'>, fields: object, fetch = waiting) =>
  send('/v1/interactions', { method: 'POST', token, json: { type: 'MEETING', body: 'We met.', ...fields } }, fetch)
const counts = (statuses: number[]) =>
  Object.fromEntries([...Map.groupBy(statuses, String)].map(([s, l]) => [s, l.length]))

async function statuses(times: number, ask: (i: number) => Promise<Response> | Response) {
  const found: number[] = []
  for (let i = 0; i < times; i += 1) found.push((await ask(i)).status)
  return counts(found)
}

describe('an invitation', () => {
  it('asked for 60 times is 20 mails, then a refusal that says until when', { tags: ['long'] }, async () => {
    const admin = await founder()
    const email = address()
    expect(await statuses(60, () => invite(admin, email))).toEqual({ 201: 20, 429: 40 })
    const refused = await invite(admin, email)
    expect(Number(refused.headers.get('Retry-After'))).toBeLessThanOrEqual(DAY_SECONDS)
    const problem = await problemOf(refused)
    expect(problem).toMatchObject({ code: 'mail_limit', detail: expect.stringContaining('20 such mails') })
    expect(await queuedTo(email)).toHaveLength(20)
    const [{ n } = { n: 0 }] = await rows<{ n: number }>(
      'SELECT count(*) AS n FROM one_time_tokens WHERE email = ?',
      email,
    )
    expect(n).toBe(1)
  })

  it('asked for 20 times at once passes no limit, of the address or of the workspace', { tags: ['long'] }, async () => {
    const [admin, other] = await Promise.all([founder(), founder()])
    const email = address()
    const few = worker({ ...settings, MAILS_PER_RECIPIENT_A_DAY: '7' })
    const both = Array.from({ length: 20 }, (_, i) => invite(i % 2 ? admin : other, email, few))
    expect(counts((await Promise.all(both)).map(({ status }) => status))).toEqual({ 201: 7, 429: 13 })
    expect(await queuedTo(email)).toHaveLength(7)
    const third = await founder()
    const small = worker({ ...settings, MAILS_PER_WORKSPACE_A_DAY: '5' })
    const many = Array.from({ length: 20 }, () => invite(third, address(), small))
    expect(counts((await Promise.all(many)).map(({ status }) => status))).toEqual({ 201: 5, 429: 15 })
    const [sent] = await rows<{ n: number }>(
      'SELECT count(*) AS n FROM outbox WHERE workspace_id = ?',
      third.workspaceId,
    )
    expect(sent?.n).toBe(5)
  })

  it('has room again the next day', async () => {
    const admin = await founder()
    const email = address()
    const one = worker({ ...settings, MAILS_PER_RECIPIENT_A_DAY: '1' })
    expect(await statuses(2, () => invite(admin, email, one))).toEqual({ 201: 1, 429: 1 })
    await rows("UPDATE outbox SET id = '00000000' || substr(id, 9) WHERE recipient = ? RETURNING id", email)
    expect((await invite(admin, email, one)).status).toBe(201)
  })

  it('has no limit where no mail goes out', async () => {
    const admin = await founder()
    const email = address()
    expect(await statuses(25, () => invite(admin, email, worker()))).toEqual({ 201: 25 })
  })
})

describe('a meeting', () => {
  it('to be mailed to a customer 60 times is 20 mails; beyond, it is refused and not logged', {
    tags: ['long'],
  }, async () => {
    const admin = await founder()
    const email = address()
    const customerId = await customer(admin, { email })
    const ask = () => meet(admin, { customerId, notifyCustomer: true })
    expect(await statuses(60, ask)).toEqual({ 201: 20, 429: 40 })
    expect((await problemOf(await ask())).code).toBe('mail_limit')
    expect(await queuedTo(email)).toHaveLength(20)
    const [logged] = await rows<{ n: number }>(
      'SELECT count(*) AS n FROM interactions WHERE customer_id = ?',
      customerId,
    )
    expect(logged?.n).toBe(20)
    expect((await meet(admin, { customerId })).status).toBe(201)
    expect((await meet(admin, { customerId, type: 'CALL', notifyCustomer: true })).status).toBe(201)
    expect((await meet(admin, { customerId: crypto.randomUUID(), notifyCustomer: true })).status).toBe(404)
  })

  it('of 20 at once passes no limit', { tags: ['long'] }, async () => {
    const admin = await founder()
    const email = address()
    const few = worker({ ...settings, MAILS_PER_RECIPIENT_A_DAY: '6' })
    const ids = await Promise.all([customer(admin, { email }), customer(await founder(), { email })])
    const ask = () => meet(admin, { customerId: ids[0], notifyCustomer: true }, few)
    const answers = await Promise.all(Array.from({ length: 20 }, ask))
    expect(counts(answers.map(({ status }) => status))).toEqual({ 201: 6, 429: 14 })
    expect(await queuedTo(email)).toHaveLength(6)
  })

  it('logged 60 times in a dialect, by a stranger who registered there, is 20 mails without a word of theirs', {
    tags: ['long'],
  }, async () => {
    const fetch = worker({ ...settings, DIALECTS: 'tickets', SIGNUP: 'open' })
    const post = async (path: string, json: object, token = '') => {
      const headers = { 'Content-Type': 'application/json', 'CF-Connecting-IP': freshAddress(), token }
      return send(path, { method: 'POST', headers, body: JSON.stringify(json) }, fetch)
    }
    const Email = address()
    const signedUp = await post('/user/signup', { Email, Password: PASSWORD, name: 'You have won', role: 'ADMIN' })
    expect(signedUp.status).toBe(201)
    const signedIn = await post('/user/signin', { Email, Password: PASSWORD })
    const { user } = await signedIn.json<{ user: { id: string; token: string } }>()
    const [home] = await rows<{ workspaceId: string }>(
      'SELECT workspace_id AS workspaceId FROM users WHERE id = ?',
      user.id,
    )
    const email = address()
    const by = { ...(await founder()), id: user.id, workspaceId: home?.workspaceId ?? '' }
    const customerId = await customer(by, { email })
    const json = { description: 'Claim your prize', date: '2026-11-21T15:00:00Z' }
    expect(await statuses(60, () => post(`/users/meetings/${customerId}`, json, user.token))).toEqual({ 201: 60 })
    const mails = await queuedTo(email)
    expect(mails).toHaveLength(20)
    expect(JSON.stringify(mails)).not.toMatch(/won|prize/)
  })
})

describe('other mail', () => {
  it('to a customer of a ticket stops at the limit, and the comments stay', async () => {
    const { manager, sales } = await team()
    const email = address()
    const customerId = await customer(sales, { email })
    const made = await send(
      '/v1/tickets',
      { method: 'POST', token: manager.token, json: { customerId, title: 'T' } },
      waiting,
    )
    const { id } = await made.json<{ id: string }>()
    const given = { method: 'POST', token: manager.token, json: { assigneeId: sales.id } }
    expect((await send(`/v1/tickets/${id}/assign`, given, waiting)).status).toBe(200)
    const comment = () =>
      send(`/v1/tickets/${id}/comments`, { method: 'POST', token: manager.token, json: { body: 'On it' } }, waiting)
    expect(await statuses(25, comment)).toEqual({ 201: 25 })
    expect(await queuedTo(email)).toHaveLength(20)
    // Their assignee, whose address is verified, hears of every one.
    expect((await queuedTo(sales.email)).length).toBeGreaterThanOrEqual(25)
  })

  it('to a member stops where the workspace’s day is full, and with it the thanks for an enquiry', async () => {
    const { admin, sales } = await team()
    const few = worker({ ...settings, TEAM_MAILS_PER_WORKSPACE_A_DAY: '3', MAILS_PER_WORKSPACE_A_DAY: '1' })
    for (let i = 0; i < 5; i += 1) {
      const id = await enquiry(admin.slug)
      expect((await api(sales.token, few).v1.leads[':id'].claim.$post({ param: { id } })).status).toBe(200)
    }
    expect(await queuedTo(sales.email)).toHaveLength(3)
    const email = address()
    const json = { workspace: admin.slug, name: 'Alice', email }
    expect((await api(undefined, few).v1.enquiries.$post({ json })).status).toBe(201)
    expect([...(await queuedTo(email)), ...(await queuedTo(admin.email))]).toEqual([])
    // Who has lost a password still gets in.
    const forgot = await send('/v1/auth/forgot-password', { method: 'POST', json: { email: admin.email } }, few)
    expect(forgot.status).toBe(202)
    expect((await queuedTo(admin.email)).map(({ template }) => template)).toEqual(['reset'])
  })

  it('with a link stops at the limit, without a hint that there is an account, and apart from other mail', async () => {
    const one = worker({ ...settings, MAILS_PER_RECIPIENT_A_DAY: '1' })
    const { email } = await founder()
    const [other, by] = [address(), await founder()]
    const ask = (to: string) => send('/v1/auth/forgot-password', { method: 'POST', json: { email: to } }, one)
    expect(await statuses(3, () => ask(email))).toEqual({ 202: 3 })
    expect(await statuses(3, () => ask(other))).toEqual({ 202: 3 })
    expect((await queuedTo(email)).map(({ template }) => template)).toEqual(['reset'])
    const [tokens] = await rows<{ n: number }>('SELECT count(*) AS n FROM one_time_tokens WHERE email = ?', email)
    expect(tokens?.n).toBe(1)
    const customerId = await customer(by, { email })
    expect((await meet(by, { customerId, notifyCustomer: true }, one)).status).toBe(201)
    expect(await queuedTo(email)).toHaveLength(2)
  })

  it('to a member whose address has not proved itself is limited like mail outside', async () => {
    const admin = await founder()
    const sales = await unproven(await member(admin, 'SALES'))
    const few = worker({ ...settings, MAILS_PER_RECIPIENT_A_DAY: '2' })
    for (let i = 0; i < 4; i += 1) {
      const id = await enquiry(admin.slug, { interest: 'Cheap pills' })
      expect((await api(sales.token, few).v1.leads[':id'].claim.$post({ param: { id } })).status).toBe(200)
    }
    const mails = await queuedTo(sales.email)
    expect(mails).toHaveLength(2)
    expect(JSON.stringify(mails)).not.toContain('pills')
  })
})
