// The stages of a workspace: listing, making, changing, deleting. Triggers give every record one (src/db/triggers/11-stages.sql).
import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { jobs, leads, stages, tickets } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { etagOf } from '../etag'
import { eventInsert } from '../events/event-insert'
import { jobInsert } from '../jobs/jobs.kind'
import { changeRecord, type RecordKind } from '../records/change'
import { foldText } from '../text/fold'
import type { StagedEntity } from './stages'

const MAX_STAGES = 20

export const STAGED = { lead: leads, ticket: tickets } as const

const { key, ...columns } = {
  id: stages.id,
  workspaceId: stages.workspaceId,
  entity: stages.entity,
  name: stages.name,
  key: stages.key,
  status: stages.status,
  position: stages.position,
  color: stages.color,
  isLost: stages.isLost,
  isWaiting: stages.isWaiting,
  version: stages.version,
  createdAt: stages.createdAt,
  updatedAt: stages.updatedAt,
}

export const STAGE: RecordKind<typeof columns> = {
  subject: 'stage',
  table: stages,
  columns,
  etag: etagOf,
  reads: 'fields:read',
  isInReach: ({ workspaceId }) => eq(stages.workspaceId, workspaceId),
}

/** The stages of one entity or of both, in their order. */
export function listStages({ db, actor }: Ctx, { entity }: { entity?: StagedEntity }) {
  return db
    .select(columns)
    .from(stages)
    .where(and(eq(stages.workspaceId, actor.workspaceId), entity && eq(stages.entity, entity)))
    .orderBy(asc(stages.entity), asc(stages.position), asc(stages.id))
}

/** A stage. Throws `not_found`. */
export async function getStage({ db, actor }: Ctx, id: string) {
  const [stage] = await db
    .select(columns)
    .from(stages)
    .where(and(eq(stages.id, id), eq(stages.workspaceId, actor.workspaceId)))
  if (!stage) throw new AppError('not_found')
  return stage
}

type NewStage = {
  entity: StagedEntity
  name: string
  status: string
  color?: string | null
  position?: number
  isLost?: boolean
  isWaiting?: boolean
}

/**
 * Makes a stage, the last one unless its position is given. The first stage of a status gets its records by a job. Throws
 * `stage_exists`, `too_many_stages`.
 */
export async function createStage(ctx: Ctx, { entity, name, status, position, ...more }: NewStage) {
  const { db, actor, now, newId } = ctx
  const id = newId()
  const ofEntity = sql`${stages} AS other WHERE other.workspace_id = ${actor.workspaceId} AND other.entity = ${entity}`
  const row = {
    id,
    workspaceId: actor.workspaceId,
    entity,
    name,
    key: foldText(name),
    status,
    position: position ?? sql`(SELECT coalesce(max(other.position), 0) + 1 FROM ${ofEntity})`,
    color: more.color ?? null,
    isLost: more.isLost ?? false,
    isWaiting: more.isWaiting ?? false,
    createdAt: now,
    updatedAt: now,
  }
  const hasRoom = sql`(SELECT count(*) FROM ${ofEntity}) < ${MAX_STAGES}`
  const isFree = sql`NOT EXISTS (SELECT 1 FROM ${ofEntity} AND other.key = ${foldText(name)})`
  const { made, holder } = await runBatch(db, {
    made: one(insertFrom(db, stages, row, sql`WHERE ${hasRoom} AND ${isFree}`).returning(columns)),
    event: eventInsert(ctx, {
      verb: 'stage.created',
      subject: 'stage',
      id,
      changes: { entity: [null, entity], name: [null, name], status: [null, status] },
      when: ifChanged,
    }),
    filling: jobInsert(ctx, {
      kind: 'stage-filling',
      input: { entity, status },
      subjectId: id,
      when: sql`${ifChanged} AND NOT EXISTS (SELECT 1 FROM ${ofEntity} AND other.status = ${status} AND other.id <> ${id})`,
    }),
    holder: one(
      db
        .select({ id: stages.id })
        .from(stages)
        .where(
          sql`${stages.workspaceId} = ${actor.workspaceId} AND ${stages.entity} = ${entity} AND ${stages.key} = ${foldText(name)}`,
        ),
    ),
  })
  if (made) return made
  throw holder ? new AppError('stage_exists', { existingId: holder.id }) : new AppError('too_many_stages')
}

type Patch = Partial<{ name: string; color: string | null; position: number }>

/** Changes a stage; its status stays. Throws `not_found`, `stage_exists`, `stale`. */
export function updateStage(ctx: Ctx, id: string, patch: Patch, ifVersion?: number) {
  const { name } = patch
  const isFree = sql`NOT EXISTS (SELECT 1 FROM ${stages} AS other WHERE other.workspace_id = ${stages.workspaceId}
    AND other.entity = ${stages.entity} AND other.key = ${foldText(name ?? '')} AND other.id <> ${stages.id})`
  return changeRecord(ctx, STAGE, id, {
    verb: 'updated',
    permission: 'fields:write',
    set: patch,
    derived: name === undefined ? {} : { key: foldText(name) },
    ifVersion,
    require: name === undefined ? {} : { name: { holds: isFree, orElse: () => new AppError('stage_exists') } },
  })
}

/**
 * Deletes a stage. Its records get the stage `moveTo`, which has the same status; without other stages of the status, none. A
 * job moves them. Throws `not_found`, `stage_in_use`, `invalid`.
 */
export async function deleteStage(ctx: Ctx, id: string, moveTo?: string): Promise<void> {
  const { db, actor } = ctx
  const isIt = and(eq(stages.id, id), eq(stages.workspaceId, actor.workspaceId))
  const inUse = (table: typeof leads | typeof tickets) =>
    sql`EXISTS (SELECT 1 FROM ${table} AS r WHERE r.workspace_id = ${actor.workspaceId} AND r.stage_id = ${id})`
  const isUsed = sql`(${inUse(leads)} OR ${inUse(tickets)})`
  const others = (
    more: SQL,
  ) => sql`EXISTS (SELECT 1 FROM ${stages} AS other WHERE other.workspace_id = ${stages.workspaceId}
    AND other.entity = ${stages.entity} AND other.status = ${stages.status} AND other.id <> ${stages.id} ${more})`
  const mayGo =
    moveTo === undefined ? sql`(NOT ${isUsed} OR NOT ${others(sql``)})` : others(sql`AND other.id = ${moveTo}`)
  const { deleted, present } = await runBatch(db, {
    present: one(
      db
        .select({ mayGo: sql<number>`${mayGo}`.as('may_go') })
        .from(stages)
        .where(isIt),
    ),
    job: one(
      jobInsert(ctx, {
        kind: 'stage-deletion',
        input: { stageId: id, moveTo: moveTo ?? null },
        subjectId: id,
        when: sql`EXISTS (SELECT 1 FROM ${stages} WHERE ${isIt} AND ${mayGo}) AND ${isUsed}`,
      }).returning({ id: jobs.id }),
    ),
    event: eventInsert(ctx, {
      verb: 'stage.deleted',
      subject: 'stage',
      id: sql`${stages.id}`,
      changes: sql`json_object('name', json_array(${stages.name}, NULL))`,
      from: sql`${stages}`,
      isOne: true,
      when: sql`${isIt} AND ${mayGo}`,
    }),
    deleted: one(db.delete(stages).where(and(isIt, mayGo)).returning({ id: stages.id })),
  })
  if (deleted) return
  if (!present) throw new AppError('not_found')
  if (moveTo === undefined) throw new AppError('stage_in_use')
  throw invalidError('query.moveTo', 'must be another stage of the same status', 'unknown_stage')
}
