// Jobs of stages: the first stage of a status takes its records, and a deleted stage gives them to another.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { STAGE_ENTITIES } from '../db/schema/stages'
import { type JobCtx, jobKind } from '../jobs/jobs.kind'
import { nextVersion } from '../records/version'
import { firstStage } from './stages'
import { STAGED } from './stages.service'

const PIECE = 300

/** The first stage of a status takes the living records that have none. */
export const STAGE_FILLING = jobKind({
  input: z.object({ entity: z.enum(STAGE_ENTITIES), status: z.string() }),
  steps: ({ db, workspaceId }, { entity, status }) => {
    const table = STAGED[entity]
    return [
      {
        full: PIECE,
        pick: (after) => ({
          key: sql`seq`,
          position: sql`seq`,
          from: sql`FROM ${table} WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND seq > ${Number(after)}
            ORDER BY seq LIMIT ${PIECE}`,
        }),
        statements: (picked: SQL) => [
          db
            .update(table)
            .set({ stageId: firstStage(entity, workspaceId, status), version: nextVersion(table) })
            .where(sql`seq IN (${picked}) AND status = ${status} AND stage_id IS NULL`),
        ],
      },
    ]
  },
})

/** The records of a deleted stage get another one of the same status, or none if there is none. */
export const STAGE_DELETION = jobKind({
  input: z.object({ stageId: z.string(), moveTo: z.string().nullable() }),
  steps: (ctx, { stageId, moveTo }) => STAGE_ENTITIES.map((entity) => movedOf(ctx, entity, stageId, moveTo)),
})

function movedOf(
  { db, workspaceId }: JobCtx,
  entity: (typeof STAGE_ENTITIES)[number],
  stageId: string,
  moveTo: string | null,
) {
  const table = STAGED[entity]
  return {
    full: PIECE,
    pick: () => ({
      key: sql`seq`,
      from: sql`FROM ${table} WHERE workspace_id = ${workspaceId} AND stage_id = ${stageId} LIMIT ${PIECE}`,
    }),
    statements: (picked: SQL) => [
      db
        .update(table)
        .set({ stageId: moveTo, version: nextVersion(table) })
        .where(sql`seq IN (${picked}) AND stage_id = ${stageId}`),
    ],
  }
}
