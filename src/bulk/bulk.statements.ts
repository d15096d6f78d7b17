// The SQL of bulk changes: which records are chosen, what would become of each, and the statements of a piece.
import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Actor } from '../access/policy'
import { bulkResults, bulkSelections, jobs } from '../db/schema'
import { allOf, insertFrom } from '../db/sql'
import { changesOf, eventInsert, hasChanges } from '../events/event-insert'
import type { JobCtx, Selection } from '../jobs/jobs.kind'
import { versionStamp } from '../records/version'
import type { BulkKind, Plan, Weighed } from './bulk.kinds'
import { tagEffects } from './bulk.tags'

/** How many records a row of the selection has. */
export const PER_ROW = 500
/** How many rows a piece may write. */
export const PIECE_ROWS = 4_500

/** The statement that keeps which records were chosen; `rows` is a SELECT of `id` and `version`. */
export function selectionInsert({ db }: Pick<JobCtx, 'db'>, jobId: string, rows: SQL) {
  const tail = sql`FROM (SELECT id, version, row_number() OVER () - 1 AS place FROM (${rows})) GROUP BY place / ${sql.raw(String(PER_ROW))}`
  const values = {
    jobId,
    n: sql`place / ${sql.raw(String(PER_ROW))}`,
    records: sql`json_group_array(json_array(id, version) ORDER BY place)`,
  }
  return insertFrom(db, bulkSelections, values, tail)
}

/** SQL: how many records were chosen. */
export const selectedCount = (jobId: string) =>
  sql<number>`(SELECT coalesce(sum(json_array_length(s.records)), 0) FROM ${bulkSelections} AS s WHERE s.job_id = ${jobId})`

/** A SELECT of their ids, as one JSON list. */
export const selectedIds = (jobId: string) =>
  sql`SELECT json_group_array(e.value ->> 0) FROM ${bulkSelections} AS s CROSS JOIN json_each(s.records) AS e WHERE s.job_id = ${jobId}`

/** The chosen records behind a place, as JSON `[place, id, version]`, so many that changing them writes few rows. */
export function nextSelected(kind: BulkKind, jobId: string, after: string | null, weighed: Weighed): Selection {
  const { table, most, weight } = kind
  const start = after === null ? 0 : Number(after) + 1
  const [n, place] = [Math.floor(start / PER_ROW), start % PER_ROW]
  const given = sql`SELECT s.n * ${sql.raw(String(PER_ROW))} + e.key AS place, e.value ->> 0 AS id, e.value ->> 1 AS version
    FROM ${bulkSelections} AS s CROSS JOIN json_each(s.records) AS e
    WHERE s.job_id = ${jobId} AND s.n = ${n} AND e.key >= ${place} ORDER BY e.key LIMIT ${most}`
  return weighedRows(
    sql`SELECT given.place, given.id, given.version,
      coalesce((SELECT ${weight(weighed)} FROM ${table} WHERE ${table.id} = given.id), 4) AS weight FROM (${given}) AS given`,
    sql`json_array(place, id, version)`,
  )
}

/** Rows with a `place` and a `weight`, in order of the place, until they weigh as much as a piece may. */
export function weighedRows(rows: SQL, key: SQL): Selection {
  return {
    key,
    position: sql`place`,
    from: sql`FROM (SELECT *, sum(weight) OVER (ORDER BY place) AS so_far FROM (${rows}))
      WHERE so_far <= ${PIECE_ROWS} OR so_far = weight ORDER BY place`,
  }
}

/** A change as it is carried out: what it sets, and the keys of the tags. */
export type Prepared = {
  plan: Plan
  add: string[]
  remove: string[]
  /** What a record gets is said later: none is left out because nothing would change. */
  isOpen?: true
}

/**
 * SQL over `given`, which has `id` and `version`, and the row of the record, if there is one: what becomes of it. It is an
 * outcome, or the code of the error for which the record is refused, as it would be if it were changed alone.
 */
