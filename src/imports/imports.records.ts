// The records of a chunk: the statements that insert and update customers or leads.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { leads } from '../db/schema'
import { columnIn, insertFrom } from '../db/sql'
import { progressOf } from '../leads/leads.progress'
import { versionStamp } from '../records/version'
import { contactUpdates, contactValues } from './imports.further'
import { classifiedRows, ENTITIES, type Job, PERMISSION } from './imports.job'
import { cell, insertValues, updateValues } from './imports.statements'

// A record that has an external id is known by that.
const keptKey = sql`iif(${cell('externalId')} IS NULL, ${cell('importKey')}, NULL)`

/** Inserts the new records of a chunk. A lead with an owner counts as claimed. */
export function recordsInsert({ db, actor, now }: Ctx, job: Job, n: number) {
  const values = {
    ...{ id: cell('record'), workspaceId: actor.workspaceId, ownerId: cell('ownerId'), importKey: keptKey },
    ...{ createdAt: now, updatedAt: now },
    ...insertValues(job.entity),
    ...(job.entity === 'customers' ? contactValues : {}),
    ...(job.entity === 'leads' ? { claimedAt: sql`iif(${cell('ownerId')} IS NULL, NULL, ${now})` } : {}),
  }
  return insertFrom(db, ENTITIES[job.entity].table, values, sql`FROM ${classifiedRows(job, n, 'create')}`)
}

/** Updates the existing records of a chunk. */
export function recordsUpdate(ctx: Ctx, job: Job, n: number) {
  const { table, name } = ENTITIES[job.entity]
  const ownerBefore = columnIn(name, table.ownerId)
  // `defaultOwner` applies to new records only; an existing record changes its owner only if the row names one.
  const ownerId = sql`iif(${cell('owner')} IS NULL, ${ownerBefore}, ${cell('ownerId')})`
  const claimedAt = sql`CASE WHEN ${cell('owner')} IS NULL OR ${cell('ownerId')} IS ${ownerBefore}
    THEN ${columnIn(name, leads.claimedAt)} ELSE ${ctx.now} END`
  const values = updateValues(job.entity, name)
  const ofLeads = job.entity === 'leads' ? { claimedAt, ...progressOf(values.status, ctx.now) } : {}
  return ctx.db
    .update(table)
    .set({
      ...values,
      ...ofLeads,
      ...(job.entity === 'customers' ? contactUpdates(name) : {}),
      ownerId,
      ...versionStamp(table, ctx.now),
    })
    .from(updatedRecords(ctx, job, n))
    .where(sql`${columnIn(name, table.seq)} = target.seq`)
}

// CROSS JOIN forces rows → records; otherwise SQLite scans the workspace for every row.
function updatedRecords({ actor }: Ctx, job: Job, n: number): SQL {
  const { table } = ENTITIES[job.entity]
  const t = alias(table, 't')
  return sql`(SELECT ${t.seq}, row FROM ${classifiedRows(job, n, 'update')}
    CROSS JOIN ${table} AS t ON ${t.id} = ${cell('record')} WHERE ${visible(actor, PERMISSION, t)} LIMIT -1) AS target`
}
