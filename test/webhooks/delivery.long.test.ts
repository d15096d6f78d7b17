// Delivering, by the clock: the ladder of tries, receivers that misbehave, and what becomes of a webhook that fails.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MAX_ATTEMPTS, nextTry, retryAfterOf, stateOf } from '../../src/webhooks/webhooks.ladder'
import { rows } from '../support/database'
import { founder, type Person } from '../support/factories'
import { seedLeads } from '../support/leads'
import { hanging, hangingBriefly, type Received, receivers } from '../support/receiver'
import { deliveries, scheduled, shownWebhook, webhook } from '../support/webhooks'

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]
const START = Date.parse('2026-06-01T08:00:00Z')

/** Events of a workspace as the feed has them, past the API. */
async function happen({ workspaceId }: Person, count: number) {
  const at = new Date().toISOString()
  await rows(
    `INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)
    SELECT lower(hex(randomblob(8))), ?1, coalesce((SELECT max(seq) FROM events WHERE workspace_id = ?1), 0) + 1 + key, 'lead',
      lower(hex(randomblob(6))), 'lead.updated', 'system', ?2 FROM json_each(?3)`,
    workspaceId,
    at,
    JSON.stringify(Array.from({ length: count }, () => 0)),
  )
}

const idsOf = async ({ workspaceId }: Person) =>
  (
    await rows<{ id: string }>(
      `SELECT id FROM events WHERE workspace_id = ? AND verb = 'lead.updated' ORDER BY seq`,
      workspaceId,
    )
  ).map(({ id }) => id)
const idOf = ({ headers }: Received) => headers.get('webhook-id') ?? ''

/** Runs the schedule every minute for so long. */
async function pass(ms: number) {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    vi.setSystemTime(Math.min(end, Date.now() + MINUTE))
    await scheduled()
  }
}

let admin: Person
let hook: { id: string; secret: string }
beforeEach(async () => {
  vi.useRealTimers()
  receivers()
  admin = await founder()
  hook = await webhook(admin)
  vi.restoreAllMocks()
  vi.useFakeTimers({ toFake: ['Date'], now: START })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})
/** The webhook's row, past the API, whose token is over in the clock of these tests. */
const row = async () => (await rows<Record<string, unknown>>('SELECT * FROM webhooks WHERE id = ?', hook.id))[0]
const kept = () =>
  rows<{ seq: number; state: string; attempts: number }>(
    'SELECT seq, state, attempts, body FROM webhook_deliveries WHERE webhook_id = ? ORDER BY seq',
    hook.id,
  )

describe('the ladder', () => {
  it('has ten tries over some 76 hours, each wait give or take a fifth', () => {
    const minutes = [1, 5, 30, 120, 300, 600, 840, 1200, 1440]
    for (const [i, wait] of minutes.entries()) {
      for (let n = 0; n < 50; n += 1) {
        const next = ((nextTry(i + 1, 0) ?? 0) / MINUTE) as number
        expect(next).toBeGreaterThanOrEqual(wait * 0.8)
        expect(next).toBeLessThanOrEqual(wait * 1.2)
      }
    }
    expect([nextTry(10, 0), MAX_ATTEMPTS]).toEqual([undefined, 10])
  })

  it('waits for as long as Retry-After asks, up to a day', () => {
    expect(retryAfterOf('120', START)).toBe(120 * SECOND)
    expect(retryAfterOf(new Date(START + HOUR).toUTCString(), START)).toBe(HOUR)
    expect(retryAfterOf('999999', START)).toBe(DAY)
    for (const header of [null, '-5', 'soon', '1e9', new Date(START - HOUR).toUTCString()]) {
      expect(retryAfterOf(header, START)).toBe(0)
    }
    expect(nextTry(1, 0, HOUR)).toBe(HOUR)
  })

  it('has a webhook fail after ten in a row and an hour, and ends it after five days', () => {
    expect(stateOf(0, undefined, START)).toBe('ACTIVE')
    expect(stateOf(9, START - 2 * HOUR, START)).toBe('ACTIVE')
    expect(stateOf(10, START - HOUR + 1, START)).toBe('ACTIVE')
    expect(stateOf(10, START - HOUR, START)).toBe('FAILING')
    expect(stateOf(2, START - 5 * DAY, START)).toBe('DISABLED')
  })
})

