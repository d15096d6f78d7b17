// Staging: stores the rows of a file in chunks until the whole file has arrived, so that memory holds only a part of it.
import { Buffer } from 'node:buffer'
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { isWithinLimit } from '../billing/limits'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import { importChunks, importIssues, importKeys, importOriginals, imports } from '../db/schema'
import { allOf, insertFrom } from '../db/sql'
import { CHUNK_SPAN } from './imports.chunks'
import { combineRows, withoutHeld } from './imports.combine'
import { ENTITIES, type Entity, MAX_JSON } from './imports.job'
import { TOO_BIG_MESSAGE } from './imports.refusals'
import type { Issue, PreparedRow } from './imports.rows'

/** One batch writes a chunk, and one database value (2 MB at most) holds its classified rows. */
const CHUNK_ROWS = 4_000
const CHUNK_BYTES = 900_000
/** How many bytes memory gathers before it sends them. */
const FLUSH_BYTES = 2_000_000
/** The largest size of the issues in one parameter. */
const ISSUE_BYTES = 1_000_000
/** How many errors and warnings of an import are kept, and how many bytes of those that are found while it comes in. */
export const MAX_ISSUES = 10_000
const MAX_ISSUE_BYTES = 8_000_000

type Chunk = {
  rows: string[]
  originals: string[]
  indexes: Map<string, number>
  /** Which row has an e-mail address, main or further, by the key of that row. */
  addresses: Map<string, string>
  tags: Map<string, string>
  bytes: number
}

const emptyChunk = (): Chunk => ({
  rows: [],
  originals: [],
  indexes: new Map(),
  addresses: new Map(),
  tags: new Map(),
  bytes: 0,
})

const sizeOf = (text: string) => Buffer.byteLength(text)

type Cells = readonly (string | undefined)[]
type StoredIssue = Issue & { n: number; original?: string }

/** Gathers the rows and issues of one import. Rows of one record within a chunk become one row. */
export function createStaging(importId: string, duplicates: 'last' | 'refuse', entity: Entity = 'customers') {
  let chunk = emptyChunk()
  let chunks: Chunk[] = []
  let issues: string[] = []
  let [bytes, sentChunks, issueBytes, allIssueBytes] = [0, 0, 0, 0]
  const counts = { received: 0, failed: 0, superseded: 0, issues: 0 }
  const areAddressesUnique = ENTITIES[entity].hasContacts

  function addIssue(issue: Issue, n: number, cells?: Cells) {
    counts.issues += 1
    if (counts.issues > MAX_ISSUES || allIssueBytes > MAX_ISSUE_BYTES) return
    const stored: StoredIssue = { ...issue, n, ...(cells ? { original: JSON.stringify(cells) } : {}) }
    const text = JSON.stringify(stored)
    issues.push(text)
    issueBytes += sizeOf(text)
    allIssueBytes += sizeOf(text)
  }

  /** Counts a row as failed. The first issue of a row stores its cells. */
  function refuse(errors: Issue[], cells: Cells) {
    counts.received += 1
    counts.failed += 1
    for (const [n, issue] of errors.entries()) addIssue(issue, n, n === 0 ? cells : undefined)
  }

  // An address belongs to one row of a chunk: as main address of a row that is matched by it, it is that row.
  function claimAddresses(row: PreparedRow, warnings: Issue[]): PreparedRow {
    if (!areAddressesUnique) return row
    const main = typeof row.email === 'string' ? row.email : undefined
    const holder = main === undefined ? undefined : chunk.addresses.get(main)
    const own = holder !== undefined && row.key === `email:${main}` ? { ...row, key: holder } : row
    if (main !== undefined && holder === undefined) chunk.addresses.set(main, own.key)
    const { furtherEmails = [] } = own
    const free = furtherEmails.filter(({ email }) => {
      const key = chunk.addresses.get(email)
      if (key === undefined) chunk.addresses.set(email, own.key)
      if (key === undefined || key === own.key) return true
      const message = 'Left out: another row has this e-mail address'
      warnings.push({ line: row.line, level: 'warning', field: 'email', code: 'email_taken', value: email, message })
      return false
    })
    if (free.length === furtherEmails.length) return own
    const { furtherEmails: _, ...rest } = own
    return free.length === 0 ? { ...rest, line: own.line, key: own.key, by: own.by } : { ...own, furtherEmails: free }
  }

  function add(given: PreparedRow, warnings: Issue[], cells: Cells, tagNames: Map<string, string>) {
    const row = claimAddresses(given, warnings)
    const index = chunk.indexes.get(row.key)
    const earlier = index === undefined ? undefined : rowAt(index)
    if (earlier && duplicates === 'refuse') return refuse([duplicateIssue(row, earlier, 'error')], cells)
    const whole = earlier ? combineRows(earlier, row) : row
    const combined = areAddressesUnique ? withoutHeld(whole, chunk.addresses) : whole
    if (earlier && sizeOf(JSON.stringify(combined.customFields ?? null)) > MAX_JSON) {
      const issue = { field: null, code: 'too_big', value: null, message: TOO_BIG_MESSAGE }
      return refuse([{ line: row.line, level: 'error', ...issue }], cells)
    }
    counts.received += 1
    for (const [n, issue] of warnings.entries()) addIssue(issue, n)
    if (earlier) {
      counts.superseded += 1
      addIssue(duplicateIssue(row, earlier, 'warning'), warnings.length)
    }
    const text = JSON.stringify(combined)
    const original = JSON.stringify(cells)
    const size = sizeOf(text)
    if (!earlier && (chunk.rows.length === CHUNK_ROWS || chunk.bytes + size > CHUNK_BYTES)) {
      closeChunk()
      claimAddresses(row, [])
    }
    const target = chunk.indexes.get(row.key) ?? chunk.rows.length
    chunk.rows[target] = text
    chunk.originals[target] = original
    chunk.indexes.set(row.key, target)
    chunk.bytes += size
    bytes += size + original.length
    for (const key of row.tags ?? []) chunk.tags.set(key, tagNames.get(key) ?? key)
  }

  function rowAt(index: number): PreparedRow {
    return JSON.parse(chunk.rows[index] ?? '{}')
  }

  function closeChunk() {
    if (chunk.rows.length > 0) chunks.push(chunk)
    chunk = emptyChunk()
  }

  /** Empties the memory and returns the statements that store its rows and issues. */
  function flush(ctx: Ctx): Statement[] {
    closeChunk()
    const statements = [...chunkInserts(ctx, importId, chunks, sentChunks), ...issueInserts(ctx, importId, issues)]
    sentChunks += chunks.length
    ;[chunks, issues, bytes, issueBytes] = [[], [], 0, 0]
    return statements
  }

  return {
    counts,
    /** Tells something of the file that is no row of it. */
    tell: (issue: Issue) => addIssue(issue, 50),
    refuse,
    add,
    flush,
    isFull: () => bytes + issueBytes > FLUSH_BYTES,
    chunkCount: () => sentChunks,
  }
}

