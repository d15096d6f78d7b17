// `npm run bench:strangers`: what a request without an account costs at every open door: the CPU of the process for nasty bodies
// of 32 and 128 KB, which are read, and of 256 KB and 1 MB, which are not, the rows that it writes, and the bytes that it leaves.
// Leaves 1 where a bound of docs/decisions/054 does not hold. Linux only: it reads /proc.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { startWorker } from '../scripts/worker.ts'
import { processCpu } from './memory.ts'
import { vars } from './seed.ts'
import { type Door, LONG_HEADERS, nastyBodies, openDoors, shortBody } from './strangers.doors.ts'
import type { Database, Worker } from './types.ts'

const KB = 1_024
/** A length and four times as much: with four times the bytes, five times the CPU at most. */
const PAIRS = [
  [31 * KB, 124 * KB],
  [256 * KB, 1_024 * KB],
] as const
const MAX_RATIO = 5
const MAX_MS_OVER_SHORT = 100
const MAX_ROWS = 40
const MAX_KEPT = 16 * KB
/** Requests of each kind; the median counts. */
const TIMES = 5
/** Below this, what is measured is noise of the clock and of other threads. */
const LEAST_MS = 4

type Figures = { door: string; kind: string; ms: number; over: number; ratio: number; rows: number }
type Kept = { door: string; kept: number; rows: number }

const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0

async function send(fetch: Worker['fetch'], door: Door, body: string, headers: Record<string, string> = {}) {
  const type = door.isForm ? 'application/x-www-form-urlencoded' : 'application/json'
  const before = processCpu()
  const response = await fetch(door.path, {
    method: door.method,
    redirect: 'manual',
    headers: { 'Content-Type': type, Origin: 'http://localhost', ...headers },
    ...(door.method === 'GET' ? {} : { body }),
  }).catch(() => undefined)
  const answer = await response?.text().catch(() => '')
  const ms = processCpu() - before
  if (response && response.status >= 500 && response.status !== 501) {
    throw new Error(`${door.name} answered ${response.status} ${answer}`)
  }
  const [, written = '0'] = /rows written (\d+)/.exec(response?.headers.get('Server-Timing') ?? '') ?? []
  return { ms, rows: Number(written), status: response?.status ?? 413 }
}

async function typical(fetch: Worker['fetch'], door: Door, body: () => string, headers?: Record<string, string>) {
  const sent = []
  for (let i = 0; i < TIMES; i += 1) sent.push(await send(fetch, door, body(), headers))
  return { ms: median(sent.map(({ ms }) => ms)), rows: Math.max(...sent.map(({ rows }) => rows)) }
}

const atLeast = (ms: number) => Math.max(ms, LEAST_MS)

async function measure(fetch: Worker['fetch'], door: Door): Promise<Figures[]> {
  const short = await typical(fetch, door, () => shortBody(door))
  const found: Figures[] = []
  const note = (kind: string, { ms, rows }: { ms: number; rows: number }, less: number) =>
    found.push({ door: door.name, kind, ms, over: ms - short.ms, ratio: atLeast(ms) / atLeast(less), rows })
  note('a short body', short, short.ms)
  for (const [name, value] of Object.entries(LONG_HEADERS)) {
    const long = await typical(fetch, door, () => shortBody(door), { [name]: value })
    note(`a long ${name}`, long, short.ms)
  }
  if (door.method === 'GET') return found
  for (const [small, large] of PAIRS) {
    for (const [at, [kind]] of nastyBodies(door, 40).entries()) {
      const bodyOf = (length: number) => () => nastyBodies(door, length)[at]?.[1] ?? ''
      const less = await typical(fetch, door, bodyOf(small))
      const more = await typical(fetch, door, bodyOf(large))
      note(`${kind}, ${Math.round(large / KB)} KB`, more, less.ms)
    }
  }
  return found
}

const Sized = z.object({ meta: z.object({ size_after: z.number() }) })
const sizeOf = async (db: Database) => Sized.parse(await db.prepare('SELECT 1').run()).meta.size_after

/** What a request leaves in the database, by the growth of its file over many. */
async function keptBy(fetch: Worker['fetch'], db: Database, door: Door): Promise<Kept> {
  const before = await sizeOf(db)
  let rows = 0
  const bodies = nastyBodies(door, 124 * KB)
  for (const [, body] of [...bodies, ...bodies])
    rows = Math.max(rows, (await send(fetch, door, body, { 'Idempotency-Key': crypto.randomUUID() })).rows)
  return { door: door.name, kept: ((await sizeOf(db)) - before) / (2 * bodies.length), rows }
}

const persist = mkdtempSync(join(tmpdir(), 'edge-crm-strangers-'))
const dialects = 'personal,enquiries,leads,manager,tickets'
const worker = await startWorker({ vars: { ...vars, DIALECTS: dialects, SIGNUP: 'open' }, persist, bare: true })
try {
  const doors = openDoors()
  const db = await worker.database()
  const figures: Figures[] = []
  const kept: Kept[] = []
  for (const [i, door] of doors.entries()) {
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${i + 1} of ${doors.length}: ${door.name}` : `${door.name}\n`)
    figures.push(...(await measure(worker.fetch, door)))
    if (door.method !== 'GET') kept.push(await keptBy(worker.fetch, db, door))
  }
  const worst = (figure: 'ratio' | 'over' | 'rows') => figures.toSorted((a, b) => b[figure] - a[figure])[0]
  const mostKept = kept.toSorted((a, b) => b.kept - a.kept)[0]
  const shown = (value: Figures | undefined) => (value ? `${value.door}, ${value.kind}` : '')
  console.log(`\n${doors.length} doors, ${figures.length} kinds of requests, the median of ${TIMES} each`)
  console.table([
    {
      bound: `CPU of four times the bytes, at most ${MAX_RATIO}`,
      worst: worst('ratio')?.ratio.toFixed(1),
      at: shown(worst('ratio')),
    },
    {
      bound: `CPU over a short body, at most ${MAX_MS_OVER_SHORT} ms`,
      worst: `${worst('over')?.over.toFixed(1)} ms`,
      at: shown(worst('over')),
    },
    {
      bound: `rows written, at most ${MAX_ROWS}`,
      worst: Math.max(worst('rows')?.rows ?? 0, ...kept.map(({ rows }) => rows)),
      at: shown(worst('rows')),
    },
    { bound: `bytes kept, at most ${MAX_KEPT}`, worst: Math.round(mostKept?.kept ?? 0), at: mostKept?.door },
  ])
  const over = [
    ...figures.filter(({ ratio, over: ms, rows }) => ratio > MAX_RATIO || ms > MAX_MS_OVER_SHORT || rows > MAX_ROWS),
    ...kept.filter((each) => each.kept > MAX_KEPT || each.rows > MAX_ROWS),
  ]
  if (over.length > 0) console.error('over its bound:', over)
  process.exitCode = over.length > 0 ? 1 : 0
} finally {
  await worker.dispose()
  rmSync(persist, { recursive: true, force: true })
}
