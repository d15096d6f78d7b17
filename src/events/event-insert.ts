// Recording: an event is an INSERT that goes into the batch of the change it tells of, with a condition of its own.
import { getTableColumns, is, SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Actor } from '../access/policy'
import type { Db } from '../db/client'
import { events } from '../db/schema'
import type { SUBJECT_TYPES } from '../db/schema/events'
import { insertFrom } from '../db/sql'

type EventInput = {
  verb: `${string}.${string}`
  subject: (typeof SUBJECT_TYPES)[number]
  /** The record's id, or the column that holds it where `from` names a table. */
  id: string | SQL
  /** `{ field: [before, after] }`: a value, or SQL that computes the JSON. */
  changes?: Record<string, [unknown, unknown]> | SQL
  /** Rows to record one event each for; without it, one event. */
  from?: SQL
  /** Whether it happened, in the words of the batch: mostly `ifChanged`. */
  when: SQL
  /** Who did it, where nobody is signed in; else `public`. */
  by?: 'system'
  /** Whose workspace, where nobody is signed in. */
  workspaceId?: string | SQL
}
type EventCtx = { db: Db; now: string; actor?: Pick<Actor, 'type' | 'id' | 'workspaceId'> }

/** The statement that records a happening, if it happened; actor `public` where nobody is signed in. */
export function eventInsert(
  { db, now, actor }: EventCtx,
  { verb, subject, id, changes, from, when, by, workspaceId }: EventInput,
) {
  const values = {
    id: sql`lower(hex(randomblob(16)))`,
    workspaceId: workspaceId ?? actor?.workspaceId ?? '',
    subjectType: subject,
    subjectId: id,
    verb,
    actorType: actor?.type ?? by ?? ('public' as const),
    actorId: actor?.id ?? null,
    changes,
    createdAt: now,
  }
  return insertFrom(db, events, values, sql`${from ? sql`FROM ${from}` : sql``} WHERE ${when}`)
}

/**
 * JSON of the fields that a patch changes in the row at hand, as `{ field: [before, after] }`; null when it changes none.
 * A value that follows from the row is SQL that computes its JSON.
 */
export function changesOf(table: SQLiteTable, patch: Record<string, unknown>): SQL {
  const columns = Object.entries(getTableColumns(table)).filter(([field]) => patch[field] !== undefined)
  const pairs = columns.map(([field, column]) => {
    const value = patch[field]
    const after = is(value, SQL) ? value : sql`${JSON.stringify(value)}`
    // A column of JSON stands beside its new value as JSON too, not as text that holds some.
    const [before, then] =
      column.dataType === 'json'
        ? [sql`json(${column})`, sql`nullif(json(${after}), 'null')`]
        : [column, sql`${after} ->> '$'`]
    return sql`${sql.raw(`'${field}'`)}, CASE WHEN ${before} IS NOT (${then}) THEN json_array(${before}, json(${after})) END`
  })
  // A patch of nothing by these pairs leaves out those that are null.
  return sql`nullif(json_patch('{}', json_object(${sql.join(pairs, sql`, `)})), '{}')`
}

/** Whether a patch changes anything in the row at hand. What changes nothing is no change: no event, no new version. */
export function hasChanges(table: SQLiteTable, patch: Record<string, unknown>): SQL {
  return sql`${changesOf(table, patch)} IS NOT NULL`
}
