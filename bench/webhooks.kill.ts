// `node bench/webhooks.kill.ts [--kills 50] [--events 5000]`: kills workerd with SIGKILL amid events and deliveries, over and
// over, and counts: no event may be lost, and one that comes twice comes with the same id.
// With `--log FILE` each delivery is written there as a line of JSON, for verifiers in other languages.
import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { startWorker } from '../scripts/worker.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    events: { type: 'string', default: '5000' },
    log: { type: 'string' },
  },
})
const [KILLS, EVENTS] = [Number(values.kills), Number(values.events)]
const PER_ROUND = Math.ceil(EVENTS / KILLS)
const AT_ONCE = 8

const Registered = z.object({ accessToken: z.string(), workspace: z.object({ id: z.string() }) })
const Hook = z.object({ id: z.string(), secret: z.string() })

const received = new Map<string, number>()
const log = values.log === undefined ? undefined : createWriteStream(values.log)
const times: number[] = []
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const id = String(request.headers['webhook-id'])
    const body = Buffer.concat(chunks).toString()
    received.set(id, (received.get(id) ?? 0) + 1)
    times.push(Date.now() - Date.parse(JSON.parse(body).timestamp))
    log?.write(`${JSON.stringify({ headers: request.headers, body })}\n`)
    response.writeHead(204).end()
  })
})
await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
const address = server.address()
const port = typeof address === 'object' && address ? address.port : 0

const persist = mkdtempSync(join(tmpdir(), 'edge-crm-kill-'))
const start = () =>
  startWorker({
    persist,
    vars: {
      RATE_LIMIT_MAX: '1000000',
      USER_RATE_LIMIT_MAX: '1000000',
      MAIL_TRANSPORT: 'off',
      BCRYPT_COST: '4',
      IMPORT_STATEMENTS: '1000',
      WEBHOOK_SENDS: '900',
    },
  })
type Worker = Awaited<ReturnType<typeof start>>

/** Ends workerd as a power cut would. */
function kill(): void {
  const pids = execFileSync('pgrep', ['-P', String(process.pid), 'workerd'], { encoding: 'utf8' })
    .trim()
    .split('\n')
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL')
}

// Miniflare reports the death of its process; it is wanted here.
process.on('unhandledRejection', () => {})
process.on('uncaughtException', () => {})

const json = (body: unknown, token?: string): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
  body: JSON.stringify(body),
})

let worker: Worker = await start()
const credentials = { email: 'ada@example.com', password: 'correct horse battery' }
const registered = Registered.parse(
  await (await worker.fetch('/v1/auth/register', json({ ...credentials, name: 'Ada' }))).json(),
)
const hook = Hook.parse(
  await (
    await worker.fetch(
      '/v1/webhooks',
      json({ url: `http://localhost:${port}/hook`, types: ['lead.*'] }, registered.accessToken),
    )
  ).json(),
)
log?.write(`${JSON.stringify({ secret: hook.secret })}\n`)

let token = registered.accessToken
let answered = 0
for (let round = 0; round < KILLS; round += 1) {
  let left = PER_ROUND
  const writer = async () => {
    while (left-- > 0) {
      const response = await worker.fetch('/v1/leads', json({ title: `Lead ${round}` }, token)).catch(() => undefined)
      if (response?.status === 201) answered += 1
      await response?.text().catch(() => '')
    }
  }
  const writing = Promise.all(Array.from({ length: AT_ONCE }, writer))
  // Late enough that most are written, at another moment each time.
  await Promise.race([writing, sleep(200 + Math.random() * 3_000)])
  if (Math.random() < 0.5) await Promise.race([writing, sleep(1_500)])
  kill()
  left = 0
  await Promise.race([writing, sleep(2_000)])
  await Promise.race([worker.dispose().catch(() => {}), sleep(1_000)])
  worker = await start()
  // As if the lease of the run that was killed had ended.
  await (await worker.database()).exec('UPDATE webhooks SET lease_until = NULL')
  token = Registered.pick({ accessToken: true }).parse(
    await (await worker.fetch('/v1/auth/login', json(credentials))).json(),
  ).accessToken
  process.stderr.write(`\rround ${round + 1}: ${answered} written, ${received.size} received `)
}

const idsOfEvents = async () => {
  const statement = (await worker.database()).prepare("SELECT id FROM events WHERE verb = 'lead.created'")
  return z
    .array(z.object({ id: z.string() }))
    .parse((await statement.all()).results)
    .map(({ id }) => id)
}
while ((await idsOfEvents()).length < EVENTS)
  await (await worker.fetch('/v1/leads', json({ title: 'More' }, token))).text()
for (let i = 0; i < 120 && received.size < (await idsOfEvents()).length; i += 1) {
  // Nothing runs by the clock here: a further event has the webhook taken up.
  await (await worker.fetch('/v1/leads', json({ title: 'Wake' }, token))).text()
  await sleep(1_000)
}
const events = await idsOfEvents()
const lost = events.filter((id) => !received.has(id)).length
const twice = [...received.values()].filter((times) => times > 1).length
const unknown = [...received.keys()].filter((id) => !events.includes(id)).length
times.sort((a, b) => a - b)
console.log(
  JSON.stringify({
    kills: KILLS,
    events: events.length,
    received: received.size,
    lost,
    twice,
    unknown,
    p50ms: times[Math.floor(times.length / 2)],
    p95ms: times[Math.floor(times.length * 0.95)],
  }),
)
await worker.dispose()
server.close()
log?.end(() => {})
rmSync(persist, { recursive: true, force: true })
process.exit(lost === 0 && unknown === 0 && answered <= events.length ? 0 : 1)
