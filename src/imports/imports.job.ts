// The job of an import: its entity, the fields that a file can fill, and the SQL that reads the rows of a chunk.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { customers, importChunks, imports, leads } from '../db/schema'
import { LEAD_FIELDS } from '../leads/leads.fields'
import type { Field, Fields } from '../records/fields'
import { isKind, KINDS, type KindName } from './imports.kinds'
import { NOTE_FIELDS } from './imports.notes.fields'

export type AnyJob = Pick<
  typeof imports.$inferSelect,
  'id' | 'entity' | 'mode' | 'match' | 'duplicates' | 'dryRun' | 'defaultOwner' | 'chunks' | 'columns' | 'keepsIds'
>
/** An import of people. */
export type Job = AnyJob & { entity: Entity }
/** An import of anything else. */
export type KindJob = AnyJob & { entity: KindName }

export const isKindJob = (job: AnyJob): job is KindJob => isKind(job.entity)
export const isPeopleJob = (job: AnyJob): job is Job => !isKind(job.entity)

/** The result of a row, as `classifiedChunk` finds it. */
export type Outcome = 'create' | 'update' | 'unchanged' | 'superseded' | 'failed'

const chunk = alias(importChunks, 'chunk')

/** The chunk `n` of an import, as the table `chunk`. */
export const chunkWhere = ({ id }: Pick<Job, 'id'>, n: number): SQL =>
  sql`${chunk.importId} = ${id} AND ${chunk.n} = ${n}`

/** The rows of a chunk with this outcome, as the table `classified` with the column `row`. Empty before classification. */
export function classifiedRows(job: Pick<AnyJob, 'id'>, n: number, outcome: Outcome): SQL {
  return sql`(SELECT e.value AS row FROM ${importChunks} AS chunk, json_each(${chunk.rows}, ${sql.raw(`'$.${outcome}'`)}) AS e
    WHERE ${chunkWhere(job, n)}) AS classified`
}

/** The rows of a chunk with any of these outcomes, as the table `classified` with the columns `row` and `outcome`. */
export function rowsWithOutcome(job: Pick<AnyJob, 'id'>, n: number, ...outcomes: Outcome[]): SQL {
  const selects = outcomes.map(
    (outcome) => sql`SELECT row, ${outcome} AS outcome FROM ${classifiedRows(job, n, outcome)}`,
  )
  return sql`(${sql.join(selects, sql` UNION ALL `)}) AS classified`
}

/** Matches chunk `n` while it is not written and the import is running. */
export function unwrittenChunk({ id }: Pick<AnyJob, 'id'>, n: number): SQL | undefined {
  const isRunning = sql`EXISTS (SELECT 1 FROM ${imports} WHERE ${imports.id} = ${id} AND ${imports.status} = 'RUNNING')`
  return and(eq(importChunks.importId, id), eq(importChunks.n, n), isNull(importChunks.ids), isRunning)
}

/** A field that a row of a file can hold, with its name and its column. */
export type RowField = Field & { name: string; column: SQLiteColumn }

export const ENTITIES = {
  customers: {
    table: customers,
    name: 'customers',
    subject: 'customer',
    isEmailUnique: true,
    /** They have further addresses and numbers. */
    hasContacts: true,
    ...importedFields(CUSTOMER_FIELDS),
  },
  leads: {
    table: leads,
    name: 'leads',
    subject: 'lead',
    isEmailUnique: false,
    hasContacts: false,
    ...importedFields(LEAD_FIELDS),
  },
} as const

/**
 * Splits a table of fields by their part in an import:
 * - `columns`: each field that a column of a file can fill, with its synonyms.
 * - `filled`: fields that are stored as the row gives them.
 * - `derived`: fields that are computed from a filled field.
 * - `required`: the field without which no record is created.
 * - `extras`: the field that takes unknown columns.
 * - `readOnly`: fields that only the system writes.
 */
