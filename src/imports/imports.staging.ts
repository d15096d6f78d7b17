// Staging: rows wait in the database, in chunks, until the whole file has come in; of a large file no more is held here.
import { Buffer } from 'node:buffer'
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { isWithinLimit } from '../billing/limits'
import type { Ctx } from '../context'
import { importChunks, importIssues, importKeys, importOriginals, imports } from '../db/schema'
import { insertFrom } from '../db/sql'
import { REFUSALS } from './imports.classify'
import { MAX_JSON } from './imports.job'
import type { Issue, PreparedRow } from './imports.rows'

type Statement = BatchItem<'sqlite'>

/** A chunk is written by one batch, and its rows are one value in the database, which holds 2 MB of judged ones. */
const CHUNK_ROWS = 4_000
const CHUNK_BYTES = 900_000
/** What is gathered before it is sent. */
const FLUSH_BYTES = 2_000_000
/** The most that one parameter holds of issues. */
const ISSUE_BYTES = 1_000_000

type Chunk = {
  rows: string[]
  originals: string[]
  places: Map<string, number>
  tags: Map<string, string>
  bytes: number
}

const empty = (): Chunk => ({ rows: [], originals: [], places: new Map(), tags: new Map(), bytes: 0 })

const sizeOf = (text: string) => Buffer.byteLength(text)

type Cells = readonly (string | undefined)[]

/** Gathers the rows and the issues of one import. Rows of one record that stand near each other become one here. */
export function createStaging(importId: string, duplicates: 'last' | 'refuse') {
  let chunk = empty()
  let chunks: Chunk[] = []
  let issues: string[] = []
  let [bytes, sent, issueBytes] = [0, 0, 0]
  const figures = { received: 0, failed: 0, superseded: 0 }

  function report(issue: Issue, n: number, cells?: Cells) {
    const text = JSON.stringify({ ...issue, n, ...(cells ? { original: JSON.stringify(cells) } : {}) })
    issues.push(text)
    issueBytes += sizeOf(text)
  }

  /** A row that cannot be written: its first error keeps its cells. */
  function refuse(found: Issue[], cells: Cells) {
    figures.received += 1
    figures.failed += 1
    for (const [i, issue] of found.entries()) report(issue, i, i === 0 ? cells : undefined)
  }

  function add(row: PreparedRow, warnings: Issue[], cells: Cells, tagNames: Map<string, string>) {
    const place = chunk.places.get(row.key)
    if (place !== undefined && duplicates === 'refuse')
      return refuse([supersededIssue(row, rowAt(place), 'error')], cells)
    const merged = place === undefined ? row : mergeRows(rowAt(place), row)
    if (place !== undefined && sizeOf(JSON.stringify(merged.customFields ?? null)) > MAX_JSON) {
      const { message } = REFUSALS.too_big
      return refuse([{ line: row.line, level: 'error', field: null, code: 'too_big', value: null, message }], cells)
    }
    figures.received += 1
    for (const [i, issue] of warnings.entries()) report(issue, i)
    if (place !== undefined) {
      figures.superseded += 1
      report(supersededIssue(row, rowAt(place), 'warning'), warnings.length)
    }
    const text = JSON.stringify(merged)
    const original = JSON.stringify(cells)
    const size = sizeOf(text)
    if (place === undefined && (chunk.rows.length === CHUNK_ROWS || chunk.bytes + size > CHUNK_BYTES)) close()
    const at = chunk.places.get(row.key) ?? chunk.rows.length
    chunk.rows[at] = text
    chunk.originals[at] = original
    chunk.places.set(row.key, at)
    chunk.bytes += size
    bytes += size + original.length
    for (const key of row.tags ?? []) chunk.tags.set(key, tagNames.get(key) ?? key)
  }

  function rowAt(place: number): PreparedRow {
    return JSON.parse(chunk.rows[place] ?? '{}')
  }

  function close() {
    if (chunk.rows.length > 0) chunks.push(chunk)
    chunk = empty()
  }

  /** The statements that send what has gathered, where there is an import that takes it. */
  function flush(ctx: Ctx): Statement[] {
    close()
    const statements = [...chunksSent(ctx, importId, chunks, sent), ...issuesSent(ctx, importId, issues)]
    sent += chunks.length
    ;[chunks, issues, bytes, issueBytes] = [[], [], 0, 0]
    return statements
  }

  return {
    figures,
    refuse,
    add,
    flush,
    isFull: () => bytes + issueBytes > FLUSH_BYTES,
    chunkCount: () => sent,
  }
}

