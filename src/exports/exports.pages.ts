// Reading what is exported: pages along a list's own walk, as large as memory holds well, each when it is asked for.
import { type AnyColumn, type SQL, Subquery, sql } from 'drizzle-orm'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import type { Position } from '../db/page'

/** About how much text a page holds at most, in characters; it has one row at least. */
const TEXT = 1_000_000

export type Measured = { upTo: number }
export type Query<Row> = RunnableQuery<Row[], 'sqlite'> & PromiseLike<Row[]>

/** Where pages come from: up to `limit` rows after a position, and where a row stands, which `find` gives by its id. */
export type Source<Row extends Place & Measured, Place> = {
  page: (limit: number, after: Position | undefined) => Query<Row>
  positionOf: (row: Place) => Position
  find: (id: string) => PromiseLike<Place[]>
}

/** The rows of a SELECT in their order, with the text that they hold up to each; to be read where `fitsPage`. */
export function measuredRows<C extends Record<string, AnyColumn>>(table: string, columns: C, rows: SQL) {
  const lengths = Object.values(columns).map((column) => sql`coalesce(length(${column}), 0)`)
  const sized = sql`SELECT *, ${sql.join(lengths, sql` + `)} AS size FROM (${rows}) AS ${sql.identifier(table)}`
  return new Subquery(sql`SELECT *, sum(size) OVER (ROWS UNBOUNDED PRECEDING) AS up_to FROM (${sized})`, columns, table)
}
export const upTo = sql<number>`up_to`.as('up_to')
export const fitsPage = sql`up_to - size < ${TEXT}`

/** Pages from `first` on, which was read for `asked` rows, until there are no more rows or `limit` of them. */
export async function* pagesOf<Row extends Place & Measured, Place>(
  { page, positionOf }: Source<Row, Place>,
  first: Row[],
  asked: number,
  limit = Number.POSITIVE_INFINITY,
) {
  let [rows, most, left] = [first, asked, limit]
  for (let last = rows.at(-1); last; last = rows.at(-1)) {
    yield rows
    left -= rows.length
    const isMore = rows.length === most || last.upTo >= TEXT
    if (!isMore || left === 0) return
    most = Math.min(asked, left)
    rows = await page(most, positionOf(last))
  }
}
