// Compiles the table of fields to SQL: the values that a row creates or changes, and whether it changes anything.
// In this SQL, `row` is the row of the file as JSON, and `t` is the alias of the record.
import { type SQL, sql } from 'drizzle-orm'
import { tags } from '../db/schema'
import { columnIn } from '../db/sql'
import { TAGGED } from '../tags/tagged'
import type { Entity } from './imports.job'
import { ENTITIES, MAX_JSON, type RowField } from './imports.job'

/** A text or number of the row, by its JSON key; the key of a field is its name. */
export const cell = (key: string) => sql.raw(`row ->> '${key}'`)

const isObject = ({ kind }: RowField) => kind === 'json' || kind === 'entries'
const rowValue = (field: RowField) => (isObject(field) ? sql.raw(`row -> '$.${field.name}'`) : cell(field.name))
const patchedJson = (field: RowField, t: string) =>
  sql`json_patch(coalesce(${columnIn(t, field.column)}, '{}'), ${rowValue(field)})`

// Entries that are null are there to remove others.
const derivedValue = (field: RowField) =>
  isObject(field) ? sql`json_patch('{}', ${rowValue(field)})` : cell(field.name)

/** The value of each field of a new record. */
export function insertValues(entity: Entity): Record<string, SQL> {
  const { filled, derived, required } = ENTITIES[entity]
  // A new record without a name has one made of what else the row says.
  const fallback = (name: string) => sql.raw(`row ->> '$.fallback.${name}'`)
  const values = filled.map((field) => {
    if (field.name === required)
      return [field.name, sql`coalesce(${cell(field.name)}, ${fallback(field.name)})`] as const
    // A null entry means that there is no such entry, as in a patch.
    if (field.kind === 'entries') return [field.name, sql`json_patch('{}', ${rowValue(field)})`] as const
    const hasDefault = field.column.notNull && field.column.hasDefault
    return [
      field.name,
      hasDefault ? sql`coalesce(${rowValue(field)}, ${field.column.default})` : rowValue(field),
    ] as const
  })
  const derivedValues = derived.map((field) => {
    const { name, follows } = field
    return [name, follows === required ? sql`coalesce(${cell(name)}, ${fallback(name)})` : derivedValue(field)] as const
  })
  return Object.fromEntries([...values, ...derivedValues])
}

/** The new value of each field of an existing record. An empty cell changes nothing. */
export function updateValues(entity: Entity, t: string): Record<string, SQL> {
  const { filled, derived } = ENTITIES[entity]
  const values = filled.map((field) => {
    const before = columnIn(t, field.column)
    const after =
      field.kind === 'entries'
        ? sql`iif(${rowValue(field)} IS NULL, ${before}, ${patchedJson(field, t)})`
        : sql`coalesce(${rowValue(field)}, ${before})`
    return [field.name, after] as const
  })
  const derivedValues = derived.map((field) => {
    const { name, follows, column } = field
    const after = isObject(field) ? patchedJson(field, t) : cell(name)
    return [name, sql`iif(${cell(follows)} IS NULL, ${columnIn(t, column)}, ${after})`] as const
  })
  return Object.fromEntries([...values, ...derivedValues])
}

/** Conditions, one for each field: the row gives it a new value. */
export function fieldDifferences(entity: Entity, t: string): SQL[] {
  const { filled, derived } = ENTITIES[entity]
  const filledDifferences = filled.map((field) => {
    const before = columnIn(t, field.column)
    if (field.kind !== 'entries') return sql`(${rowValue(field)} IS NOT NULL AND ${rowValue(field)} IS NOT ${before})`
    // CASE keeps SQLite from calling json_patch for an old value that is not JSON.
    return sql`EXISTS (SELECT 1 FROM json_each(${rowValue(field)}) AS new LEFT JOIN json_each(${before}) AS old ON old.key = new.key
      WHERE CASE new.type WHEN 'null' THEN old.type <> 'null'
        WHEN 'object' THEN CASE WHEN old.type IS NOT 'object' THEN true WHEN old.value IS new.value THEN false
          ELSE json_patch(old.value, new.value) IS NOT old.value END
        ELSE old.type IS NOT new.type OR old.value IS NOT new.value END)`
  })
  const derivedDifferences = derived
    .filter(({ isCompared }) => isCompared)
    .map(
      ({ name, follows, column }) =>
        sql`(${cell(follows)} IS NOT NULL AND ${cell(name)} IS NOT ${columnIn(t, column)})`,
    )
  return [...filledDifferences, ...derivedDifferences]
}

/** Whether the custom fields of the record and of the row together exceed MAX_JSON. */
export function isTooBig(entity: Entity, t: string): SQL {
  const sizes = ENTITIES[entity].filled
    .filter(({ kind }) => kind === 'entries')
    .map((field) => sql`coalesce(length(CAST(${patchedJson(field, t)} AS BLOB)) > ${sql.raw(String(MAX_JSON))}, false)`)
  return sizes.length > 0 ? sql.join(sizes, sql` OR `) : sql`false`
}

/** JSON objects of the fields before and after the row; `extra` is one more field. */
export function beforeAndAfter(entity: Entity, t: string, extras: { name: string; before: SQL; after: SQL }[]) {
  const pairs = ENTITIES[entity].filled.map((field) => {
    const before = columnIn(t, field.column)
    const after = field.kind === 'entries' ? patchedJson(field, t) : rowValue(field)
    return { name: field.name, before: isObject(field) ? sql`json(${before})` : before, after }
  })
  const objectOf = (side: 'before' | 'after') => {
    const entries = [...pairs, ...extras].map((pair) => sql`${sql.raw(`'${pair.name}'`)}, ${pair[side]}`)
    return sql`json_object(${sql.join(entries, sql`, `)})`
  }
  return { before: objectOf('before'), after: objectOf('after') }
}

/** The record `t` lacks the tag whose key is `tag.value`. */
export function isNewTag(entity: keyof typeof TAGGED): SQL {
  const { table, links, of } = TAGGED[entity]
  return sql`NOT EXISTS (SELECT 1 FROM ${links} AS has JOIN ${tags} ON ${tags.id} = ${columnIn('has', links.tagId)}
    WHERE ${columnIn('has', of)} = ${columnIn('t', table.id)} AND ${tags.key} = tag.value)`
}
