// What comes with the records of a chunk: their tags, and the events that tell of each.
import { sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { customerTags, tags } from '../db/schema'
import { columnIn, insertFrom } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { IS_NEW_TAG } from './imports.classify'
import { classifiedRows, ENTITIES, type Job, rowsOf } from './imports.job'
import { beforeAndAfter, cell } from './imports.statements'

/** The statement that makes the tags that are not there yet, in the order of the file, which their ids keep. */
export function tagsInsert({ db, actor, now }: Ctx, job: Job, n: number, ids: string) {
  const named = sql`SELECT t.value ->> 0 AS key, t.value ->> 1 AS name, t.key AS nth FROM import_chunks AS chunk, json_each(chunk.tags) AS t
    WHERE chunk.import_id = ${job.id} AND chunk.n = ${n}`
  const isUsed = sql`SELECT tag.value FROM ${rowsOf(job, n, 'create', 'update')}, json_each(judged.row -> '$.tags') AS tag`
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
    sql`FROM (${named}) AS named WHERE named.key IN (${isUsed})`,
  ).onConflictDoNothing()
}

/** The statement that puts tags on the customers of a chunk. */
export function customerTagsInsert({ db, actor }: Ctx, job: Job, n: number) {
  return insertFrom(
    db,
    customerTags,
    { customerId: sql`judged.row ->> 'record'`, tagId: sql`tags.id` },
    sql`FROM ${rowsOf(job, n, 'create', 'update')} CROSS JOIN json_each(judged.row -> '$.tags') AS tag
      CROSS JOIN tags ON tags.workspace_id = ${actor.workspaceId} AND tags.key = tag.value WHERE true`,
  ).onConflictDoNothing()
}

/** The statement that records what was made. */
export function createdEvents(ctx: Ctx, job: Job, n: number) {
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

/** The statement that records what is going to change, while the records are as they were. */
export function updatedEvents(ctx: Ctx, job: Job, n: number) {
  const { subject, table, name } = ENTITIES[job.entity]
  const { before, after } = beforeAndAfter(job.entity, 't', {
    name: 'ownerId',
    before: columnIn('t', table.ownerId),
    after: sql`iif(${cell('owner')} IS NULL, NULL, ${cell('ownerId')})`,
  })
  const value = (of: string) => sql.raw(`iif(${of}.type = 'object', json(${of}.value), ${of}.value)`)
  const fieldsChanged = sql`(SELECT json_group_object(new.key, json_array(${value('old')}, ${value('new')}))
    FROM json_each(${before}) AS old JOIN json_each(${after}) AS new ON new.key = old.key
    WHERE new.value IS NOT NULL AND old.value IS NOT new.value)`
  const all = sql`json_set(${fieldsChanged}, '$.importId', json_array(NULL, ${job.id}))`
  const newTags = sql`(SELECT json_group_array(tags.name) FROM json_each(row -> '$.tags') AS tag
    CROSS JOIN tags ON tags.workspace_id = ${ctx.actor.workspaceId} AND tags.key = tag.value WHERE ${sql.raw(IS_NEW_TAG)})`
  const withTags = sql`iif(${newTags} = '[]', ${all}, json_set(${all}, '$.tags', json_array(json_array(), json(${newTags}))))`
  return eventInsert(ctx, {
    verb: `${subject}.updated`,
    subject,
    id: sql`t.id`,
    changes: name === 'customers' ? withTags : all,
    from: sql`${classifiedRows(job, n, 'update')} CROSS JOIN ${sql.raw(name)} AS t ON t.id = judged.row ->> 'record'`,
    when: sql`true`,
  })
}
