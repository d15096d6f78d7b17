// Reverts an import: records that it created and nobody has used since go to the trash. Its changes to other records stay.
import { and, eq, gt, inArray, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import { referencesTo } from '../db/relations'
import { events, importChunks, imports, interactions, merges } from '../db/schema'
import { allOf, columnIn, ifChanged } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'
import { TAGGED } from '../tags/tagged'
import { type AnyJob, chunkWhere, ENTITIES, isKindJob, isPeopleJob, type Job, PERMISSION } from './imports.job'
import { kindRevertStatements } from './imports.kinds.revert'
import { hasNotes, isUntouchedNote, noteRevertStatements } from './imports.notes'

const chunk = alias(importChunks, 'chunk')

/** The statement that starts a revert; it returns the import unless it cannot be reverted. */
export function revertStart({ db, actor, now }: Ctx, id: string) {
  const hasEnded = inArray(imports.status, ['DONE', 'FAILED', 'CANCELLED'])
  return db
    .update(imports)
    .set({ status: 'REVERTING', updatedAt: now })
    .where(
      and(
        eq(imports.id, id),
        eq(imports.workspaceId, actor.workspaceId),
        hasEnded,
        eq(imports.dryRun, false),
        // Ids of the file tell nothing of the import.
        eq(imports.keepsIds, false),
        gt(imports.chunks, 0),
        // Chunks hold the ids of created records, for 30 days.
        sql`EXISTS (SELECT 1 FROM ${importChunks} AS chunk WHERE ${chunk.importId} = ${imports.id})`,
      ),
    )
    .returning()
}

/** The statements that move the records of chunk `n` to the trash, once; those of the last chunk also end the revert. */
export function revertStatements(ctx: Ctx, job: AnyJob, n: number, isLast: boolean): Statement[] {
  const { db, now } = ctx
  const isReverting = and(eq(imports.id, job.id), eq(imports.status, 'REVERTING'))
  const counts = (left: SQL) =>
    db
      .update(imports)
      .set({
        reverted: sql`${imports.reverted} + changes()`,
        kept: sql`${imports.kept} + (${left})`,
        updatedAt: now,
      })
      .where(isReverting)
  return [
    ...(isKindJob(job) ? kindRevertStatements(ctx, job, n, counts) : []),
    ...(isPeopleJob(job) ? peopleRevertStatements(ctx, job, n, counts) : []),
    db
      .update(importChunks)
      .set({ isReverted: true })
      .where(and(eq(importChunks.importId, job.id), eq(importChunks.n, n))),
    ...(isLast ? revertEnd(ctx, job) : []),
  ]
}

function peopleRevertStatements(ctx: Ctx, job: Job, n: number, counts: (left: SQL) => Statement): Statement[] {
  const { now } = ctx
  const { subject, table } = ENTITIES[job.entity]
  const isCreated = createdByChunk(job, n)
  return [
    trashedRecords(ctx, job, isCreated),
    counts(sql`SELECT count(*) FROM ${table} WHERE ${isCreated} AND ${table.deletedAt} IS NULL`),
    eventInsert(ctx, {
      verb: `${subject}.trashed`,
      subject,
      id: sql`${table.id}`,
      from: sql`${table}`,
      when: allOf(isCreated, sql`${table.deletedAt} = ${now}`),
    }),
    ...(hasNotes(job) ? noteRevertStatements(ctx, job, n) : []),
  ]
}

// The id of a record begins with the `ids` of the chunk that created it. None matches once the chunk is reverted.
function createdByChunk(job: Job, n: number): SQL {
  const { table } = ENTITIES[job.entity]
  const ids = sql`(SELECT ${chunk.ids} FROM ${importChunks} AS chunk WHERE ${chunkWhere(job, n)} AND NOT ${chunk.isReverted}
    AND EXISTS (SELECT 1 FROM ${imports} WHERE ${imports.id} = ${job.id} AND ${imports.status} = 'REVERTING'))`
  return sql`${table.id} BETWEEN ${ids} || '00000000' AND ${ids} || 'ffffffff'`
}

function trashedRecords({ db, actor, now }: Ctx, job: Job, isCreated: SQL) {
  const { table } = ENTITIES[job.entity]
  const { ownerId, deletedAt } = table
  // The plus keeps SQLite from scanning the workspace: the ids are few.
  const inReach = visible(actor, PERMISSION, { workspaceId: sql`+${table.workspaceId}`, ownerId, deletedAt })
  return db
    .update(table)
    .set({ deletedAt: now, ...versionStamp(table, now) })
    .where(and(isCreated, inReach, isUnused(job)))
}

function revertEnd(ctx: Ctx, { id }: AnyJob): Statement[] {
  return [
    ctx.db
      .update(imports)
      .set({ status: 'REVERTED', busyUntil: null })
      .where(and(eq(imports.id, id), eq(imports.status, 'REVERTING'))),
    eventInsert(ctx, { verb: 'import.reverted', subject: 'import', id, when: ifChanged }),
  ]
}

// Every event of the record is of this import, and no row refers to it but its own tags.
function isUnused({ id, entity }: Job): SQL {
  const { table } = ENTITIES[entity]
  const otherEvents = sql`SELECT 1 FROM ${events} WHERE ${events.subjectId} = ${table.id}
    AND coalesce(${events.changes} ->> '$.importId[1]', '') <> ${id}`
  // A merge has an event, and the tags came with the import.
  const references = referencesTo(table).filter((each) => each.table !== merges && each.table !== TAGGED[entity].links)
  const rows = references.flatMap((each) =>
    each.columns.map(
      (column) =>
        sql`SELECT 1 FROM ${each.table} AS other WHERE ${columnIn('other', column)} = ${table.id}${
          each.table === interactions ? sql` AND NOT ${isUntouchedNote(id, 'other')}` : sql``
        }`,
    ),
  )
  return allOf(...[otherEvents, ...rows].map((select) => sql`NOT EXISTS (${select})`))
}
