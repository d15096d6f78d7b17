// The purge: what lay in the trash for 30 days goes with all that hangs on it, and nothing that is younger is touched.
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { purge } from '../../src/purge/purge.service'
import { bodyOf } from '../support/answers'
import { api, send } from '../support/api'
import { counters, page, put, seedCustomers } from '../support/customers'
import { count, rows, sizes } from '../support/database'
import { customer, founder, type Person, team, unique } from '../support/factories'
import { logged, ownLead, seedInteractions } from '../support/interactions'
import { counters as leadCounters, seedLeads } from '../support/leads'
import { mergeInto, restore, scenes, stage } from '../support/merges'
import { metered } from '../support/metered'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const now = () => new Date().toISOString()
const run = (at = now(), DB: D1Database = env.DB) => purge({ ...env, DB }, at)
const TABLES = ['customers', 'leads', 'tickets', 'interactions', 'customer_tags', 'customer_relationships']

type Row = Record<string, unknown>
const dump = async () => {
  const entries = await Promise.all(
    TABLES.map(async (table) => [table, await rows<Row>(`SELECT * FROM ${table}`)] as const),
  )
  return new Map(entries)
}
const trashedFor = (table: string, id: string, ms: number) =>
  rows(`UPDATE ${table} SET deleted_at = ? WHERE id = ?`, ago(ms), id)
const isSound = async () => expect(await rows('PRAGMA foreign_key_check')).toEqual([])

let log: string[]
beforeEach(() => {
  log = []
  vi.spyOn(console, 'log').mockImplementation((line) => void log.push(String(line)))
})
afterEach(() => void vi.restoreAllMocks())
const lines = () => log.map((line) => JSON.parse(line))
const expired = (table: string) => count(table, 'deleted_at < ?', ago(30 * DAY + HOUR))

