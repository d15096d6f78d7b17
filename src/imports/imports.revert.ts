// Reverting: what an import made goes to the trash, but for what somebody has touched since. Changes are not taken back.
import { and, eq, gt, inArray, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { customers, importChunks, imports, leads } from '../db/schema'
import { ifChanged } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { ENTITIES, type Job, PERMISSION } from './imports.job'

/** The statement that begins a revert; it gives the import where that can be. */
export function revertBegun({ db, actor, now }: Ctx, id: string) {
  const isOver = inArray(imports.status, ['DONE', 'FAILED', 'CANCELLED'])
  return db
    .update(imports)
    .set({ status: 'REVERTING', updatedAt: now })
    .where(
      and(
        eq(imports.id, id),
        eq(imports.workspaceId, actor.workspaceId),
        isOver,
        eq(imports.dryRun, false),
        gt(imports.chunks, 0),
        // Chunks know what they made, for 30 days.
        sql`EXISTS (SELECT 1 FROM import_chunks AS chunk WHERE chunk.import_id = imports.id)`,
      ),
    )
    .returning()
}

/** The statements that put what chunk `n` made into the trash, once, and end the revert with the last one. */
export function revertStatements(ctx: Ctx, job: Job, n: number): BatchItem<'sqlite'>[] {
  const { db, actor, now } = ctx
  const { subject, name } = ENTITIES[job.entity]
  const table = sql.raw(name)
  const open = sql`(SELECT ids FROM import_chunks AS chunk WHERE chunk.import_id = ${job.id} AND chunk.n = ${n} AND NOT chunk.is_reverted
    AND EXISTS (SELECT 1 FROM imports WHERE imports.id = ${job.id} AND imports.status = 'REVERTING'))`
  const isMade = sql`${table}.id BETWEEN ${open} || '00000000' AND ${open} || 'ffffffff'`
  const which = (rows: typeof customers | typeof leads) =>
    and(isMade, visible(actor, PERMISSION, rows), isUntouched(job))
  const trash = { deletedAt: now, updatedAt: now }
  const isHere = and(eq(importChunks.importId, job.id), eq(importChunks.n, n))
  const isLast = n === job.chunks - 1
  return [
    job.entity === 'customers'
      ? db
          .update(customers)
          .set({ ...trash, version: sql`customers.version + 1` })
          .where(which(customers))
      : db
          .update(leads)
          .set({ ...trash, version: sql`leads.version + 1` })
          .where(which(leads)),
    db
      .update(imports)
      .set({
        reverted: sql`imports.reverted + changes()`,
        kept: sql`imports.kept + (SELECT count(*) FROM ${table} WHERE ${isMade} AND ${table}.deleted_at IS NULL)`,
        updatedAt: now,
      })
      .where(and(eq(imports.id, job.id), eq(imports.status, 'REVERTING'))),
    eventInsert(ctx, {
      verb: `${subject}.trashed`,
      subject,
      id: sql`${table}.id`,
      from: table,
      when: sql`${isMade} AND ${table}.deleted_at = ${now}`,
    }),
    db.update(importChunks).set({ isReverted: true }).where(isHere),
    ...(isLast ? revertEnd(ctx, job) : []),
  ]
}

function revertEnd(ctx: Ctx, { id }: Job): BatchItem<'sqlite'>[] {
  return [
    ctx.db
      .update(imports)
      .set({ status: 'REVERTED', busyUntil: null })
      .where(and(eq(imports.id, id), eq(imports.status, 'REVERTING'))),
    eventInsert(ctx, { verb: 'import.reverted', subject: 'import', id, when: ifChanged }),
  ]
}

// The audit trail knows of every change; nothing else hangs on the record.
function isUntouched({ id, entity }: Job): SQL {
  const t = ENTITIES[entity].name
  const hangs =
    entity === 'customers'
      ? [
          ...['interactions', 'tickets', 'leads'].map(
            (other) => `SELECT 1 FROM ${other} AS o WHERE o.customer_id = ${t}.id`,
          ),
          ...['from_id', 'to_id'].map((end) => `SELECT 1 FROM customer_relationships AS o WHERE o.${end} = ${t}.id`),
        ]
      : [`SELECT 1 FROM interactions AS o WHERE o.lead_id = ${t}.id`]
  const isAlone = hangs.map((select) => `NOT EXISTS (${select})`).join(' AND ')
  return sql`NOT EXISTS (SELECT 1 FROM events AS e WHERE e.workspace_id = ${sql.raw(t)}.workspace_id AND e.subject_id = ${sql.raw(t)}.id
    AND coalesce(e.changes ->> '$.importId[1]', '') <> ${id}) AND ${sql.raw(isAlone)}`
}
