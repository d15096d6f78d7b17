// The public form: what strangers send, what robots are made to believe, and how much of it a day holds.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api, send, worker } from '../support/api'
import { made, ownCustomer } from '../support/customers'
import { count } from '../support/database'
import { founder, freshAddress, type Person, team, unique } from '../support/factories'
import { happenings } from '../support/leads'
import { leadPage } from '../support/pages'

const address = () => `${unique('alice')}@example.com`

type Enquiry = Parameters<ReturnType<typeof api>['v1']['enquiries']['$post']>[0]['json']
type Way = { from?: string; fetch?: typeof fetch; headers?: Record<string, string> }

/** Sends an enquiry, from an address of its own unless the test says which. */
function submit(workspace: string, fields: Partial<Enquiry> = {}, { from = freshAddress(), fetch, headers }: Way = {}) {
  const json = { workspace, name: 'Alice Student', email: address(), ...fields }
  return api(undefined, fetch).v1.enquiries.$post({ json }, { headers: { 'CF-Connecting-IP': from, ...headers } })
}

const pool = async ({ token }: Person) => (await leadPage(token, { owner: 'none', limit: '100' })).data

describe('an enquiry', () => {
  it('is answered with what the sender wrote, and no more, and is a lead in the pool', async () => {
    const admin = await founder()
    const written = { name: 'Zoë', email: address(), phone: '+46 8', interest: 'React', message: 'When?\nWhere?' }
    const answer = await bodyOf(submit(admin.slug, { ...written, metadata: { utm: { source: 'ad' } } }), 201)
    expect(answer).toEqual({ ...written, id: expect.any(String), createdAt: expect.any(String) })
    const [lead] = await pool(admin)
    expect(lead).toMatchObject({
      ...answer,
      title: 'React',
      source: 'enquiry',
      status: 'NEW',
      ownerId: null,
      metadata: { utm: { source: 'ad' } },
    })
    const { data } = await bodyOf(api(admin.token).v1.events.$get({ query: { subject: answer.id } }), 200)
    expect(data).toMatchObject([{ type: 'lead.enquired', actor: { type: 'public', id: null } }])
  })

  it('needs a name and an e-mail alone', async () => {
    const admin = await founder()
    const answer = await bodyOf(submit(admin.slug), 201)
    expect(answer).toMatchObject({ phone: null, interest: null, message: null })
    expect((await pool(admin))[0]?.title).toBe('Enquiry of Alice Student')
    const long = await bodyOf(submit(admin.slug, { name: 'ä'.repeat(200) }), 201)
    expect((await pool(admin))[0]).toMatchObject({ id: long.id, title: `Enquiry of ${'ä'.repeat(189)}` })
  })

  it('cannot say whose the lead is, or what it is', async () => {
    const admin = await founder()
    const json = { workspace: admin.slug, name: 'Eve', email: address(), ownerId: admin.id, status: 'CLOSED', id: 'x' }
    const { errors } = await refusalOf(send('/v1/enquiries', { method: 'POST', json }), 400, 'invalid')
    expect(errors?.map(({ path }) => path)).toEqual(['body.ownerId', 'body.status', 'body.id'])
    const paths = (await refusalOf(send('/v1/enquiries', { method: 'POST', json: {} }), 400, 'invalid')).errors
    expect(paths?.map(({ path }) => path)).toEqual(['body.workspace', 'body.name', 'body.email'])
  })

  it('to a slug that nobody has is a 404, from people and robots alike', async () => {
    const counted = await count('daily_counts')
    for (const fields of [{}, { website: 'x' }, { openedAt: new Date().toISOString() }]) {
      const { detail } = await refusalOf(submit(unique('nowhere'), fields), 404, 'not_found')
      expect(detail).toBe('No workspace has this slug.')
    }
    expect(await count('daily_counts'), 'what was not sent counts for no cap').toBe(counted)
  })

  it('ignores a token, good or bad', async () => {
    const [admin, stranger] = [await founder(), await founder()]
    for (const token of [stranger.token, 'nonsense']) {
      const { id } = await bodyOf(submit(admin.slug, {}, { headers: { Authorization: `Bearer ${token}` } }), 201)
      expect((await pool(admin))[0]).toMatchObject({ id, ownerId: null })
    }
    expect(await pool(stranger)).toEqual([])
  })
})

