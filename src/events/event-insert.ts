// The INSERT of an event, for the batch of the change that it records, with a condition of its own.
import { getTableColumns, is, SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Actor } from '../access/policy'
import type { Db } from '../db/client'
import { events, workspaces } from '../db/schema'
import type { SUBJECT_TYPES } from '../db/schema/events'
import { columnName, insertFrom } from '../db/sql'

type EventInput = {
  verb: `${string}.${string}`
  subject: (typeof SUBJECT_TYPES)[number]
  /** The record's id, or the column that holds it where `from` names a table. */
  id: string | SQL
  /** `{ field: [before, after] }`: a value, or SQL that computes the JSON. */
  changes?: Record<string, [unknown, unknown]> | SQL
  /** The rows that get an event each; without it, there is one event. */
  from?: SQL
  /** At most one row of `from` meets `when`. */
  isOne?: true
  /** SQL: whether the change happened, mostly `ifChanged`. */
  when: SQL
  /** The actor of an event without a signed-in caller; `public` if absent. */
  by?: 'system'
  /** The workspace, if there is no signed-in caller. */
  workspaceId?: string | SQL
}
type EventCtx = {
  db: Db
  now: string
  actor?: Pick<Actor, 'type' | 'id' | 'workspaceId'>
  /** The workspaces whose listeners are told of events after the response. */
  happened?: Set<string>
}

/** The statement that records a change, if it happened. Without a signed-in caller, the actor is `public` or `by`. */
export function eventInsert(ctx: EventCtx, input: EventInput) {
  const { happened } = ctx
  if (input.from && !input.isOne) return eventsInsert(ctx, { ...input, from: input.from })
  const insert = insertOf(ctx, input, sql`1`)
  return happened ? insert.returning({ heardIn: heardIn((id) => happened.add(id)) }) : insert
}

/** The statement that records a change of each row of `from`. Whether anything listens is asked once, after the response. */
export function eventsInsert(ctx: EventCtx, input: EventInput & { from: SQL }) {
  const workspace = input.workspaceId ?? ctx.actor?.workspaceId
  if (typeof workspace === 'string') ctx.happened?.add(workspace)
  return insertOf(ctx, input, sql`row_number() OVER ()`)
}

function insertOf(
  { db, now, actor }: EventCtx,
  { verb, subject, id, changes, from, when, by, workspaceId }: EventInput,
  nth: SQL,
) {
  const workspace = workspaceId ?? actor?.workspaceId ?? ''
  // A batch is one transaction, and D1 runs one at a time: no two events take the same number.
  const lastSeq = sql`coalesce((SELECT last.seq FROM ${events} AS last WHERE last.workspace_id = ${workspace}
    ORDER BY last.seq DESC LIMIT 1), 0)`
  const values = {
    seq: sql`${lastSeq} + ${nth}`,
    id: sql`lower(hex(randomblob(8)))`,
    workspaceId: workspace,
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

/** SQL for the event that is inserted: its workspace if anything listens there, which is then noted. */
function heardIn(note: (workspaceId: string) => void) {
  const heard = sql<string | null>`(SELECT home.id FROM ${workspaces} AS home
    WHERE home.id = ${sql.identifier(columnName(events.workspaceId))} AND home.${sql.identifier(columnName(workspaces.isHeard))})`
  return heard.mapWith((id: string) => {
    note(id)
    return id
  })
}

/**
 * SQL: the fields that a patch changes in the row, as JSON `{ field: [before, after] }`; null if it changes none. A value
 * that depends on the row is SQL that gives its JSON.
 */
export function changesOf(table: SQLiteTable, patch: Record<string, unknown>): SQL {
  const columns = Object.entries(getTableColumns(table)).filter(([field]) => patch[field] !== undefined)
  const pairs = columns.map(([field, column]) => {
    const value = patch[field]
    const isJson = column.dataType === 'json'
    const computed = is(value, SQL) ? (isJson ? value : sql`json_quote(${value})`) : undefined
    const after = computed ?? sql`${JSON.stringify(value)}`
    // A column of JSON is compared and stored as JSON, not as text.
    const [present, next] = isJson
      ? [sql`json(${column})`, sql`nullif(json(${after}), 'null')`]
      : [column, sql`${after} ->> '$'`]
    return sql`${sql.raw(`'${field}'`)}, CASE WHEN ${present} IS NOT (${next}) THEN json_array(${present}, json(${after})) END`
  })
  // json_patch drops the pairs that are null.
  return sql`nullif(json_patch('{}', json_object(${sql.join(pairs, sql`, `)})), '{}')`
}

/** SQL: whether a patch changes anything in the row. If it does not, there is no event and no new version. */
export function hasChanges(table: SQLiteTable, patch: Record<string, unknown>): SQL {
  return sql`${changesOf(table, patch)} IS NOT NULL`
}