export function outcomeOf(actor: Actor, kind: BulkKind, { plan, add, remove, isOpen }: Prepared): SQL {
  const { table, reads, writes, isInReach, notYours } = kind
  const effects = tagEffects(kind, actor.workspaceId, add, remove)
  const seen = sql`(${table.deletedAt} IS NULL AND ${allOf(isInReach(actor, reads))})`
  const mine = sql`(${allOf(isInReach(actor, writes), isInReach(actor, plan.permission))})`
  const rules = [...plan.require, ...(add.length > 0 ? [['too_many_tags', effects.fits] as const] : [])]
  const refusals = rules.map(([code, holds]) => sql`WHEN (${holds}) IS NOT TRUE THEN ${code}`)
  const hasTags = add.length + remove.length > 0
  const changes = isOpen ? sql`true` : sql`(${setsAnything(kind, plan)} OR ${hasTags ? effects.changes : sql`false`})`
  // Null, as of a comparison with the owner of a record without one, counts as false.
  return sql`CASE WHEN ${table.id} IS NULL OR ${seen} IS NOT TRUE THEN 'notFound' WHEN ${mine} IS NOT TRUE THEN ${notYours}
    WHEN ${table.version} IS NOT given.version THEN 'conflict' ${sql.join(refusals, sql` `)}
    WHEN ${changes} THEN 'changed' ELSE 'unchanged' END`
}

const setsAnything = ({ table }: BulkKind, { set }: Plan) =>
  Object.keys(set).length === 0 ? sql`false` : hasChanges(table, set)

/** SQL: what a record has before the change, as JSON for `before`. Columns keep their very text. */
export function beforeOf(actor: Actor, kind: BulkKind, { plan, add, remove, isOpen }: Prepared): SQL {
  const columns: Record<string, SQLiteColumn> = getTableColumns(kind.table)
  const names = Object.keys({ ...plan.set, ...plan.derived })
  const pairs = names.map((name) => sql`${sql.raw(`'${name}'`)}, ${columns[name]}`)
  const set = sql`CASE WHEN ${isOpen ? sql`true` : setsAnything(kind, plan)} THEN json_object(${sql.join(pairs, sql`, `)}) END`
  const effects = tagEffects(kind, actor.workspaceId, add, remove)
  return sql`json_object('set', json(${names.length > 0 ? set : sql`NULL`}), 'added', json(${effects.added}), 'removed', json(${effects.removed}))`
}

const parts = sql`(SELECT p.value ->> 0 AS place, p.value ->> 1 AS id, p.value ->> 2 AS version FROM`

/** What was picked, as `given` with `place`, `id` and `version`. */
export const givenRows = (picked: SQL) => sql`${parts} (${picked}) AS p) AS given`

/** The results of this piece that are `changed`, as `r`. */
export function changedRows(jobId: string, picked: SQL): SQL {
  return sql`(SELECT c.record_id, c.before FROM ${bulkResults} AS c WHERE c.job_id = ${jobId} AND c.outcome = 'changed'
    AND c.n IN (SELECT p.value ->> 0 FROM (${picked}) AS p)) AS r`
}

/** The statements that set the columns of the changed records of a piece, after an event for each. */
export function setStatements(ctx: JobCtx, kind: BulkKind, { set, derived, verb }: Plan, rows: SQL) {
  const { db, now, workspaceId } = ctx
  const { table, name } = kind
  const isChanged = sql`${table.id} IN (SELECT r.record_id FROM ${rows} WHERE r.before -> '$.set' <> 'null')`
  return [
    eventInsert(ctx, {
      verb: `${name}.${verb}`,
      subject: name,
      id: sql`${table.id}`,
      changes: changesOf(table, set),
      from: sql`${table}`,
      when: isChanged,
      workspaceId,
    }),
    db
      .update(table)
      .set({ ...set, ...derived, ...versionStamp(table, now) })
      .where(isChanged),
  ]
}

/** The statement that counts the ends of this piece in the job. */
export function outcomesUpdate({ db, jobId }: JobCtx, picked: SQL) {
  const shown = sql`CASE WHEN r.outcome IN ('changed', 'unchanged', 'conflict', 'notFound') THEN r.outcome ELSE 'refused' END`
  const counts = sql`SELECT ${shown} AS outcome, count(*) AS n FROM ${bulkResults} AS r WHERE r.job_id = ${jobId}
    AND r.n IN (SELECT p.value ->> 0 FROM (${picked}) AS p) GROUP BY 1`
  const all = sql`SELECT key AS outcome, value AS n FROM json_each((SELECT j.outcomes FROM ${jobs} AS j WHERE j.id = ${jobId}))
    UNION ALL ${counts}`
  return db
    .update(jobs)
    .set({
      outcomes: sql`(SELECT json_group_object(outcome, n) FROM (SELECT outcome, sum(n) AS n FROM (${all}) GROUP BY outcome))`,
    })
    .where(sql`${jobs.id} = ${jobId}`)
}
