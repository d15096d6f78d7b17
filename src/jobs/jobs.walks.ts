// Walks of jobs along an index, from one piece to the next.
import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { columnName } from '../db/sql'
import type { Selection } from './jobs.kind'

const Position = z.tuple([z.string(), z.number()])

/**
 * The next rows of a table by an instant and its `seq`, newest first, along an index of what `where` compares and then that
 * instant. Rows of the position's instant are a SELECT of their own: SQLite cannot seek both columns at once.
 */
export function newestFirst(
  table: SQLiteTable,
  instant: SQLiteColumn,
  where: SQL,
  after: string | null,
  limit: number,
): Selection {
  const at = sql.identifier(columnName(instant))
  const rows = (bound: SQL) => sql`SELECT * FROM (SELECT seq, ${at} AS at FROM ${table} WHERE ${where} AND ${bound}
    ORDER BY ${at} DESC, seq DESC LIMIT ${limit})`
  const key = sql`seq`
  const position = sql`json_array(at, seq)`
  if (after === null) return { key, position, from: sql`FROM (${rows(sql`true`)})` }
  const [last, seq] = Position.parse(JSON.parse(after))
  const sameTime = rows(sql`${at} = ${last} AND seq < ${seq}`)
  return { key, position, from: sql`FROM (${sameTime} UNION ALL ${rows(sql`${at} < ${last}`)} LIMIT ${limit})` }
}
