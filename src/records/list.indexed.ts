// Lists in the order of an indexed custom field: the walk of its values, by owner where the caller reaches only some.
import { type AnyColumn, and, type SQL, sql } from 'drizzle-orm'
import { isPortal, type Owners } from '../access/visible'
import type { Ctx } from '../context'
import { afterCursor } from '../db/cursor'
import type { Position } from '../db/page'
import { fields, fieldValues } from '../db/schema'
import type { FIELD_ENTITIES } from '../db/schema/fields'
import { allOf } from '../db/sql'
import type { Source } from '../db/window'
import { invalidError } from '../errors'
import type { AskedField } from '../filters/filters.read'

/** What a list says of its indexed fields: the columns of a row, and the rows that the caller reaches. */
export type IndexedFields = {
  entity: (typeof FIELD_ENTITIES)[number]
  customFields: AnyColumn
  ownerId: AnyColumn
  seq: AnyColumn
  where: (ctx: Ctx) => SQL | undefined
  /** Reach is by owner alone. */
  isOwned?: true
}

/** An order by a custom field: its key, and the value of a row as SQL. */
export type FieldOrder = { key: string; isDown: boolean; value: SQL }

const BY_FIELD = /^(-?)customFields\.(.{1,100})$/su

/** The order that `sort` names, if it is by a custom field. Throws `invalid` for a portal login. */
export function fieldOrderOf({ actor }: Ctx, { customFields }: IndexedFields, sort: string): FieldOrder | undefined {
  const [, minus, key] = BY_FIELD.exec(sort) ?? []
  if (key === undefined || /["\\]/.test(key)) return undefined
  if (isPortal(actor)) throw invalidError('query.sort', 'Only the team sees custom fields', 'not_for_you')
  return { key, isDown: minus === '-', value: sql`json_extract(${customFields}, ${`$."${key}"`})` }
}

const value = sql`v.value`

/**
 * The sources of a page in this order. Each value is checked against its row, so that a value that is being taken out of the
 * index is none. `bounds` narrow the values.
 */
export function fieldSources(
  ctx: Ctx,
  indexed: IndexedFields,
  table: SQL,
  ownerIds: Owners,
  { key, isDown, value: inRow }: FieldOrder,
  after: Position | undefined,
  bounds: SQL | undefined,
): { sources: Source[]; keys: SQL[] } {
  const { seq, ownerId, isOwned } = indexed
  const keys = [value, sql`v.seq`]
  const parts = partsAfter(after, isDown)
  const isInIndex = sql`v.field_id = ${fieldId(ctx, indexed, key)}`
  const isRow = sql`${seq} = v.seq AND ${inRow} = v.value AND coalesce(${ownerId}, '') = v.owner`
  const walks =
    ownerIds === 'all' || !isOwned
      ? [{ rows: sql`${fieldValues} AS v INDEXED BY field_values_all CROSS JOIN ${table}`, owner: undefined }]
      : ownerIds.map((owner) => ({
          rows: sql`${fieldValues} AS v CROSS JOIN ${table}`,
          owner: sql`v.owner = ${owner ?? ''}`,
        }))
  return {
    keys,
    sources: walks.flatMap(({ rows, owner }) =>
      parts.map((part) => ({ rows, where: allOf(isInIndex, owner, bounds, part, isRow, indexed.where(ctx)) })),
    ),
  }
}

// The rows with the value of the position, then those behind it. A value is no whole number, and so is not cast.
function partsAfter(after: Position | undefined, isDown: boolean): (SQL | undefined)[] {
  if (!after) return [undefined]
  const [last, ...rest] = after
  const isBehind = sql`${value} ${sql.raw(isDown ? '<' : '>')} ${last}`
  return [and(sql`${value} = ${last}`, afterCursor([sql`v.seq`], rest, isDown)), isBehind]
}

/** SQL: the id of the field with this key, once all its values are in the index; else null. */
function fieldId({ actor }: Ctx, { entity }: IndexedFields, key: string): SQL {
  return sql`(SELECT f.id FROM ${fields} AS f WHERE f.workspace_id = ${actor.workspaceId} AND f.entity = ${entity}
    AND f.key = ${key} AND f.is_indexed AND f.indexed_at IS NOT NULL AND f.archived_at IS NULL)`
}

/** Whether the field is indexed, and has all its values in the index. */
export async function isIndexed(ctx: Ctx, indexed: IndexedFields, key: string): Promise<boolean> {
  const [row] = await ctx.db
    .select({ id: sql<string | null>`${fieldId(ctx, indexed, key)}`.as('id') })
    .from(sql`(SELECT 1)`)
  return row !== undefined && row.id !== null
}

/** So many rows, or none if the field is indexed: for what is looked through otherwise. */
export function unlessIndexed(ctx: Ctx, indexed: IndexedFields, key: string) {
  return (rows: number) => sql`(SELECT iif(${fieldId(ctx, indexed, key)} IS NULL, ${rows}, 0))`
}

/** What a condition on a custom field says of the values in the index; undefined where they say too little. */
export function boundsOf({
  name,
  any: [test, ...others],
  isNot,
}: AskedField): { key: string; bounds: SQL } | undefined {
  const key = /^customFields\.(.+)$/su.exec(name)?.[1]
  if (key === undefined || isNot || !test || others.length > 0) return undefined
  if (test.of === 'range') {
    const { from, to } = test
    if (typeof (from ?? to)?.at !== 'number') return undefined
    const low = from && sql`${value} ${sql.raw(from.isIn ? '>=' : '>')} ${from.at}`
    const high = to && sql`${value} ${sql.raw(to.isIn ? '<=' : '<')} ${to.at}`
    return { key, bounds: allOf(sql`typeof(${value}) <> 'text'`, low, high).inlineParams() }
  }
  if (test.of === 'in' && test.values.length === 1 && typeof test.values[0] === 'number')
    return { key, bounds: sql`${value} = ${test.values[0]}`.inlineParams() }
  if (test.of !== 'span') return undefined
  const { from, before } = test.days
  const bounds = and(
    from === undefined ? undefined : sql`${value} >= ${from}`,
    before === undefined ? undefined : sql`${value} < ${before}`,
  )
  return bounds && { key, bounds: bounds.inlineParams() }
}
