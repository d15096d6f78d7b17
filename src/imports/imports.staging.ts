// Staging: stores the rows of a file in chunks until the whole file has arrived.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { isWithinLimit } from '../billing/limits'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import {
  customers,
  importChunks,
  importIssues,
  importKeys,
  importOriginals,
  imports,
  interactions,
  leads,
  tags,
  tickets,
} from '../db/schema'
import { allOf, insertFrom } from '../db/sql'
import { CHUNK_SPAN } from './imports.chunks'
import type { Gathered, GatheredIssue } from './imports.gathering'

/** The largest size of the issues in one parameter. */
const ISSUE_BYTES = 1_000_000

/** The statements that store what was gathered of an import. */
export function stagingInserts(ctx: Ctx, importId: string, { chunks, issues, first }: Gathered): Statement[] {
  return [...chunkInserts(ctx, importId, chunks, first), ...issueInserts(ctx, importId, issues)]
}

// Whether the import exists and was not cancelled.
function acceptsRows(importId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${imports} WHERE ${imports.id} = ${importId} AND ${imports.status} IN ('UPLOADING', 'RUNNING', 'FAILED'))`
}

function chunkInserts({ db }: Ctx, importId: string, chunks: Gathered['chunks'], firstNumber: number): Statement[] {
  if (chunks.length === 0) return []
  const values = (
    second: (chunk: Gathered['chunks'][number]) => string,
    third: (chunk: Gathered['chunks'][number]) => string,
  ) =>
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
  const jsonValue = (key: keyof GatheredIssue) => sql.raw(`value ->> '${key}'`)
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
  const mayKeep = row.keepsIds ? isEmptyOrMoved(row.workspaceId) : sql`true`
  const isAllowed = row.dryRun
    ? allOf(isOwnerValid, mayKeep)
    : allOf(isOwnerValid, mayKeep, isWithinLimit(ctx, 'imports'))
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

// Whether the workspace has no records, or an import with their ids has brought what it has.
function isEmptyOrMoved(workspaceId: string): SQL {
  const has = (table: SQLiteTable) => sql`EXISTS (SELECT 1 FROM ${table} WHERE workspace_id = ${workspaceId})`
  const records = [customers, leads, tickets, interactions, tags].map(has)
  const isMoved = sql`EXISTS (SELECT 1 FROM ${imports} WHERE ${imports.workspaceId} = ${workspaceId}
    AND ${imports.keepsIds} AND NOT ${imports.dryRun} AND ${imports.created} > 0)`
  return sql`(${isMoved} OR NOT (${sql.join(records, sql` OR `)}))`
}
