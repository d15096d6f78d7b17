// The tags of bulk changes: what a record would gain and lose, and the statements that give and take them.
import { getTableName, type SQL, sql } from 'drizzle-orm'
import type { Statement } from '../db/batch'
import { tags } from '../db/schema'
import { MAX_TAGS } from '../db/schema/tags'
import { columnIn, columnKey, insertFrom } from '../db/sql'
import { taggingMarks } from '../db/tagging-marks'
import { eventInsert } from '../events/event-insert'
import type { JobCtx } from '../jobs/jobs.kind'
import type { Tagged } from '../tags/tagged'
import { tagChange } from '../tags/tagging.service'
import { foldText } from '../text/fold'
import type { BulkKind } from './bulk.kinds'

/** A tag to add: its id if it does not exist yet, its name, and the key by which it is found. */
export type NewTag = { id: string; name: string; key: string }

/** Each tag once; the first of two spellings stays. */
export function newTags(names: readonly string[], newId: () => string): NewTag[] {
  const byKey = new Map(names.toReversed().map((name) => [foldText(name), name]))
  return [...byKey].reverse().map(([key, name]) => ({ id: newId(), name, key }))
}

type Named = { workspaceId: string; keys: readonly string[] }

// The tags with these keys, as a SELECT of id and name. CROSS JOIN makes SQLite look up each key.
function tagsWithKeys({ workspaceId, keys }: Named): SQL {
  return sql`(SELECT ${tags.id}, ${tags.name} FROM json_each(${JSON.stringify(keys)}) AS given
    CROSS JOIN ${tags} ON ${tags.workspaceId} = ${workspaceId} AND ${tags.key} = given.value AND ${tags.deletedAt} IS NULL)`
}

function linkOf({ links, of }: Tagged, record: SQL, tag: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${links} AS has WHERE ${columnIn('has', of)} = ${record} AND ${columnIn('has', links.tagId)} = ${tag})`
}

/**
 * What adding and removing tags does to a record of the kind's table: whether anything changes, whether it then has at most
 * 50, and the ids of what it gains and loses, as JSON.
 */
export function tagEffects(kind: BulkKind, workspaceId: string, add: readonly string[], remove: readonly string[]) {
  const { links, of, table } = kind.tagged
  const record = columnIn(getTableName(table), table.id)
  const [toAdd, toRemove] = [tagsWithKeys({ workspaceId, keys: add }), tagsWithKeys({ workspaceId, keys: remove })]
  const has = linkOf(kind.tagged, record, sql`tag.id`)
  const countOf = (rows: SQL) => sql`(SELECT count(*) FROM ${rows} AS tag WHERE ${has})`
  const gained = sql`(${add.length} - ${countOf(toAdd)})`
  const lost = countOf(toRemove)
  const all = sql`(SELECT count(*) FROM ${links} AS has WHERE ${columnIn('has', of)} = ${record})`
  return {
    changes: sql`(${gained} > 0 OR ${lost} > 0)`,
    fits: sql`(${gained} = 0 OR ${all} - ${lost} + ${gained} <= ${MAX_TAGS})`,
    added: sql`(SELECT json_group_array(tag.id) FROM ${toAdd} AS tag WHERE NOT ${has})`,
    removed: sql`(SELECT json_group_array(tag.id) FROM ${toRemove} AS tag WHERE ${has})`,
  }
}

/** The statement that makes the tags that do not exist yet. */
export function tagsInsert({ db, now, workspaceId }: JobCtx, list: readonly NewTag[], when: SQL): Statement {
  const values = {
    id: sql`value ->> 'id'`,
    workspaceId,
    name: sql`value ->> 'name'`,
    key: sql`value ->> 'key'`,
    createdAt: now,
    updatedAt: now,
  }
  return insertFrom(db, tags, values, sql`FROM json_each(${JSON.stringify(list)}) WHERE ${when}`).onConflictDoNothing()
}

/**
 * The statements that give and take tags, with an event for each record that changes. `rows` has `record_id` and `before`
 * as `r`; `gains` and `loses` name the lists of tag ids in `before`.
 */
export function tagStatements(
  ctx: JobCtx,
  kind: BulkKind,
  rows: SQL,
  gains: 'added' | 'removed',
  loses: 'added' | 'removed',
) {
  const { db } = ctx
  const { tagged } = kind
  const { links, of } = tagged
  const idsIn = (list: string) => sql`json_each(r.before, ${sql.raw(`'$.${list}'`)}) AS e`
  const living = sql`${tags} AS t ON t.id = e.value AND t.deleted_at IS NULL`
  const has = linkOf(tagged, sql`r.record_id`, sql`t.id`)
  const names = (list: string, when: SQL) =>
    sql`(SELECT json_group_array(t.name) FROM ${idsIn(list)} CROSS JOIN ${living} WHERE ${when})`
  const changes = sql`(SELECT r.record_id AS id, ${names(loses, has)} AS removed, ${names(gains, sql`NOT ${has}`)} AS added
    FROM ${rows} LIMIT -1) AS change`
  const eventsOf = (verb: 'tagged' | 'untagged', when: SQL) =>
    eventInsert(ctx, {
      verb: `${kind.name}.${verb}`,
      subject: kind.name,
      id: sql`change.id`,
      changes: tagChange(sql`json(change.removed)`, sql`json(change.added)`),
      from: changes,
      when,
      workspaceId: ctx.workspaceId,
    })
  const marks = kind.name === 'customer' ? taggingMarks(db, sql`SELECT r.record_id AS id FROM ${rows}`) : []
  const [marked, unmarked] = marks
  const link = { [columnKey(of)]: sql`r.record_id`, [columnKey(links.tagId)]: sql`t.id` }
  const statements: Statement[] = [
    eventsOf('tagged', sql`change.added <> '[]'`),
    eventsOf('untagged', sql`change.added = '[]' AND change.removed <> '[]'`),
    ...(marked ? [marked] : []),
    db
      .delete(links)
      .where(sql`(${of}, ${links.tagId}) IN (SELECT r.record_id, e.value FROM ${rows} CROSS JOIN ${idsIn(loses)})`),
    insertFrom(
      db,
      links,
      link,
      sql`FROM ${rows} CROSS JOIN ${idsIn(gains)} CROSS JOIN ${living} WHERE true`,
    ).onConflictDoNothing(),
    ...(unmarked ? [unmarked] : []),
  ]
  return statements
}
