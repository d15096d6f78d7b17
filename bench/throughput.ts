// Requests a second, as ratios: two kinds of request take turns in short bursts, so that other work of the machine slows
// both. Absolute figures say little: local D1 is an emulation, and this program shares the machine with it.
import { Agent, request as send } from 'node:http'
import { workerdCpu } from './cpu.ts'
import type { Bench, Database, Log, Ratio } from './types.ts'

/** What is sent. */
export type Request = { method?: string; path: string; body?: object; token?: string; status?: number }
/** A Worker with connections that are kept open. */
export type Target = { url: string; agent: Agent }
/** A kind of request: `next` gives one after the other, `after` undoes a burst. */
export type Kind = {
  name: string
  to: Target
  writes?: boolean
  burst?: number
  next: () => Request
  after?: () => Promise<unknown>
}

/** How many requests are on their way at once. */
export const CONCURRENCY = 32
const BURST = 192
const ROUNDS = 11

/** Compares lists, claims and creates with the bare D1 read, and lists with lists: of a small table, of a deep page. */
type Deep = { page: number; cursor: string }

export async function throughput(bench: Bench, small: Bench | undefined, deep: Deep, log: Log): Promise<Ratio[]> {
  const db = await bench.database()
  const read = () => ({ path: `/bench/point-read?seq=${1 + Math.floor(Math.random() * bench.rows)}` })
  const to = targetOf(bench)
  const list: Kind = { name: 'list', to, next: as(bench, { path: '/v1/leads' }) }
  const bare: Kind = { name: 'point read', to, next: read }
  const pairs: [of: Kind, against: Kind][] = [
    [list, bare],
    [await reading(bench, to, db), bare],
    [await claiming(bench, to, db), bare],
    [creating(bench, to), bare],
    [
      {
        ...list,
        name: `list, page ${deep.page.toLocaleString('en')}`,
        next: as(bench, { path: `/v1/leads?cursor=${deep.cursor}` }),
      },
      list,
    ],
  ]
  if (small) {
    const listOfSmall: Kind = {
      name: `list at ${small.rows.toLocaleString('en')}`,
      to: targetOf(small),
      next: as(small, { path: '/v1/leads' }),
    }
    pairs.push([{ ...list, name: `list at ${bench.rows.toLocaleString('en')}` }, listOfSmall])
  }
  const results: Ratio[] = []
  // What writes comes last, so that lists are measured on the table as it was seeded.
  for (const [of, against] of pairs.sort(([a], [b]) => Number(a.writes ?? 0) - Number(b.writes ?? 0))) {
    log(`${of.name} against ${against.name}`)
    results.push(await compare(of, against))
  }
  for (const [of, against] of pairs) for (const { to } of [of, against]) to.agent.destroy()
  return results
}

const as = (bench: Bench, request: Request) => () => ({ ...request, token: bench.tokens.manager })
/** Connections to it that are kept open. */
export const targetOf = ({ url }: { url: string }): Target => ({
  url,
  agent: new Agent({ keepAlive: true, maxSockets: CONCURRENCY }),
})

async function reading(bench: Bench, to: Target, db: Database): Promise<Kind> {
  const found = await db
    .prepare('SELECT id FROM leads WHERE workspace_id = ? AND deleted_at IS NULL ORDER BY seq DESC LIMIT ?')
    .bind(bench.workspaces.large.id, BURST)
    .raw<[string]>()
  const ids = found.flat()
  const path = () => `/v1/leads/${ids[Math.floor(Math.random() * ids.length)]}`
  return { name: 'one lead', to, next: () => ({ path: path(), token: bench.tokens.manager }) }
}

// Every round claims the same leads, put back by hand after it.
async function claiming(bench: Bench, to: Target, db: Database): Promise<Kind> {
  const pool = await db
    .prepare(
      `SELECT id FROM leads WHERE workspace_id = ? AND owner_id IS NULL AND deleted_at IS NULL AND status <> 'CLOSED'
       ORDER BY seq DESC LIMIT ?`,
    )
    .bind(bench.workspaces.large.id, BURST)
    .raw<[string]>()
  const ids = pool.flat()
  let turn = 0
  const putBack = db
    .prepare('UPDATE leads SET owner_id = NULL, claimed_at = NULL WHERE id IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(ids))
  return {
    name: 'claim',
    to,
    writes: true,
    burst: ids.length,
    next: () => ({ method: 'POST', path: `/v1/leads/${ids[turn++ % ids.length]}/claim`, token: bench.tokens.sales }),
    after: () => putBack.run(),
  }
}

function creating(bench: Bench, to: Target): Kind {
  let n = 0
  const next = () => {
    const body = { title: `Cloud migration ${++n}`, name: 'Bob Buyer', email: `bob-${n}@example.com`, source: 'fair' }
    return { method: 'POST', path: '/v1/leads', body, token: bench.tokens.manager, status: 201 }
  }
  return { name: 'create', to, writes: true, next }
}

/** Bursts of both in turn, after one round to warm up. */
export async function compare(of: Kind, against: Kind, most = ROUNDS): Promise<Ratio> {
  const rounds: { ratio: number; of: number; against: number }[] = []
  const spent = { of: { ms: 0, requests: 0 }, against: { ms: 0, requests: 0 } }
  const taken = async (side: keyof typeof spent, kind: Kind) => {
    const before = workerdCpu()
    const perSecond = await burst(kind, () => {
      spent[side].ms += workerdCpu() - before
      spent[side].requests += kind.burst ?? BURST
    })
    return perSecond
  }
  for (let i = 0; i <= most; i += 1) {
    // The first round warms up.
    if (i === 1) for (const side of [spent.of, spent.against]) Object.assign(side, { ms: 0, requests: 0 })
    const b = await taken('against', against)
    const a = await taken('of', of)
    if (i > 0) rounds.push({ ratio: a / b, of: a, against: b })
  }
  const cpu = (side: keyof typeof spent) => spent[side].ms / spent[side].requests
  const quartile = (figure: 'ratio' | 'of' | 'against', q: number) =>
    rounds.map((each) => each[figure]).sort((x, y) => x - y)[Math.round((rounds.length - 1) * q)] ?? 0
  return {
    name: of.name,
    against: against.name,
    ratio: quartile('ratio', 0.5),
    quartiles: [quartile('ratio', 0.25), quartile('ratio', 0.75)],
    perSecond: quartile('of', 0.5),
    againstPerSecond: quartile('against', 0.5),
    cpuMs: cpu('of'),
    cpuRatio: cpu('of') > 0 ? cpu('against') / cpu('of') : null,
  }
}

/** Sends one burst and gives its requests per second; `done` is called before what undoes it. */
async function burst({ to, next, burst: size = BURST, after }: Kind, done: () => void): Promise<number> {
  let left = size
  const started = performance.now()
  const line = async () => {
    while (left-- > 0) await answered(to, next())
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, line))
  const seconds = (performance.now() - started) / 1000
  done()
  await after?.()
  return size / seconds
}

function answered({ url, agent }: Target, { method = 'GET', path, token, body, status = 200 }: Request) {
  const headers = {
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
    ...(body ? { 'Content-Type': 'application/json' } : {}),
  }
  return new Promise<void>((resolve, reject) => {
    const outgoing = send(new URL(path, url), { method, agent, headers }, (response) => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === status) resolve()
        else reject(new Error(`${method} ${path} answered ${response.statusCode}`))
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body ? JSON.stringify(body) : undefined)
  })
}