describe('an enquiry from the address of a customer', () => {
  const seen = async (by: Person, id: string) =>
    bodyOf(api(by.token).v1.leads[':id'].$get({ param: { id }, query: {} }), 200)

  it('is a lead of the customer’s owner, linked to the customer, and answered like any other', async () => {
    const { admin, sales, rival } = await team()
    const email = address()
    const { id: customerId } = await ownCustomer(sales, { name: 'Alice', email })
    const [known, unknown] = [await submit(admin.slug, { email }), await submit(admin.slug)]
    const [a, b] = [await bodyOf(known, 201), await bodyOf(unknown, 201)]
    expect(Object.keys(a)).toEqual(Object.keys(b))
    expect({ ...a, id: '', email: '', createdAt: '' }).toEqual({ ...b, id: '', email: '', createdAt: '' })
    const lead = await seen(sales, a.id)
    expect(lead).toMatchObject({
      customerId,
      ownerId: sales.id,
      claimedAt: a.createdAt,
      convertedAt: null,
      status: 'NEW',
    })
    expect((await pool(rival)).map(({ id }) => id)).not.toContain(a.id)
    const param = { id: customerId }
    const { data } = await bodyOf(api(sales.token).v1.customers[':id'].timeline.$get({ param, query: {} }), 200)
    expect(data.some((item) => item.kind === 'event' && item.event.type === 'lead.enquired')).toBe(true)
    const converted = await bodyOf(
      api(sales.token).v1.leads[':id'].convert.$post({ param: { id: a.id }, json: {} }),
      200,
    )
    expect([converted.customer.id, converted.lead.status]).toEqual([customerId, 'CLOSED'])
    await refusalOf(
      api(sales.token).v1.leads[':id'].convert.$post({ param: { id: a.id }, json: {} }),
      409,
      'already_converted',
    )
  })

  it('whom nobody owns is in the pool, and whoever claims it can log and convert', async () => {
    const { admin, sales } = await team()
    const email = address()
    const { id: customerId } = await made(admin, { name: 'Alice', email, ownerId: null })
    const { id } = await bodyOf(submit(admin.slug, { email }), 201)
    expect((await pool(sales)).find((each) => each.id === id)).toMatchObject({
      customerId,
      ownerId: null,
      claimedAt: null,
    })
    await bodyOf(api(sales.token).v1.leads[':id'].claim.$post({ param: { id } }), 200)
    const note = { leadId: id, type: 'CALL' as const, body: 'Spoke' }
    expect(await bodyOf(api(sales.token).v1.interactions.$post({ json: note }), 201)).toMatchObject({
      customerId: null,
    })
    await refusalOf(api(sales.token).v1.leads[':id'].convert.$post({ param: { id }, json: {} }), 409, 'customer_exists')
    const { customer } = await bodyOf(api(admin.token).v1.leads[':id'].convert.$post({ param: { id }, json: {} }), 200)
    expect(customer.id).toBe(customerId)
  })

  it('in the trash, or of another workspace, is a stranger’s', async () => {
    const { admin, sales } = await team()
    const email = address()
    await made(await founder(), { name: 'Elsewhere', email })
    const { id } = await ownCustomer(sales, { name: 'Alice', email })
    await api(sales.token).v1.customers[':id'].$delete({ param: { id }, header: {} })
    const enquiry = await bodyOf(submit(admin.slug, { email }), 201)
    expect(await seen(admin, enquiry.id)).toMatchObject({ customerId: null, ownerId: null })
  })

  it('that is linked to one customer converts to that one, also after its address went to another', async () => {
    const { admin, sales } = await team()
    const email = address()
    const { id: customerId } = await ownCustomer(sales, { name: 'Alice', email })
    const { id } = await bodyOf(submit(admin.slug, { email }), 201)
    await bodyOf(
      api(sales.token).v1.customers[':id'].$patch({
        param: { id: customerId },
        header: {},
        json: { email: address() },
      }),
      200,
    )
    await ownCustomer(sales, { name: 'Bob', email })
    const { customer } = await bodyOf(api(sales.token).v1.leads[':id'].convert.$post({ param: { id }, json: {} }), 200)
    expect(customer.id).toBe(customerId)
  })
})

