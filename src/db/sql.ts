// SQL that D1 needs said in its own way: lists as one JSON parameter, conditions on the change before, uniqueness.
import { type AnyColumn, and, getTableColumns, is, SQL, Subquery, sql } from 'drizzle-orm'
import { toSnakeCase } from 'drizzle-orm/casing'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Db } from './client'

/** A column's name in the database, where Drizzle names it after its key in snake case unless told otherwise. */
export function columnName({ name, keyAsName }: AnyColumn): string {
  return keyAsName ? toSnakeCase(name) : name
}

/** A column's key in its Drizzle table, by which `set` names it. */
export function columnKey(column: AnyColumn): string {
  const entry = Object.entries(getTableColumns(column.table)).find(([, each]) => each === column)
  return entry?.[0] ?? column.name
}

/** A column of what is called `name` in the statement, wherever it stands: of columns alone Drizzle may leave that out. */
export function columnIn(name: string, column: AnyColumn): SQL {
  return sql`${sql.identifier(name)}.${sql.identifier(columnName(column))}`
}

/** The columns of the primary key, of the table or of what is called `name` in the statement: tables may have no rowid. */
export function primaryKeyOf(table: SQLiteTable, name?: string): SQL {
  const { primaryKeys, columns } = getTableConfig(table)
  const key = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary)
  return sql.join(
    key.map((column) => (name ? columnIn(name, column) : sql`${sql.identifier(columnName(column))}`)),
    sql`, `,
  )
}

/** `column` is one of `values`, however many: D1 binds at most 100 parameters, so they go as one JSON array. */
export function anyOf(column: AnyColumn, values: readonly string[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`
}

/** All of these conditions, those that are undefined left out. Of none at all nothing is true, so that a forgotten one matches no row. */
export function allOf(...conditions: (SQL | undefined)[]): SQL {
  return and(...conditions) ?? sql`false`
}

/** True in the statement that directly follows a change of exactly one row, in the same batch. */
export const ifChanged: SQL = sql`changes() = 1`
/** True in the statement that directly follows one that changed nothing, in the same batch. */
export const ifUnchanged: SQL = sql`changes() = 0`

/** Whether a failed statement ran into the unique index on exactly these columns, such as `users.email`. */
export function isUniqueViolation(error: unknown, columns: string): boolean {
  return messageIncludes(error, `UNIQUE constraint failed: ${columns}`)
}

export function isMissingTable(error: unknown): boolean {
  return messageIncludes(error, 'no such table')
}

// Drizzle wraps what the database said.
function messageIncludes(error: unknown, words: string): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes(words)) return true
  }
  return false
}

type Values<T extends SQLiteTable> = { [K in keyof T['$inferInsert']]: T['$inferInsert'][K] | SQL }

/** INSERT … SELECT of one row per row that `tail` (FROM … WHERE …) yields; columns left out get their default or null. */
export function insertFrom<T extends SQLiteTable>(db: Db, table: T, values: Values<T>, tail: SQL) {
  const given = new Map<string, unknown>(Object.entries(values))
  const columns = Object.entries(getTableColumns(table)).filter(([, column]) => column.generated === undefined)
  const list = columns.map(([name, column]) => {
    const value = given.get(name) ?? column.default ?? null
    return is(value, SQL) ? value : sql`${sql.param(value, value === null ? undefined : column)}`
  })
  return db.insert(table).select(sql`SELECT ${sql.join(list, sql`, `)} ${tail}`)
}

/**
 * A table read through one of its indexes. `where` must hold the index's own WHERE. D1 has no statistics of how rows
 * are spread, so that SQLite might otherwise scan a whole workspace for the few rows of one owner.
 */
export function forceIndex<C extends Record<string, AnyColumn>>(table: string, columns: C, index: string, where: SQL) {
  const rows = sql`SELECT * FROM ${sql.raw(table)} INDEXED BY ${sql.raw(index)} WHERE ${where}`
  return new Subquery(rows, columns, table)
}
