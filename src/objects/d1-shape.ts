// A database in the shape of D1, over a function that runs statements as one transaction: prepare, bind, batch.

/** A statement with its values, and what it has given: columns and rows as they stand in SQLite. */
export type Query = { sql: string; params: SqlValue[] }
export type Answer = { columns: string[]; rows: SqlStorageValue[][]; read: number; written: number }
export type SqlValue = ArrayBuffer | string | number | null
/** Runs statements as one transaction. */
export type RunQueries = (queries: Query[]) => Promise<Answer[]>

/** A database whose batches are run by this function. It is always current, so that it has no bookmarks. */
export function databaseOver(run: RunQueries): D1Database {
  const prepare = (sql: string) => new ShapedStatement(run, sql, [])
  async function batch<T>(statements: readonly D1PreparedStatement[]): Promise<D1Result<T>[]> {
    const queries = statements.map((statement) => {
      if (statement instanceof ShapedStatement) return { sql: statement.sql, params: statement.params }
      throw new Error('Unsupported')
    })
    return (await run(queries)).map((answer) => resultOf<T>(answer))
  }
  const session = { prepare, batch, getBookmark: () => null }
  return {
    ...{ prepare, batch, withSession: () => session },
    exec: unsupported,
    dump: unsupported,
  }
}

const unsupported = () => Promise.reject(new Error('Unsupported'))

class ShapedStatement implements D1PreparedStatement {
  constructor(
    private readonly runQueries: RunQueries,
    readonly sql: string,
    readonly params: SqlValue[],
  ) {}

  bind(...values: unknown[]): D1PreparedStatement {
    return new ShapedStatement(this.runQueries, this.sql, values.map(sqlValue))
  }

  async all<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return resultOf<T>(await this.answer())
  }

  run<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.all<T>()
  }

  first<T = unknown>(column: string): Promise<T | null>
  first<T = Record<string, unknown>>(): Promise<T | null>
  async first<T>(column?: string): Promise<T | null> {
    const [row] = (await this.all<Record<string, T> & T>()).results
    return row === undefined ? null : column === undefined ? row : (row[column] ?? null)
  }

  raw<T = unknown[]>(options: { columnNames: true }): Promise<[string[], ...T[]]>
  raw<T = unknown[]>(options?: { columnNames?: false }): Promise<T[]>
  raw<T = unknown[]>(options: { columnNames: true }): Promise<[string[], ...T[]]>
  raw<T = unknown[]>(options?: { columnNames?: false }): Promise<T[]>
  async raw<T>(): Promise<T[] | [string[], ...T[]]> {
    return shaped<T>((await this.answer()).rows)
  }

  private async answer(): Promise<Answer> {
    const [answer] = await this.runQueries([{ sql: this.sql, params: this.params }])
    return answer ?? { columns: [], rows: [], read: 0, written: 0 }
  }
}

// D1 gives an object for each row: of equal names, the last one counts.
function resultOf<T>({ columns, rows, read, written }: Answer): D1Result<T> {
  const results = rows.map((row) => {
    const result: Record<string, unknown> = {}
    for (let i = 0; i < columns.length; i += 1) result[columns[i] ?? ''] = row[i]
    return result
  })
  const meta = { duration: 0, size_after: 0, last_row_id: 0, changes: written, changed_db: written > 0 }
  return { success: true, results: shaped<T>(results), meta: { ...meta, rows_read: read, rows_written: written } }
}

// The caller says what the rows are, as with D1.
function shaped<T>(rows: unknown): T[]
function shaped(rows: unknown): unknown {
  return rows
}

// What D1 takes and refuses.
function sqlValue(value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof ArrayBuffer) return value
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer
  throw new Error(`D1_TYPE_ERROR: Type '${typeof value}' not supported for value '${String(value)}'`)
}
