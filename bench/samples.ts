// Where the {names} of bench/endpoints.ts come from: rows of the seeded database, cursors deep in it, and
// values made up on the spot. A sample is given out once, so that no request meets what another one left behind.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { PASSWORD } from './fill.ts'
import { COMMON, memberOf } from './population.ts'
import { retryOnce } from './retry-once.ts'
import { busiest, depthsOfCustomers, stocksOfCustomers } from './samples.customers.ts'
import { madeSamples } from './samples.made.ts'
import type { Bench, Content, Database, Depth, Query, Role } from './types.ts'

const Page = z.object({ nextCursor: z.string() })
const PAGE = 20
const FURTHEST = 10_000
const STOCK = 60
const DAY = 86_400_000

const living = 'FROM leads WHERE workspace_id = ? AND deleted_at IS NULL'

/** Rows that requests need: SQL that gives one column, and what to bind to it. */
function stocks({ workspaces: { large }, people }: Bench): Record<string, Query> {
  const sales = people.sales.id
  return {
    pool: [
      `SELECT id ${living} AND owner_id IS NULL AND status <> 'CLOSED' ORDER BY seq DESC LIMIT ?`,
      large.id,
      STOCK,
    ],
    mine: [`SELECT id ${living} AND owner_id = ? ORDER BY seq DESC LIMIT ?`, large.id, sales, STOCK],
    owned: [`SELECT id ${living} AND owner_id <> ? AND status = 'NEW' ORDER BY seq LIMIT ?`, large.id, sales, STOCK],
    // Nobody as whom requests are sent, and not the one whom they name.
    leaver: [
      `SELECT id FROM users WHERE workspace_id = ? AND role = 'SALES' AND status = 'ACTIVE' AND deleted_at IS NULL
        AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT 16`,
      large.id,
      JSON.stringify([...Object.values(people).map(({ id }) => id), memberOf(large, 20).id]),
    ],
    rich: [
      `SELECT id FROM customers WHERE workspace_id = ? AND deleted_at IS NULL AND user_id IS NULL AND seq % 12 = 8
        ORDER BY interaction_count DESC LIMIT ?`,
      large.id,
      STOCK,
    ],
    trashed: ['SELECT id FROM leads WHERE workspace_id = ? AND deleted_at IS NOT NULL LIMIT ?', large.id, STOCK],
  }
}

/** Where deep pages start: who asks, for which list, and the positions of its rows in order. */
function depths({ workspaces: { large }, people }: Bench): Record<string, Depth> {
  const match = `${living} AND instr(lower(search_text), '${COMMON}') > 0`
  const reached = `${living} AND (owner_id IS NULL OR owner_id = '${people.sales.id}')`
  const bySeq = (rows: string): Query => [`SELECT seq ${rows} ORDER BY seq DESC`, large.id]
  return {
    leads: ['manager', '/v1/leads', bySeq(living)],
    ofSales: ['sales', '/v1/leads', bySeq(reached)],
    pool: ['manager', '/v1/leads?owner=none', bySeq(`${living} AND owner_id IS NULL`)],
    leadsByUpdate: [
      'manager',
      '/v1/leads?sort=-updatedAt',
      [`SELECT updated_at, seq ${living} ORDER BY updated_at DESC, seq DESC`, large.id],
    ],
    oldestFirst: ['manager', '/v1/leads?sort=createdAt', [`SELECT seq ${living} ORDER BY seq`, large.id]],
    inSpan: ['manager', '/v1/leads?createdBefore=2100-01-01T00:00:00.000Z', bySeq(living)],
    status: ['manager', '/v1/leads?status=CONTACTED', bySeq(`${living} AND status = 'CONTACTED'`)],
    search: ['manager', `/v1/leads?q=${COMMON}`, bySeq(match)],
  }
}

