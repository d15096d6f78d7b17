// `npm run bench:imports -- --rows N`: how fast a file of N customers is imported, as a share of what a bare
// INSERT … FROM json_each of the very same rows and events takes; its statements, and the memory that it needs.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { root } from '../scripts/run.ts'
import { startWorker } from '../scripts/worker.ts'
import { readPhoneField } from '../src/text/searched.ts'
import { processCpu, processMemory, smallestHeap } from './memory.ts'
import { vars } from './seed.ts'

const FIRST = 'Ada Alan Alice Amir Ana Anke Asha Ben Bianca Boris Carla Chen Clara Dana Diego Elif Emil Emma'.split(' ')
const LAST = 'Adler Ahmed Bauer Becker Bianchi Chang Costa Demir Dubois Fischer Garcia Gupta Hansen Ito'.split(' ')
const CITIES = ['Berlin', 'London', 'Ankara', 'Lisbon']
const CHUNK = 4_000

const Registered = z.object({
  accessToken: z.string(),
  user: z.object({ id: z.string(), workspaceId: z.string() }),
})
const Report = z.object({ id: z.string(), status: z.string(), finishedAt: z.string().nullable() })

const pickAt = (list: string[], i: number) => list[i % list.length] ?? ''

const person = (i: number) => ({
  name: `${pickAt(FIRST, i)} ${pickAt(LAST, i)} ${i}`,
  email: `person${i}@example.com`,
  phone: `+44 20 ${String(7_000_0000 + (i % 999_9999)).slice(0, 4)} ${String(1000 + (i % 9000))}`,
  company: `Company ${i % 5000} Ltd`,
  city: pickAt(CITIES, i),
})
const HEADER = 'Full name,E-mail,Phone number,Organisation,City\n'
const line = (p: ReturnType<typeof person>) => `${p.name},${p.email},${p.phone},${p.company},${p.city}\n`

/** A body that is made while it is read, so that it is nowhere as a whole. */
function csv(rows: number) {
  let i = 0
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(HEADER)),
    pull(controller) {
      let text = ''
      for (let n = 0; n < 500 && i < rows; n += 1, i += 1) text += line(person(i))
      if (text !== '') controller.enqueue(new TextEncoder().encode(text))
      if (i >= rows) controller.close()
    },
  })
}

type Opened = Awaited<ReturnType<typeof opened>>

async function opened(heap?: number) {
  const worker = await startWorker({
    vars: { ...vars, IMPORT_STATEMENTS: '1000' },
    entry: join(root, 'bench', 'worker.ts'),
    bare: true,
    heap,
  })
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' } }
  const body = { email: 'ada@bench.example', password: 'correct horse battery', name: 'Ada', workspaceName: 'Bench' }
  const registered = await worker.fetch('/v1/auth/register', { ...init, body: JSON.stringify(body) })
  const { accessToken, user } = Registered.parse(await registered.json())
  return { ...worker, token: accessToken, workspaceId: user.workspaceId, userId: user.id }
}

async function imported(rows: number, heap?: number) {
  const worker = await opened(heap)
  try {
    await send(worker, 10)
    const before = processMemory()
    const asked = await statements(worker)
    const [started, cpuBefore] = [Date.now(), processCpu()]
    const { id } = await send(worker, rows)
    const report = await ended(worker, id)
    const ms = Date.parse(report.finishedAt ?? '') - started
    const cpu = processCpu() - cpuBefore
    const db = await worker.database()
    const written = await db.prepare('SELECT count(*) AS n FROM customers').first<number>('n')
    if (report.status !== 'DONE' || written !== rows) throw new Error(JSON.stringify({ report, written }))
    return { ms, cpu, before: before.now, peak: processMemory().peak, statements: (await statements(worker)) - asked }
  } finally {
    await worker.dispose()
  }
}

