// Tags and events of a chunk: the statements that insert them with its records.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import { importChunks, tags } from '../db/schema'
import { columnIn, columnKey, insertFrom } from '../db/sql'
import { taggingMarks } from '../db/tagging-marks'
import { eventInsert } from '../events/event-insert'
import { TAGGED } from '../tags/tagged'
import { contactChanges } from './imports.further'
import { type AnyJob, chunkWhere, classifiedRows, ENTITIES, type Job, rowsWithOutcome } from './imports.job'
import { beforeAndAfter, cell, isNewTag } from './imports.statements'

const chunk = alias(importChunks, 'chunk')
const rowTags = sql`json_each(row -> '$.tags') AS tag`
const tagOfRow = ({ actor }: Ctx): SQL => sql`${tags.workspaceId} = ${actor.workspaceId} AND ${tags.key} = tag.value`

/** Inserts the tags that do not exist yet. Their ids keep the order of the file. */
export function tagsInsert({ db, actor, now }: Ctx, job: Pick<AnyJob, 'id'>, n: number, ids: string) {
  const named = sql`SELECT t.value ->> 0 AS key, t.value ->> 1 AS name, t.key AS nth FROM ${importChunks} AS chunk, json_each(${chunk.tags}) AS t
    WHERE ${chunkWhere(job, n)}`
  const usedKeys = sql`SELECT tag.value FROM ${rowsWithOutcome(job, n, 'create', 'update')}, ${rowTags}`
  return insertFrom(
    db,
    tags,
    {
      id: sql`${ids} || printf('%08x', named.nth)`,
      workspaceId: actor.workspaceId,
      name: sql`named.name`,
      key: sql`named.key`,
      createdAt: now,
      updatedAt: now,
    },
    sql`FROM (${named}) AS named WHERE named.key IN (${usedKeys})`,
  ).onConflictDoNothing()
}

/** The statements that insert the links between the records of a chunk and their tags. */
export function recordTagStatements(
  ctx: Ctx,
  job: Pick<AnyJob, 'id'> & { entity: keyof typeof TAGGED },
  n: number,
): Statement[] {
  const { links, of } = TAGGED[job.entity]
  const rows = rowsWithOutcome(job, n, 'create', 'update')
  const several = sql`SELECT ${cell('record')} AS id FROM ${rows} WHERE json_array_length(row, '$.tags') > 1`
  const [marked, unmarked] = taggingMarks(ctx.db, several)
  const inserted = insertFrom(
    ctx.db,
    links,
    { [columnKey(of)]: cell('record'), tagId: sql`${tags.id}` },
    sql`FROM ${rows} CROSS JOIN ${rowTags} CROSS JOIN ${tags} ON ${tagOfRow(ctx)} WHERE true`,
  ).onConflictDoNothing()
  // Leads are indexed anew with each tag.
  return job.entity === 'customers' ? [marked, inserted, unmarked] : [inserted]
}

/** Inserts one event for each new record. */
export function createdEventsInsert(ctx: Ctx, job: Job, n: number) {
  const { subject } = ENTITIES[job.entity]
  return eventInsert(ctx, {
    verb: `${subject}.created`,
    subject,
    id: cell('record'),
    changes: sql`json_object('importId', json_array(NULL, ${job.id}))`,
    from: classifiedRows(job, n, 'create'),
    when: sql`true`,
  })
}

/** Inserts one event for each record that will change. Runs before the update, because it reads the old values. */
export function updatedEventsInsert(ctx: Ctx, job: Job, n: number) {
  const { subject, table } = ENTITIES[job.entity]
  const t = alias(table, 't')
  const owner = {
    name: 'ownerId',
    before: columnIn('t', table.ownerId),
    after: sql`iif(${cell('owner')} IS NULL, NULL, ${cell('ownerId')})`,
  }
  const { before, after } = beforeAndAfter(job.entity, 't', [
    owner,
    ...(job.entity === 'customers' ? contactChanges('t') : []),
  ])
  const jsonValue = (side: 'old' | 'new') =>
    sql.raw(`iif(${side}.type IN ('object', 'array'), json(${side}.value), ${side}.value)`)
  const fieldChanges = sql`(SELECT json_group_object(new.key, json_array(${jsonValue('old')}, ${jsonValue('new')}))
    FROM json_each(${before}) AS old JOIN json_each(${after}) AS new ON new.key = old.key
    WHERE new.value IS NOT NULL AND old.value IS NOT new.value)`
  const changes = sql`json_set(${fieldChanges}, '$.importId', json_array(NULL, ${job.id}))`
  const newTags = sql`(SELECT json_group_array(${tags.name}) FROM ${rowTags} CROSS JOIN ${tags} ON ${tagOfRow(ctx)} WHERE ${isNewTag(job.entity)})`
  const withTags = sql`iif(${newTags} = '[]', ${changes}, json_set(${changes}, '$.tags', json_array(json_array(), json(${newTags}))))`
  return eventInsert(ctx, {
    verb: `${subject}.updated`,
    subject,
    id: sql`${t.id}`,
    changes: withTags,
    from: sql`${classifiedRows(job, n, 'update')} CROSS JOIN ${table} AS t ON ${t.id} = ${cell('record')}`,
    when: sql`true`,
  })
}