it('a receiver from hell, for an hour: nothing is lost, and each event has one id and the same bytes on every try', async () => {
  const misdeeds = [
    () => new Response('no', { status: 500 }),
    hangingBriefly(),
    () => Promise.reject(new Error('closed')),
    () => new Response(null, { status: 429, headers: { 'Retry-After': '90' } }),
    () => new Response(null, { status: 302, headers: { Location: 'http://127.0.0.1/' } }),
  ]
  let tries = 0
  const delivered: string[] = []
  const got = receivers({
    'hooks.example.com': (received, init) => {
      const misdeed = Date.now() < START + HOUR ? misdeeds[tries++ % misdeeds.length] : undefined
      if (misdeed) return misdeed(received, init)
      delivered.push(idOf(received))
      return new Response(null, { status: 200 })
    },
  })
  for (let n = 0; n < 12; n += 1) {
    await happen(admin, 5)
    await pass(5 * MINUTE)
  }
  await pass(10 * MINUTE)
  const ids = await idsOf(admin)
  // What failed in the hour is tried again in its time; all that waited has come, in order.
  expect(delivered.filter((id) => !(delivered.indexOf(id) < delivered.lastIndexOf(id)))).toEqual(delivered)
  for (let n = 0; n < 8 && delivered.length < ids.length; n += 1) {
    vi.setSystemTime(Date.now() + 2 * HOUR)
    await scheduled()
  }
  expect(delivered.toSorted()).toEqual(ids.toSorted())
  const bodies = Map.groupBy(got, idOf)
  for (const [id, sent] of bodies) {
    expect(ids).toContain(id)
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
  }
  expect(Math.max(...[...bodies.values()].map((sent) => sent.length))).toBeGreaterThan(2)
  expect((await kept()).every(({ state }) => state === 'DELIVERED')).toBe(true)
})

it('keeps the order while it succeeds; what failed is overtaken, and says so by its sequence', async () => {
  let isDown = true
  const got = receivers({ 'hooks.example.com': () => new Response(null, { status: isDown ? 503 : 200 }) })
  await happen(admin, 130)
  await scheduled()
  isDown = false
  await pass(3 * MINUTE)
  const ids = await idsOf(admin)
  const sequences = got.slice(2).map(({ body }) => JSON.parse(body).sequence)
  expect(got.slice(2).map(idOf).toSorted()).toEqual(ids.toSorted())
  const [overtaken, rest] = [
    sequences.filter((_, i) => ids.indexOf(idOf(got[i + 2] ?? got[0] ?? expect.fail())) < 2),
    sequences.slice(),
  ]
  expect(overtaken).toHaveLength(2)
  expect(rest.filter((each) => !overtaken.includes(each))).toEqual(
    rest.filter((each) => !overtaken.includes(each)).toSorted(),
  )
})

it('tries an event ten times, by the ladder, then no more', async () => {
  const got = receivers({ 'hooks.example.com': () => new Response(null, { status: 500 }) })
  await happen(admin, 1)
  await scheduled()
  for (let n = 0; n < 400 && got.length < 10; n += 1) {
    vi.setSystemTime(Date.now() + 15 * MINUTE)
    await scheduled()
  }
  expect(got).toHaveLength(10)
  expect(await kept()).toMatchObject([{ state: 'EXHAUSTED', attempts: 10 }])
  const waits = got.slice(1).map(({ at }, i) => (at - (got[i]?.at ?? 0)) / MINUTE)
  for (const [i, wait] of [1, 5, 30, 120, 300, 600, 840, 1200, 1440].entries()) {
    expect(waits[i]).toBeGreaterThanOrEqual(wait * 0.8)
    expect(waits[i]).toBeLessThanOrEqual(wait * 1.2 + 15)
  }
  expect(new Set(got.map(({ body }) => body)).size).toBe(1)
  expect(new Set(got.map(({ headers }) => headers.get('webhook-timestamp'))).size).toBe(10)
})

it('is FAILING after an hour, DISABLED after five days, and the ADMINs are told by mail', async () => {
  const got = receivers({ 'hooks.example.com': () => new Response(null, { status: 500 }) })
  const settings = { MAIL_TRANSPORT: 'log' }
  for (let hour = 0; hour < 5 * 24 + 2; hour += 1) {
    await happen(admin, 2)
    await scheduled(settings)
    if (hour === 20) expect(await row()).toMatchObject({ state: 'FAILING' })
    vi.setSystemTime(Date.now() + HOUR)
  }
  expect(await row()).toMatchObject({ state: 'DISABLED', reason: 'unreachable' })
  const mails = await rows(`SELECT recipient FROM outbox WHERE template = 'webhookDisabled'`)
  expect(mails).toEqual([{ recipient: admin.email }])
  const told = await rows(
    `SELECT verb, actor_type FROM events WHERE subject_id = ? AND verb = 'webhook.disabled'`,
    hook.id,
  )
  expect(told).toEqual([{ verb: 'webhook.disabled', actor_type: 'system' }])
  const count = got.length
  await pass(5 * MINUTE)
  expect(got).toHaveLength(count)
})

