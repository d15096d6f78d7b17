// Large imports: in chunks, over several invocations, through failures, two at once.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../../src/db/client'
import { sweepImports } from '../../src/imports/imports.resume'
import { refusalOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { databaseWith } from '../support/bindings'
import { made } from '../support/customers'
import { count, rows } from '../support/database'
import { run } from '../support/exports'
import { founder, type Person } from '../support/factories'
import { figures, imported, importing, reportOf } from '../support/imports'
import { cron, customersIn, dying, file, freed, line } from '../support/imports-large'
import { happenings } from '../support/leads'
import { mailing } from '../support/mailbox'
import { metered } from '../support/metered'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const NONE = { received: 0, created: 0, updated: 0, unchanged: 0, superseded: 0, failed: 0 }

/** How much of an import waits still: rows of chunks, keys of records, and rows as they came. */
const onItsWay = (id: string) =>
  Promise.all([
    count('import_chunks', "import_id = ? AND rows <> '[]' AND ids IS NULL", id),
    count('import_keys', 'import_id = ?', id),
    count('import_originals', 'import_id = ?', id),
  ])

describe('a file of many chunks', () => {
  it('is staged as it streams in, and written over as many invocations as it takes', async () => {
    const admin = await founder()
    const fetch = worker({ IMPORT_STATEMENTS: '40' })
    const answer = await importing(admin, file(600, ['Bad,no mail,', `Person X,p0@x.de,`]), { fetch })
    expect(answer.status).toBe(202)
    const { id, status } = await answer.json<{ id: string; status: string }>()
    expect([answer.headers.get('Location'), status]).toEqual([`/v1/imports/${id}`, 'RUNNING'])
    let report = await reportOf(admin, id, fetch)
    expect(report.created).toBeLessThan(600)
    for (let asked = 0; report.status === 'RUNNING' && asked < 20; asked += 1) report = await reportOf(admin, id, fetch)
    expect(figures(report)).toEqual({ ...NONE, received: 602, created: 600, superseded: 1, failed: 1 })
    expect(report).toMatchObject({ status: 'DONE', errors: [{ line: 602, code: 'invalid_email' }] })
    expect(report.warnings).toMatchObject([{ line: 603, code: 'duplicate_in_file' }])
    expect(await customersIn(admin)).toBe(600)
    expect(await customersIn(admin, "name = 'Person X' AND email = 'p0@x.de'")).toBe(1)
    for (const table of ['import_keys', 'import_originals']) expect(await count(table)).toBe(0)
    expect(figures(await imported(admin, file(3)))).toEqual({ ...NONE, received: 3, unchanged: 2, updated: 1 })
  })

  it('goes on after the Worker has died twice, and nothing is lost or doubled', async () => {
    const admin = await founder()
    const answer = await importing(admin, file(400), { fetch: dying(2) })
    expect(answer.status).toBe(202)
    const { id } = await answer.json<{ id: string }>()
    const seen = [(await reportOf(admin, id, dying(0))).created]
    await freed(id)
    await reportOf(admin, id, dying(1))
    seen.push((await reportOf(admin, id, dying(0))).created)
    await freed(id)
    await cron()
    await cron()
    const report = await reportOf(admin, id)
    expect(seen[0]).toBeGreaterThan(0)
    expect(seen[1]).toBeGreaterThan(seen[0] ?? 0)
    expect(seen[1]).toBeLessThan(400)
    expect(report.status).toBe('DONE')
    expect(figures(report)).toEqual({ ...NONE, received: 400, created: 400 })
    expect(await customersIn(admin)).toBe(400)
    const events = `workspace_id = ? AND verb = 'customer.created'`
    expect(await count('events', events, admin.workspaceId)).toBe(400)
  })

  it('is written once, whoever goes on with it at once', async () => {
    const admin = await founder()
    const { id } = await (await importing(admin, file(300), { fetch: dying(1) })).json<{ id: string }>()
    // Nobody waits for anybody: each believes that it has the import to itself.
    const DB = databaseWith(async (send, statements) => {
      await env.DB.prepare('UPDATE imports SET busy_until = NULL WHERE id = ?').bind(id).run()
      return send(statements)
    })
    const fetch = worker({ DB, IMPORT_STATEMENTS: '1000' })
    await Promise.all(Array.from({ length: 6 }, () => send(`/v1/imports/${id}`, { token: admin.token }, fetch)))
    expect(figures(await reportOf(admin, id))).toEqual({ ...NONE, received: 300, created: 300 })
    expect(await customersIn(admin)).toBe(300)
    expect(await happenings(id)).toEqual(['import.finished'])
  })

  it('writes no chunk twice, though every batch is sent twice', async () => {
    const admin = await founder()
    const { id } = await (await importing(admin, file(300), { fetch: dying(1) })).json<{ id: string }>()
    let resent = 0
    const DB = databaseWith(async (send, statements) => {
      const results = await send(statements)
      if (statements.length > 8) {
        resent += 1
        await send(statements)
      }
      return results
    })
    await freed(id)
    await reportOf(admin, id, worker({ DB, IMPORT_STATEMENTS: '1000' }))
    expect(resent).toBeGreaterThan(1)
    expect(figures(await reportOf(admin, id))).toEqual({ ...NONE, received: 300, created: 300 })
    expect(await customersIn(admin)).toBe(300)
    expect(await count('events', "workspace_id = ? AND verb = 'customer.created'", admin.workspaceId)).toBe(300)
  })

  it('that breaks off in the middle leaves nothing', async () => {
    const admin = await founder()
    const good = new TextEncoder().encode(file(500))
    const bytes = new Uint8Array([...good, 0xe4, 0xf6, 0xfc])
    await refusalOf(importing(admin, bytes), 400, 'unsupported_encoding')
    for (const table of ['imports', 'import_chunks', 'import_originals', 'import_issues', 'customers']) {
      const mine = ['imports', 'customers'].includes(table) ? `workspace_id = '${admin.workspaceId}'` : 'true'
      if (mine !== 'true') expect(await count(table, mine), table).toBe(0)
    }
    expect(await count('import_chunks', "rows <> '[]'")).toBe(0)
  })

  it('stops when whoever began it may not import any more', async () => {
    const admin = await founder()
    const { id } = await (await importing(admin, file(300), { fetch: dying(1) })).json<{ id: string }>()
    await env.DB.prepare("UPDATE users SET role = 'SALES' WHERE id = ?").bind(admin.id).run()
    await freed(id)
    await cron()
    expect((await rows('SELECT status FROM imports WHERE id = ?', id))[0]).toEqual({ status: 'CANCELLED' })
    expect(await onItsWay(id)).toEqual([0, 0, 0])
  })

  it('is ended and forgotten by the clock where its upload broke off an hour ago', async () => {
    const admin = await founder()
    const [old, young] = [crypto.randomUUID(), crypto.randomUUID()]
    for (const id of [old, young]) {
      const since = id === old ? Date.now() - 61 * 60_000 : Date.now()
      const at = new Date(since).toISOString()
      await run(
        `INSERT INTO imports (id, workspace_id, entity, status, mode, match, duplicates, dry_run, columns, created_by, created_at, updated_at)
          VALUES (?, ?, 'customers', 'UPLOADING', 'upsert', 'email', 'last', 0, '[]', ?, ?, ?)`,
        ...[id, admin.workspaceId, admin.id, at, at],
      )
      await run(`INSERT INTO import_chunks (import_id, n, tags, rows) VALUES (?, 0, '[]', '[{"name":"Ann"}]')`, id)
      await run(`INSERT INTO import_originals (import_id, n, rows) VALUES (?, 0, '[["Ann"]]')`, id)
    }
    await cron()
    expect([await onItsWay(old), await onItsWay(young)]).toEqual([
      [0, 0, 0],
      [1, 0, 1],
    ])
    expect(await reportOf(admin, old)).toMatchObject({ status: 'CANCELLED' })
    expect(await reportOf(admin, young)).toMatchObject({ status: 'UPLOADING' })
  })

  it('is found by the clock among any number that are over', async () => {
    const admin = await founder()
    await run(
      `INSERT INTO imports (id, workspace_id, entity, status, mode, match, duplicates, dry_run, columns, created_by, created_at, updated_at)
        SELECT 'over-' || value, ?, 'customers', 'DONE', 'upsert', 'email', 'last', 0, '[]', ?, '2026-01-01', '2026-01-01'
        FROM (WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s WHERE value < 500) SELECT value FROM s)`,
      ...[admin.workspaceId, admin.id],
    )
    const { DB, cost } = metered()
    await sweepImports(connect(DB, 'first-primary').db, new Date())
    expect(cost).toMatchObject({ trips: 1, rowsRead: expect.any(Number) })
    expect(cost.rowsRead).toBeLessThan(50)
  })
})

describe('a record that comes in several chunks', () => {
  const LARGE = { fetch: worker({ IMPORT_STATEMENTS: '1000' }) }
  const over = async (admin: Person, text: string, query: Record<string, string>) => {
    const { id } = await (await importing(admin, text, { ...LARGE, query })).json<{ id: string }>()
    await vi.waitUntil(async () => (await reportOf(admin, id, LARGE.fetch)).status !== 'RUNNING', { timeout: 30_000 })
    const { errors, warnings, ...report } = await reportOf(admin, id)
    return { errors, warnings, ...figures({ errors, warnings, ...report }) }
  }

  it('and gets another e-mail on the way is told of alike, tried or done', async () => {
    const admin = await founder()
    const [first, second, third] = ['zoe', 'ann', 'eve'].map((name) => `Kim,${name}@y.de,,+442079460958`)
    const fill = (from: number) => Array.from({ length: 130 }, (_, i) => `${line(from + i)},`)
    const text = ['name,email,note,phone', first, ...fill(0), second, ...fill(200), third].join('\n')
    const query = { mode: 'create', match: 'phone' }
    const tried = await over(admin, text, { ...query, dryRun: 'true' })
    expect(tried).toMatchObject({ ...NONE, received: 263, created: 261, superseded: 2, errors: [] })
    expect(tried.warnings.map(({ message }) => message)).toEqual(Array(2).fill(expect.stringContaining('Line 2 ')))
    expect(await over(admin, text, query)).toEqual(tried)
    expect(await customersIn(admin, "name = 'Kim' AND email = 'eve@y.de'")).toBe(1)
  })

  it('and loses its number on the way is still known by it, tried or done', async () => {
    const admin = await founder()
    const { id } = await made(admin, { name: 'Kim', phone: '+442079460958' })
    const fill = Array.from({ length: 130 }, (_, i) => `,${line(i)},`)
    const rest = [`${id},Kim,,,12`, ...fill, ',Kim Lee,,,+442079460958']
    const text = ['id,name,email,note,phone', ...rest].join('\n')
    const tried = await over(admin, text, { match: 'phone', dryRun: 'true' })
    expect(tried).toMatchObject({ received: 132, created: 130, updated: 1, superseded: 1 })
    expect(await over(admin, text, { match: 'phone' })).toEqual(tried)
    expect(await customersIn(admin, "name = 'Kim Lee' AND phone = '+442079460958'")).toBe(1)
  })

  it('and goes to the trash on the way is not told to have changed', async () => {
    const admin = await founder()
    const text = file(150, ['Person X,p0@x.de,'])
    const { id } = await (await importing(admin, text, { fetch: dying(1) })).json<{ id: string }>()
    const [{ id: one } = { id: '' }] = await rows<{ id: string }>(
      "SELECT id FROM customers WHERE workspace_id = ? AND email = 'p0@x.de'",
      admin.workspaceId,
    )
    await api(admin.token).v1.customers[':id'].$delete({ param: { id: one }, header: {} })
    await freed(id)
    await cron()
    expect(await reportOf(admin, id)).toMatchObject({ status: 'DONE', created: 150, updated: 0, superseded: 1 })
    expect(await happenings(one)).toEqual(['customer.created', 'customer.trashed'])
  })
})

describe('a minute of the cron', () => {
  it('asks D1 no more than 50 statements for mail and imports together, however many there are of each', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const admins = await Promise.all(Array.from({ length: 8 }, () => founder()))
    const waiting: [Person, string][] = []
    for (const admin of admins) {
      const { id } = await (await importing(admin, file(300), { fetch: dying(1) })).json<{ id: string }>()
      await freed(id)
      waiting.push([admin, id])
    }
    const now = new Date().toISOString()
    const queue = (n: number) =>
      env.DB.prepare(
        `INSERT INTO outbox (id, workspace_id, template, recipient, payload, state, attempts, next_attempt_at, give_up_at, created_at)
        SELECT 'budget-' || ?1 || '-' || value, ?2, 'passwordChanged', 'a@example.com', '{"user":"A","at":"2026-11-21"}', 'QUEUED', 0, ?3, '2999', ?3
        FROM json_each(?4)`,
      )
        .bind(n, admins[0]?.workspaceId ?? '', now, JSON.stringify(Array.from({ length: n }, (_, i) => i)))
        .run()
    for (const mails of [60, 20, 0]) {
      await queue(mails)
      const { DB, cost } = metered()
      await cron({ ...env, ...mailing(), DB })
      expect(cost.statements, `${mails} mails`).toBeLessThanOrEqual(50)
    }
    for (let minute = 0; minute < 40; minute += 1) await cron()
    for (const [admin, id] of waiting) expect((await reportOf(admin, id)).status).toBe('DONE')
  })
})
