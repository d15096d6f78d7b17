// Pages of an export: reads records in the order of their list, on demand, in pages that fit into memory.
import { type AnyColumn, type SQL, Subquery, sql } from 'drizzle-orm'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import type { Position } from '../db/page'

/** The approximate limit of a page's text, in characters. A page has at least one row. */
const MAX_PAGE_TEXT = 1_000_000

/** `upTo` is the length of the text of this row and all rows before it in the page. */
export type Measured = { upTo: number }
export type Query<Row> = RunnableQuery<Row[], 'sqlite'> & PromiseLike<Row[]>

/** Reads one kind of record: up to `limit` rows after a position, and the position of the row with an id. */
export type Source<Row extends Positioned & Measured, Positioned> = {
  page: (limit: number, after: Position | undefined) => Query<Row>
  positionOf: (row: Positioned) => Position
  find: (id: string) => PromiseLike<Positioned[]>
}

/** The rows of a SELECT with their `size` and `up_to` in characters; read them with `where(fitsPage)`. */
export function measuredRows<C extends Record<string, AnyColumn>>(table: string, columns: C, rows: SQL) {
  const lengths = Object.values(columns).map((column) => sql`coalesce(length(${column}), 0)`)
  const withSize = sql`SELECT *, ${sql.join(lengths, sql` + `)} AS size FROM (${rows}) AS ${sql.identifier(table)}`
  return new Subquery(
    sql`SELECT *, sum(size) OVER (ROWS UNBOUNDED PRECEDING) AS up_to FROM (${withSize})`,
    columns,
    table,
  )
}
export const upTo = sql<number>`up_to`.as('up_to')
export const fitsPage = sql`up_to - size < ${MAX_PAGE_TEXT}`

/** The pages from `first` on, until `limit` or the last row. `pageRows` is the row limit with which `first` was read. */
export async function* pagesOf<Row extends Positioned & Measured, Positioned>(
  { page, positionOf }: Source<Row, Positioned>,
  first: Row[],
  pageRows: number,
  limit = Number.POSITIVE_INFINITY,
) {
  let [rows, maxRows, left] = [first, pageRows, limit]
  for (let last = rows.at(-1); last; last = rows.at(-1)) {
    yield rows
    left -= rows.length
    const hasMore = rows.length === maxRows || last.upTo >= MAX_PAGE_TEXT
    if (!hasMore || left === 0) return
    maxRows = Math.min(pageRows, left)
    rows = await page(maxRows, positionOf(last))
  }
}
