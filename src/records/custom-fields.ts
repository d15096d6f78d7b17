// Custom fields of customers, leads and tickets: their columns in a change, their bound, and the filter by their values.
import { and, getTableName, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { phrase } from '../db/fts'
import { columnIn } from '../db/sql'
import { type AppError, invalidError } from '../errors'
import { foldText } from '../text/fold'
import { foldedEntries } from '../text/searched'
import { withoutNulls } from './fields'
import type { Condition } from './list.definition'

type Entries = Record<string, unknown>
type CustomTable = SQLiteTable & { id: SQLiteColumn; customFields: SQLiteColumn; foldedFields: SQLiteColumn }

/** The largest size of the custom fields of a record, in bytes of JSON. */
export const MAX_JSON_BYTES = 16_384

/** The columns of a new record with these custom fields. Entries that are null are none. */
export function newCustomFields(given: Entries | null | undefined) {
  if (!given) return {}
  return {
    customFields: withoutNulls(given),
    foldedFields: sql`json_patch('{}', ${JSON.stringify(foldedEntries(given))})`,
  }
}

/** The columns of a change: entries are merged with those of the row, and those that are null are removed. */
export function patchedCustomFields(table: CustomTable, given: Entries | null | undefined) {
  if (given === undefined) return {}
  if (given === null) return { customFields: null, foldedFields: null }
  return {
    customFields: patchedEntries(table, 'customFields', given),
    foldedFields: patchedEntries(table, 'foldedFields', foldedEntries(given)),
  }
}

/** A column of entries with these changed; entries that are null are removed. */
export function patchedEntries(table: CustomTable, field: 'customFields' | 'foldedFields', entries: Entries): SQL {
  return sql`json_patch(coalesce(${columnIn(getTableName(table), table[field])}, '{}'), ${JSON.stringify(entries)})`
}

export function doCustomFieldsFit(table: CustomTable, given: Entries | null | undefined): SQL {
  if (!given) return sql`true`
  return sql`length(CAST(${patchedEntries(table, 'customFields', given)} AS BLOB)) <= ${MAX_JSON_BYTES}`
}

/** The same for custom fields that are known as a whole. */
export function isWithinJsonLimit(fields: unknown): boolean {
  return new TextEncoder().encode(JSON.stringify(fields)).length <= MAX_JSON_BYTES
}

export function customFieldsTooBigError(path = 'body.customFields'): AppError {
  return invalidError(path, 'The custom fields together must be at most 16 KB of JSON', 'too_big')
}

/**
 * Each of these custom fields has exactly this value, folded, or a list with it. `indexedAs` makes the query of the search
 * index out of `key=value`.
 */
export function hasCustomFields(
  table: CustomTable,
  values: Record<string, string>,
  indexedAs = (pair: string) => `fields : ${wholePhrase(pair)}`,
): Condition | undefined {
  const names = Object.keys(values)
  const pairs = Object.entries(values).map(([key, value]) => foldText(`${key}=${value}`))
  if (pairs.length === 0) return undefined
  const view = sql.identifier(`${getTableName(table).slice(0, -1)}_field_pairs`)
  const has = pairs.map(
    (pair) =>
      sql`EXISTS (SELECT 1 FROM ${view} AS given WHERE given.id = ${columnIn(getTableName(table), table.id)} AND given.pair = ${pair})`,
  )
  // The index leaves out names with `=`, for `a=b` with the value `c` would be the same text as `a` with the value `b=c`.
  const indexed = names.flatMap((key, i) => (key.includes('=') ? [] : [pairs[i] ?? '']))
  const match = indexed.map(indexedAs).join(' AND ')
  return {
    where: and(...has),
    match: match === '' ? undefined : match,
    reads: 2 * pairs.length,
    isByArrival: true,
    ...(indexed.length < pairs.length && { isCoarse: true }),
  }
}

// The index contains tags and custom fields in brackets, and no other brackets.
function wholePhrase(text: string): string {
  return phrase(`⟦${text.replaceAll('⟦', '⟪').replaceAll('⟧', '⟫')}⟧`)
}
