// What definitions of custom fields say of the rows of a chunk, as SQL: values that are refused, and unique ones that are taken.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { fieldProblems } from '../access/field-problems'
import { fieldKeys, fields, importKeys } from '../db/schema'
import { columnIn } from '../db/sql'
import { ENTITIES, type Entity, type Job, rowsWithOutcome } from './imports.job'

const f = alias(fields, 'f')
const ofFile = { workspaceId: sql`(SELECT workspace_id FROM rules)`, entity: sql`(SELECT entity FROM rules)` }
const rowFields = sql.raw(`row -> '$.customFields'`)
const isUnique = sql`${f.workspaceId} = ${ofFile.workspaceId} AND ${f.entity} = ${ofFile.entity} AND ${f.isUnique}`
const keyOf = (value: SQL) => sql`lower(trim(${value}))`
const hasKey = (each: string) => sql.raw(`${each}.type IN ('text', 'integer', 'real') AND trim(${each}.value) <> ''`)
const fieldKey = (value: SQL) => sql`'field:' || ${f.id} || ':' || ${keyOf(value)}`

// The custom fields of the record `t` before the row, and as the row makes them.
function patched(entity: Entity) {
  const was = columnIn('t', ENTITIES[entity].table.customFields)
  return { was, becomes: sql`json_patch(coalesce(${was}, '{}'), ${rowFields})` }
}

/**
 * Within `compared`: the first problem of the row's custom fields as JSON, `[code, key, value, message]`. It is a value that
 * another record has, or one that the triggers would refuse, because definitions have changed since the file was read.
 */
export function fieldProblem(entity: Entity): SQL {
  const { was, becomes } = patched(entity)
  const problems = fieldProblems({ ...ofFile, was, becomes })
  return sql`CASE WHEN (SELECT has_rules FROM rules) AND ${rowFields} IS NOT NULL THEN coalesce(
      (SELECT taken.problem FROM taken WHERE taken.n = looked_up.n),
      (SELECT json_array('field_refused', 'customFields.' || problems.key, (SELECT value FROM json_each(${becomes}) WHERE key = problems.key), problems.message)
        FROM (${problems}) AS problems LIMIT 1)) END`
}

/**
 * SELECT of `n` and `problem` of the rows of `looked_up` with a unique value that another record has, or an earlier row of
 * another record. Records of earlier chunks are known by their keys, also by the values that they have given up since.
 */
export function takenValues(job: Job): SQL {
  const { entity } = job
  const { table } = ENTITIES[entity]
  const { was, becomes } = patched(entity)
  const k = alias(fieldKeys, 'k')
  const key = alias(importKeys, 'key')
  const values = sql`SELECT n, row ->> 'line' AS line, record, ${f.id} AS id, ${f.key} AS name, g.value AS value, ${keyOf(sql`g.value`)} AS key,
      coalesce(record, n) AS who
    FROM ${fields} AS f CROSS JOIN looked_up LEFT JOIN ${table} AS t ON ${columnIn('t', table.seq)} = looked_up.record_seq
    CROSS JOIN json_each(${becomes}) AS g ON g.key = ${f.key}
    WHERE ${isUnique} AND nth = 1 AND ${rowFields} IS NOT NULL AND ${becomes} IS NOT ${was} AND ${hasKey('g')}`
  const inFile = sql`(SELECT ${key.recordId} FROM ${importKeys} AS key WHERE ${key.importId} = ${job.id}
    AND ${key.key} = 'field:' || held.id || ':' || held.key AND ${key.recordId} IS NOT held.record)`
  const holder = sql`coalesce((SELECT ${k.recordId} FROM ${fieldKeys} AS k WHERE ${k.fieldId} = held.id AND ${k.value} = held.key
      AND ${k.recordId} IS NOT held.record), ${job.chunks === 1 ? sql`NULL` : inFile}, iif(who IS NOT first_who, 'line ' || first_line, NULL))`
  return sql`SELECT n, min(json_array('field_taken', 'customFields.' || name, value, 'Another record has this value: ' || holder)) AS problem
    FROM (SELECT held.*, ${holder} AS holder FROM (SELECT *, first_value(who) OVER same AS first_who, first_value(line) OVER same AS first_line
      FROM (${values}) WINDOW same AS (PARTITION BY id, key ORDER BY n)) AS held)
    WHERE holder IS NOT NULL GROUP BY n`
}

/** Within `compared`: the keys of the unique values that the record `t` has before the row, as JSON. */
export function beforeKeys(job: Job): SQL {
  if (job.chunks === 1) return sql`NULL`
  const { was } = patched(job.entity)
  return sql`CASE WHEN (SELECT has_rules FROM rules) THEN (SELECT nullif(json_group_array(${fieldKey(sql`g.value`)}), '[]')
    FROM ${fields} AS f CROSS JOIN json_each(${was}) AS g ON g.key = ${f.key} WHERE ${isUnique} AND ${hasKey('g')}) END`
}

/** SELECTs of `row`, `outcome` and `key`: unique values that the written rows of a chunk have, and had. */
export function fieldKeySelects(job: Job, n: number, workspaceId: string): SQL[] {
  const rows = rowsWithOutcome(job, n, 'create', 'update', 'unchanged')
  return [
    sql`SELECT row, outcome, ${fieldKey(sql`each.value`)} AS key FROM ${fields} AS f CROSS JOIN ${rows}
      CROSS JOIN json_each(${rowFields}) AS each ON each.key = ${f.key}
      WHERE ${f.workspaceId} = ${workspaceId} AND ${f.entity} = ${ENTITIES[job.entity].subject} AND ${f.isUnique} AND ${hasKey('each')}`,
    sql`SELECT row, outcome, each.value AS key FROM ${rowsWithOutcome(job, n, 'update', 'unchanged')}, json_each(row -> '$.keysBefore') AS each`,
  ]
}