describe('a robot', () => {
  const openFor = (ms: number) => new Date(Date.now() - ms).toISOString()

  it.each([
    ['fills in the hidden field', () => ({ website: 'https://spam.example' })],
    ['sends the form at once', () => ({ openedAt: openFor(0) })],
    ['waits not quite long enough', () => ({ openedAt: openFor(1_500) })],
  ])('%s, is thanked like everybody, and leaves nothing behind', async (_what, trait) => {
    const admin = await founder()
    const fields = { email: address(), phone: '1', message: 'Buy' }
    const fooled = await submit(admin.slug, { ...fields, ...trait() })
    const thanked = await submit(admin.slug, fields)
    const names = (response: { headers: Headers }) => [...response.headers.keys()].sort()
    expect(names(fooled)).toEqual(names(thanked))
    const [lie, truth] = [await bodyOf(fooled, 201), await bodyOf(thanked, 201)]
    const own = { id: expect.stringMatching(/^[0-9a-f-]{36}$/), createdAt: expect.any(String) }
    expect({ ...lie, ...own }).toEqual({ ...truth, ...own })
    expect((await pool(admin)).map(({ id }) => id)).toEqual([truth.id])
    expect(await happenings(lie.id)).toEqual([])
  })

  it('is nobody who took two seconds, sent no time, left the field empty, or whose clock is fast', async () => {
    const admin = await founder()
    const people = [{ openedAt: openFor(2_500) }, {}, { website: '' }, { openedAt: openFor(-60_000) }]
    for (const fields of people) await bodyOf(submit(admin.slug, fields), 201)
    expect(await pool(admin)).toHaveLength(people.length)
  })
})

describe('a day', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-12-01T12:00:00Z') }))
  afterEach(() => void vi.useRealTimers())

  const fetch = worker({ ENQUIRY_DAILY_MAX: '7', ENQUIRY_DAILY_MAX_PER_EMAIL: '3' })
  const atOnce = (send: () => ReturnType<typeof submit>) => Promise.all(Array.from({ length: 30 }, send))

  it('holds exactly as many from an address as are set, of 30 at once', async () => {
    const admin = await founder()
    const from = freshAddress()
    expect(tally(await atOnce(() => submit(admin.slug, {}, { from, fetch })))).toEqual({ 201: 7, 429: 23 })
    expect(await pool(admin)).toHaveLength(7)
    const neighbour = from.replace('::1', ':a:b:c:d')
    await refusalOf(submit(admin.slug, {}, { from: neighbour, fetch }), 429, 'enquiry_limit')
    await bodyOf(submit(admin.slug, {}, { fetch }), 201)
  })

  it('holds exactly as many of an e-mail as are set, of 30 at once, however it is written', async () => {
    const [admin, email] = [await founder(), address()]
    let n = 0
    const answers = await atOnce(() => submit(admin.slug, { email: n++ % 2 ? email : email.toUpperCase() }, { fetch }))
    expect(tally(answers)).toEqual({ 201: 3, 429: 27 })
    expect(await pool(admin)).toHaveLength(3)
    await bodyOf(submit(admin.slug, {}, { fetch }), 201)
  })

  it('ends at midnight UTC, as Retry-After says', async () => {
    const [admin, email] = [await founder(), address()]
    for (const _ of [1, 2, 3]) await bodyOf(submit(admin.slug, { email }, { fetch }), 201)
    const refused = await submit(admin.slug, { email }, { fetch })
    expect(refused.headers.get('Retry-After')).toBe('43200')
    await refusalOf(refused, 429, 'enquiry_limit')
    vi.setSystemTime(Date.parse('2026-12-01T23:59:59.999Z'))
    await refusalOf(submit(admin.slug, { email }, { fetch }), 429, 'enquiry_limit')
    vi.setSystemTime(Date.parse('2026-12-02T00:00:00.000Z'))
    await bodyOf(submit(admin.slug, { email }, { fetch }), 201)
  })

  it('does not count what robots send', async () => {
    const [admin, email, from] = [await founder(), address(), freshAddress()]
    for (let i = 0; i < 10; i += 1) await bodyOf(submit(admin.slug, { email, website: 'x' }, { from, fetch }), 201)
    await bodyOf(submit(admin.slug, { email }, { from, fetch }), 201)
    expect(await pool(admin)).toHaveLength(1)
  })
})

