// `npm run bench:imports -- --rows N`: how fast a file of N customers is imported, as a share of what a bare
// INSERT … FROM json_each of the very same rows and events takes; its statements, and the memory that it needs.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../scripts/run.ts'
import { startWorker } from '../scripts/worker.ts'
import { processMemory, smallestHeap } from './memory.ts'
import { vars } from './seed.ts'

const FIRST = 'Ada Alan Alice Amir Ana Anke Asha Ben Bianca Boris Carla Chen Clara Dana Diego Elif Emil Emma'.split(' ')
const LAST = 'Adler Ahmed Bauer Becker Bianchi Chang Costa Demir Dubois Fischer Garcia Gupta Hansen Ito'.split(' ')
const CHUNK = 4_000

const person = (i) => ({
  name: `${FIRST[i % FIRST.length]} ${LAST[i % LAST.length]} ${i}`,
  email: `person${i}@example.com`,
  phone: `+44 20 ${String(7_000_0000 + (i % 999_9999)).slice(0, 4)} ${String(1000 + (i % 9000))}`,
  company: `Company ${i % 5000} Ltd`,
  city: ['Berlin', 'London', 'Ankara', 'Lisbon'][i % 4],
})
const HEADER = 'Full name,E-mail,Phone number,Organisation,City\n'
const line = (p) => `${p.name},${p.email},${p.phone},${p.company},${p.city}\n`

/** A body that is made while it is read, so that it is nowhere as a whole. */
function csv(rows) {
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

async function opened(heap) {
  const worker = await startWorker({
    vars: { ...vars, IMPORT_STATEMENTS: '1000' },
    entry: join(root, 'bench', 'worker.ts'),
    bare: true,
    heap,
  })
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' } }
  const body = { email: 'ada@bench.example', password: 'correct horse battery', name: 'Ada', workspaceName: 'Bench' }
  const registered = await worker.fetch('/v1/auth/register', { ...init, body: JSON.stringify(body) })
  const { accessToken, user } = await registered.json()
  return { ...worker, token: accessToken, workspaceId: user.workspaceId, userId: user.id }
}

async function imported(rows, heap) {
  const worker = await opened(heap)
  try {
    await send(worker, 10)
    const before = processMemory()
    const asked = await statements(worker)
    const started = Date.now()
    const { id } = await send(worker, rows)
    const report = await ended(worker, id)
    const ms = Date.parse(report.finishedAt) - started
    const { results } = await (await worker.mf.getD1Database('DB')).prepare('SELECT count(*) AS n FROM customers').all()
    if (report.status !== 'DONE' || results[0].n !== rows) throw new Error(JSON.stringify({ report, results }))
    return { ms, before: before.now, peak: processMemory().peak, statements: (await statements(worker)) - asked }
  } finally {
    await worker.dispose()
  }
}

async function send({ fetch, token }, rows) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'text/csv' }
  const init = { method: 'POST', headers, body: csv(rows), duplex: 'half' }
  const answer = await fetch('/v1/imports?entity=customers', init)
  if (!answer.ok) throw new Error(await answer.text())
  return answer.json()
}

async function ended({ fetch, token }, id) {
  for (;;) {
    const report = await (await fetch(`/v1/imports/${id}`, { headers: { Authorization: `Bearer ${token}` } })).json()
    if (report.status !== 'RUNNING') return report
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

async function statements({ fetch }) {
  return Number(await (await fetch('/bench/statements')).text())
}

// The same rows, ready made, in chunks of the same size: what remains is the database's own work.
async function inserted(rows) {
  const worker = await opened()
  try {
    const chunks = []
    for (let at = 0; at < rows; at += CHUNK) {
      const people = Array.from({ length: Math.min(CHUNK, rows - at) }, (_, i) => person(at + i))
      chunks.push(
        JSON.stringify(
          people.map((p, i) => [...Object.values(p), p.name.toLowerCase(), p.phone.replaceAll(' ', ''), id(at + i)]),
        ),
      )
    }
    const query = new URLSearchParams({ workspace: worker.workspaceId, user: worker.userId })
    let ms = 0
    for (const body of chunks)
      ms += Number(await (await worker.fetch(`/bench/insert?${query}`, { method: 'POST', body })).text())
    return ms
  } finally {
    await worker.dispose()
  }
}

const id = (i) => `0192f0c4-7a10-7c3e-9d2b-${i.toString(16).padStart(12, '0')}`

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
})
const [rows, rounds] = [Number(values.rows), Number(values.rounds)]
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const ratios = []
const imports = []
const inserts = []
for (let round = 0; round < rounds; round += 1) {
  inserts.push(await inserted(rows))
  imports.push(await imported(rows))
  const [bare, { ms }] = [inserts.at(-1), imports.at(-1)]
  ratios.push(bare / ms)
  console.error(
    `round ${round + 1}: bare ${Math.round(bare)} ms, import ${Math.round(ms)} ms, ratio ${(bare / ms).toFixed(2)}`,
  )
}
const tenth = Math.round(rows / 10)
const small = await smallestHeap((heap) => imported(tenth, heap))
const large = await smallestHeap((heap) => imported(rows, heap), small.heap)

const figure = (value) => Math.round(value).toLocaleString('en')
const aSecond = (times) => figure(rows / (median(times) / 1000))
const [{ statements: asked }] = imports
console.log(`
${figure(rows)} customers from a CSV streamed in

rows a second, import            ${aSecond(imports.map(({ ms }) => ms))}
rows a second, bare INSERT       ${aSecond(inserts)}
ratio                            ${median(ratios).toFixed(2)}
statements for 1,000 rows        ${((asked / rows) * 1000).toFixed(2)}
`)
for (const [size, { heap, result }] of [
  [tenth, small],
  [rows, large],
])
  console.log(
    `${`heap for ${figure(size)}`.padEnd(32)} ${heap} MB; the whole process ${figure(result.before)} MB before, ${figure(result.peak)} MB at most`,
  )
// A Miniflare whose workerd has run out of memory would keep this process alive.
process.exit()
