// Bulk changes: which records a job was given, and what became of each.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The records of a job, 500 a row, in the order in which they were chosen: JSON `[[id, version], …]`. */
export const bulkSelections = sqliteTable(
  'bulk_selections',
  {
    jobId: text().notNull(),
    n: integer().notNull(),
    records: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.n] })],
)

/** What became of each record that a job has come to. */
export const bulkResults = sqliteTable(
  'bulk_results',
  {
    jobId: text().notNull(),
    /** Its place in the selection, from 0. */
    n: integer().notNull(),
    recordId: text().notNull(),
    /** `changed`, `unchanged`, `conflict`, `notFound`, or the code of the error for which it was refused. */
    outcome: text().notNull(),
    /** The owner that it got. */
    ownerId: text(),
    /** JSON `{ set: { column: value }, added: [tag id], removed: [tag id] }` of a changed record, for undoing. */
    before: text(),
    /** Its version after the change. */
    version: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.jobId, t.n] }),
    index('bulk_results_record').on(t.recordId, t.jobId).where(sql`before IS NOT NULL`),
  ],
)
