// Imports: what came in, how far it has been written, and what could not be. Rows wait in chunks, emptied once written.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, stamps } from '../columns'
import { workspaces } from './workspaces'

export const IMPORT_ENTITIES = ['customers', 'leads', 'interactions', 'tickets', 'tags', 'relationships'] as const
export const IMPORT_MODES = ['create', 'update', 'upsert'] as const
export const IMPORT_MATCHES = ['email', 'phone', 'id', 'externalId'] as const
export const IMPORT_STATES = ['UPLOADING', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED', 'REVERTING', 'REVERTED'] as const
export const IMPORT_DUPLICATES = ['last', 'refuse'] as const
const ISSUE_LEVELS = ['error', 'warning'] as const

const count = () => integer().notNull().default(0)
const importId = () => text().notNull()
const line = () => integer().notNull()

export const imports = sqliteTable(
  'imports',
  {
    id: id(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    entity: text({ enum: IMPORT_ENTITIES }).notNull(),
    status: text({ enum: IMPORT_STATES }).notNull(),
    mode: text({ enum: IMPORT_MODES }).notNull(),
    match: text({ enum: IMPORT_MATCHES }).notNull(),
    duplicates: text({ enum: IMPORT_DUPLICATES }).notNull(),
    dryRun: integer({ mode: 'boolean' }).notNull(),
    /** Records get the ids that stand in the file. */
    keepsIds: integer({ mode: 'boolean' }).notNull().default(false),
    /** Who owns what is made without an owner of its own. */
    defaultOwner: text(),
    /** The columns of the file in their order, the field that each fills, and what is stored nowhere. */
    columns: text({ mode: 'json' })
      .$type<{ column: string; field: string | null; values: number; unused: number; example: string | null }[]>()
      .notNull(),
    /** The system that wrote the file, as its columns tell. */
    recognised: text(),
    /** The encoding of the file. */
    encoding: text(),
    /** How many errors and warnings there are, kept or not. */
    issues: count(),
    received: count(),
    created: count(),
    updated: count(),
    unchanged: count(),
    superseded: count(),
    failed: count(),
    /** How many chunks there are, once all have come in. */
    chunks: count(),
    reverted: count(),
    kept: count(),
    createdBy: text().notNull(),
    ...stamps(),
    finishedAt: instant(),
    /** Until when it is in somebody's hands: others leave it alone, though nothing would be written twice. */
    busyUntil: instant(),
  },
  (t) => [
    index('imports_list').on(t.workspaceId, t.id),
    index('imports_open').on(t.updatedAt).where(sql`status IN ('UPLOADING', 'RUNNING', 'REVERTING')`),
  ],
)

export const importChunks = sqliteTable(
  'import_chunks',
  {
    importId: importId(),
    n: integer().notNull(),
    // What is looked at more often stands before what is long: SQLite reads a row from its beginning.
    /** What the ids begin with of all that this chunk has made; null until it is written. */
    ids: text(),
    isReverted: integer({ mode: 'boolean' }).notNull().default(false),
    /** JSON array: the tags of these rows, each as key and name. */
    tags: text().notNull(),
    /** JSON array of prepared rows, while they are judged an object with an array for each verdict; empty once written. */
    rows: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.n] })],
)

/** The cells of the rows of a chunk as they came, for those that cannot be written; gone once the chunk is. */
export const importOriginals = sqliteTable(
  'import_originals',
  { importId: importId(), n: integer().notNull(), rows: text().notNull() },
  (t) => [primaryKey({ columns: [t.importId, t.n] })],
)

/** Which record the rows of earlier chunks stand for, by every key that finds it; gone once the import is over. */
export const importKeys = sqliteTable(
  'import_keys',
  {
    importId: importId(),
    key: text().notNull(),
    recordId: text().notNull(),
    outcome: text({ enum: ['create', 'update', 'unchanged'] }).notNull(),
    line: line(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.key] })],
)

/** What is wrong, or strange, with a row. */
export const importIssues = sqliteTable(
  'import_issues',
  {
    importId: importId(),
    line: line(),
    n: integer().notNull(),
    level: text({ enum: ISSUE_LEVELS }).notNull(),
    field: text(),
    code: text().notNull(),
    value: text(),
    message: text().notNull(),
    /** JSON array of the row's cells as they came, with the first error of a row. */
    original: text(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.level, t.line, t.n] })],
)
