// Classifies every row of a chunk of interactions, tickets, tags or relationships in one statement; dry runs use it too.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Ctx } from '../context'
import { importChunks, importKeys } from '../db/schema'
import { columnIn } from '../db/sql'
import { type KindJob, unwrittenChunk } from './imports.job'
import { at, membersOf } from './imports.kinds.references'
import type { Changed } from './imports.kinds.tables'

/** What the classification of a kind needs to know of it. */
export type Classified = {
  roles: readonly string[]
  found: Record<string, SQL>
  settled?: Record<string, SQL>
  /** The id of the record, and the key by which rows of one record are known. */
  record: SQL
  identity: SQL
  /** The record `t` of the row, and its id. */
  join: SQL
  exists: SQL
  isChanged: SQL
  refusals: [code: string, when: SQL][]
  /** Tables of the WITH clause beside the usual ones; they may read `found`. */
  beside?: SQL[]
  /** The id of a new record: it begins with the ids of the chunk. */
  newId: SQL
}

const OUTCOMES = ['create', 'update', 'unchanged', 'superseded', 'failed'] as const
const key = alias(importKeys, 'k')

/** The statement that replaces the rows of a chunk by an object with one array of rows for each outcome. */
export function classifiedKinds(ctx: Ctx, job: KindJob, n: number, kind: Classified) {
  const rows = sql`(SELECT ${importChunks.rows} FROM ${importChunks} WHERE ${importChunks.importId} = ${job.id} AND ${importChunks.n} = ${n})`
  const order = sql.raw(job.duplicates === 'last' ? 'DESC' : 'ASC')
  const groups = OUTCOMES.map((outcome) =>
    sql.raw(`'${outcome}', jsonb_group_array(row) FILTER (WHERE outcome = '${outcome}')`),
  )
  const outcomes = sql`(
    WITH parsed AS MATERIALIZED (SELECT key AS n, jsonb(value) AS row FROM json_each(${rows})
    ), members AS MATERIALIZED (${membersOf(ctx, kind.roles)}
    ), found AS MATERIALIZED (SELECT n, ${withValues(kind.found)} AS row FROM parsed
    ), settled AS MATERIALIZED (SELECT n, ${withValues(kind.settled ?? {})} AS row FROM found
    ), ${kind.beside ? sql`${sql.join(kind.beside, sql`, `)}, ` : sql``}located AS MATERIALIZED (
      SELECT n, row, ${kind.identity} AS identity, ${kind.record} AS record_in_table FROM settled
    ), matched AS MATERIALIZED (
      SELECT n, row, identity, coalesce(${earlierRow(job, (k) => sql`${k.recordId}`, sql`identity`)}, record_in_table) AS record FROM located
    ), ranked AS MATERIALIZED (
      SELECT *, row_number() OVER (PARTITION BY coalesce(record, identity) ORDER BY n ${order}) AS nth,
        ${earlierRow(job, (k) => sql`json_array(${k.outcome}, ${k.line})`, sql`identity, 'record:' || record`)} AS earlier FROM matched
    ), compared AS (
      SELECT ranked.*, ${kind.exists} IS NOT NULL AS record_exists, iif(${kind.exists} IS NULL, false, ${kind.isChanged}) AS is_changed,
        ${refusalCode(job, kind)} AS refusal
      FROM ranked LEFT JOIN ${kind.join}
    ), checked AS (SELECT *, CASE WHEN nth > 1 AND ${sql.raw(`'${job.duplicates}'`)} = 'last' THEN NULL WHEN row ->> 'erased' = 1 THEN 'erased'
      ${modeCases(job)} ELSE refusal END AS code FROM compared
    ), classified AS (SELECT *, CASE WHEN code IS NOT NULL THEN 'failed' WHEN nth > 1 THEN 'superseded' WHEN record IS NULL THEN 'create'
      WHEN record_exists AND is_changed AND ${IS_TO_CHANGE} THEN 'update' ELSE 'unchanged' END AS outcome FROM checked)
    SELECT jsonb_object(${sql.join(groups, sql`, `)}) FROM (
      SELECT outcome, CASE outcome WHEN 'create' THEN jsonb_set(row, '$.record', ${kind.newId}, '$.identity', identity)
        ELSE jsonb_set(row, '$.record', record, '$.identity', identity, '$.n', n, '$.code', code, '$.earlier', earlier ->> 0, '$.earlierLine', earlier ->> 1) END AS row
      FROM classified ORDER BY n)
  )`
  return ctx.db.update(importChunks).set({ rows: outcomes }).where(unwrittenChunk(job, n))
}

/** A row that is known by what it says alone repeats an earlier import: later changes of the record stay. */
const IS_TO_CHANGE = sql.raw(`row ->> 'by' <> 'content'`)

// Later values may follow from earlier ones, so each is a patch of its own step.
function withValues(values: Record<string, SQL>): SQL {
  const pairs = Object.entries(values).map(
    ([name, value]) => sql`${sql.raw(`'${name}'`)}, ${isJson(name) ? sql`json(${value})` : value}`,
  )
  return pairs.length === 0 ? sql`row` : sql`jsonb_patch(row, jsonb_object(${sql.join(pairs, sql`, `)}))`
}

const isJson = (name: string) => name === 'customFields'

// The first row of an earlier chunk that has one of these keys; null in the only chunk of an import.
function earlierRow({ id, chunks }: KindJob, select: (k: typeof key) => SQL, keys: SQL): SQL {
  if (chunks === 1) return sql`NULL`
  return sql`(SELECT ${select(key)} FROM ${importKeys} AS k WHERE ${key.importId} = ${id} AND ${key.key} IN (${keys}) ORDER BY ${key.line} LIMIT 1)`
}

function refusalCode({ duplicates }: KindJob, { refusals }: Classified): SQL {
  const cases = refusals.map(([code, when]) => sql`WHEN ${when} THEN ${sql.raw(`'${code}'`)}`)
  const repeated = duplicates === 'refuse' ? sql`WHEN nth > 1 OR earlier IS NOT NULL THEN 'duplicate_in_file'` : sql``
  return sql`CASE ${repeated} ${sql.join(cases, sql` `)} END`
}

function modeCases({ mode }: KindJob): SQL {
  if (mode === 'update') return sql`WHEN record IS NULL THEN 'not_found'`
  if (mode === 'create') {
    return sql`WHEN record_exists AND is_changed AND ${IS_TO_CHANGE} AND earlier ->> 0 IS NOT 'create' THEN 'exists'`
  }
  return sql``
}

/** Whether a row changes one of these fields of the record `t`. An empty cell changes nothing. */
export function differences(changed: readonly Changed[]): SQL {
  const each = changed.map(({ name, column, isEntries }) => {
    const before = columnIn('t', column)
    return isEntries
      ? sql`(row -> ${sql.raw(`'$.${name}'`)} IS NOT NULL AND json_patch(coalesce(${before}, '{}'), row -> ${sql.raw(`'$.${name}'`)}) IS NOT coalesce(json(${before}), '{}'))`
      : sql`(${at(name)} IS NOT NULL AND ${at(name)} IS NOT ${before})`
  })
  return each.length === 0 ? sql`false` : sql`(${sql.join(each, sql` OR `)})`
}