function importedFields(fields: Fields) {
  const columns: [name: string, synonyms: string][] = []
  const filled: RowField[] = []
  const derived: (RowField & { follows: string })[] = []
  const readOnly: string[] = []
  let [required, extras] = ['', '']
  for (const [name, { column, ...field }] of Object.entries(fields)) {
    const { imported, parts = {}, inFiles, input, follows, kind } = field
    if (follows && column) derived.push({ ...field, follows, name, column })
    if (field.answer && !imported) readOnly.push(name)
    if (!imported) continue
    columns.push([inFiles ?? name, imported], ...Object.entries(parts))
    if (!input || inFiles || !column) continue
    filled.push({ ...field, name, column })
    if (field.required) required = name
    if (kind === 'json' || kind === 'entries') extras = name
  }
  // A name that a field of the record has stays with that field.
  const taken = new Set(columns.flatMap(([, names]) => names.split(' ')))
  for (const [name, { names }] of Object.entries(NOTE_FIELDS)) {
    columns.push([
      name,
      names
        .split(' ')
        .filter((each) => !taken.has(each))
        .join(' '),
    ])
  }
  return { columns, filled, derived, readOnly, required, extras }
}

export type Entity = keyof typeof ENTITIES

/** What a file can hold. */
export type AnyEntity = Entity | KindName

/** The fields that a column can fill, each with its names, for each entity. */
export const COLUMNS: Record<AnyEntity, readonly (readonly [field: string, names: string])[]> = {
  customers: ENTITIES.customers.columns,
  leads: ENTITIES.leads.columns,
  interactions: columnsOf('interactions'),
  tickets: columnsOf('tickets'),
  tags: columnsOf('tags'),
  relationships: columnsOf('relationships'),
}

function columnsOf(kind: KindName) {
  return Object.entries(KINDS[kind].fields).map(([field, { names }]) => [field, names] as const)
}

const namesIn = (entity: AnyEntity) => COLUMNS[entity].map(([field]) => field)
/** The fields that a column can fill, for each entity. */
export const FIELDS: Record<AnyEntity, string[]> = {
  customers: namesIn('customers'),
  leads: namesIn('leads'),
  interactions: namesIn('interactions'),
  tickets: namesIn('tickets'),
  tags: namesIn('tags'),
  relationships: namesIn('relationships'),
}

/** What the reading of columns asks of an entity: further addresses, the field for unknown columns, and fields that make a record. */
export function traitsOf(entity: AnyEntity) {
  if (!isKind(entity)) {
    const { hasContacts, extras } = ENTITIES[entity]
    return { hasContacts, extras, main: MAIN_FIELDS, ignored: READ_ONLY }
  }
  const { extras, main, readOnly } = KINDS[entity]
  return { hasContacts: false, extras, main, ignored: readOnly }
}

/** Fields of people of which one at least makes a record. */
const MAIN_FIELDS: readonly string[] = [
  ...['name', 'firstName', 'lastName', 'email', 'phone', 'id', 'externalId', 'title', 'company'],
]
/** What only the system writes of people. Further addresses and numbers are read as what they are. */
const READ_ONLY: readonly string[] = [
  ...ENTITIES.customers.readOnly.filter((name) => name !== 'emails' && name !== 'phones'),
  ...ENTITIES.leads.readOnly,
]

/** The permission of an import: it reaches every record of the workspace. */
export const PERMISSION = 'imports:write'

/** The largest size of a record's custom fields, in bytes of JSON. */
export const MAX_JSON = 16_384
export const TOO_BIG_MESSAGE = 'The custom fields would exceed 16 KB of JSON'
/** How many errors and warnings of an import are kept. */
export const MAX_ISSUES = 10_000

/** The field by which records are known, where a caller names none. */
export const usualMatch = (entity: AnyEntity): AnyJob['match'] => (entity === 'customers' ? 'email' : 'id')