describe('where Turnstile is configured', () => {
  const fetch = worker({ TURNSTILE_SECRET: 'turnstile-secret', TURNSTILE_VERIFY_URL: 'https://turnstile.test/verify' })
  const verdict = (answer: () => Response) => vi.spyOn(globalThis, 'fetch').mockImplementation(async () => answer())
  afterEach(() => void vi.restoreAllMocks())

  it('a form passes that Turnstile lets pass, which is told token, address and secret', async () => {
    const admin = await founder()
    const asked = verdict(() => Response.json({ success: true }))
    for (const from of ['192.0.2.7', freshAddress()]) {
      await bodyOf(submit(admin.slug, { turnstileToken: 'token' }, { from, fetch }), 201)
    }
    expect(await pool(admin)).toHaveLength(2)
    expect(asked.mock.calls.map(([url]) => url)).toEqual(Array(2).fill('https://turnstile.test/verify'))
    const sent = asked.mock.calls.map(([, init]) => Object.fromEntries(new URLSearchParams(String(init?.body))))
    const told = { secret: 'turnstile-secret', response: 'token' }
    expect(sent).toEqual([{ ...told, remoteip: '192.0.2.7' }, told])
  })

  it('a form is refused that Turnstile refuses, or that has no token', async () => {
    const admin = await founder()
    const asked = verdict(() => Response.json({ success: false, 'error-codes': ['timeout-or-duplicate'] }))
    for (const fields of [{ turnstileToken: 'used' }, { turnstileToken: '' }, {}]) {
      const { errors } = await refusalOf(submit(admin.slug, fields, { fetch }), 400, 'invalid')
      expect(errors).toMatchObject([{ path: 'body.turnstileToken', code: 'turnstile' }])
    }
    expect(asked).toHaveBeenCalledOnce()
    expect(await pool(admin)).toEqual([])
  })

  it.each([
    ['cannot be reached', () => expect.fail('network connection lost')],
    ['answers with an error page', () => new Response('<html>', { status: 502 })],
    ['answers with something else', () => Response.json({ ok: true })],
  ])('the form stays shut while Turnstile %s, and the log says so without the secret', async (_what, answer) => {
    const admin = await founder()
    verdict(answer)
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const response = await submit(admin.slug, { turnstileToken: 'token' }, { fetch })
    expect(response.headers.get('Retry-After')).toBe('30')
    await refusalOf(response, 503, 'turnstile_unavailable')
    expect(JSON.parse(String(log.mock.calls[0]?.[0]))).toMatchObject({ event: 'turnstile_unavailable' })
    expect(JSON.stringify(log.mock.calls)).not.toContain('turnstile-secret')
    expect(await pool(admin)).toEqual([])
  })
})

describe('what a form leaves empty', () => {
  it.each([null, '', '  '])('as %j is as if it were left out', async (empty) => {
    const { slug } = await founder()
    for (const field of ['phone', 'interest', 'message', 'metadata', 'openedAt', 'turnstileToken']) {
      const json = { workspace: slug, name: 'E', email: `${unique('e')}@example.com`, [field]: empty }
      expect([field, (await send('/v1/enquiries', { method: 'POST', json })).status]).toEqual([field, 201])
    }
  })
})