it('ends with a 410 at once', async () => {
  const got = receivers({ 'hooks.example.com': () => new Response(null, { status: 410 }) })
  await happen(admin, 3)
  await scheduled()
  await pass(5 * MINUTE)
  expect(got).toHaveLength(1)
  expect(await row()).toMatchObject({ state: 'DISABLED', reason: 'gone' })
})

it('a dead one has two tries a run and delays no other, nor does one that hangs', async () => {
  vi.useRealTimers()
  receivers()
  const others = []
  for (let n = 0; n < 8; n += 1) others.push(await webhook(admin, { url: `https://dead${n}.example.com/` }))
  const alive = await webhook(admin, { url: 'https://alive.example.com/' })
  vi.restoreAllMocks()
  const got = receivers({
    ...Object.fromEntries(
      others.map((_, n) => [`dead${n}.example.com`, n % 2 ? hanging : () => new Response(null, { status: 500 })]),
    ),
  })
  await happen(admin, 4)
  await scheduled()
  const of = (host: string) => got.filter(({ url }) => new URL(url).host === host)
  expect(of('alive.example.com')).toHaveLength(4)
  expect(of('hooks.example.com')).toHaveLength(4)
  for (let n = 0; n < 8; n += 1) expect(of(`dead${n}.example.com`)).toHaveLength(2)
  expect(await shownWebhook(admin, alive.id)).toMatchObject({ failures: 0 })
})

it('is sent once by many runs at a time', async () => {
  const got = receivers()
  await happen(admin, 20)
  await Promise.all(Array.from({ length: 6 }, () => scheduled()))
  expect(got.map(idOf)).toEqual(await idsOf(admin))
})

it('costs the cursor once a batch, not a row an event', async () => {
  receivers()
  await happen(admin, 50)
  const before = await rows<{ n: number }>('SELECT count(*) AS n FROM webhook_deliveries')
  await scheduled()
  expect(await rows('SELECT count(*) AS n FROM webhook_deliveries')).toEqual(before)
})

it('keeps events that are not yet delivered from the purge', async () => {
  receivers({ 'hooks.example.com': () => new Response(null, { status: 500 }) })
  await rows(`UPDATE webhooks SET state = 'PAUSED', updated_at = ? WHERE id = ?`, new Date().toISOString(), hook.id)
  await seedLeads(admin.workspaceId, [{ title: 'Old' }])
  await rows(
    `INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)
    SELECT lower(hex(randomblob(8))), ?1, (SELECT max(seq) FROM events WHERE workspace_id = ?1) + 1 + key, 'lead', 'one', 'lead.updated',
      'system', '2025-01-01T00:00:00.000Z' FROM json_each('[1,2,3]')`,
    admin.workspaceId,
  )
  const { purge } = await import('../../src/purge/purge.service')
  const purging = () => purge(Object.assign({ ...env }, { EVENTS_KEEP_DAYS: '30' }), new Date().toISOString())
  await purging()
  expect(await idsOf(admin)).toHaveLength(3)
  await rows('UPDATE webhooks SET updated_at = ? WHERE id = ?', '2026-01-01T00:00:00.000Z', hook.id)
  await purging()
  expect(await idsOf(admin)).toHaveLength(1)
})

it('forgets with a person what a failed delivery holds of them', async () => {
  receivers({ 'hooks.example.com': () => new Response(null, { status: 500 }) })
  await happen(admin, 1)
  await scheduled()
  expect(
    (await rows('SELECT body FROM webhook_deliveries WHERE webhook_id = ? AND body IS NOT NULL', hook.id)).length,
  ).toBe(1)
  await rows(`UPDATE events SET changes = NULL WHERE workspace_id = ? AND verb = 'lead.updated'`, admin.workspaceId)
  expect(await rows('SELECT body FROM webhook_deliveries WHERE webhook_id = ?', hook.id)).toEqual([{ body: null }])
})

it('tells of its last hundred deliveries, and of those that failed', async () => {
  vi.useRealTimers()
  receivers()
  await happen(admin, 130)
  await scheduled()
  const list = await deliveries(admin, hook.id)
  expect(list).toHaveLength(100)
  expect(list[0]).toMatchObject({ state: 'DELIVERED', attempts: 1, status: 204 })
})
