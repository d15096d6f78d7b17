// `npm run bench:departures -- --rows 100000`: a member with so many leads and customers leaves, and a customer with as many
// interactions is merged and the survivor erased, each job killed midway five times. Leaves 1 when a row is lost or
// doubled, or a request beside the jobs takes more than two seconds.
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { root } from '../scripts/run.ts'
import { startWorker } from '../scripts/worker.ts'
import { PASSWORD } from './fill.ts'
import { memberOf, workspaces } from './population.ts'
import { seededFolder, vars } from './seed.ts'
import type { Database, Worker } from './types.ts'

const KILLS = 5
const MOST_MS = 2_000
const CHUNK = 4_000
const UUID = `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-7' || substr(hex(randomblob(2)), 2) || '-8'
  || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`
const LEAVER = '0192f0c4-7a10-7c3e-9d2b-00000000000a'
const [MERGED, SURVIVOR] = ['0192f0c4-7a10-7c3e-9d2b-00000000000b', '0192f0c4-7a10-7c3e-9d2b-00000000000c']

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } })
const rows = Number(values.rows)
const log = (line: string) => console.error(line)
const { folder, now } = await seededFolder(1_000, log)
const large = workspaces(now).large
const [admin, heir] = [memberOf(large, 0), memberOf(large, 20)]
const run = join(root, '.wrangler', 'bench-departures')
const entry = join(root, 'bench', 'worker.ts')
rmSync(run, { recursive: true, force: true })
cpSync(folder, run, { recursive: true })

const start = () => startWorker({ vars: { ...vars, IMPORT_STATEMENTS: '1000' }, persist: run, entry, bare: true })
let worker: Worker = await start()
const problems: string[] = []

async function fill(db: Database) {
  const at = new Date(now).toISOString()
  const many =
    (columns: string, select: string, more: string[] = []) =>
    async () => {
      for (let done = 0; done < rows; done += CHUNK) {
        const numbers = `WITH RECURSIVE n (i) AS (SELECT ${done} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${Math.min(rows, done + CHUNK)})`
        await db
          .prepare(`INSERT INTO ${columns} ${numbers} SELECT ${select} FROM n`)
          .bind(large.id, at, ...more)
          .run()
      }
    }
  const user = `INSERT INTO users (id, workspace_id, email, name, role, created_at, updated_at) VALUES (?, ?, ?, 'Leaver', 'SALES', ?, ?)`
  await db.prepare(user).bind(LEAVER, large.id, 'leaver@bench.example', at, at).run()
  for (const id of [MERGED, SURVIVOR]) {
    const customer = `INSERT INTO customers (id, workspace_id, name, sort_name, created_at, updated_at) VALUES (?, ?, 'Much', 'much', ?, ?)`
    await db.prepare(customer).bind(id, large.id, at, at).run()
  }
  log('filling: leads')
  await many(
    'leads (id, workspace_id, title, status, owner_id, created_at, updated_at)',
    `${UUID}, ?1, 'Lead ' || i, 'NEW', '${LEAVER}', ?2, ?2`,
  )()
  log('filling: customers')
  await many(
    'customers (id, workspace_id, name, sort_name, owner_id, created_at, updated_at)',
    `${UUID}, ?1, 'One ' || i, 'one ' || i, '${LEAVER}', ?2, ?2`,
  )()
  log('filling: interactions')
  await many(
    'interactions (id, workspace_id, customer_id, type, body, occurred_at, created_by, created_at, updated_at)',
    `${UUID}, ?1, '${MERGED}', 'CALL', 'Said', ?2, ?3, ?2, ?2`,
    [admin.id],
  )()
}

async function signedIn(): Promise<Record<string, string>> {
  const response = await worker.fetch('/v1/auth/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: admin.email, password: PASSWORD }),
  })
  const { accessToken } = z.object({ accessToken: z.string() }).parse(await response.json())
  return { Authorization: `Bearer ${accessToken}`, 'Content-Type': 'application/json' }
}