describe('the trash', () => {
  let people: Awaited<ReturnType<typeof team>>
  beforeAll(async () => {
    people = await team()
  })

  it('of any scene loses what is old enough, with what hangs on it, and nothing else', { tags: ['long'] }, async () => {
    const { manager } = people
    const days = fc.constantFrom(null, 1, 29, 31, 60)
    const ages = fc.record({
      customers: fc.tuple(days, days, days, days),
      leads: fc.array(days, { minLength: 4, maxLength: 4 }),
      merge: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(scenes(people), ages, async (scene, { customers, leads, merge }) => {
        const ids = await stage(manager, scene)
        // Leads of their own timeline, and one that became a customer and brought its timeline along.
        const timed = await seedLeads(
          manager.workspaceId,
          Array.from({ length: 4 }, () => ({ ownerId: manager.id })),
        )
        const own = timed.slice(-4)
        const of = (i: number) => ({ leadId: own[i]?.id ?? '', ownerId: manager.id })
        await seedInteractions(manager.workspaceId, [of(0), of(1), of(2), { ...of(3), customerId: ids[0] }])
        const ticketIds = await rows<{ id: string }>('SELECT id FROM tickets WHERE customer_id = ?', ids[0])
        await seedInteractions(
          manager.workspaceId,
          ticketIds.map(({ id }) => ({ customerId: ids[0], ticketId: id })),
        )
        if (merge) await bodyOf(mergeInto(manager, ids[1], ids[0]), 200)
        for (const [i, id] of ids.entries()) {
          const age = customers[i]
          if (age) await trashedFor('customers', id, age * DAY)
        }
        for (const [i, age] of leads.entries()) if (age) await trashedFor('leads', own[i]?.id ?? '', age * DAY)
        const before = await dump()
        const gone = new Set<unknown>()
        const cutoff = ago(30 * DAY + HOUR)
        for (const table of ['customers', 'leads', 'tickets'])
          for (const row of before.get(table) ?? []) {
            if (row.deleted_at !== null && String(row.deleted_at) < cutoff) gone.add(row.id)
          }
        await run()
        await isSound()
        const after = await dump()
        for (const table of TABLES) expect(after.get(table), table).toEqual(remaining(table, before, gone))
        expect(await counters(manager.workspaceId)).toSatisfy(({ kept, counted }) => same(kept, counted))
        const { kept, counted } = await leadCounters(manager.workspaceId)
        expect(kept).toEqual(counted)
      }),
      { numRuns: 15 },
    )
  })

  it('of the last 30 days can be restored, and then no more, whether or not it has been purged yet', async () => {
    const { admin } = people
    const ticketOf = async (customerId: string) =>
      (await bodyOf(api(admin.token).v1.tickets.$post({ json: { title: 'T', customerId } }), 201)).id
    for (const [ms, status] of [
      [30 * DAY - HOUR, 200],
      [30 * DAY + HOUR / 2, 404],
    ] as const) {
      const records = {
        customers: await customer(admin),
        leads: await ownLead(admin),
        tickets: await ticketOf(await customer(admin)),
      }
      for (const [table, id] of Object.entries(records)) await trashedFor(table, id, ms)
      await run()
      for (const [table, id] of Object.entries(records)) {
        const answer = await send(`/v1/${table}/${id}/restore`, { method: 'POST', token: admin.token })
        expect(answer.status, `${table} after ${ms / DAY} days`).toBe(status)
        expect(await count(table, 'id = ?', id)).toBe(1)
      }
    }
  })

  it('gives back a customer that was merged away, until that lies 30 days back; then its survivor keeps all', async () => {
    const { manager } = people
    for (const [age, status] of [
      [29, 200],
      [31, 404],
    ] as const) {
      const [id, fromId] = [await customer(manager, { email: `${unique('s')}@example.com` }), await customer(manager)]
      await logged(manager, { customerId: fromId, type: 'CALL' })
      await bodyOf(mergeInto(manager, id, fromId), 200)
      await trashedFor('customers', fromId, age * DAY)
      await rows('UPDATE customer_merges SET created_at = ? WHERE merged_id = ?', ago(age * DAY), fromId)
      await run()
      await run()
      expect((await restore(manager, fromId)).status).toBe(status)
      expect(await count('customers', 'id = ?', id)).toBe(1)
      expect(await count('interactions', 'customer_id IN (?, ?)', id, fromId)).toBe(1)
      expect(await count('customer_merges', "merged_id = ? AND fields <> '{}'", fromId)).toBe(age === 29 ? 1 : 0)
    }
    expect(await count('customer_merged_rows', 'merge_id NOT IN (SELECT id FROM customer_merges)')).toBe(0)
  })

  it('is not found any more once it is purged, nor are its words', async () => {
    const { manager } = people
    const name = unique('Needle')
    const stored = await seedCustomers(manager.workspaceId, [{ name, ownerId: manager.id, tags: ['purged'] }])
    await trashedFor('customers', stored.at(-1)?.id ?? '', 31 * DAY)
    await run()
    for (const query of [{ q: name }, { tag: 'purged' }, { trashed: 'true', q: name }]) {
      expect((await page(manager, query)).data).toEqual([])
    }
  })

  it('keeps the numbers of tickets: none is given again, however many were purged', async () => {
    const admin = await founder()
    const customerId = await customer(admin)
    const open = async (of = customerId) =>
      bodyOf(api(admin.token).v1.tickets.$post({ json: { title: 'A ticket', customerId: of } }), 201)
    const [first, second, third] = [await open(), await open(), await open()]
    for (const { id } of [second, third]) await trashedFor('tickets', id, 31 * DAY)
    await run()
    expect(await count('tickets', 'workspace_id = ?', admin.workspaceId)).toBe(1)
    const fourth = await open()
    expect([first.number, fourth.number]).toEqual([1, 4])
    await trashedFor('customers', customerId, 31 * DAY)
    await run()
    expect(await count('tickets', 'workspace_id = ?', admin.workspaceId)).toBe(0)
    const last = await Promise.all(Array.from({ length: 5 }, async () => open(await customer(admin))))
    expect(last.map(({ number }) => number).sort()).toEqual([5, 6, 7, 8, 9])
  })
})

// What should be left of a table: no record that is gone, nothing that hung on one, no word of one elsewhere.
function remaining(table: string, before: Map<string, Row[]>, gone: Set<unknown>): Row[] {
  const list = before.get(table) ?? []
  const forget = (row: Row, column: string) =>
    gone.has(row[column]) ? { ...row, [column]: null, version: Number(row.version) + 1 } : row
  if (table === 'interactions') {
    return list
      .filter((row) => !gone.has(row.customer_id) && !(row.customer_id === null && gone.has(row.lead_id)))
      .map((row) => forget(forget(row, 'lead_id'), 'ticket_id'))
  }
  if (table === 'leads') return list.filter(({ id }) => !gone.has(id)).map((row) => forget(row, 'customer_id'))
  return list.filter((row) => ['id', 'customer_id', 'from_id', 'to_id'].every((column) => !gone.has(row[column])))
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

describe('what expires', () => {
  it('goes when it has, and not before', async () => {
    const admin = await founder()
    const stamps = { workspaceId: admin.workspaceId, createdAt: ago(0) }
    const ages = { old: ago(DAY + HOUR), fresh: ago(-HOUR) }
    for (const [name, at] of Object.entries(ages)) {
      const user = { ...stamps, userId: admin.id }
      await put('sessions', [
        {
          ...user,
          id: `${admin.id} ${name}`,
          refreshHash: 'x',
          rotatedAt: at,
          expiresAt: name === 'old' ? ago(30 * DAY + HOUR) : ago(29 * DAY),
        },
      ])
      const token = { id: `${admin.id} ${name}`, kind: 'RESET', tokenHash: unique(name), email: 'x', expiresAt: at }
      await put('one_time_tokens', [{ ...stamps, ...token }])
      const key = { keyHash: unique(name), fingerprint: 'x', attempt: 'x', startedAt: at, expiresAt: at }
      await put('idempotency_keys', [key])
      await put('login_attempts', [{ subject: unique(name), count: 1, pending: 0, pendingUntil: at, windowEndsAt: at }])
    }
    const today = now().slice(0, 10)
    const spans = [
      today,
      `${today}T00`,
      today.slice(0, 7),
      ago(DAY).slice(0, 10),
      ago(3 * DAY).slice(0, 10),
      `${ago(3 * DAY).slice(0, 10)}T23`,
      ago(40 * DAY).slice(0, 7),
    ]
    await put(
      'daily_counts',
      spans.map((day) => ({ day, subject: admin.id, count: 1 })),
    )
    const mail = (id: string, state: string, giveUpAt: string) => ({
      ...stamps,
      id,
      state,
      giveUpAt,
      template: 'x',
      recipient: admin.id,
      payload: '{}',
      nextAttemptAt: giveUpAt,
    })
    const idAt = (ms: number) =>
      `${Date.parse(ago(ms))
        .toString(16)
        .padStart(12, '0')
        .replace(/^(.{8})/, '$1-')}-7000-8000-${crypto.randomUUID().slice(-12)}`
    const mails = [
      mail(idAt(31 * DAY), 'SENT', ago(30 * DAY)),
      mail(idAt(31 * DAY), 'FAILED', ago(30 * DAY)),
      mail(idAt(31 * DAY), 'QUEUED', ago(-DAY)),
      mail(idAt(29 * DAY), 'SENT', ago(28 * DAY)),
    ]
    await put('outbox', mails)
    const events = await count('events')
    await run()
    const left = await Promise.all([
      count('sessions', 'id = ?', `${admin.id} old`),
      count('sessions', 'id = ?', `${admin.id} fresh`),
      count('one_time_tokens', 'id = ?', `${admin.id} old`),
      count('one_time_tokens', 'id = ?', `${admin.id} fresh`),
      count('idempotency_keys', "key_hash GLOB 'old*'"),
      count('idempotency_keys', "key_hash GLOB 'fresh*'"),
      count('login_attempts', "subject GLOB 'old*'"),
      count('login_attempts', "subject GLOB 'fresh*'"),
    ])
    expect(left).toEqual([0, 1, 0, 1, 0, 1, 0, 1])
    const kept = await rows<{ day: string }>('SELECT day FROM daily_counts WHERE subject = ?', admin.id)
    expect(kept.map(({ day }) => day).sort()).toEqual([...spans.slice(0, 4)].sort())
    expect(await rows('SELECT state FROM outbox WHERE recipient = ? ORDER BY id', admin.id)).toEqual([
      { state: 'QUEUED' },
      { state: 'SENT' },
    ])
    expect(await count('events')).toBe(events)
    // The one who works on is still signed in.
    const refreshed = await api().v1.auth.refresh.$post({ json: { refreshToken: admin.refreshToken } })
    expect(refreshed.status).toBe(200)
    expect(lines()).toMatchObject([{ event: 'purged', sessions: 1, tokens: 1, mails: 2, dailyCounts: 3 }])
  })
})

describe('a run', () => {
  let manager: Person
  beforeAll(async () => {
    manager = (await team()).manager
  })
  const seedTrash = async (n: number) => {
    const deletedAt = ago(31 * DAY)
    const fields = { ownerId: manager.id, deletedAt }
    await seedCustomers(
      manager.workspaceId,
      Array.from({ length: n }, () => fields),
    )
    const ids = await rows<{ id: string }>('SELECT id FROM customers WHERE deleted_at = ?', deletedAt)
    return ids.map(({ id }) => id)
  }

  it('is bounded, reads what goes and not what stays, and leaves the rest to the next', async () => {
    const { workspaceId, id: ownerId } = manager
    const [stays = ''] = await Promise.all([customer(manager)])
    await seedInteractions(
      workspaceId,
      Array.from({ length: 4_000 }, () => ({ customerId: stays, ownerId })),
    )
    const [busy = '', ...others] = await seedTrash(701)
    await seedInteractions(
      workspaceId,
      Array.from({ length: 4_500 }, () => ({ customerId: busy, ownerId })),
    )
    await seedInteractions(
      workspaceId,
      others.map((customerId) => ({ customerId, ownerId })),
    )
    const left: number[][] = []
    while ((await expired('customers')) > 0 && left.length < 10) {
      const { DB, cost } = metered()
      await run(now(), DB)
      expect(cost.statements).toBeLessThanOrEqual(50)
      expect(cost.rowsRead).toBeLessThan(150_000)
      await isSound()
      left.push([await expired('customers'), await count('interactions', 'customer_id = ?', busy)])
    }
    expect(left.at(-1)).toEqual([0, 0])
    expect(left.length).toBeLessThanOrEqual(4)
    expect(await count('interactions', 'customer_id = ?', stays)).toBe(4_000)
    const idle = metered()
    await run(now(), idle.DB)
    expect(idle.cost.rowsWritten).toBe(0)
    expect(idle.cost.rowsRead).toBeLessThan(200)
  })

  it('may run beside another, and may die at any round trip', async () => {
    const all = await seedTrash(60)
    const put = (list: string[]) =>
      seedInteractions(
        manager.workspaceId,
        list.map((customerId) => ({ customerId, ownerId: manager.id })),
      )
    await put(all)
    for (const deadly of [1, 2, 3]) {
      const die = (trip: number) => {
        if (trip === deadly) throw new Error('The Worker died')
      }
      vi.spyOn(console, 'error').mockImplementation(() => {})
      for (const hook of ['before', 'after'] as const) await run(now(), metered({ [hook]: die }).DB).catch(() => {})
      await isSound()
    }
    await put((await seedTrash(60)).slice(0, 30))
    await Promise.all([run(), run(), run()])
    await isSound()
    expect(await expired('customers')).toBe(0)
    expect(lines().reduce((sum, line) => sum + (line.customers ?? 0), 0)).toBeLessThanOrEqual(120)
    const before = await sizes(...TABLES)
    await run()
    expect(await sizes(...TABLES)).toEqual(before)
  })
})
