// With STORAGE=objects: the database of the tests, which looks into D1 and into the object of every workspace. What it gives
// the Worker is D1, by `withSession`.
import { listDurableObjectIds } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type Answer, databaseOver, type Query } from '../../src/objects/d1-shape'

const WORKSPACE = /^[0-9a-f]{12}$/

// A worker keeps its modules from file to file: each file finds the D1 that the first one was given.
const directories = new WeakMap<object, D1Database>()

/** The D1 of an environment, whatever stands in its place now. */
export function directoryOf(bindings: Pick<Env, 'DB'>): D1Database {
  const known = directories.get(bindings) ?? bindings.DB
  directories.set(bindings, known)
  return known
}

/** D1 and all objects as one database, for statements of tests. */
export function everywhere(d1: D1Database): D1Database {
  const run = async (queries: Query[]): Promise<Answer[]> => {
    const named = queries.flatMap(({ params }) => params.filter((value) => WORKSPACE.test(String(value))))
    const places = named.length > 0 ? named.map((name) => env.WORKSPACES.idFromName(String(name))) : await allObjects()
    const answers = await Promise.all(places.map((id) => inObject(id, queries)))
    const found = answers.filter((answer) => typeof answer === 'object')
    // A row of a workspace goes into its object alone: elsewhere, what it refers to is missing.
    const [refusal] = answers.filter((answer) => typeof answer === 'string')
    if (found.length === 0 && refusal !== undefined) throw new Error(refusal)
    const inD1 = named.length > 0 && found.length > 0 ? [] : await inDirectory(d1, queries)
    return queries.map((query, i) =>
      joined(
        query,
        [...found, ...inD1].flatMap((all) => all[i] ?? []),
      ),
    )
  }
  const shaped = databaseOver(run)
  return {
    prepare: (sql) => shaped.prepare(sql),
    batch: (statements) => shaped.batch(statements),
    withSession: (anchor) => d1.withSession(anchor),
    exec: (sql) => d1.exec(sql),
    dump: () => d1.dump(),
  }
}

async function allObjects(): Promise<DurableObjectId[]> {
  return listDurableObjectIds(env.WORKSPACES)
}

function inObject(id: DurableObjectId, queries: Query[]): Promise<Answer[] | string | undefined> {
  // What a test writes past the API may make a workspace as well.
  const mayMake = queries.some(({ sql }) => /INSERT INTO workspaces\b/i.test(sql))
  return env.WORKSPACES.get(id).sendBatch(queries, mayMake)
}

async function inDirectory(d1: D1Database, queries: Query[]): Promise<Answer[][]> {
  const session = d1.withSession('first-primary')
  const statements = queries.map(({ sql, params }) => session.prepare(sql).bind(...params))
  const results = await session.batch<Record<string, SqlStorageValue>>(statements).catch((error: unknown) => {
    if (String(error).includes('FOREIGN KEY')) return []
    throw error
  })
  return [
    results.map(({ results: rows, meta }) => ({
      columns: Object.keys(rows[0] ?? {}),
      rows: rows.map((row) => Object.values(row)),
      ...{ read: meta.rows_read, written: meta.rows_written },
    })),
  ]
}

// The rows of all places; of a count, the sum.
function joined({ sql }: Query, parts: Answer[]): Answer {
  const columns = parts.find(({ rows }) => rows.length > 0)?.columns ?? []
  const rows = parts.flatMap((part) => part.rows)
  const sum = (key: 'read' | 'written') => parts.reduce((total, part) => total + part[key], 0)
  const isCount = /^\s*SELECT (count|sum)\(/i.test(sql) && !/GROUP BY/i.test(sql)
  const total = rows.reduce((n, [value]) => n + Number(value), 0)
  return { columns, rows: isCount ? [[total]] : rows, read: sum('read'), written: sum('written') }
}
