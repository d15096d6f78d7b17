// Drizzle's statements over a function that sends them to D1 as one batch. The dialect, which knows the name of every
// column, is made once for each isolate, and how rows are mapped is found out once for each statement.
import { Column, getTableName, is, type Query, SQL, Subquery } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { DrizzleD1Database } from 'drizzle-orm/d1'
import {
  type PreparedQueryConfig,
  SQLiteAsyncDialect,
  type SQLiteExecuteMethod,
  SQLitePreparedQuery,
  SQLiteSession,
} from 'drizzle-orm/sqlite-core'

export type Db = DrizzleD1Database
/** Sends statements as one batch. */
export type Send = (queries: Query[]) => Promise<D1Result<Record<string, unknown>>[]>

type Fields = NonNullable<Parameters<SQLiteSession<'async', D1Result, never, never>['prepareQuery']>[1]>
type Result = D1Result<Record<string, unknown>> | undefined
type RowMapper = (row: Record<string, unknown>) => Record<string, unknown>

const dialect = new SQLiteAsyncDialect({ casing: 'snake_case' })

/** A drizzle database whose statements are sent by this function. */
export function createDb(send: Send): Db {
  return new DrizzleD1Database('async', dialect, new SendingSession(send), undefined)
}

class SendingSession extends SQLiteSession<'async', D1Result, Record<string, never>, Record<string, never>> {
  constructor(private readonly send: Send) {
    super(dialect)
  }

  override prepareQuery(query: Query, fields: Fields | undefined, method: SQLiteExecuteMethod) {
    return new SendingQuery(this.send, query, fields, method)
  }

  async batch(items: readonly BatchItem<'sqlite'>[]): Promise<unknown[]> {
    const prepared = items.map((item) => {
      const prepare: unknown = Reflect.get(item, '_prepare')
      const statement: unknown = typeof prepare === 'function' ? prepare.call(item) : undefined
      if (!(statement instanceof SendingQuery)) throw new Error('A batch takes statements of its own database')
      return statement
    })
    const results = await this.send(prepared.map((statement) => statement.getQuery()))
    return prepared.map((statement, i) => statement.mapped(results[i]))
  }

  override transaction(): Promise<never> {
    throw new Error('D1 has no transactions but batches')
  }
}

class SendingQuery extends SQLitePreparedQuery<PreparedQueryConfig & { type: 'async' }> {
  /** Set by drizzle for a select with joins: whether the columns of a table are never all missing. */
  joinsNotNullableMap?: Record<string, boolean>

  constructor(
    private readonly send: Send,
    query: Query,
    private readonly fields: Fields | undefined,
    private readonly method: SQLiteExecuteMethod,
  ) {
    super('async', method, query)
  }

  /** The result as drizzle gives it: the whole of it for a change without rows, else its rows. */
  mapped(result: Result): unknown {
    if (this.method === 'run') return result
    return this.method === 'get' ? this.rowsOf(result)[0] : this.rowsOf(result)
  }

  private rowsOf(result: Result): Record<string, unknown>[] {
    const rows = result?.results ?? []
    return this.fields ? rows.map(rowMapper(this.fields, this.joinsNotNullableMap)) : rows
  }

  private async result(): Promise<Result> {
    return (await this.send([this.query]))[0]
  }

  override async run(): Promise<unknown> {
    return this.result()
  }

  override async all(): Promise<unknown> {
    return this.rowsOf(await this.result())
  }

  override async get(): Promise<unknown> {
    return this.rowsOf(await this.result())[0]
  }

  override async values(): Promise<unknown> {
    return (await this.result())?.results.map((row) => Object.values(row))
  }
}

type Cell = { path: string[]; decode: (value: unknown) => unknown }
/** An object of a joined table: null where its first column is. */
type Joined = { name: string; first: number; table: string; isOfOneTable: boolean }

// Cells are found by their place, since D1 names columns as the statement does, and drizzle by its fields.
function rowMapper(fields: Fields, notNullable: Record<string, boolean> | undefined): RowMapper {
  const cells = fields.map(({ path, field }): Cell => ({ path, decode: decoderOf(field) }))
  const missing = joinedObjects(fields).filter(({ table, isOfOneTable }) => isOfOneTable && !notNullable?.[table])
  return (row) => {
    const values = Object.values(row)
    const result: Record<string, unknown> = {}
    // Not by entries(), which would make an array for each cell of each row.
    for (let i = 0; i < cells.length; i += 1) {
      const cell = cells[i]
      const value = values[i]
      if (cell) put(result, cell.path, value === null ? null : cell.decode(value))
    }
    if (notNullable) for (const { name, first } of missing) if (values[first] === null) result[name] = null
    return result
  }
}

function put(target: Record<string, unknown>, path: string[], value: unknown): void {
  let node = target
  for (let depth = 0; depth < path.length - 1; depth += 1) node = innerObject(node, path[depth] ?? '')
  node[path.at(-1) ?? ''] = value
}

function innerObject(node: Record<string, unknown>, name: string): Record<string, unknown> {
  const known = node[name]
  if (isObject(known)) return known
  const made: Record<string, unknown> = {}
  node[name] = made
  return made
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function joinedObjects(fields: Fields): Joined[] {
  const found = new Map<string, Joined>()
  for (const [first, { path, field }] of fields.entries()) {
    const [name = ''] = path
    if (path.length !== 2 || !is(field, Column)) continue
    const table = getTableName(field.table)
    const known = found.get(name)
    if (!known) found.set(name, { name, first, table, isOfOneTable: true })
    else if (known.table !== table) known.isOfOneTable = false
  }
  return [...found.values()]
}

function decoderOf(field: Fields[number]['field']): Cell['decode'] {
  if (is(field, Column)) return (value) => field.mapFromDriverValue(value)
  const source = is(field, SQL) ? field : is(field, Subquery) ? field._.sql : field.sql
  const decoder: unknown = Reflect.get(source, 'decoder')
  const decode: unknown = isObject(decoder) ? decoder.mapFromDriverValue : undefined
  if (typeof decode !== 'function') throw new Error('This field of a statement has no decoder')
  return (value) => decode.call(decoder, value)
}