/** Gives `fill(value)`, which replaces {names}, and the number of the page that each deep cursor opens. */
export async function prepareSamples(bench: Bench) {
  const db = await bench.database()
  const stock: Record<string, string[]> = {}
  for (const [name, [sql, ...values]] of Object.entries({ ...stocks(bench), ...stocksOfCustomers(bench, STOCK) })) {
    const wanted = db.prepare(sql).bind(...values)
    stock[name] = (await retryOnce(() => wanted.raw<[string]>())).flat()
  }
  const most = await retryOnce(() => busiest(db, bench))
  const made = await madeSamples(bench)
  Object.assign(stock, made.stock)
  const known = new Map<string, string>([...Object.entries(most), ...made.kept])
  const cursors: Record<string, string> = {}
  const pages: Record<string, number> = {}
  for (const [name, depth] of Object.entries({ ...depths(bench), ...depthsOfCustomers(bench, most) })) {
    const found = await deepCursor(bench, db, depth)
    cursors[`deep:${name}`] = found.cursor
    pages[name] = found.page
  }
  const midway = bench.now - 365 * DAY
  const { large } = bench.workspaces
  let n = 0
  let member = 20
  const counted: Record<string, () => string | undefined> = {
    n: () => String(++n),
    key: () => randomUUID(),
    password: () => PASSWORD,
    now: () => new Date(bench.now).toISOString(),
    today: () => new Date(bench.now).toISOString().slice(0, 10),
    yearAgo: () => new Date(bench.now - 365 * DAY).toISOString().slice(0, 10),
    from: () => new Date(midway).toISOString(),
    to: () => new Date(midway + 30 * DAY).toISOString(),
    member: () => memberOf(large, member).id,
    email: () => memberOf(large, member++ % large.users.length).email,
    refresh: () => bench.refreshTokens.shift(),
  }
  const drawn = (name: string) => {
    const value = cursors[name] ?? known.get(name) ?? counted[name]?.() ?? stock[name]?.shift()
    if (value === undefined) throw new Error(`No sample is left for {${name}}`)
    return value
  }
  // What stands twice in one request is one value; "{20 names}" is a list of so many.
  const fill = (request: Content): Content => {
    const chosen = new Map<string, string>()
    const choose = (name: string) => {
      const value = chosen.get(name) ?? drawn(name)
      chosen.set(name, value)
      return value
    }
    const many = (count: number, name: string) => JSON.stringify(Array.from({ length: count }, () => drawn(name)))
    const filled = JSON.stringify(request)
      .replace(/"\{(\d+) (\w+)\}"/g, (_, count: string, name: string) => many(Number(count), name))
      .replace(/\{([\w:]+)\}/g, (_, name: string) => choose(name))
    return JSON.parse(filled)
  }
  return { fill, pages, cursors }
}

/** The cursor that the app itself would have given with the page before; of a single page, with its first row. */
async function deepCursor(bench: Bench, db: Database, [as, path, [sql, ...values]]: Depth) {
  const counted = db.prepare(`SELECT count(*) AS n FROM (${sql})`).bind(...values)
  const count = (await retryOnce(() => counted.first<number>('n'))) ?? 0
  const page = Math.max(1, Math.min(FURTHEST, Math.floor(count / PAGE)))
  const rowAt = async (offset: number) => {
    const row = db.prepare(`${sql} LIMIT 1 OFFSET ${offset}`).bind(...values)
    return (await retryOnce(() => row.raw()))[0]
  }
  const signed = await cursorAt(bench, as, path, await rowAt(0))
  const given = await cursorAt(bench, as, `${path}${path.includes('?') ? '&' : '?'}limit=1`)
  if (signed !== given) throw new Error(`${path}: the app gives another cursor than bench`)
  return { page, cursor: await cursorAt(bench, as, path, await rowAt(Math.max(0, (page - 1) * PAGE - 1))) }
}

/** The cursor after a position, signed by bench/worker.ts; without one, what the app gives with its first page. */
async function cursorAt({ fetch, tokens }: Bench, as: Role, path: string, position?: unknown) {
  const headers = {
    Authorization: `Bearer ${tokens[as]}`,
    ...(position ? { 'Bench-Position': JSON.stringify(position) } : {}),
  }
  return Page.parse(await (await fetch(path, { headers })).json()).nextCursor
}
