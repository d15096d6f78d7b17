// A page of a list, as services ask for it and give it: rows, and the position where the next page starts.

/** Where a page ended: the values of the order's columns in its last row. */
export type Position = (string | number)[]

/** A page after a position or, for who counts pages by number, after so many rows: `offset` costs the rows it passes. */
export type PageRequest = { limit: number; after?: Position; offset?: number }
export type Page<Row> = { rows: Row[]; next?: Position; total?: number; totalCapped?: boolean }

/** Splits what was fetched with `limit + 1` into a page and the position where the next one starts. */
export function cut<Row>(rows: Row[], limit: number, positionOf: (row: Row) => Position): Page<Row> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return rows.length > limit && last ? { rows: page, next: positionOf(last) } : { rows: page }
}
