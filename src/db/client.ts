// The way to D1: one session per request, metered, with its bookmark; failures of the database itself become 503s.
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import { AppError } from '../errors'
import * as schema from './schema'

export type Db = DrizzleD1Database<typeof schema>

/** What a request has cost so far; `ms` is time spent waiting for D1. */
export type Cost = { roundTrips: number; statements: number; rowsRead: number; rowsWritten: number; ms: number }

export type Connection = { db: Db; cost: Cost; bookmark: () => string | null }

/** Adds what another connection has cost to a request's. */
export function charge({ cost }: Connection, more: Cost): void {
  cost.roundTrips += more.roundTrips
  cost.statements += more.statements
  cost.rowsRead += more.rowsRead
  cost.rowsWritten += more.rowsWritten
  cost.ms += more.ms
}

const PATIENCE_MS = 15_000

/** Opens a D1 session anchored at `anchor`: a bookmark, `first-primary` for writes or `first-unconstrained` for reads. */
export function connect(database: D1Database, anchor: string): Connection {
  const cost: Cost = { roundTrips: 0, statements: 0, rowsRead: 0, rowsWritten: 0, ms: 0 }
  const session = database.withSession(anchor)
  const inner = new WeakMap<D1PreparedStatement, D1PreparedStatement>()

  async function trip(statements: D1PreparedStatement[]) {
    const started = Date.now()
    cost.roundTrips += 1
    cost.statements += statements.length
    const results = await answered(session.batch<Record<string, unknown>>(statements))
    for (const { meta } of results) {
      cost.rowsRead += meta.rows_read
      cost.rowsWritten += meta.rows_written
    }
    cost.ms += Date.now() - started
    return results
  }

  // Drizzle asks single statements for raw rows, which carry no meta: every call goes out as a batch instead.
  function metered(statement: D1PreparedStatement): D1PreparedStatement {
    const one = async () => (await trip([statement]))[0] ?? { results: [] }
    const proxy = new Proxy(statement, {
      get(target, property) {
        if (property === 'bind') return (...values: unknown[]) => metered(target.bind(...values))
        if (property === 'all' || property === 'run') return one
        if (property === 'first') return async () => (await one()).results[0] ?? null
        if (property === 'raw') return async () => (await one()).results.map((row) => Object.values(row))
        return undefined
      },
    })
    inner.set(proxy, statement)
    return proxy
  }

  const client = new Proxy(database, {
    get(_, property) {
      if (property === 'prepare') return (query: string) => metered(session.prepare(query))
      if (property === 'batch')
        return (statements: D1PreparedStatement[]) => trip(statements.map((each) => inner.get(each) ?? each))
      return undefined
    },
  })
  return { db: drizzle(client, { schema, casing: 'snake_case' }), cost, bookmark: () => session.getBookmark() }
}

// A statement that SQLite refused is ours to explain; anything else means that the database could not be reached.
async function answered<T>(query: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const lost = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('D1 did not answer in time')), PATIENCE_MS)
  })
  try {
    return await Promise.race([query, lost])
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const refused =
      /SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE|AUTH)/.test(message) || message.includes('D1_TYPE_ERROR')
    if (refused) throw error
    console.error(JSON.stringify({ level: 'error', event: 'database_unavailable', message }))
    throw new AppError('unavailable', { retryAfter: 5 })
  } finally {
    clearTimeout(timer)
  }
}