function supersededIssue(row: PreparedRow, rowAt: PreparedRow, level: Issue['level']): Issue {
  const what = level === 'error' ? 'stands first' : 'is the same record; this line wins'
  const message = `Line ${rowAt.line} ${what}`
  return { line: row.line, level, field: null, code: 'duplicate_in_file', value: row.key.slice(0, 200), message }
}

// The later row on top of the earlier one, as if they had been written one after the other.
function mergeRows(rowAt: PreparedRow, row: PreparedRow): PreparedRow {
  const { customFields: before } = rowAt
  const { customFields: after } = row
  const both = isRecord(before) && isRecord(after) ? { customFields: { ...before, ...after } } : {}
  const tags = rowAt.tags && row.tags ? { tags: [...new Set([...rowAt.tags, ...row.tags])] } : {}
  return { ...rowAt, ...row, ...both, ...tags }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isTaking(importId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM imports WHERE imports.id = ${importId} AND imports.status IN ('UPLOADING', 'RUNNING', 'FAILED'))`
}

function chunksSent({ db }: Ctx, importId: string, chunks: Chunk[], first: number): Statement[] {
  if (chunks.length === 0) return []
  const values = (of: (chunk: Chunk) => string, also: (chunk: Chunk) => string) =>
    sql.join(
      chunks.map((chunk, i) => sql`(${first + i}, ${of(chunk)}, ${also(chunk)})`),
      sql`, `,
    )
  const tail = (list: SQL) => sql`FROM (VALUES ${list}) WHERE ${isTaking(importId)}`
  const rows = values(
    (chunk) => `[${chunk.rows.join()}]`,
    (chunk) => JSON.stringify([...chunk.tags]),
  )
  const originals = values(
    (chunk) => `[${chunk.originals.join()}]`,
    () => '',
  )
  const n = sql`CAST(column1 AS INTEGER)`
  return [
    insertFrom(db, importChunks, { importId, n, rows: sql`column2`, tags: sql`column3` }, tail(rows)),
    insertFrom(db, importOriginals, { importId, n, rows: sql`column2` }, tail(originals)),
  ]
}

function issuesSent({ db }: Ctx, importId: string, issues: string[]): Statement[] {
  const pages: string[][] = [[]]
  let size = 0
  for (const issue of issues) {
    if (size + issue.length > ISSUE_BYTES) {
      pages.push([])
      size = 0
    }
    pages.at(-1)?.push(issue)
    size += issue.length
  }
  const of = (name: string) => sql.raw(`value ->> '${name}'`)
  return pages
    .filter((page) => page.length > 0)
    .map((page) =>
      insertFrom(
        db,
        importIssues,
        {
          importId,
          ...{ line: of('line'), n: of('n'), level: of('level'), field: of('field'), code: of('code') },
          ...{ value: of('value'), message: of('message'), original: of('original') },
        },
        sql`FROM json_each(${`[${page.join()}]`}) WHERE ${isTaking(importId)}`,
      ),
    )
}

/** The statement that makes the import, unless the usual owner is no member of the team, or the plan has no room. */
export function importInsert(ctx: Ctx, row: typeof imports.$inferInsert, usualOwner?: SQL) {
  const stands = usualOwner ? sql`${usualOwner} IS NOT NULL` : sql`true`
  const mayBe = row.dryRun ? stands : and(stands, isWithinLimit(ctx, 'imports'))
  return insertFrom(ctx.db, imports, { ...row, defaultOwner: usualOwner ?? null }, sql`WHERE ${mayBe}`)
}

/** The statement that says that all has come in. */
export function uploadEnd({ db }: Ctx, id: string, set: Partial<typeof imports.$inferInsert>) {
  return db
    .update(imports)
    .set(set)
    .where(and(eq(imports.id, id), eq(imports.status, 'UPLOADING')))
}

/** The statements that drop what was on its way in, of imports that write no more: theirs are the ids that `which` selects. */
export function dropStatements({ db }: Pick<Ctx, 'db'>, which: SQL) {
  const ofThese = (column: SQLiteColumn) => sql`${column} IN (${which})`
  return [
    db
      .update(importChunks)
      .set({ rows: '[]', tags: '[]' })
      .where(and(ofThese(importChunks.importId), isNull(importChunks.ids))),
    db.delete(importKeys).where(ofThese(importKeys.importId)),
    db.delete(importOriginals).where(ofThese(importOriginals.importId)),
  ] as const
}