async function send({ fetch, token }: Opened, rows: number) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'text/csv' }
  const init: RequestInit = { method: 'POST', headers, body: csv(rows), duplex: 'half' }
  const answer = await fetch('/v1/imports?entity=customers', init)
  if (!answer.ok) throw new Error(await answer.text())
  return Report.parse(await answer.json())
}

async function ended({ fetch, token }: Opened, id: string) {
  for (;;) {
    const answer = await fetch(`/v1/imports/${id}`, { headers: { Authorization: `Bearer ${token}` } })
    const report = Report.parse(await answer.json())
    if (report.status !== 'RUNNING') return report
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

async function statements({ fetch }: Opened) {
  return Number(await (await fetch('/bench/statements')).text())
}

// The same rows, ready made, in chunks of the same size: what remains is the database's own work.
async function inserted(rows: number) {
  const worker = await opened()
  try {
    const chunks: string[] = []
    for (let at = 0; at < rows; at += CHUNK) {
      const people = Array.from({ length: Math.min(CHUNK, rows - at) }, (_, i) => person(at + i))
      chunks.push(
        JSON.stringify(
          people.map((p, i) => {
            const { key, text } = readPhoneField(p.phone, null)
            return [...Object.values(p), p.name.toLowerCase(), key, id(at + i), text]
          }),
        ),
      )
    }
    const query = new URLSearchParams({ workspace: worker.workspaceId, user: worker.userId })
    let ms = 0
    const cpuBefore = processCpu()
    for (const body of chunks)
      ms += Number(await (await worker.fetch(`/bench/insert?${query}`, { method: 'POST', body })).text())
    return { ms, cpu: processCpu() - cpuBefore }
  } finally {
    await worker.dispose()
  }
}

const id = (i: number) => `0192f0c4-7a10-7c3e-9d2b-${i.toString(16).padStart(12, '0')}`

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
})
const [rows, rounds] = [Number(values.rows), Number(values.rounds)]
const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN
const ratios: number[] = []
const imports: Awaited<ReturnType<typeof imported>>[] = []
const inserts: number[] = []
const cpuRatios: number[] = []
const cpus: number[] = []
for (let round = 0; round < rounds; round += 1) {
  const bare = await inserted(rows)
  const done = await imported(rows)
  const { ms } = done
  inserts.push(bare.ms)
  imports.push(done)
  ratios.push(bare.ms / ms)
  cpuRatios.push(bare.cpu / done.cpu)
  cpus.push(done.cpu)
  console.error(
    `round ${round + 1}: bare ${Math.round(bare.ms)} ms, import ${Math.round(ms)} ms, ratio ${(bare.ms / ms).toFixed(2)}; ` +
      `CPU ${Math.round(bare.cpu)} and ${Math.round(done.cpu)} ms, ratio ${(bare.cpu / done.cpu).toFixed(2)}`,
  )
}
const tenth = Math.round(rows / 10)
const small = await smallestHeap((heap) => imported(tenth, heap))
const large = await smallestHeap((heap) => imported(rows, heap), small.heap)

const figure = (value: number) => Math.round(value).toLocaleString('en')
const aSecond = (times: number[]) => figure(rows / (median(times) / 1000))
const asked = imports[0]?.statements ?? 0
console.log(`
${figure(rows)} customers from a CSV streamed in

rows a second, import            ${aSecond(imports.map(({ ms }) => ms))}
rows a second, bare INSERT       ${aSecond(inserts)}
ratio                            ${median(ratios).toFixed(2)}
ratio of CPU                     ${median(cpuRatios).toFixed(2)}
CPU of the process, a row        ${Math.round((median(cpus) / rows) * 1000)} µs
statements for 1,000 rows        ${((asked / rows) * 1000).toFixed(2)}
`)
for (const { size, heap, result } of [
  { size: tenth, ...small },
  { size: rows, ...large },
])
  console.log(
    `${`heap for ${figure(size)}`.padEnd(32)} ${heap} MB; the whole process ${figure(result.before)} MB before, ${figure(result.peak)} MB at most`,
  )
// A Miniflare whose workerd has run out of memory would keep this process alive.
process.exit()
