// `npm run bench:peers -- --rows 100000`: the Worker beside an enquiry backend of Express and PostgreSQL, with the same leads
// on both sides, in bursts that take turns. Ratios above 1 are in favour of the Worker.
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { PASSWORD } from '../fill.ts'
import { COMMON, memberOf, RARE, SELLER } from '../population.ts'
import { prepareSamples } from '../samples.ts'
import { startSeeded } from '../seed.ts'
import { compare, type Kind, type Request, targetOf } from '../throughput.ts'
import type { Bench, Ratio, Role } from '../types.ts'
import { type Client, fromPeer, load, startPeer, startPostgres } from './peer.ts'

const SECRET = 'a secret of the peer alone, in this run'
const ROUNDS = 5
const PORT = 54_390
const IMPORTED = 2_000

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000' } } })
const rows = Number(values.rows)
const log = (line: string) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${line}`)

async function signIn(bench: Bench, name: Role) {
  const response = await bench.fetch('/v1/auth/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: bench.people[name].email, password: PASSWORD }),
  })
  bench.tokens[name] = z.object({ accessToken: z.string() }).parse(await response.json()).accessToken
}

const seeded = await startSeeded(rows, log)
const { large, small } = seeded.workspaces
const people = {
  admin: memberOf(large, 0),
  manager: memberOf(large, 1),
  sales: memberOf(large, SELLER),
  changer: memberOf(large, SELLER + 1),
  portal: large.portal,
  smallAdmin: memberOf(small, 0),
}
const bench: Bench = { ...seeded, people, tokens: {}, refreshTokens: [] }
const postgres = await startPostgres(PORT)
try {
  for (const name of ['admin', 'manager', 'sales', 'portal', 'smallAdmin'] as const) await signIn(bench, name)
  const { cursors, pages } = await prepareSamples(bench)
  const client = await load(postgres.env, bench, rows)
  const peer = await startPeer({ ...postgres.env, PEER_SECRET: SECRET })
  try {
    const { results, exported } = await measured(
      bench,
      peer.url,
      { cursor: cursors['deep:leads'] ?? '', page: pages.leads ?? 1 },
      client,
    )
    console.log(`${rows.toLocaleString('en')} leads, ${new Date().toISOString().slice(0, 10)}\n`)
    console.log('work | Worker a second | Express + PostgreSQL a second | ratio (quartiles)\n--- | --- | --- | ---')
    for (const { name, ratio, quartiles, perSecond, againstPerSecond } of results) {
      const per = name.includes('rows') ? (name.startsWith('import') ? IMPORTED : exported) : 1
      const digits = (value: number) => Math.round(value * per).toLocaleString('en')
      console.log(
        `${name} | ${digits(perSecond)} | ${digits(againstPerSecond)} | ${ratio.toFixed(2)} (${quartiles.map((q) => q.toFixed(2)).join('–')})`,
      )
    }
  } finally {
    peer.stop()
    await client.end()
  }
} finally {
  await postgres.stop().catch(() => {})
  await bench.dispose()
}

async function measured(
  bench: Bench,
  url: string,
  deep: { cursor: string; page: number },
  client: Client,
): Promise<{ results: Ratio[]; exported: number }> {
  const jwt = fromPeer('jsonwebtoken')
  const [ours, theirs] = [targetOf(bench), targetOf({ url })]
  const token = (role: Role) => bench.tokens[role]
  const peerToken = (role: Role) => jwt.sign({ id: bench.people[role].id }, SECRET, { expiresIn: '1h' })
  const tokens = { manager: peerToken('manager'), sales: peerToken('sales') }
  const get =
    (path: string, role: 'manager' | 'sales' = 'manager') =>
    (): Request => ({ path, token: token(role) })
  const peerGet =
    (path: string, role: 'manager' | 'sales' = 'manager') =>
    (): Request => ({ path, token: tokens[role] })
  const pair = (
    name: string,
    next: Kind['next'],
    peerNext: Kind['next'],
    burst: number,
    more: Partial<Kind> = {},
    peerMore: Partial<Kind> = {},
  ): [Kind, Kind] => [
    { name, to: ours, next, burst, ...more },
    { name: 'peer', to: theirs, next: peerNext, burst, ...peerMore },
  ]
  const found = await client.query(`SELECT id FROM leads WHERE deleted_at IS NULL ORDER BY created_at DESC LIMIT 200`)
  const ids = found.rows.map(({ id }) => id)
  const exported = Number(
    (await client.query('SELECT count(*)::int AS id FROM leads WHERE deleted_at IS NULL')).rows[0]?.id ?? 0,
  )
  const one = () => ids[Math.floor(Math.random() * ids.length)]
  const pool = (
    await client.query(
      `SELECT id FROM leads WHERE owner_id IS NULL AND deleted_at IS NULL AND status <> 'CLOSED' ORDER BY created_at DESC LIMIT 128`,
    )
  ).rows.map(({ id }) => id)
  const db = await bench.database()
  const [turn, peerTurn, n] = [{ i: 0 }, { i: 0 }, { i: 0 }]
  const list = JSON.stringify(pool)
  const claims = (counter: { i: number }, path: (id: string) => string, by: string | undefined) => () => ({
    method: 'POST',
    path: path(pool[counter.i++ % pool.length] ?? ''),
    token: by,
  })
  const enquiry = () => ({ name: 'Alice Student', email: `alice-${n.i++}@example.com`, interest: 'React development' })
  const rowsToImport = () => {
    const batch = n.i++
    return Array.from({ length: IMPORTED }, (_, i) => ({
      name: `Row ${i}`,
      email: `row-${batch}-${i}@example.com`,
      phone: `+49 30 ${10_000_000 + i}`,
    }))
  }
  const large = rows > 1_000
  const kinds: [Kind, Kind][] = [
    pair(
      'get by key',
      () => ({ path: `/v1/leads/${one()}`, token: token('manager') }),
      () => ({ path: `/leads/${one()}`, token: tokens.manager }),
      192,
    ),
    pair('list with total', get('/v1/leads?total=true'), peerGet('/leads?total=true'), large ? 64 : 192),
    pair('list without total', get('/v1/leads'), peerGet('/leads'), 192),
    pair(
      `page ${deep.page.toLocaleString('en')}`,
      get(`/v1/leads?cursor=${deep.cursor}`),
      peerGet(`/leads?page=${deep.page}`),
      large ? 64 : 192,
    ),
    pair(
      'own list with total',
      get('/v1/leads?owner=me&total=true', 'sales'),
      peerGet('/leads?owner=me&total=true', 'sales'),
      large ? 96 : 192,
    ),
    pair(
      'search, rare, with total',
      get(`/v1/leads?q=${RARE}&total=true`),
      peerGet(`/leads?q=${RARE}&total=true`),
      large ? 16 : 96,
    ),
    pair(
      'search, common, with total',
      get(`/v1/leads?q=${COMMON}&total=true`),
      peerGet(`/leads?q=${COMMON}&total=true`),
      large ? 16 : 96,
    ),
    pair('export, rows', get('/v1/exports/leads'), peerGet('/export.csv'), 1),
    pair(
      'claim, 32 at once',
      claims(turn, (id) => `/v1/leads/${id}/claim`, token('sales')),
      claims(peerTurn, (id) => `/leads/${id}/claim`, tokens.sales),
      pool.length,
      {
        after: () =>
          db
            .prepare('UPDATE leads SET owner_id = NULL, claimed_at = NULL WHERE id IN (SELECT value FROM json_each(?))')
            .bind(list)
            .run(),
      },
      { after: () => client.query('UPDATE leads SET owner_id = NULL, claimed_at = NULL WHERE id = ANY ($1)', [pool]) },
    ),
    pair(
      'public enquiry',
      () => ({ method: 'POST', path: '/v1/enquiries', body: { workspace: 'bench-large', ...enquiry() }, status: 201 }),
      () => ({ method: 'POST', path: '/enquiries', body: enquiry(), status: 201 }),
      128,
    ),
    pair(
      'import, rows',
      () => ({
        method: 'POST',
        path: '/v1/imports?entity=customers',
        body: rowsToImport(),
        token: token('admin'),
        status: 201,
      }),
      () => ({ method: 'POST', path: '/import', body: rowsToImport(), token: tokens.manager, status: 201 }),
      1,
    ),
  ]
  const results: Ratio[] = []
  for (const [of, against] of kinds) {
    log(of.name)
    results.push(await compare(of, against, ROUNDS))
  }
  ours.agent.destroy()
  theirs.agent.destroy()
  return { results, exported }
}
