// The chunks of an import in their order: which is the next, and how one is divided that the database does not take as a whole.
import { and, eq, gt, gte, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { isActorRefusal } from '../access/actor-guard'
import type { Ctx } from '../context'
import { one, type Statement } from '../db/batch'
import type { Db } from '../db/client'
import { importChunks, importIssues, importOriginals, imports } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { type AnyJob, unwrittenChunk } from './imports.job'

/** Numbers of chunks are so far apart: a part of a chunk has the number of the chunk and of its first row. */
export const CHUNK_SPAN = 4_096

/** The chunk `n` of an import of which `last` is the last one. */
export type Position = { n: number; last: number }

const positionOf = z.object({ n: z.number(), last: z.number() })

/** The position in a row of `openChunks` or `chunkAfter`; undefined, where there is no chunk. */
export const positionIn = (row: unknown): Position | undefined => positionOf.safeParse(row).data

/** The statement that reads the first chunk that is not written, or with `isReverting` not reverted, and the last one. */
export function openChunk(db: Db, id: string, isReverting = sql<boolean>`false`) {
  const isOpen = sql`iif(${isReverting}, NOT ${importChunks.isReverted}, ${importChunks.ids} IS NULL)`
  return chunksFrom(db, id, sql`min(iif(${isOpen}, ${importChunks.n}, NULL))`)
}

/** The statement that reads the chunk after `n`, and the last one: dividing a chunk makes more of them. */
export const chunkAfter = (db: Db, { id }: AnyJob, n: number) =>
  chunksFrom(db, id, sql`min(${importChunks.n})`, gt(importChunks.n, n))

const chunksFrom = (db: Db, id: string, first: SQL, where?: SQL) =>
  one(
    db
      .select({ n: sql<number | null>`${first}`.as('n'), last: sql<number | null>`max(${importChunks.n})`.as('last') })
      .from(importChunks)
      .where(and(eq(importChunks.importId, id), where)),
  )

/** Whether the database has refused what the rows of a chunk say: it would refuse them again. */
export function isOfRows(error: unknown): boolean {
  return !isActorRefusal(error) && !(error instanceof AppError && error.code === 'unavailable')
}

/** How many rows of a chunk must be left to divide it once more, if the database has not answered. */
const LEAST_UNANSWERED = 200
/** How many statements a division has at most. */
export const DIVISION_STATEMENTS = 10
/** How many rows of an import the database may refuse. */
export const MAX_REFUSALS = 50
const REFUSED = 'not_written'

/** The statement that counts the rows of an import that the database has refused. */
export const refusalCount = (db: Db, { id }: AnyJob) =>
  one(
    db
      .select({ count: sql<number>`count(*)`.as('count') })
      .from(importIssues)
      .where(and(eq(importIssues.importId, id), eq(importIssues.level, 'error'), eq(importIssues.code, REFUSED))),
  )

/**
 * The statements that divide chunk `n`, which was not written for this error, into two halves. If it is a single row, that is
 * refused. `divided` has a row if it was divided. A database that did not answer may have had too much to do at once.
 */
export function divisionStatements(ctx: Ctx, job: AnyJob, n: number, ids: string, error: unknown) {
  const { db } = ctx
  const { rows } = importChunks
  const least = isOfRows(error) ? 2 : LEAST_UNANSWERED
  const length = sql`json_array_length(${rows})`
  const half = sql`(${length} / 2)`
  const isIt = and(unwrittenChunk(job, n), gte(length, least))
  const rowsOf = (list: SQL, which: SQL) =>
    sql`(SELECT json_group_array(json(each.value)) FROM json_each(${list}) AS each WHERE each.key ${which})`
  const originals = sql`${importOriginals} CROSS JOIN ${importChunks} ON ${importChunks.importId} = ${importOriginals.importId}
    AND ${importChunks.n} = ${importOriginals.n} WHERE ${isIt}`
  const firstHalf = sql`(SELECT ${half} FROM ${importChunks} WHERE ${isIt})`
  return {
    refused: isOfRows(error) ? refusedRow(ctx, job, n, ids, error) : [],
    originals: insertFrom(
      db,
      importOriginals,
      {
        importId: job.id,
        n: sql`${importChunks.n} + ${half}`,
        rows: rowsOf(sql`${importOriginals.rows}`, sql`>= ${half}`),
      },
      sql`FROM ${originals}`,
    ),
    ownOriginals: db
      .update(importOriginals)
      .set({ rows: rowsOf(sql`${importOriginals.rows}`, sql`< ${firstHalf}`) })
      .where(sql`${importOriginals.importId} = ${job.id} AND ${importOriginals.n} = ${n} AND ${firstHalf} IS NOT NULL`),
    divided: insertFrom(
      db,
      importChunks,
      {
        importId: job.id,
        n: sql`${importChunks.n} + ${half}`,
        rows: rowsOf(sql`${rows}`, sql`>= ${half}`),
        tags: sql`${importChunks.tags}`,
      },
      sql`FROM ${importChunks} WHERE ${isIt}`,
    ).returning({ n: importChunks.n }),
    counted: db
      .update(imports)
      .set({ chunks: sql`${imports.chunks} + 1` })
      .where(and(eq(imports.id, job.id), ifChanged)),
    half: db
      .update(importChunks)
      .set({ rows: rowsOf(sql`${rows}`, sql`< ${half}`) })
      .where(
        and(
          isIt,
          sql`EXISTS (SELECT 1 FROM ${importChunks} AS other WHERE other.import_id = ${job.id} AND other.n = ${n} + ${half})`,
        ),
      ),
  }
}

// The one row of chunk `n` is an error of the report, and the chunk counts as written.
function refusedRow({ db, now }: Ctx, job: AnyJob, n: number, ids: string, error: unknown): Statement[] {
  const isIt = and(unwrittenChunk(job, n), sql`json_array_length(${importChunks.rows}) = 1`)
  const reason = error instanceof AppError ? error.message : 'it could not be written'
  return [
    insertFrom(
      db,
      importIssues,
      {
        ...{ importId: job.id, line: sql`${importChunks.rows} ->> '$[0].line'`, n: 100, level: 'error', field: null },
        ...{ code: REFUSED, value: null, message: `The database refused this row: ${reason}` },
        original: sql`(SELECT ${importOriginals.rows} -> '$[0]' FROM ${importOriginals} WHERE ${importOriginals.importId} = ${job.id}
          AND ${importOriginals.n} = ${n})`,
      },
      sql`FROM ${importChunks} WHERE ${isIt}`,
    ).onConflictDoNothing(),
    db.update(importChunks).set({ rows: '[]', tags: '[]', ids }).where(isIt),
    db
      .update(imports)
      .set({ failed: sql`${imports.failed} + 1`, issues: sql`${imports.issues} + 1`, updatedAt: now })
      .where(and(eq(imports.id, job.id), ifChanged)),
  ]
}
