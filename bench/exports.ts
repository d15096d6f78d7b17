// `npm run bench:exports -- --rows N`: exports N customers and reports the speed, statements and rows
// read, and the heap that suffices. See docs/exporting.md.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { root } from '../scripts/run.ts'
import { startWorker } from '../scripts/worker.ts'
import { smallestHeap } from './memory.ts'
import type { Worker } from './types.ts'

const EXPORTS = ['customers', 'customers?format=ndjson', 'customers?q=example.org']
const ROWS_A_STATEMENT = 5_000
const PASSWORD = 'correct horse battery'

const Registered = z.object({ user: z.object({ id: z.string(), workspaceId: z.string() }) })
const SignedIn = z.object({ accessToken: z.string() })
const Spent = z.object({ statements: z.number(), read: z.number() })

const { values } = parseArgs({ options: { rows: { type: 'string', default: '10000' } } })
const rows = Number(values.rows)
const folder = join(root, '.wrangler', `bench-exports-${rows}`)
const entry = join(root, 'bench', 'exports.worker.ts')
const vars = { USER_RATE_LIMIT_MAX: '1000000', MAIL_TRANSPORT: 'off', SIGNUP: 'open' }

async function json<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return schema.parse(await response.json())
}

/** Founds a workspace and fills it; the marker is written last, so that a seed that was broken off is made anew. */
async function seed() {
  if (existsSync(join(folder, 'done'))) return
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { fetch, database, dispose } = await startWorker({ vars, persist: folder, entry })
  try {
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ email: 'ada@example.com', password: PASSWORD, name: 'Ada', workspaceName: 'Bench' })
    const { user } = await json(await fetch('/v1/auth/register', { method: 'POST', headers, body }), Registered)
    const db = await database()
    const now = new Date().toISOString()
    const tags = ['customer', 'newsletter', 'vip'].map((name) =>
      db
        .prepare(
          'INSERT INTO tags (id, workspace_id, name, key, created_at, updated_at) VALUES (?1, ?2, ?1, ?1, ?3, ?3)',
        )
        .bind(name, user.workspaceId, now),
    )
    await db.batch(tags)
    for (let from = 0; from < rows; from += ROWS_A_STATEMENT) {
      const list = Array.from({ length: Math.min(ROWS_A_STATEMENT, rows - from) }, (_, i) => customer(from + i))
      const text = JSON.stringify(list)
      await db.batch([
        db
          .prepare(
            `INSERT INTO customers (id, workspace_id, name, sort_name, email, phone, company, owner_id, custom_fields,
              created_at, updated_at) SELECT value->>0, ?2, value->>1, lower(value->>1), value->>2, value->>3, value->>4,
              ?3, value->>5, ?4, ?4 FROM json_each(?1)`,
          )
          .bind(text, user.workspaceId, user.id, now),
        db
          .prepare(`INSERT INTO customer_tags (customer_id, tag_id) SELECT e.value->>0, t.value FROM json_each(?) AS e,
            json_each(e.value->'$[6]') AS t`)
          .bind(text),
      ])
      process.stderr.write(`\rseeding ${from + list.length} customers`)
    }
    process.stderr.write('\n')
  } finally {
    await dispose()
  }
  writeFileSync(join(folder, 'done'), '')
}

function customer(i: number) {
  const hex = i.toString(16).padStart(12, '0')
  const id = `0192f0c4-7a10-7c3e-9d2b-${hex}`
  const domain = i % 10 === 0 ? 'example.org' : 'example.com'
  const fields = i % 2 ? { plan: i % 3 ? 'gold' : 'tin', seats: i % 50 } : { region: 'Süd', since: '2024-05-01' }
  return [
    id,
    `Customer ${i}`,
    `customer-${i}@${domain}`,
    `+44 20 ${i}`,
    `Company ${i % 1000} & Sons`,
    JSON.stringify(fields),
    [['customer', 'vip', 'newsletter'][i % 3]],
  ]
}

/** Reads an export to its end. */
async function measure(fetch: Worker['fetch'], token: string, path: string) {
  await fetch('/bench/cost')
  let [bytes, lines] = [0, 0]
  const started = performance.now()
  const response = await fetch(`/v1/exports/${path}`, { headers: { Authorization: `Bearer ${token}` } })
  if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`)
  const first = performance.now() - started
  for await (const chunk of response.body) {
    bytes += chunk.length
    for (const byte of chunk) if (byte === 10) lines += 1
  }
  const seconds = (performance.now() - started) / 1000
  const { statements, read } = await json(await fetch('/bench/cost'), Spent)
  const records = path.includes('ndjson') ? lines : lines - 1
  return {
    export: path,
    records,
    MB: round(bytes / 1e6),
    seconds: round(seconds),
    'first byte, ms': Math.round(first),
    'a second': Math.round(records / seconds),
    'statements per 1,000': round((1000 * statements) / records, 100),
    'rows read per record': round(read / records),
  }
}

const round = (figure: number, by = 10) => Math.round(figure * by) / by

/** All of EXPORTS, one after the other, in one Worker. */
async function exported(heap?: number) {
  const { fetch, dispose } = await startWorker({ vars, persist: folder, entry, heap })
  try {
    const body = JSON.stringify({ email: 'ada@example.com', password: PASSWORD })
    const headers = { 'Content-Type': 'application/json' }
    const { accessToken } = await json(await fetch('/v1/auth/login', { method: 'POST', headers, body }), SignedIn)
    const results = []
    for (const path of EXPORTS) results.push(await measure(fetch, accessToken, path))
    const short = results.find(({ export: path, records }) => !path.includes('q=') && records !== rows)
    if (short) throw new Error(`of ${rows} customers ${short.records} were exported: ${short.export}`)
    return results
  } finally {
    await dispose()
  }
}

await seed()
console.table(await exported())
const { heap } = await smallestHeap(exported)
console.log(`heap for ${rows.toLocaleString('en')} customers  ${heap} MB`)
// A Miniflare whose workerd has run out of memory would keep this process alive.
process.exit()
