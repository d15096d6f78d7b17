// Totals of lists: rows counted up to a cap, or sums that triggers keep.
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from './client'
import type { Page } from './page'
import type { Source } from './window'

/** The most rows that a total counts. */
const CAP = 1_000

/** The number of rows of these sources that pass `rest`. Counting stops after 1,000 rows, and `isCapped` is then 1. */
export function cappedCount(db: Db, sources: Source[], rest: SQL = sql`true`) {
  const walks = sources.map(({ rows, where }) => sql`SELECT ${rest} AS fits FROM ${rows} WHERE ${where}`)
  return db
    .select({
      sum: sql<number>`min(coalesce(sum(fits), 0), ${CAP})`.as('sum'),
      isCapped: sql<number>`count(*) > ${CAP}`.as('is_capped'),
    })
    .from(sql`(${sql.join(walks, sql` UNION ALL `)} LIMIT ${CAP + 1})`)
}

/** The columns of a total from the rows of a table of counters, in the shape of `cappedCount`. */
export const counterTotal = (count: SQL) => ({
  sum: sql<number>`coalesce(sum(${count}), 0)`.as('sum'),
  isCapped: sql<number>`0`.as('is_capped'),
})

/** A page with its total. */
export function withTotal<Row>(page: Page<Row>, count: { sum: number; isCapped: number } | undefined): Page<Row> {
  return { ...page, total: count?.sum ?? 0, ...(count?.isCapped ? { totalCapped: true } : {}) }
}
