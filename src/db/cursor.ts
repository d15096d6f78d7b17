// Cursors in SQL: the order of a list, and the rows that come after a position in it.
import { and, asc, desc, type SQL, sql } from 'drizzle-orm'
import type { Position } from './page'

/** The terms of ORDER BY. */
export function orderByKeys(keys: SQL[], isDown: boolean): SQL[] {
  return keys.map((key) => (isDown ? desc(key) : asc(key)))
}

/** The rows after a position. Numbers are cast, since they are bound as REAL, and FTS5 does not seek its rowid by a REAL. */
export function afterCursor(keys: SQL[], after: Position | undefined, isDown: boolean): SQL | undefined {
  if (!after) return undefined
  const position = sql.join(
    after.map((value) => (typeof value === 'number' ? sql`CAST(${value} AS INTEGER)` : sql`${value}`)),
    sql`, `,
  )
  return sql`(${sql.join(keys, sql`, `)}) ${sql.raw(isDown ? '<' : '>')} (${position})`
}

/**
 * The same in disjoint parts that an index can seek: the rows with the first key of the position, then those after it.
 * With one condition SQLite would scan all rows with that key, and a million customers can share one.
 */
export function afterCursorInParts(keys: SQL[], after: Position | undefined, isDown: boolean): (SQL | undefined)[] {
  const [key, ...rest] = keys
  if (!after || !key || rest.length === 0) return [afterCursor(keys, after, isDown)]
  const ties = and(sql`${key} = ${after[0]}`, afterCursor(rest, after.slice(1), isDown))
  return [ties, afterCursor([key], after.slice(0, 1), isDown)]
}

/**
 * The bounds of a range, low and high, that a walk after a cursor still needs. SQLite seeks by one bound a side, and the
 * cursor is one: with the bound that was passed, it might scan every earlier page.
 */
export function remainingRange<T>([low, high]: [T?, T?], after: Position | undefined, isDown: boolean): [T?, T?] {
  if (!after) return [low, high]
  return isDown ? [low, undefined] : [undefined, high]
}
