// What every list over a large table has in common: bounds, cursors, counts that stop, windows for what no index knows.
import { type AnyColumn, and, asc, desc, type SQL, Subquery, sql } from 'drizzle-orm'
import { invalidError } from '../errors'
import { MINUTE_MS } from '../time'
import type { Db } from './client'
import { cut, type Page, type PageRequest, type Position } from './page'

/** How many rows are passed to count what no counter keeps. */
const COUNTED = 1_000
/** How many rows are looked through, at a time, for what no index knows. */
const WINDOW = 250
/** How far a list goes that counts its pages by number, in rows. */
export const REACH = 10_000
/** A trigram index knows no terms shorter than this, in characters. */
const MIN_TERM = 3
// Accents that stand alone are no characters to the index.
const ACCENTS = /[\u0300-\u0331]/g

/** How many rows a page by number passes over. Throws `invalid` where it lies beyond REACH. */
export function offsetOf({ limit, offset = 0 }: PageRequest): number {
  if (offset === 0 || offset + limit <= REACH) return offset
  const message = `Pages by number end at row ${REACH}: narrow the list`
  throw invalidError('query.page', message, 'too_far')
}

export function isSearchable(term: string): boolean {
  return [...term.replace(ACCENTS, '')].length >= MIN_TERM
}

