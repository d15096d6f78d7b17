// From the fields of a record to the SQL of imports: what the rows of a chunk make, what they change, and whether they do.
// In all of it, `row` is the row of the file as JSON, and `t` the name that the record has in the statement.
import { type SQL, sql } from 'drizzle-orm'
import { columnIn } from '../db/sql'
import type { Entity } from './imports.columns'
import { ENTITIES, MAX_JSON, type RowField } from './imports.job'

/** A value of the row, as SQL: a text or a number. */
export const cell = (name: string) => sql.raw(`row ->> '${name}'`)

const isObject = ({ kind }: RowField) => kind === 'json' || kind === 'entries'
const given = (field: RowField) => (isObject(field) ? sql.raw(`row -> '$.${field.name}'`) : cell(field.name))
const patched = (field: RowField, t: string) =>
  sql`json_patch(coalesce(${columnIn(t, field.column)}, '{}'), ${given(field)})`

/** What a row makes of each field of a new record. */
export function valuesMade(entity: Entity): Record<string, SQL> {
  const { filled, following } = ENTITIES[entity]
  const made = filled.map((field) => {
    const usual = field.column.notNull && field.column.hasDefault
    return [field.name, usual ? sql`coalesce(${given(field)}, ${field.column.default})` : given(field)] as const
  })
  return Object.fromEntries([...made, ...following.map(({ name }) => [name, cell(name)] as const)])
}

/** What a row makes of each field of a record that is there: what it leaves empty stays, and so does what follows. */
export function valuesChanged(entity: Entity, t: string): Record<string, SQL> {
  const { filled, following } = ENTITIES[entity]
  const changed = filled.map((field) => {
    const before = columnIn(t, field.column)
    const after =
      field.kind === 'entries'
        ? sql`iif(${given(field)} IS NULL, ${before}, ${patched(field, t)})`
        : sql`coalesce(${given(field)}, ${before})`
    return [field.name, after] as const
  })
  const followed = following.map(({ name, follows, column }) => {
    return [name, sql`iif(${cell(follows)} IS NULL, ${columnIn(t, column)}, ${cell(name)})`] as const
  })
  return Object.fromEntries([...changed, ...followed])
}

/** Conditions of which one holds where a row would make another record of the one that is there. */
export function differences(entity: Entity, t: string): SQL[] {
  const { filled, following } = ENTITIES[entity]
  const differs = filled.map((field) => {
    const before = columnIn(t, field.column)
    if (field.kind !== 'entries') return sql`(${given(field)} IS NOT NULL AND ${given(field)} IS NOT ${before})`
    return sql`EXISTS (SELECT 1 FROM json_each(${given(field)}) AS new LEFT JOIN json_each(${before}) AS old ON old.key = new.key
      WHERE CASE new.type WHEN 'null' THEN old.type <> 'null'
        WHEN 'object' THEN old.type IS NOT 'object'
          OR (old.value IS NOT new.value AND json_patch(old.value, new.value) IS NOT old.value)
        ELSE old.type IS NOT new.type OR old.value IS NOT new.value END)`
  })
  const compared = following.filter(({ isCompared }) => isCompared)
  return [
    ...differs,
    ...compared.map(
      ({ name, follows, column }) =>
        sql`(${cell(follows)} IS NOT NULL AND ${cell(name)} IS NOT ${columnIn(t, column)})`,
    ),
  ]
}

/** Whether entries of the row and of the record would together be more than a record may hold. */
export function isTooBig(entity: Entity, t: string): SQL {
  const sizes = ENTITIES[entity].filled
    .filter(({ kind }) => kind === 'entries')
    .map((field) => sql`coalesce(length(CAST(${patched(field, t)} AS BLOB)) > ${sql.raw(String(MAX_JSON))}, false)`)
  return sizes.length > 0 ? sql.join(sizes, sql` OR `) : sql`false`
}

/** JSON objects of the record as it is and as the row gives it, each field under its name. */
export function beforeAndAfter(entity: Entity, t: string, also: { name: string; before: SQL; after: SQL }) {
  const pairs = ENTITIES[entity].filled.map((field) => {
    const before = columnIn(t, field.column)
    const after = field.kind === 'entries' ? patched(field, t) : given(field)
    return { name: field.name, before: isObject(field) ? sql`json(${before})` : before, after }
  })
  const all = [...pairs, also]
  const objectOf = (side: 'before' | 'after') =>
    sql`json_object(${sql.join(
      all.map((each) => sql`${sql.raw(`'${each.name}'`)}, ${each[side]}`),
      sql`, `,
    )})`
  return { before: objectOf('before'), after: objectOf('after') }
}