function duplicateIssue(row: PreparedRow, earlier: PreparedRow, level: Issue['level']): Issue {
  const message = `Line ${earlier.line} is the same record${level === 'warning' ? '; this line wins' : ''}`
  return { line: row.line, level, field: null, code: 'duplicate_in_file', value: row.key.slice(0, 200), message }
}

// Whether the import exists and was not cancelled.
function acceptsRows(importId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${imports} WHERE ${imports.id} = ${importId} AND ${imports.status} IN ('UPLOADING', 'RUNNING', 'FAILED'))`
}

function chunkInserts({ db }: Ctx, importId: string, chunks: Chunk[], firstNumber: number): Statement[] {
  if (chunks.length === 0) return []
  const values = (second: (chunk: Chunk) => string, third: (chunk: Chunk) => string) =>
    sql.join(
      chunks.map((chunk, i) => sql`(${(firstNumber + i) * CHUNK_SPAN}, ${second(chunk)}, ${third(chunk)})`),
      sql`, `,
    )
  const fromValues = (list: SQL) => sql`FROM (VALUES ${list}) WHERE ${acceptsRows(importId)}`
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
    insertFrom(db, importChunks, { importId, n, rows: sql`column2`, tags: sql`column3` }, fromValues(rows)),
    insertFrom(db, importOriginals, { importId, n, rows: sql`column2` }, fromValues(originals)),
  ]
}

function issueInserts({ db }: Ctx, importId: string, issues: string[]): Statement[] {
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
  const jsonValue = (key: keyof StoredIssue) => sql.raw(`value ->> '${key}'`)
  return pages
    .filter((page) => page.length > 0)
    .map((page) =>
      insertFrom(
        db,
        importIssues,
        {
          importId,
          ...{ line: jsonValue('line'), n: jsonValue('n'), level: jsonValue('level'), field: jsonValue('field') },
          ...{ code: jsonValue('code'), value: jsonValue('value'), message: jsonValue('message') },
          original: jsonValue('original'),
        },
        sql`FROM json_each(${`[${page.join()}]`}) WHERE ${acceptsRows(importId)}`,
      ),
    )
}

/** Inserts the import, unless the default owner is not a team member or the plan has no room for another import. */
export function importInsert(ctx: Ctx, row: typeof imports.$inferInsert, defaultOwner?: SQL) {
  const isOwnerValid = defaultOwner ? sql`${defaultOwner} IS NOT NULL` : sql`true`
  const isAllowed = row.dryRun ? isOwnerValid : allOf(isOwnerValid, isWithinLimit(ctx, 'imports'))
  return insertFrom(ctx.db, imports, { ...row, defaultOwner: defaultOwner ?? null }, sql`WHERE ${isAllowed}`)
}

/** Ends the upload of an import: `set` holds its status, counts and columns. */
export function uploadEnd({ db }: Ctx, id: string, set: Partial<typeof imports.$inferInsert>) {
  return db
    .update(imports)
    .set(set)
    .where(and(eq(imports.id, id), eq(imports.status, 'UPLOADING')))
}

/** The statements that drop the staged rows of imports that will write no more; `importIds` is a SELECT of their ids. */
export function stagedDataDrop({ db }: Pick<Ctx, 'db'>, importIds: SQL) {
  const isOfImports = (column: SQLiteColumn) => sql`${column} IN (${importIds})`
  return [
    db
      .update(importChunks)
      .set({ rows: '[]', tags: '[]' })
      .where(and(isOfImports(importChunks.importId), isNull(importChunks.ids))),
    db.delete(importKeys).where(isOfImports(importKeys.importId)),
    db.delete(importOriginals).where(isOfImports(importOriginals.importId)),
  ] as const
}