/** An FTS5 phrase: whatever the user typed stands in it as text, never as syntax. */
export function phrase(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

export function orderByKeys(keys: SQL[], isDown: boolean): SQL[] {
  return keys.map((key) => (isDown ? desc(key) : asc(key)))
}

/**
 * The rows after a position, in the order of these keys. Numbers are bound as REAL, by which a search index would not
 * seek: it would pass all the pages before.
 */
export function afterCursor(keys: SQL[], after: Position | undefined, isDown: boolean): SQL | undefined {
  if (!after) return undefined
  const position = sql.join(
    after.map((value) => (typeof value === 'number' ? sql`CAST(${value} AS INTEGER)` : sql`${value}`)),
    sql`, `,
  )
  return sql`(${sql.join(keys, sql`, `)}) ${sql.raw(isDown ? '<' : '>')} (${position})`
}

/**
 * The table as one of its indexes gives it, `living` being what makes that index complete. D1 knows nothing of how rows
 * are spread, and would as soon walk a whole workspace as the few rows of one owner.
 */
export function forceIndex<C extends Record<string, AnyColumn>>(table: string, columns: C, index: string, living: SQL) {
  const rows = sql`SELECT * FROM ${sql.raw(table)} INDEXED BY ${sql.raw(index)} WHERE ${living}`
  return new Subquery(rows, columns, table)
}

/**
 * The same in parts that an index seeks each: the rows that share the position's first key, then those beyond it. Said
 * in one condition, SQLite would pass all that share the key, and a million customers share that nobody has called.
 */
export function afterCursorInParts(keys: SQL[], after: Position | undefined, isDown: boolean): (SQL | undefined)[] {
  const [key, ...rest] = keys
  if (!after || !key || rest.length === 0) return [afterCursor(keys, after, isDown)]
  const shared = and(sql`${key} = ${after[0]}`, afterCursor(rest, after.slice(1), isDown))
  return [shared, afterCursor([key], after.slice(0, 1), isDown)]
}

/**
 * The ends of a span, low and high, that a walk has still before it. A cursor lies within the span; the end that the
 * walk has come from is left out then, for SQLite seeks by one bound a side, and might pass every page before this one.
 */
export function remainingRange<T>([low, high]: [T?, T?], after: Position | undefined, isDown: boolean): [T?, T?] {
  if (!after) return [low, high]
  return isDown ? [low, undefined] : [undefined, high]
}

type Span = { createdAfter?: string; createdBefore?: string }

/**
 * Bounds on the row number that hold every row made in a span: a walk by arrival then begins and ends there instead of
 * passing what it does not want. Ids tell when a row was made; a minute is allowed for those that overtook each other
 * on their way to the database, hence the bounds are the nearest rows a minute outside the span.
 */
export function arrivedBetween(table: SQL, seq: SQL, { createdAfter, createdBefore }: Span): SQL | undefined {
  const before = (id: string) => sql`(SELECT b.seq FROM ${table} AS b WHERE b.id < ${id} ORDER BY b.id DESC LIMIT 1)`
  const after = (id: string) => sql`(SELECT b.seq FROM ${table} AS b WHERE b.id >= ${id} ORDER BY b.id LIMIT 1)`
  return and(
    createdAfter === undefined ? undefined : sql`${seq} > coalesce(${before(leastIdAt(createdAfter, -MINUTE_MS))}, 0)`,
    createdBefore === undefined
      ? undefined
      : sql`${seq} < coalesce(${after(leastIdAt(createdBefore, MINUTE_MS))}, 9007199254740991)`,
  )
}

/** The least UUIDv7 of an instant, `shift` milliseconds away: rows whose ids are less were made before. */
export function leastIdAt(instant: string, shift: number): string {
  const ms = Math.max(0, Date.parse(instant) + shift)
  const hex = ms.toString(16).padStart(12, '0').slice(-12)
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** Rows of a table as an index of it gives them, which of them, and what else is asked of these that it does not know. */
export type Source = { rows: SQL; where: SQL | undefined; rest?: SQL }

type Order = { keys: SQL[]; isDown: boolean }

/** A count over these sources that stops behind 1,000 rows and then says that it did. */
export function cappedCount(db: Db, sources: Source[]) {
  const walks = sources.map(
    ({ rows, where, rest }) => sql`SELECT ${rest ?? sql`true`} AS fits FROM ${rows} WHERE ${where}`,
  )
  const some = sql`(${sql.join(walks, sql` UNION ALL `)} LIMIT ${COUNTED + 1})`
  return db
    .select({
      sum: sql<number>`min(coalesce(sum(fits), 0), ${COUNTED})`.as('sum'),
      isCapped: sql<number>`count(*) > ${COUNTED}`.as('is_capped'),
    })
    .from(some)
}

/** What a counter kept by triggers says, in the shape of `cappedCount`. */
export const counterTotal = {
  sum: sql<number>`coalesce(sum(count), 0)`.as('sum'),
  isCapped: sql<number>`0`.as('is_capped'),
}

/** A page with what was counted for it. */
export function withTotal<Row>(page: Page<Row>, counted: { sum: number; isCapped: number } | undefined): Page<Row> {
  return { ...page, total: counted?.sum ?? 0, ...(counted?.isCapped ? { totalCapped: true } : {}) }
}

/**
 * What to look through for what no index knows, to select from: the rows found in a window, no more than `most`, in
 * the order of `keys`, of which the last is the row number. Where they are fewer, the last row of a full window follows
 * them, with `is_last` set. Each source yields all columns of `table`.
 */
export function scanWindow<C extends Record<string, AnyColumn>>(
  table: string,
  columns: C,
  sources: Source[],
  order: Order,
  most: number,
) {
  const { rows, by } = orderedUnion(table, sources, order)
  const found = sql`SELECT *, 0 AS is_last FROM (${rows} LIMIT ${WINDOW}) AS ${sql.raw(table)}
    WHERE ${sources[0]?.rest} ORDER BY ${by} LIMIT ${most}`
  const last = sql`SELECT *, 1 AS is_last FROM (${rows} LIMIT 1 OFFSET ${WINDOW - 1})`
  return new Subquery(sql`SELECT * FROM (${found}) UNION ALL ${last} LIMIT ${most}`, columns, table)
}

/**
 * The same for a page by number: of the first REACH rows, each with `hit_count`, how many of these were found. Behind the
 * last of them it is the first page that comes, for `numberedPage` to read the count of.
 */
export function numberedWindow<C extends Record<string, AnyColumn>>(
  table: string,
  columns: C,
  sources: Source[],
  order: Order,
  { limit, offset }: { limit: number; offset: number },
) {
  const { rows, by } = orderedUnion(table, sources, order)
  const found = sql`SELECT * FROM (${rows} LIMIT ${REACH}) AS ${sql.raw(table)} WHERE ${sources[0]?.rest}`
  const page = sql`WITH found AS MATERIALIZED (${found}), hits AS MATERIALIZED (SELECT count(*) AS n FROM found)
    SELECT *, (SELECT n FROM hits) AS hit_count FROM found
    ORDER BY ${by} LIMIT ${limit} OFFSET iif((SELECT n FROM hits) > ${offset}, ${offset}, 0)`
  return new Subquery(page, columns, table)
}

// Keys have names of their own, for the rows of all sources are ordered together.
function orderedUnion(table: string, sources: Source[], { keys, isDown }: Order) {
  const names = keys.map((_, i) => sql.raw(`key_${i}`))
  const each = [sql.raw(`${table}.*`), ...keys.map((key, i) => sql`${key} AS ${names[i]}`)]
  const walks = sources.map(({ rows, where }) => sql`SELECT ${sql.join(each, sql`, `)} FROM ${rows} WHERE ${where}`)
  const by = sql.join(orderByKeys(names, isDown), sql`, `)
  return { rows: sql`${sql.join(walks, sql` UNION ALL `)} ORDER BY ${by}`, by }
}

/** Whether a row of a window is where it ended. */
export const isLast = sql<number>`is_last`.as('is_last')

/** How many rows were found, beside each of a page by number. */
export const hitCount = sql<number>`hit_count`.as('hit_count')

/** A page by number of what was found in one window, and how much that is, also behind its end. */
export function numberedPage<Row extends { hitCount: number }>(rows: Row[], offset: number): Page<Row> {
  const total = rows[0]?.hitCount ?? 0
  return { rows: offset < total ? rows : [], total }
}

/** The page found in a window: where it is not full and the window was, the next page starts behind the window. */
export function windowPage<Row extends { isLast: number }>(
  rows: Row[],
  limit: number,
  positionOf: (row: Row) => Position,
): Page<Row> {
  const end = rows.find((row) => row.isLast)
  const found = rows.filter((row) => !row.isLast)
  const page = cut(found, limit, positionOf)
  return page.next || !end ? page : { ...page, next: positionOf(end) }
}
