// D1: one metered session for each request, with its bookmark. Errors of the database itself become a 503.
import { type Query, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { AppError, Issue, isErrorCode } from '../errors'
import { SECOND_MS } from '../time'
import { createDb, type Db, type Send } from './session'

export type { Db }

/** The cost of a request so far. `ms` is the time spent waiting for D1. */
export type Cost = { roundTrips: number; statements: number; rowsRead: number; rowsWritten: number; ms: number }

/**
 * Sends the statements that `start` starts in one task as one batch: several reading verbs then cost one round trip.
 * Each result has the name of its promise.
 */
export type Together = <T extends Record<string, Promise<unknown>>>(
  start: () => T,
) => Promise<{ [K in keyof T]: Awaited<T[K]> }>

/** A condition for the statements of a caller: SQL that fails where it is false, and the error for its message. */
export type Guard = { condition: SQL; refusalOf: (message: string) => AppError | undefined }

/** `guarded` returns a connection that checks the condition on the primary in each batch, in its transaction. */
export type Connection = {
  db: Db
  cost: Cost
  bookmark: () => string | null
  together: Together
  guarded: (guard: Guard) => Pick<Connection, 'db' | 'together'>
}

const PATIENCE_MS = 15 * SECOND_MS

const newCost = (): Cost => ({ roundTrips: 0, statements: 0, rowsRead: 0, rowsWritten: 0, ms: 0 })

/**
 * Opens a session anchored at `anchor`: a bookmark, `first-primary` for writes or `first-unconstrained` for reads. It adds to
 * `cost`, if it goes on with a request.
 */
export function connect(database: D1Database, anchor: string, cost: Cost = newCost()): Connection {
  let session = database.withSession(anchor)

  // Drizzle reads raw rows of single statements, which have no meta: every call is sent as a batch instead.
  async function trip(queries: Query[]) {
    const statements = queries.map((query) => session.prepare(query.sql).bind(...query.params))
    const started = Date.now()
    cost.roundTrips += 1
    cost.statements += statements.length
    const results = await withTimeout(session.batch<Record<string, unknown>>(statements))
    for (const { meta } of results) {
      cost.rowsRead += meta.rows_read
      cost.rowsWritten += meta.rows_written
    }
    cost.ms += Date.now() - started
    return results
  }

  const { ask, together } = createGatherer(trip)
  const db = createDb(ask)
  return {
    db,
    cost,
    bookmark: () => session.getBookmark(),
    together,
    guarded({ condition, refusalOf }) {
      // A replica, or the state at the client's bookmark, may not know yet that a session has ended.
      session = database.withSession('first-primary')
      const query = db.select({ holds: condition }).from(sql`(SELECT 1)`).toSQL()
      const checked = createGatherer(async (queries) => {
        try {
          return (await trip([query, ...queries])).slice(1)
        } catch (error) {
          throw (error instanceof Error && refusalOf(error.message)) || error
        }
      })
      return { db: createDb(checked.ask), together: checked.together }
    },
  }
}

type Asked = { queries: Query[]; answer: (results: ReturnType<Send>) => void }

// A statement makes its own round trip or, within `together`, one with all others that start in the current task.
function createGatherer(trip: Send): { ask: Send; together: Together } {
  let gathered: Asked[] | undefined

  function gather(asked: Asked[], queries: Query[]): ReturnType<Send> {
    if (asked.length === 0) {
      setTimeout(() => {
        const all = asked.splice(0)
        const results = trip(all.flatMap((each) => each.queries))
        let from = 0
        for (const each of all) {
          const [start, end] = [from, from + each.queries.length]
          each.answer(results.then((list) => list.slice(start, end)))
          from = end
        }
      })
    }
    return new Promise((answer) => asked.push({ queries, answer }))
  }

  return {
    ask: (queries) => (gathered ? gather(gathered, queries) : trip(queries)),
    together: async <T extends Record<string, Promise<unknown>>>(start: () => T) => {
      gathered = []
      try {
        const work = Object.entries(start())
        const results = await Promise.all(work.map(async ([name, result]) => [name, await result]))
        // Object.fromEntries forgets which name has which type.
        return Object.fromEntries(results) as { [K in keyof T]: Awaited<T[K]> }
      } finally {
        gathered = undefined
      }
    },
  }
}

// An error of SQLite is a fault of the statement, or the refusal of a trigger that names an error. Any other error means that the
// database was not reached.
async function withTimeout<T>(query: Promise<T>): Promise<T> {
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
    const breach = refused ? breachOf(message) : undefined
    if (breach) throw breach
    if (refused) throw error
    console.error(JSON.stringify({ level: 'error', event: 'database_unavailable', message }))
    throw new AppError('unavailable', { retryAfter: 5 })
  } finally {
    clearTimeout(timer)
  }
}

const Breach = z.object({ existingId: z.string().optional(), errors: z.array(Issue).optional() })

// A trigger refuses with the code of an error, and with the id of the record that stands in the way, or JSON.
function breachOf(message: string): AppError | undefined {
  const [, code, more = ''] = /breach: (\w+)(?: (\{.*\}|[\w-]+))?/s.exec(message) ?? []
  if (!isErrorCode(code)) return undefined
  if (more.startsWith('{')) return new AppError(code, Breach.parse(JSON.parse(more)))
  return new AppError(code, more === '' ? {} : { existingId: more })
}
