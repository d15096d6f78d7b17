// Stages in changes of records: a stage sets its status in the same UPDATE, and a status the first stage that it has.
import { type Column, type SQL, sql } from 'drizzle-orm'
import { stages } from '../db/schema'
import type { STAGE_ENTITIES } from '../db/schema/stages'
import { columnIn } from '../db/sql'
import { type AppError, invalidError } from '../errors'

export type StagedEntity = (typeof STAGE_ENTITIES)[number]

/** SQL: the first stage of a status; null if it has none. */
export function firstStage(entity: StagedEntity, workspaceId: SQL | string, status: SQL | string): SQL<string | null> {
  return sql`(SELECT s.id FROM ${stages} AS s WHERE s.workspace_id = ${workspaceId} AND s.entity = ${entity}
    AND s.status = ${status} ORDER BY s.position LIMIT 1)`
}

/** SQL: the status of a stage of the workspace; null if there is no such stage. */
export function statusOfStage(entity: StagedEntity, workspaceId: string, stageId: string): SQL {
  return sql`(SELECT s.status FROM ${stages} AS s WHERE s.id = ${stageId} AND s.workspace_id = ${workspaceId} AND s.entity = ${entity})`
}

/** SQL: the stage of a record that gets this status. `name` is what its table is called in the statement. */
export function stageAfter(
  entity: StagedEntity,
  name: string,
  columns: { status: Column; stageId: Column; workspaceId: Column },
  status: SQL | string,
): SQL {
  const [before, stageId, workspaceId] = [columns.status, columns.stageId, columns.workspaceId].map((each) =>
    columnIn(name, each),
  )
  return sql`iif(${before} IS ${status}, ${stageId}, ${firstStage(entity, sql`${workspaceId}`, status)})`
}

/** SQL: the stage exists, and is of the status, if one is given with it. */
export function isStage(entity: StagedEntity, workspaceId: string, stageId: string, status?: string): SQL {
  const found = statusOfStage(entity, workspaceId, stageId)
  return status === undefined ? sql`${found} IS NOT NULL` : sql`${found} IS ${status}`
}

/** The error for a stage that does not exist, or is of another status than the one that was sent. */
export function stageError(entity: StagedEntity, status?: string, path = 'body.stageId'): AppError {
  const message = `must be a stage of ${entity}s${status === undefined ? '' : ` with the status ${status}`}: GET /v1/stages lists them`
  return invalidError(path, message, 'unknown_stage')
}
