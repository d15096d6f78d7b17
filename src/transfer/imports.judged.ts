// Judged rows: a chunk as the statements read it that write what its verdicts say.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { importChunks, type imports } from '../db/schema'

export type Job = Pick<
  typeof imports.$inferSelect,
  'id' | 'entity' | 'mode' | 'match' | 'duplicates' | 'dryRun' | 'defaultOwner' | 'chunks' | 'columns'
>

export type Verdict = 'create' | 'update' | 'unchanged' | 'superseded' | 'failed'

/** The rows of a chunk with this verdict, as `row` with its `record` and `ownerId`; none unless it has been judged. */
export function judgedRows({ id }: Job, n: number, verdict: Verdict): SQL {
  return sql`(SELECT e.value AS row FROM import_chunks AS chunk, json_each(chunk.rows, ${sql.raw(`'$.${verdict}'`)}) AS e
    WHERE chunk.import_id = ${id} AND chunk.n = ${n}) AS judged`
}

/** Chunk `n`, as long as it is not written and the import goes on. */
export function openChunk({ id }: Job, n: number): SQL | undefined {
  const isRunning = sql`EXISTS (SELECT 1 FROM imports WHERE imports.id = ${id} AND imports.status = 'RUNNING')`
  return and(eq(importChunks.importId, id), eq(importChunks.n, n), isNull(importChunks.ids), isRunning)
}

/** The rows of several verdicts, each with its own as `verdict`. */
export function rowsOf(job: Job, n: number, ...verdicts: Verdict[]): SQL {
  const each = verdicts.map((verdict) => sql`SELECT row, ${verdict} AS verdict FROM ${judgedRows(job, n, verdict)}`)
  return sql`(${sql.join(each, sql` UNION ALL `)}) AS judged`
}
