// The definitions of custom fields: listing, making, changing, archiving. What they demand of writes, triggers hold.
import { and, asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { fields, strictEntities } from '../db/schema'
import type { FIELD_ENTITIES, FIELD_TYPES } from '../db/schema/fields'
import { anyOf, ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { etagOf } from '../etag'
import { eventInsert } from '../events/event-insert'
import { jobInsert } from '../jobs/jobs.kind'
import { changeRecord, type RecordKind } from '../records/change'
import { clearingJob, hasIndexRoom, hasValues, INDEXABLE, indexingJob, isThere, isUnfilled } from './fields.index'

export type Entity = (typeof FIELD_ENTITIES)[number]
export type FieldType = (typeof FIELD_TYPES)[number]

/** How many fields an entity has at most, archived ones too. */
const MAX_FIELDS = 50

const columns = getTableColumns(fields)
type Row = typeof fields.$inferSelect

export const FIELD: RecordKind<typeof columns> = {
  subject: 'field',
  table: fields,
  columns,
  etag: etagOf,
  reads: 'fields:read',
  isInReach: ({ workspaceId }) => eq(fields.workspaceId, workspaceId),
}

/** A definition as it is shown. */
export const shownField = ({ isRequired, isUnique, isIndexed, indexedAt, archivedAt, ...field }: Row) => ({
  ...field,
  required: isRequired,
  unique: isUnique,
  indexed: isIndexed,
  indexedSince: indexedAt,
  archived: archivedAt !== null,
})

/** The fields of one entity or of all, in their order, and the entities that are strict. */
export async function listFields({ db, actor }: Ctx, { entity: asked }: { entity?: Entity }) {
  const { rows, strict } = await runBatch(db, {
    rows: db
      .select(columns)
      .from(fields)
      .where(and(eq(fields.workspaceId, actor.workspaceId), asked && eq(fields.entity, asked)))
      .orderBy(asc(fields.entity), asc(fields.position), asc(fields.id)),
    strict: db
      .select({ entity: strictEntities.entity })
      .from(strictEntities)
      .where(eq(strictEntities.workspaceId, actor.workspaceId)),
  })
  return { data: rows.map(shownField), strict: strict.map((each) => each.entity) }
}

/** A field. Throws `not_found`. */
export async function getField(ctx: Ctx, id: string) {
  const [row] = await ctx.db
    .select(columns)
    .from(fields)
    .where(and(eq(fields.id, id), eq(fields.workspaceId, ctx.actor.workspaceId)))
  if (!row) throw new AppError('not_found')
  return shownField(row)
}

type NewField = {
  entity: Entity
  key: string
  type: FieldType
  label?: string
  required: boolean
  unique: boolean
  indexed: boolean
  options?: string[]
}

/** Defines a field, as the last one of its entity. Values that records have already stay. Throws `field_exists`, `too_many_fields`, `too_many_indexed`. */
export async function createField(ctx: Ctx, input: NewField) {
  const { db, actor, now } = ctx
  const fieldId = ctx.newId()
  const ofEntity = sql`${fields} AS other WHERE other.workspace_id = ${actor.workspaceId} AND other.entity = ${input.entity}`
  const row = {
    id: fieldId,
    workspaceId: actor.workspaceId,
    entity: input.entity,
    key: input.key,
    type: input.type,
    label: input.label ?? input.key,
    isRequired: input.required,
    isUnique: input.unique,
    isIndexed: input.indexed,
    indexedAt: null,
    options: input.options ?? null,
    position: sql`(SELECT coalesce(max(other.position), 0) + 1 FROM ${ofEntity})`,
    createdAt: now,
    updatedAt: now,
  }
  const hasRoom = sql`(SELECT count(*) FROM ${ofEntity}) < ${MAX_FIELDS}`
  const isFree = sql`NOT EXISTS (SELECT 1 FROM ${ofEntity} AND other.key = ${input.key})`
  const mayIndex = input.indexed ? hasIndexRoom(ctx, input.entity, fieldId) : sql`true`
  const { made, holder, room } = await runBatch(db, {
    made: one(insertFrom(db, fields, row, sql`WHERE ${hasRoom} AND ${isFree} AND ${mayIndex}`).returning(columns)),
    event: eventInsert(ctx, {
      verb: 'field.created',
      subject: 'field',
      id: fieldId,
      changes: { entity: [null, input.entity], key: [null, input.key], type: [null, input.type] },
      when: ifChanged,
    }),
    job: input.unique ? keyingJob(ctx, fieldId, ifChanged) : undefined,
    filling: input.indexed ? indexingJob(ctx, fieldId, isThere(fieldId)) : undefined,
    room: one(db.select({ mayIndex: sql<number>`${mayIndex}`.as('may_index') }).from(sql`(SELECT 1)`)),
    holder: one(
      db
        .select({ id: fields.id })
        .from(fields)
        .where(
          and(eq(fields.workspaceId, actor.workspaceId), eq(fields.entity, input.entity), eq(fields.key, input.key)),
        ),
    ),
  })
  if (made) return shownField(made)
  if (holder) throw new AppError('field_exists', { existingId: holder.id })
  throw new AppError(room?.mayIndex ? 'too_many_fields' : 'too_many_indexed')
}

type Patch = Partial<{
  label: string
  required: boolean
  unique: boolean
  indexed: boolean
  options: string[]
  archived: boolean
  position: number
}>

/** Changes a definition. Values that records have already stay as they are. Throws `not_found`, `stale`, `invalid`. */
export async function updateField(ctx: Ctx, fieldId: string, patch: Patch, ifVersion?: number) {
  const { label, required, unique, indexed, options, archived, position } = patch
  const isChoice = sql`${fields.type} IN ('select', 'multiselect')`
  const changed = await changeRecord(ctx, FIELD, fieldId, {
    verb: 'updated',
    permission: 'fields:write',
    set: {
      label,
      isRequired: required,
      isUnique: unique,
      isIndexed: indexed,
      options,
      position,
      archivedAt:
        archived === undefined ? undefined : archived ? sql`coalesce(${fields.archivedAt}, ${ctx.now})` : null,
    },
    derived:
      indexed === undefined
        ? {}
        : { indexedAt: indexed ? sql`iif(${fields.isIndexed}, ${fields.indexedAt}, NULL)` : null },
    ifVersion,
    require: {
      indexed: {
        holds: indexed ? sql`${anyOf(fields.type, INDEXABLE)}` : sql`true`,
        orElse: () => invalidError('body.indexed', 'is for number, date and select alone', 'not_indexed'),
      },
      room: {
        holds: indexed ? sql`(${fields.isIndexed} OR ${hasIndexRoom(ctx, sql`${fields.entity}`, fieldId)})` : sql`true`,
        orElse: () => new AppError('too_many_indexed'),
      },
      options: {
        holds: options ? isChoice : sql`true`,
        orElse: () => invalidError('body.options', 'are for select and multiselect alone', 'not_a_choice'),
      },
      unique: {
        holds: unique ? sql`${fields.type} NOT IN ('boolean', 'multiselect')` : sql`true`,
        orElse: () => invalidError('body.unique', 'is not for boolean and multiselect', 'not_unique'),
      },
    },
    followedBy: [
      ...(unique ? [keyingJob(ctx, fieldId, ifChanged)] : []),
      ...(indexed === undefined
        ? []
        : [indexed ? indexingJob(ctx, fieldId, isUnfilled(fieldId)) : clearingJob(ctx, fieldId, hasValues(fieldId))]),
    ],
  })
  return shownField(changed)
}

/** Makes an entity take defined fields alone, or any again. */
export async function setStrict(ctx: Ctx, asked: Entity, strict: boolean) {
  const { db, actor } = ctx
  const row = { workspaceId: actor.workspaceId, entity: asked }
  const isIt = and(eq(strictEntities.workspaceId, actor.workspaceId), eq(strictEntities.entity, asked))
  await runBatch(db, {
    changed: strict
      ? db.insert(strictEntities).values(row).onConflictDoNothing()
      : db.delete(strictEntities).where(isIt),
    event: eventInsert(ctx, {
      verb: strict ? 'field.made_strict' : 'field.made_open',
      subject: 'field',
      id: asked,
      when: ifChanged,
    }),
  })
  return { entity: asked, strict }
}

// The values that were there before the field was unique. Those that stand twice stay, and only the first of them is taken.
function keyingJob(ctx: Ctx, fieldId: string, when: SQL) {
  return jobInsert(ctx, { kind: 'field-keys', input: { fieldId }, subjectId: fieldId, when })
}
