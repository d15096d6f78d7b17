// What the database holds, for what no answer of the API tells.
import { env } from 'cloudflare:workers'

/** The rows of a query, with `?` bound in order. */
export async function rows<Row = Record<string, unknown>>(query: string, ...values: unknown[]): Promise<Row[]> {
  const { results } = await env.DB.prepare(query)
    .bind(...values)
    .all<Row>()
  return results
}

/** How many rows a table holds, or those of it that fulfil a condition. */
export async function count(table: string, where = 'true', ...values: unknown[]): Promise<number> {
  const [row] = await rows<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`, ...values)
  return row?.n ?? 0
}

/** The verbs of what happened to a record, oldest first. */
export async function happenings(subjectId: string): Promise<string[]> {
  const events = await rows<{ verb: string }>('SELECT verb FROM events WHERE subject_id = ? ORDER BY seq', subjectId)
  return events.map(({ verb }) => verb)
}

/** How many rows each of these tables holds, to compare before and after. */
export async function sizes(...tables: string[]): Promise<Record<string, number>> {
  const counts = await selectAll<{ n: number }>(tables.map((table) => `SELECT count(*) AS n FROM ${table}`))
  return Object.fromEntries(tables.map((table, i) => [table, counts[i]?.[0]?.n ?? 0]))
}

const TABLES = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_*' AND name NOT GLOB 'sqlite_*'
  AND name NOT GLOB '*_fts*' AND name NOT GLOB 'd1_*'`

/** Every row of every table as one text, to look for what must not stand in it. */
export async function everythingStored(): Promise<string> {
  const tables = await rows<{ name: string }>(TABLES)
  return JSON.stringify(await selectAll(tables.map(({ name }) => `SELECT * FROM ${name}`)))
}

/** A query for each table that sums up the bytes of its values, as text. The schema is the same in every file. */
const byteQueries: string[] = []

/** The bytes of all values of every table. */
export async function storedBytes(): Promise<number> {
  if (byteQueries.length === 0) {
    const columns = await rows<{ name: string; bytes: string }>(
      `SELECT tables.name, group_concat('coalesce(octet_length("' || columns.name || '"), 0)', ' + ') AS bytes
      FROM (${TABLES}) AS tables, pragma_table_info(tables.name) AS columns GROUP BY tables.name`,
    )
    byteQueries.push(...columns.map(({ name, bytes }) => `SELECT coalesce(sum(${bytes}), 0) AS n FROM ${name}`))
  }
  const sums = await selectAll<{ n: number }>(byteQueries)
  return sums.reduce((sum, [row]) => sum + (row?.n ?? 0), 0)
}

/** The rows of several queries in one round trip; each is bound the same values. */
export async function selectAll<Row>(queries: string[], ...values: unknown[]): Promise<Row[][]> {
  const results = await env.DB.batch<Row>(queries.map((query) => env.DB.prepare(query).bind(...values)))
  return results.map(({ results }) => results)
}

/** The workspace that all accounts of open registration through a dialect share. */
export async function sharedWorkspace(): Promise<{ workspaceId: string; slug: string }> {
  const [shared] = await rows<{ workspaceId: string; slug: string }>(
    `SELECT id AS workspaceId, slug FROM workspaces WHERE slug = 'default'`,
  )
  if (!shared) throw new Error('There is no shared workspace yet')
  return shared
}
