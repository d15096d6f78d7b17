// Pages as SQL: rows of one or more indexes merged in one order, and windows of them for filters that no index knows.
import { type SQL, sql } from 'drizzle-orm'
import { orderByKeys } from './cursor'
import { cut, type Page, type Position, REACH, type Scanned } from './page'
import { allOf } from './sql'

/** Rows in the order of one index: what to select from, and its condition. */
export type Source = { rows: SQL; where: SQL }

/** The plan of a list: sources that share no row, their order, and `rest`, the filters that no index knows. */
export type ListPlan = { table: string; sources: Source[]; keys: SQL[]; isDown: boolean; rest: SQL | undefined }

/** Columns beside each row of a page: whether the row only marks the end of a window, and the number of all hits. */
export const pageMarks = {
  isLast: sql<number>`is_last`.as('is_last'),
  hitCount: sql<number>`hit_count`.as('hit_count'),
}
/** A row with its marks, and the related records that stand beside it. */
export type Marked<Row> = { row: Row; isLast: number; hitCount: number; included?: Record<string, unknown> }

/** Rows from the indexes: SQLite merges the sources, and reads of each only the rows that the page needs. */
export function indexedRows(plan: ListPlan, columns: SQL, limit: number, offset = 0): SQL {
  // Without OFFSET, SQLite reads a page as if its SELECT were no subquery.
  const skip = offset === 0 ? sql`` : sql` OFFSET ${offset}`
  return sql`${mergedSources(plan, columns, plan.rest)} LIMIT ${limit}${skip}`
}

export function indexedPage(plan: ListPlan, limit: number, offset: number): SQL {
  return indexedRows(plan, sql`${everyColumn(plan)}, 0 AS is_last, 0 AS hit_count`, limit, offset)
}

/**
 * The rows found in a window of `size` rows, at most `limit`. If they are fewer and the window was full, the `narrow`
 * plan finds the rows behind it, if the indexes of that plan return few. Else the last row of the window follows with
 * `is_last`: the next page starts behind it. `bounded` may make the window empty.
 */
export function scanWindow(
  plan: ListPlan,
  size: number,
  limit: number,
  narrow?: NarrowPlan,
  bounded: (rows: number) => SQL = (rows) => sql`${rows}`,
): SQL {
  const rows = mergedSources(plan, everyColumn(plan))
  // Without ORDER BY, since the rows come in order: SQLite stops at the limit.
  const found = sql`SELECT *, 0 AS is_last, 0 AS hit_count FROM (${rows} LIMIT ${bounded(size)}) AS ${sql.raw(plan.table)}
    WHERE ${plan.rest} LIMIT ${limit}`
  // In the last row of the window, `hit_count` says whether the narrow plan has few rows.
  const edge = sql`SELECT *, 1 AS is_last, ${narrow ? hasFewRows(narrow) : sql`0`} AS hit_count
    FROM (${rows} LIMIT ${bounded(1)} OFFSET ${size - 1})`
  const behind = narrow && sql`UNION ALL SELECT * FROM (${narrowRows(plan, narrow)} LIMIT ${limit})`
  return sql`WITH edge AS MATERIALIZED (${edge}) SELECT * FROM (${found}) ${behind ?? sql``}
    UNION ALL SELECT * FROM edge WHERE hit_count = 0 LIMIT ${limit}`
}

/** Other indexes for the rows of a list. `keys` and `only` are the columns and the condition of the order of the list. */
export type NarrowPlan = Pick<ListPlan, 'sources' | 'rest' | 'keys'> & { only: SQL | undefined }

/** The most rows that a narrow plan reads and sorts. */
const FEW_ROWS = 4_000

function hasFewRows({ sources }: NarrowPlan): SQL {
  const each = sources.map(({ rows, where }) => sql`SELECT 1 FROM ${rows} WHERE ${allOf(where)}`)
  return sql`(SELECT count(*) <= ${FEW_ROWS} FROM (${sql.join(each, sql` UNION ALL `)} LIMIT ${FEW_ROWS + 1}))`
}

function narrowRows(plan: ListPlan, { sources, rest, only, keys }: NarrowPlan): SQL {
  const edgeKeys = sql.join(
    keys.map((_, i) => sql.raw(`key_${i}`)),
    sql`, `,
  )
  const isBehind = sql`(${sql.join(keys, sql`, `)}) ${sql.raw(plan.isDown ? '<' : '>')} (SELECT ${edgeKeys} FROM edge)`
  const where = allOf(sql`(SELECT hit_count FROM edge)`, isBehind, only, rest)
  const merged = mergedSources({ ...plan, sources, keys }, everyColumn(plan), where)
  return sql`SELECT *, 0 AS is_last, 0 AS hit_count FROM (${merged})`
}