/** Sends a request, and has its job done by the schedule, killed five times, with requests of others beside it. */
async function done(name: string, method: string, path: string, body?: object) {
  let headers = await signedIn()
  const begun = Date.now()
  const response = await worker.fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const took = Date.now() - begun
  await response.text()
  if (!response.ok) throw new Error(`${name} answered ${response.status}`)
  const waits: number[] = [took]
  let [kills, over] = [0, false]
  const beside = async () => {
    while (!over) {
      const at = Date.now()
      const paths = ['/v1/leads', '/v1/customers?sort=name', '/v1/jobs?state=RUNNING']
      // A Worker that is killed answers nothing.
      const path = paths[waits.length % paths.length] ?? ''
      const isAnswered = await worker.fetch(path, { headers }).then(
        async (list) => (await list.text()) !== '' && list.ok,
        () => false,
      )
      if (isAnswered) waits.push(Date.now() - at)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const others = beside()
  for (;;) {
    const jobs = await worker.fetch('/v1/jobs?state=RUNNING', { headers })
    const { data } = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await jobs.json())
    if (data.length === 0) break
    const scheduled = worker.fetch('/bench/schedule').then(
      (answer) => answer.text(),
      () => {},
    )
    if (kills < KILLS) {
      await new Promise((resolve) => setTimeout(resolve, 1_500 + 300 * kills))
      kills += 1
      await worker.dispose()
      await scheduled
      worker = await start()
      headers = await signedIn()
      const lease = `UPDATE jobs SET due_at = '2000-01-01' WHERE state = 'RUNNING'`
      await (await worker.database()).prepare(lease).run()
    } else await scheduled
  }
  over = true
  await others
  const worst = Math.max(...waits)
  console.log(
    `${name}: the request ${took} ms, the job ${Math.round((Date.now() - begun) / 1000)} s, killed ${kills} times; of ${waits.length} requests beside it the longest ${worst} ms`,
  )
  if (worst > MOST_MS) problems.push(`${name}: a request took ${worst} ms`)
}

async function expectCount(db: Database, what: string, sql: string, expected: number) {
  const found = (await db.prepare(sql).first<number>('n')) ?? 0
  if (found !== expected) problems.push(`${what}: ${found} instead of ${expected}`)
}

try {
  await fill(await worker.database())
  const owned = async (table: string) =>
    (await (
      await worker.database()
    )
      .prepare(`SELECT count(*) AS n FROM ${table} WHERE owner_id = '${heir.id}'`)
      .first<number>('n')) ?? 0
  const had = { leads: await owned('leads'), customers: await owned('customers') }
  await done('A member leaves', 'DELETE', `/v1/users/${LEAVER}?reassignTo=${heir.id}`)
  let db = await worker.database()
  for (const table of ['leads', 'customers'] as const) {
    await expectCount(
      db,
      `${table} of the leaver`,
      `SELECT count(*) AS n FROM ${table} WHERE owner_id = '${LEAVER}'`,
      0,
    )
    await expectCount(
      db,
      `${table} of the heir`,
      `SELECT count(*) AS n FROM ${table} WHERE owner_id = '${heir.id}'`,
      had[table] + rows,
    )
    const subject = table.slice(0, -1)
    await expectCount(
      db,
      `events of ${table}`,
      `SELECT count(*) AS n FROM events WHERE verb = '${subject}.assigned' AND changes ->> '$.ownerId[0]' = '${LEAVER}'`,
      rows,
    )
  }
  await done('A merge', 'POST', `/v1/customers/${SURVIVOR}/merge`, { fromId: MERGED })
  db = await worker.database()
  await expectCount(
    db,
    'interactions of the survivor',
    `SELECT count(*) AS n FROM interactions WHERE customer_id = '${SURVIVOR}'`,
    rows,
  )
  await expectCount(
    db,
    'their number on it',
    `SELECT interaction_count AS n FROM customers WHERE id = '${SURVIVOR}'`,
    rows,
  )
  await done('An erasure', 'POST', `/v1/customers/${SURVIVOR}/erase`)
  db = await worker.database()
  await expectCount(
    db,
    'interactions that still tell',
    `SELECT count(*) AS n FROM interactions WHERE customer_id = '${SURVIVOR}' AND body = 'Said'`,
    0,
  )
  await expectCount(
    db,
    'interactions left',
    `SELECT count(*) AS n FROM interactions WHERE customer_id = '${SURVIVOR}'`,
    rows,
  )
  for (const problem of problems) console.error(problem)
  console.log(problems.length ? 'NOT as it should be' : 'Nothing is lost, nothing doubled.')
  process.exitCode = problems.length ? 1 : 0
} finally {
  await worker.dispose()
  rmSync(run, { recursive: true, force: true })
}
