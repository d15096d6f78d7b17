// The retention of events, and how much a run of the purge can take.
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { purge } from '../../src/purge/purge.service'
import { count, rows } from '../support/database'
import { founder } from '../support/factories'
import { metered } from '../support/metered'

const DAY = 86_400_000
const now = new Date().toISOString()
const run = (settings: Record<string, unknown> = {}) => purge({ ...env, ...settings }, now)

/** Events of these ages in days, each of a record of this name in the workspace; gives nothing. */
function seed(workspaceId: string, list: { subject: string; days: number }[]) {
  const events = list.map(({ subject, days }) => [subject, new Date(Date.parse(now) - days * DAY).toISOString()])
  return rows(
    `INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)
    SELECT lower(hex(randomblob(8))), ?2, (SELECT max(seq) FROM events WHERE workspace_id = ?2) + row_number() OVER (),
      'lead', ?2 || (value ->> 0), 'lead.updated', 'system', value ->> 1 FROM json_each(?1)`,
    JSON.stringify(events),
    workspaceId,
  )
}
const agesOf = async (workspaceId: string, subject: string) => {
  const kept = await rows<{ days: number }>(
    `SELECT CAST(round(julianday(?) - julianday(created_at)) AS INTEGER) AS days FROM events
    WHERE workspace_id = ? AND subject_id = ? ORDER BY seq`,
    now,
    workspaceId,
    workspaceId + subject,
  )
  return kept.map(({ days }) => days)
}

beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => {}))

describe('events', () => {
  it('stay for ever unless EVENTS_KEEP_DAYS says otherwise', async () => {
    const { workspaceId } = await founder()
    await seed(
      workspaceId,
      [900, 800].map((days) => ({ subject: 'old', days })),
    )
    await run()
    expect(await agesOf(workspaceId, 'old')).toEqual([900, 800])
  })

  it('older than these days go, but for the newest of each record, in every workspace', async () => {
    const homes = [await founder(), await founder()]
    for (const { workspaceId } of homes) {
      await seed(
        workspaceId,
        [900, 800, 20].map((days) => ({ subject: 'alive', days })),
      )
      await seed(
        workspaceId,
        [900, 800, 800].map((days) => ({ subject: 'quiet', days })),
      )
    }
    await run({ EVENTS_KEEP_DAYS: '30' })
    for (const { workspaceId } of homes) {
      expect(await agesOf(workspaceId, 'alive')).toEqual([20])
      expect(await agesOf(workspaceId, 'quiet')).toEqual([800])
    }
    const [first] = homes
    await seed(first?.workspaceId ?? '', [{ subject: 'quiet', days: 1 }])
    await run({ EVENTS_KEEP_DAYS: '30' })
    expect(await agesOf(first?.workspaceId ?? '', 'quiet')).toEqual([1])
  })

  it('get numbers that go on from the highest, and are listed as before', async () => {
    const admin = await founder()
    await seed(
      admin.workspaceId,
      [900, 800, 700].map((days) => ({ subject: 'kept', days })),
    )
    const highest = 'SELECT max(seq) AS seq FROM events WHERE workspace_id = ?'
    const before = await rows(highest, admin.workspaceId)
    await run({ EVENTS_KEEP_DAYS: '30' })
    expect(await rows(highest, admin.workspaceId)).toEqual(before)
  })

  it('are looked at in windows, so that one run goes through many, and the next begins anew', {
    tags: ['long'],
  }, async () => {
    const { workspaceId } = await founder()
    await seed(
      workspaceId,
      Array.from({ length: 12_000 }, (_, i) => ({ subject: `many ${i % 3}`, days: 100 })),
    )
    const { DB, cost } = metered()
    await run({ DB, EVENTS_KEEP_DAYS: '30' })
    expect(cost.statements).toBeLessThanOrEqual(50)
    expect(await count('events', "workspace_id = ? AND subject_id GLOB '*many*'", workspaceId)).toBe(3)
  })
})

describe('a run', () => {
  it('goes on with what is left, as long as an invocation may send statements', async () => {
    const insert = `INSERT INTO idempotency_keys (key_hash, fingerprint, attempt, started_at, expires_at)
      SELECT 'many ' || value, 'x', 'x', ?1, ?1 FROM json_each(?2)`
    const numbers = Array.from({ length: 23_000 }, (_, i) => i)
    await rows(insert, new Date(Date.parse(now) - DAY).toISOString(), JSON.stringify(numbers))
    const { DB, cost } = metered()
    await run({ DB })
    expect(await count('idempotency_keys', "key_hash GLOB 'many *'")).toBe(0)
    expect(cost.statements).toBeLessThanOrEqual(50)
  })
})
