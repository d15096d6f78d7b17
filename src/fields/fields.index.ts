// Indexed fields: the jobs that take the values in which are there, and those of a field that is indexed no more out again.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../context'
import { customers, fields, fieldValues, leads, tickets } from '../db/schema'
import { FIELD_ENTITIES, type FIELD_TYPES } from '../db/schema/fields'
import { columnIn, insertFrom } from '../db/sql'
import { type JobCtx, jobInsert, jobKind } from '../jobs/jobs.kind'
import { nextVersion } from '../records/version'

type Entity = (typeof FIELD_ENTITIES)[number]

/** How many fields of an entity are indexed at most, and of which types. */
const MAX_INDEXED = 5
export const INDEXABLE: readonly (typeof FIELD_TYPES)[number][] = ['number', 'date', 'select']

export const RECORDS = { customer: customers, lead: leads, ticket: tickets } as const

/** Few fields of an entity are indexed, since every write of a record keeps them. */
export function hasIndexRoom({ actor }: Ctx, entity: Entity | SQL, fieldId: string): SQL {
  return sql`(SELECT count(*) FROM ${fields} AS each WHERE each.workspace_id = ${actor.workspaceId} AND each.entity = ${entity}
    AND each.is_indexed AND each.id <> ${fieldId}) < ${MAX_INDEXED}`
}

export const isThere = (fieldId: string) =>
  sql`EXISTS (SELECT 1 FROM ${fields} AS it WHERE it.id = ${fieldId} AND it.is_indexed)`
export const isUnfilled = (fieldId: string) => sql`(${isThere(fieldId)} AND NOT EXISTS (SELECT 1 FROM ${fields} AS it
  WHERE it.id = ${fieldId} AND it.indexed_at IS NOT NULL))`
export const hasValues = (fieldId: string) => sql`(NOT ${isThere(fieldId)}
  AND EXISTS (SELECT 1 FROM ${fieldValues} AS kept WHERE kept.field_id = ${fieldId}))`

/** The job that takes in the values that were there before the field was indexed. */
export function indexingJob(ctx: Ctx, fieldId: string, when: SQL) {
  return jobInsert(ctx, { kind: 'field-values', input: { fieldId }, subjectId: fieldId, when })
}

/** The job that takes the values of a field out of the index. */
export function clearingJob(ctx: Ctx, fieldId: string, when: SQL) {
  return jobInsert(ctx, { kind: 'field-values-clearing', input: { fieldId }, subjectId: fieldId, when })
}

export const KeyingInput = z.object({ fieldId: z.string() })
/** How many records a piece takes. */
const PIECE = 100

// As the trigger field_valued says it.
const fitsIndex = sql`CASE f.type WHEN 'number' THEN g.type IN ('integer', 'real')
  ELSE g.type = 'text' AND g.value <> '' AND length(g.value) <= 100 END`

/** Takes the values of a field into the index, and then says that all of them are there. */
export const FIELD_VALUES = jobKind({
  input: KeyingInput,
  steps: (ctx, { fieldId }) => [
    ...FIELD_ENTITIES.map((entity) => ({
      ...piecesOf(ctx, entity, fieldId),
      statements: (picked: SQL) => [
        insertFrom(
          ctx.db,
          fieldValues,
          {
            fieldId: sql`f.id`,
            owner: sql`coalesce(${columnIn('r', RECORDS[entity].ownerId)}, '')`,
            value: sql`g.value`,
            seq: sql`r.seq`,
          },
          sql`FROM ${RECORDS[entity]} AS r CROSS JOIN ${fields} AS f ON f.id = ${fieldId} AND f.is_indexed
            CROSS JOIN json_each(r.custom_fields) AS g ON g.key = f.key WHERE r.seq IN (${picked}) AND ${fitsIndex}`,
        ).onConflictDoNothing(),
      ],
    })),
    {
      full: 2,
      pick: () => ({ key: sql`id`, from: sql`FROM ${fields} WHERE ${fields.id} = ${fieldId}` }),
      statements: (picked: SQL) => [
        ctx.db
          .update(fields)
          .set({ indexedAt: ctx.now, version: nextVersion(fields) })
          .where(sql`${fields.id} IN (${picked}) AND ${fields.isIndexed}`),
      ],
    },
  ],
})

const CLEARED = 1_000

/** Takes the values of a field out of the index, unless it is indexed again. */
export const FIELD_VALUES_CLEARING = jobKind({
  input: KeyingInput,
  steps: (ctx, { fieldId }) => {
    const isGone = sql`NOT EXISTS (SELECT 1 FROM ${fields} AS f WHERE f.id = ${fieldId} AND f.is_indexed)`
    const some = sql`FROM ${fieldValues} AS v WHERE v.field_id = ${fieldId} AND ${isGone} ORDER BY v.owner, v.value, v.seq LIMIT ${CLEARED}`
    return [
      {
        full: 1,
        pick: () => ({ key: sql`v.seq`, from: some }),
        statements: (picked: SQL) => [
          ctx.db
            .delete(fieldValues)
            .where(
              sql`EXISTS (SELECT 1 FROM (${picked})) AND (field_id, owner, value, seq) IN (SELECT v.field_id, v.owner, v.value, v.seq ${some})`,
            ),
        ],
      },
    ]
  },
})

/** Pieces of the living records of the entity, if the field is of this entity. */
export function piecesOf({ workspaceId }: JobCtx, entity: Entity, fieldId: string) {
  const record = RECORDS[entity]
  const isOfEntity = sql`EXISTS (SELECT 1 FROM ${fields} AS f WHERE f.id = ${fieldId} AND f.entity = ${entity})`
  return {
    full: PIECE,
    pick: (after: string | null) => ({
      key: sql`seq`,
      position: sql`seq`,
      from: sql`FROM ${record} WHERE ${record.workspaceId} = ${workspaceId} AND ${record.deletedAt} IS NULL
        AND ${record.seq} > ${Number(after)} AND ${isOfEntity} ORDER BY ${record.seq} LIMIT ${PIECE}`,
    }),
  }
}
