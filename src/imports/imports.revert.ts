// Reverting: what an import made goes to the trash, but for what somebody has touched since. Changes are not taken back.
import { and, eq, gt, inArray, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { referencesTo } from '../db/relations'
import { customers, customerTags, events, importChunks, imports, leads, merges } from '../db/schema'
import { allOf, columnIn, ifChanged } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { nextVersion } from '../records/version'
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
          .set({ ...trash, version: nextVersion(customers) })
          .where(which(customers))
      : db
          .update(leads)
          .set({ ...trash, version: nextVersion(leads) })
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

/** Every event of the record is of this import, and no row refers to it but its own tags. */
function isUntouched({ id, entity }: Job): SQL {
  const { table } = ENTITIES[entity]
  const otherEvents = sql`SELECT 1 FROM ${events} WHERE ${events.workspaceId} = ${table.workspaceId}
    AND ${events.subjectId} = ${table.id} AND coalesce(${events.changes} ->> '$.importId[1]', '') <> ${id}`
  // A merge has an event, and the tags came with the import.
  const references = referencesTo(table).filter((each) => each.table !== merges && each.table !== customerTags)
  const rows = references.flatMap((each) =>
    each.columns.map(
      (column) => sql`SELECT 1 FROM ${each.table} AS other WHERE ${columnIn('other', column)} = ${table.id}`,
    ),
  )
  return allOf(...[otherEvents, ...rows].map((select) => sql`NOT EXISTS (${select})`))
}
