// The records of a chunk: the statements that make and change them as its rows say.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { leads } from '../db/schema'
import { columnIn, insertFrom } from '../db/sql'
import { classifiedRows, ENTITIES, type Job, PERMISSION } from './imports.job'
import { cell, valuesChanged, valuesMade } from './imports.statements'

/** The statement that makes the records of a chunk; a lead with an owner is claimed. */
export function recordsMade({ db, actor, now }: Ctx, job: Job, n: number) {
  const values = {
    ...{ id: cell('record'), workspaceId: actor.workspaceId, ownerId: cell('ownerId'), importKey: cell('importKey') },
    ...{ createdAt: now, updatedAt: now },
    ...valuesMade(job.entity),
    ...(job.entity === 'leads' ? { claimedAt: sql`iif(${cell('ownerId')} IS NULL, NULL, ${now})` } : {}),
  }
  return insertFrom(db, ENTITIES[job.entity].table, values, sql`FROM ${classifiedRows(job, n, 'create')}`)
}

/** The statement that changes the records that are there. */
export function recordsChanged(ctx: Ctx, job: Job, n: number) {
  const { table, name } = ENTITIES[job.entity]
  const ownerBefore = columnIn(name, table.ownerId)
  // The usual owner is for what is made; of what is there, only an owner that the row names changes hands.
  const ownerId = sql`iif(${cell('owner')} IS NULL, ${ownerBefore}, ${cell('ownerId')})`
  const claimedAt = sql`CASE WHEN ${cell('owner')} IS NULL OR ${cell('ownerId')} IS ${ownerBefore}
    THEN ${columnIn(name, leads.claimedAt)} ELSE ${ctx.now} END`
  return ctx.db
    .update(table)
    .set({
      ...valuesChanged(job.entity, name),
      ...(job.entity === 'leads' ? { ownerId, claimedAt } : { ownerId }),
      updatedAt: ctx.now,
      version: sql`${columnIn(name, table.version)} + 1`,
    })
    .from(targets(ctx, job, n))
    .where(sql`${columnIn(name, table.seq)} = judged.seq`)
}

// From the rows to their records: left to itself, SQLite walks all records of the workspace for every row.
function targets({ actor }: Ctx, job: Job, n: number): SQL {
  const { table, name } = ENTITIES[job.entity]
  return sql`(SELECT t.seq, row FROM ${classifiedRows(job, n, 'update')}
    CROSS JOIN ${sql.raw(name)} AS t ON t.id = judged.row ->> 'record' WHERE ${visible(actor, PERMISSION, alias(table, 't'))} LIMIT -1) AS judged`
}
