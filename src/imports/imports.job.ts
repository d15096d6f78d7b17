// The job of an import: its entity, its columns, and its classified rows as the statements read them.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { customers, importChunks, type imports, leads } from '../db/schema'
import { LEAD_FIELDS } from '../leads/leads.fields'
import type { Field, Fields } from '../records/fields'

export type Job = Pick<
  typeof imports.$inferSelect,
  'id' | 'entity' | 'mode' | 'match' | 'duplicates' | 'dryRun' | 'defaultOwner' | 'chunks' | 'columns'
>

export type Outcome = 'create' | 'update' | 'unchanged' | 'superseded' | 'failed'

/** The rows of a chunk with this verdict, as `row` with its `record` and `ownerId`; none unless it has been judged. */
export function classifiedRows({ id }: Job, n: number, outcome: Outcome): SQL {
  return sql`(SELECT e.value AS row FROM import_chunks AS chunk, json_each(chunk.rows, ${sql.raw(`'$.${outcome}'`)}) AS e
    WHERE chunk.import_id = ${id} AND chunk.n = ${n}) AS judged`
}

/** Chunk `n`, as long as it is not written and the import goes on. */
export function openChunk({ id }: Job, n: number): SQL | undefined {
  const isRunning = sql`EXISTS (SELECT 1 FROM imports WHERE imports.id = ${id} AND imports.status = 'RUNNING')`
  return and(eq(importChunks.importId, id), eq(importChunks.n, n), isNull(importChunks.ids), isRunning)
}

/** The rows of several verdicts, each with its own as `outcome`. */
export function rowsOf(job: Job, n: number, ...outcomes: Outcome[]): SQL {
  const each = outcomes.map((outcome) => sql`SELECT row, ${outcome} AS verdict FROM ${classifiedRows(job, n, outcome)}`)
  return sql`(${sql.join(each, sql` UNION ALL `)}) AS judged`
}

/** A field that a row holds under its own name, in its own column. */
export type RowField = Field & { name: string; column: SQLiteColumn }

export const ENTITIES = {
  customers: {
    table: customers,
    name: 'customers',
    subject: 'customer',
    isEmailUnique: true,
    ...importing(CUSTOMER_FIELDS),
  },
  leads: { table: leads, name: 'leads', subject: 'lead', isEmailUnique: false, ...importing(LEAD_FIELDS) },
} as const

/**
 * `columns` are what a column of a file can fill, with what other systems call it. Of these, `filled` are written as the
 * row gives them, `following` with the field that they follow. Nothing is made without `required`; what a file has
 * beside goes into `extras`, but for what is the system's `own`.
 */
function importing(all: Fields) {
  const columns: [name: string, synonyms: string][] = []
  const filled: RowField[] = []
  const following: (RowField & { follows: string })[] = []
  const own: string[] = []
  let [required, extras] = ['', '']
  for (const [name, { column, ...field }] of Object.entries(all)) {
    const { imported, parts = {}, inFiles, input, follows, kind } = field
    if (follows && column) following.push({ ...field, follows, name, column })
    if (field.answer && !imported) own.push(name)
    if (!imported) continue
    columns.push([inFiles ?? name, imported], ...Object.entries(parts))
    if (!input || inFiles || !column) continue
    filled.push({ ...field, name, column })
    if (field.required) required = name
    if (kind === 'json' || kind === 'entries') extras = name
  }
  return { columns, filled, following, own, required, extras }
}

/** Who may import reaches every record of the workspace, in files as well. */
export const PERMISSION = 'imports:write'

/** How many bytes of JSON the own fields of a record may hold. */
export const MAX_JSON = 16_384
