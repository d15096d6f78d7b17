// Webhooks: made with a secret that is shown once, sent right after the answer, signed, filtered, paused and replayed.

import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sendDueWebhooks } from '../../src/webhooks/webhooks.dispatch'
import { bodyOf, costOf, refusalOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { everythingStored, rows } from '../support/database'
import { enquiry, founder, type Person, team } from '../support/factories'
import { lead } from '../support/leads'
import { metered } from '../support/metered'
import { type Received, receivers } from '../support/receiver'
import { deliveries, HOOK, scheduled, shownWebhook, webhook } from '../support/webhooks'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const typesOf = (received: Received[]): string[] => received.map(({ body }) => JSON.parse(body).type)
const patch = ({ token }: Person, id: string, title: string) =>
  bodyOf(api(token).v1.leads[':id'].$patch({ param: { id }, header: {}, json: { title } }), 200)

describe('a webhook', () => {
  it('is sent what happened right after the answer: the event with its record, signed', async () => {
    const got = receivers()
    const { admin, sales } = await team()
    const { secret } = await webhook(admin)
    const { id } = await lead(admin, { title: 'Course' })
    await api(sales.token).v1.leads[':id'].claim.$post({ param: { id } })
    await enquiry(admin.slug)
    expect(typesOf(got)).toEqual(['lead.created', 'lead.claimed', 'lead.enquired'])
    const { data } = await bodyOf(api(admin.token).v1.events.$get({ query: { after: '0', types: 'lead.*' } }), 200)
    for (const [i, { headers, body, url }] of got.entries()) {
      expect(url).toBe(HOOK)
      const event = new Webhook(secret).verify(body, Object.fromEntries(headers))
      expect(event).toMatchObject({ ...data[i], data: { id: data[i]?.subject.id } })
      expect(headers.get('webhook-id')).toBe(data[i]?.id)
    }
    expect(JSON.parse(got[1]?.body ?? '')).toMatchObject({ data: { title: 'Course', ownerId: sales.id } })
  })

  it('shows its secret once, and keeps it sealed', async () => {
    receivers()
    const { admin } = await team()
    const made = await webhook(admin, { description: 'Site' })
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const { secret, ...rest } = made
    expect(await shownWebhook(admin, made.id)).toEqual(rest)
    const list = await bodyOf(api(admin.token).v1.webhooks.$get({ query: {} }), 200)
    expect(list.data).toEqual([rest])
    expect(await everythingStored()).not.toContain(secret.slice(6))
  })

  it('is the ADMIN’s affair, each of the own workspace, and a workspace has ten', async () => {
    receivers()
    const { admin, manager, sales, customer } = await team()
    const { id } = await webhook(admin)
    for (const { token } of [manager, sales, customer]) {
      await refusalOf(api(token).v1.webhooks.$get({ query: {} }), 403, 'forbidden')
    }
    const stranger = await founder()
    await refusalOf(api(stranger.token).v1.webhooks[':id'].$get({ param: { id } }), 404, 'not_found')
    await refusalOf(api(stranger.token).v1.webhooks[':id'].$delete({ param: { id } }), 404, 'not_found')
    for (let i = 1; i < 10; i += 1) await webhook(admin)
    const json = { url: HOOK, types: ['*'] }
    await refusalOf(api(admin.token).v1.webhooks.$post({ json }), 409, 'webhook_limit')
  })

  it('sees its own workspace alone', async () => {
    const got = receivers()
    const [admin, stranger] = [await founder(), await founder()]
    await webhook(admin, { types: ['*'] })
    await lead(stranger)
    await scheduled()
    expect(got).toEqual([])
  })

  it('gets the types, and of them what its filter lets pass', async () => {
    const got = receivers()
    const { admin, sales } = await team()
    await webhook(admin, {
      types: ['lead.updated', 'customer.*'],
      filter: {
        or: [
          { field: 'data.status', op: 'eq', value: 'QUALIFIED' },
          { field: 'after.title', op: 'contains', value: 'urgent' },
        ],
      },
    })
    const { id } = await lead(admin, { ownerId: sales.id })
    const one = api(admin.token).v1.leads[':id']
    await patch(admin, id, 'Other')
    await patch(admin, id, 'Very Urgent')
    await one.$patch({ param: { id }, header: {}, json: { status: 'QUALIFIED' } })
    expect(got.map(({ body }) => JSON.parse(body).changes)).toEqual([
      { title: ['Other', 'Very Urgent'] },
      { status: ['NEW', 'QUALIFIED'] },
    ])
    await scheduled()
    expect(got).toHaveLength(2)
  })

  it('leaves out with skipOwn what its maker does, and with * what is about accounts and keys', async () => {
    const got = receivers()
    const { admin, sales } = await team()
    await webhook(admin, { types: ['*'], skipOwn: true })
    const { id } = await lead(admin)
    await api(sales.token).v1.leads[':id'].claim.$post({ param: { id } })
    await api(sales.token).v1.users.me.notifications.$patch({ header: {}, json: { leadClaimed: false } })
    await scheduled()
    expect(typesOf(got)).toEqual(['lead.claimed'])
  })

  it('signs by both secrets in an overlap, and by the new one alone after it', async () => {
    const got = receivers()
    const { admin } = await team()
    const { id, secret: old } = await webhook(admin)
    const rotating = api(admin.token).v1.webhooks[':id']['rotate-secret']
    const { secret, secretOverlapUntil } = await bodyOf(
      rotating.$post({ param: { id }, json: { overlapHours: 1 } }),
      200,
    )
    expect(secretOverlapUntil).not.toBeNull()
    await lead(admin)
    const [first] = got
    for (const each of [old, secret])
      new Webhook(each).verify(first?.body ?? '', Object.fromEntries(first?.headers ?? []))
    expect(first?.headers.get('webhook-signature')).toMatch(/^v1,\S{44} v1,\S{44}$/)
    await rows('UPDATE webhooks SET previous_until = ? WHERE id = ?', '2026-01-01T00:00:00.000Z', id)
    await lead(admin)
    expect(got[1]?.headers.get('webhook-signature')).toMatch(/^v1,\S{44}$/)
    new Webhook(secret).verify(got[1]?.body ?? '', Object.fromEntries(got[1]?.headers ?? []))
  })

  it('sends an example when tested, and tells what became of it, never what was answered', async () => {
    const got = receivers({
      'bad.example.com': () => new Response('internal secret', { status: 500 }),
      'moved.example.com': () => new Response(null, { status: 302, headers: { Location: 'http://169.254.169.254/' } }),
    })
    const { admin } = await team()
    const testing = async (url: string) => {
      const { id } = await webhook(admin, { url })
      return bodyOf(
        api(admin.token).v1.webhooks[':id'].test.$post({ param: { id }, json: { type: 'ticket.created' } }),
        200,
      )
    }
    expect(await testing(HOOK)).toMatchObject({ isDelivered: true, status: 204, error: null })
    expect(await testing('https://bad.example.com/')).toEqual({
      isDelivered: false,
      status: 500,
      error: 'status',
      ms: expect.any(Number),
    })
    expect(await testing('https://moved.example.com/')).toMatchObject({
      isDelivered: false,
      status: 302,
      error: 'redirect',
    })
    expect(got.map(({ url }) => url)).toEqual([HOOK, 'https://bad.example.com/', 'https://moved.example.com/'])
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ type: 'ticket.created', isTest: true })
  })

  it('whose secret cannot be opened any more says so when tested, and works again with another one', async () => {
    const got = receivers()
    const { admin } = await team()
    const { id } = await webhook(admin)
    // Sealed under another JWT_SECRET.
    await rows("UPDATE webhooks SET secret = 'AAAAAAAA.AAAA.AAAA' WHERE id = ?", id)
    const at = { param: { id } }
    await refusalOf(api(admin.token).v1.webhooks[':id'].test.$post({ ...at, json: {} }), 409, 'webhook_secret_lost')
    const rotation = { ...at, json: { overlapHours: 24 } }
    const { secret } = await bodyOf(api(admin.token).v1.webhooks[':id']['rotate-secret'].$post(rotation), 200)
    const tested = await bodyOf(api(admin.token).v1.webhooks[':id'].test.$post({ ...at, json: {} }), 200)
    expect(tested).toMatchObject({ isDelivered: true, status: 204 })
    await lead(admin)
    const last = got.at(-1)
    expect(new Webhook(secret).verify(last?.body ?? '', Object.fromEntries(last?.headers ?? []))).toMatchObject({
      type: 'lead.created',
    })
  })

  it('sends nothing while it is paused, then what has gathered, or nothing of that', async () => {
    const got = receivers()
    const { admin } = await team()
    const { id } = await webhook(admin)
    const one = api(admin.token).v1.webhooks[':id']
    expect(await bodyOf(one.pause.$post({ param: { id } }), 200)).toMatchObject({ state: 'PAUSED' })
    await lead(admin)
    await scheduled()
    expect(got).toEqual([])
    expect(await bodyOf(one.resume.$post({ param: { id }, json: { from: 'backlog' } }), 200)).toMatchObject({
      state: 'ACTIVE',
    })
    expect(typesOf(got)).toEqual(['lead.created'])
    await bodyOf(one.pause.$post({ param: { id } }), 200)
    await lead(admin)
    await bodyOf(one.resume.$post({ param: { id }, json: { from: 'now' } }), 200)
    await scheduled()
    expect(got).toHaveLength(1)
    await lead(admin)
    expect(got).toHaveLength(2)
  })

  it('replays everything of a span, with the ids and the bytes of the first time', async () => {
    const got = receivers()
    const { admin } = await team()
    const { id } = await webhook(admin)
    for (let i = 0; i < 3; i += 1) await lead(admin)
    const first = got.splice(0)
    const replaying = api(admin.token).v1.webhooks[':id'].replay
    const json = { after: '0', only: 'all' } as const
    expect(await bodyOf(replaying.$post({ param: { id }, json }), 202)).toEqual({ count: 3, countCapped: false })
    const same = (each: Received) => [each.headers.get('webhook-id'), each.body]
    expect(got.map(same)).toEqual(first.map(same))
    expect(await shownWebhook(admin, id)).toMatchObject({ isReplaying: false })
    const since = JSON.parse(first[1]?.body ?? '')
    await bodyOf(replaying.$post({ param: { id }, json: { after: since.sequence, only: 'all' } }), 202)
    expect(got.slice(3).map(same)).toEqual([same(first[2] ?? expect.fail())])
    await bodyOf(
      replaying.$post({ param: { id }, json: { from: '2020-01-01T00:00:00Z', to: since.timestamp, only: 'all' } }),
      202,
    )
    const before = first.filter(({ body }) => JSON.parse(body).timestamp < since.timestamp)
    expect(got.slice(4).map(same)).toEqual(before.map(same))
  })

  it('is told of by its deliveries, and each can be tried again', async () => {
    let status = 500
    const got = receivers({ 'hooks.example.com': () => new Response(null, { status }) })
    const { admin } = await team()
    const { id } = await webhook(admin)
    await lead(admin)
    const [failed] = await deliveries(admin, id)
    expect(failed).toMatchObject({ state: 'PENDING', attempts: 1, status: 500, error: 'status', type: 'lead.created' })
    expect(await deliveries(admin, id, { state: 'DELIVERED' })).toEqual([])
    status = 200
    const retrying = api(admin.token).v1.webhooks[':id'].deliveries[':delivery'].retry
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 51_000 })
    expect((await retrying.$post({ param: { id, delivery: failed?.id ?? '' } })).status).toBe(202)
    expect(await deliveries(admin, id)).toMatchObject([
      { id: failed?.id, state: 'DELIVERED', attempts: 1, status: 200 },
    ])
    expect(got.map(({ body }) => body)).toEqual([got[0]?.body, got[0]?.body])
    await lead(admin)
    expect(await deliveries(admin, id, { type: 'lead.*', limit: '1' })).toMatchObject([
      { state: 'DELIVERED', attempts: 1 },
    ])
    await refusalOf(retrying.$post({ param: { id, delivery: 'ffffffffffffff' } }), 404, 'not_found')
  })

  it('costs a write nothing: the same rows without one and with ten', async () => {
    receivers()
    const { admin } = await team()
    const writing = async () => {
      const made = await api(admin.token).v1.leads.$post({ json: { title: 'Same' } })
      const { read, written, trips } = costOf(made)
      return { read, written, trips }
    }
    await writing()
    const without = await writing()
    for (let i = 0; i < 10; i += 1) await webhook(admin)
    expect(await writing()).toEqual(without)
  })

  it('and all others stay within the statements of an invocation, after a response and by the schedule', async () => {
    receivers()
    const { admin } = await team()
    for (let i = 0; i < 10; i += 1) await webhook(admin)
    const { DB, cost } = metered()
    const made = await bodyOf(api(admin.token, worker({ DB })).v1.leads.$post({ json: { title: 'One' } }), 201)
    expect(cost.statements).toBeLessThanOrEqual(50)
    // Other runs have them while all this happens, and then all have much to send.
    const lease = (until: string | null) =>
      rows('UPDATE webhooks SET lease_until = ? WHERE workspace_id = ?', until, admin.workspaceId)
    await lease('9999-01-01T00:00:00.000Z')
    for (let i = 0; i < 12; i += 1) await patch(admin, made.id, `Title ${i}`)
    await lease(null)
    const cursors = () => rows('SELECT DISTINCT cursor FROM webhooks WHERE workspace_id = ?', admin.workspaceId)
    // Webhooks of other tests may come first.
    for (let run = 0; run < 40 && (await cursors()).length > 1; run += 1) {
      const [before, spent] = [cost.statements, { statements: 0 }]
      await sendDueWebhooks({ ...env, ...{ DB, IMPORT_STATEMENTS: '40' } }, '', spent)
      expect(spent.statements).toBeLessThanOrEqual(20)
      expect(cost.statements - before).toBe(spent.statements)
    }
    expect(await cursors()).toHaveLength(1)
  })

  it('leaves out its record, then its changes, where it would have 20 KB', async () => {
    const got = receivers()
    const { admin } = await team()
    await webhook(admin)
    const metadata = { note: 'x'.repeat(15_000) }
    const { id } = await lead(admin, { message: 'y'.repeat(5_000), metadata })
    await bodyOf(
      api(admin.token).v1.leads[':id'].$patch({
        param: { id },
        header: {},
        json: { metadata: { note: 'z'.repeat(15_000) } },
      }),
      200,
    )
    for (const { body } of got) expect(new TextEncoder().encode(body).length).toBeLessThan(20_000)
    expect(got.map(({ body }) => JSON.parse(body)).map(({ data, truncated }) => [data, truncated])).toEqual([
      [null, true],
      [null, true],
    ])
  })

  it.each([
    [{ types: ['lead.clamed'] }, 'body.types.0'],
    [{ types: [] }, 'body.types'],
    [{ filter: { field: 'colour', op: 'eq', value: 'red' } }, 'body.filter.field'],
    [{ url: 'http://example.com/' }, 'body.url'],
    [{ colour: 'red' }, 'body.colour'],
  ])('does not take %j, and says where', async (fields, path) => {
    receivers()
    const { token } = await founder()
    const json = { url: HOOK, types: ['lead.*'], ...fields }
    const problem = await refusalOf(send('/v1/webhooks', { method: 'POST', token, json }), 400, 'invalid')
    expect(problem.errors?.map((each) => each.path)).toContain(path)
  })
})