/**
 * A page of the `size` newest rows of a plan, those that pass `rest`, sorted by `keys`. If there are so many, the oldest of
 * them follows with 2 as `is_last`: older ones were not looked at.
 */
export function newestRows(plan: ListPlan, newest: ListPlan, size: number, limit: number, offset = 0): SQL {
  const rows = sql`${mergedSources(newest, everyColumn(newest))} LIMIT ${size}`
  const skip = offset === 0 ? sql`` : sql` OFFSET ${offset}`
  const found = sql`SELECT *, 0 AS is_last, 0 AS hit_count FROM newest AS ${sql.raw(plan.table)} WHERE ${allOf(plan.rest ?? sql`true`)}
    ORDER BY ${sql.join(orderByKeys(plan.keys, plan.isDown), sql`, `)} LIMIT ${limit}${skip}`
  return sql`WITH newest AS MATERIALIZED (${rows}) SELECT * FROM (${found})
    UNION ALL SELECT *, 2 AS is_last, 0 AS hit_count FROM (SELECT * FROM newest LIMIT 1 OFFSET ${size - 1})`
}

/**
 * The page found in a window. If it is not full and the window was, the next page starts behind the window, which the
 * page says by `scanned`. Of the newest rows that were sorted, it says so if there are more.
 */
export function windowPage<Row>(
  rows: Marked<Row>[],
  limit: number,
  positionOf: (row: Row) => Position,
  scannedTo?: (row: Row) => Scanned,
): Page<Row> {
  const end = rows.find(({ isLast }) => isLast)
  const found = rows.flatMap(({ row, isLast, included }) => (isLast ? [] : [included ? { ...row, ...included } : row]))
  const page = cut(found, limit, positionOf)
  if (!end || (page.next && end.isLast === 1)) return page
  const next = end.isLast === 1 ? positionOf(end.row) : page.next
  return { ...page, ...(next && { next }), partial: true, scanned: scannedTo?.(end.row) }
}

/**
 * A page by number of what is found in the first REACH rows, with `hit_count`. Past its last hit it is the first page
 * that comes, since `numberedPage` reads the count from a row.
 */
export function numberedWindow(plan: ListPlan, limit: number, offset: number): SQL {
  const rows = mergedSources(plan, everyColumn(plan))
  const found = sql`SELECT * FROM (${rows} LIMIT ${REACH}) AS ${sql.raw(plan.table)} WHERE ${plan.rest}`
  return sql`WITH found AS MATERIALIZED (${found}), hits AS MATERIALIZED (SELECT count(*) AS n FROM found)
    SELECT *, 0 AS is_last, (SELECT n FROM hits) AS hit_count FROM found
    ORDER BY ${orderOfNames(plan)} LIMIT ${limit} OFFSET iif((SELECT n FROM hits) > ${offset}, ${offset}, 0)`
}

/** The page by number that was found in a window, empty past the last hit, with the number of hits as its total. */
export function numberedPage<Row>(rows: Marked<Row>[], offset: number): Page<Row> {
  const total = rows[0]?.hitCount ?? 0
  return { rows: offset < total ? rows.map(({ row }) => row) : [], total }
}

/** The plan of a list that ends after its first rows, whichever of them pass. */
export function withinReach(plan: ListPlan, reach = REACH): ListPlan {
  const rows = sql`(${mergedSources(plan, everyColumn(plan))} LIMIT ${reach}) AS ${sql.raw(plan.table)}`
  return { ...plan, sources: [{ rows, where: allOf(plan.rest) }], rest: undefined }
}

// Keys have names of their own, since the rows of all sources are ordered together.
function mergedSources({ table, sources, keys, isDown }: ListPlan, columns: SQL, rest?: SQL): SQL {
  const each = [columns, ...keys.map((key, i) => sql`${key} AS ${sql.raw(`key_${i}`)}`)]
  const selects = sources.map(
    ({ rows, where }) => sql`SELECT ${sql.join(each, sql`, `)} FROM ${rows} WHERE ${allOf(where, rest)}`,
  )
  const [first = sql`SELECT ${sql.join(each, sql`, `)} FROM ${sql.raw(table)} WHERE false`] = selects
  const merged = selects.length > 1 ? sql.join(selects, sql` UNION ALL `) : first
  return sql`${merged} ORDER BY ${orderOfNames({ keys, isDown })}`
}

function orderOfNames({ keys, isDown }: Pick<ListPlan, 'keys' | 'isDown'>): SQL {
  const names = keys.map((_, i) => sql.raw(`key_${i}`))
  return sql.join(orderByKeys(names, isDown), sql`, `)
}

function everyColumn({ table }: ListPlan): SQL {
  return sql.raw(`${table}.*`)
}
