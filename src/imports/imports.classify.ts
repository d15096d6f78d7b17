// Classifies every row of a chunk (create, update, unchanged, superseded, failed) in one statement; dry runs use the same.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isTeamMember, visible } from '../access/visible'
import { remainingRoom } from '../billing/limits'
import type { Ctx } from '../context'
import { importChunks, users } from '../db/schema'
import { columnIn } from '../db/sql'
import { ENTITIES, type Job, type Outcome, openChunk, PERMISSION } from './imports.job'
import { cell, differences, isTooBig } from './imports.statements'

/** Why a row cannot be written; `value` is SQL over the row. */
export const REFUSALS = {
  duplicate_in_file: { field: null, value: `row ->> 'line'`, message: 'The same record as an earlier row of the file' },
  ambiguous: { field: null, value: `row ->> 'key'`, message: 'More than one record has this; match by id' },
  owner_unknown: { field: 'owner', value: `row ->> 'owner'`, message: 'No active member of the team has this address' },
  email_taken: { field: 'email', value: `row ->> 'email'`, message: 'Another customer has this e-mail' },
  not_found: { field: null, value: `row ->> 'key'`, message: 'There is no such record to update' },
  required: { field: null, value: 'NULL', message: 'Nothing can be made without it' },
  exists: {
    field: null,
    value: `row ->> 'key'`,
    message: 'There is such a record, and it differs; import with mode=upsert',
  },
  plan_limit: { field: null, value: 'NULL', message: 'The plan has no room for one more customer' },
  too_big: { field: null, value: 'NULL', message: 'The fields together would be more than 16 KB of JSON' },
} as const

/**
 * The statement that makes of the rows of a chunk an object with an array for each verdict. What earlier rows of the file
 * did is known by keys, never by the tables, which a dry run leaves as they are. Of a record to be made the id begins
 * with `ids`.
 */
export function classify(ctx: Ctx, job: Job, n: number, ids: string) {
  const rows = sql`(SELECT rows FROM import_chunks WHERE import_id = ${job.id} AND n = ${n})`
  const { table } = ENTITIES[job.entity]
  // The only chunk has none before it.
  const known = (what: string, keys: string) =>
    job.chunks > 1
      ? sql`(SELECT ${sql.raw(what)} FROM import_keys AS k WHERE k.import_id = ${job.id} AND k.key IN (${sql.raw(keys)})
          ORDER BY k.line LIMIT 1)`
      : sql`NULL`
  const groups = OUTCOMES.map((outcome) => `'${outcome}', jsonb_group_array(row) FILTER (WHERE verdict = '${outcome}')`)
  const outcomes = sql`(
    WITH e AS MATERIALIZED (SELECT key AS n, jsonb(value) AS row FROM json_each(${rows})
    ), given AS MATERIALIZED (
      SELECT n, row, ${known('k.record_id', `row ->> 'key'`)} AS seen, ${matchedRecord(ctx, job)} AS found FROM e
    ), placed AS MATERIALIZED (
      SELECT n, row, coalesce(seen, found) AS record, ${ownerOf(ctx, job)} AS owner, ${occurrenceColumns(job)}
      FROM given
    ), compared AS MATERIALIZED (
      SELECT placed.*, t.id IS NOT NULL AS is_there, ${columnIn('t', table.email)} AS email_before, ${columnIn('t', table.phoneE164)} AS phone_before,
        ${known('json_array(k.outcome, k.line)', `row ->> 'key', 'record:' || placed.record, 'email:' || t.email`)} AS earlier,
        iif(t.id IS NULL, false, ${isChanged(job)}) AS is_changed,
        iif(t.id IS NULL, false, ${isTooBig(job.entity, 't')}) AS is_too_big, ${isTaken(ctx, job)} AS is_taken
      FROM placed
      LEFT JOIN ${table} AS t ON t.id = placed.record AND t.deleted_at IS NULL
    ), refused AS (SELECT *, ${refusal(job)} AS code FROM compared), sorted AS (SELECT *, ${OUTCOME} AS verdict FROM refused
    ), judged AS (${withinPlan(ctx, job)})
    SELECT jsonb_object(${sql.raw(groups.join(', '))}) FROM (
      SELECT verdict, CASE verdict
        WHEN 'create' THEN jsonb_set(row, '$.record', ${ids} || printf('%08x', n), '$.ownerId', owner)
        ELSE jsonb_set(row, '$.record', record, '$.ownerId', owner, '$.n', n, '$.code', code, '$.emailBefore', email_before,
          '$.phoneBefore', phone_before, '$.earlier', earlier ->> 0, '$.earlierLine', earlier ->> 1) END AS row
      FROM judged ORDER BY n)
  )`
  return ctx.db.update(importChunks).set({ rows: outcomes }).where(openChunk(job, n))
}

const OUTCOMES: Outcome[] = ['create', 'update', 'unchanged', 'superseded', 'failed']

// Which of the chunk's rows of one record, and of one e-mail, a row is; of rows of a record the first or the last counts.
function occurrenceColumns({ duplicates, match }: Job): SQL {
  const order = duplicates === 'last' ? 'DESC' : 'ASC'
  const ofRecord = `row_number() OVER (PARTITION BY coalesce(seen, nullif(found, '?'), n) ORDER BY n ${order}) AS nth`
  const ofEmail = `row_number() OVER (PARTITION BY coalesce(row ->> 'email', n) ORDER BY n) AS nth_of_email`
  return sql.raw(match === 'email' ? ofRecord : `${ofRecord}, ${ofEmail}`)
}

// By the matching field: the one record that has it, '?' where several have. Else by id, else as what came before so.
function matchedRecord({ actor }: Ctx, { entity, match }: Job): SQL {
  const { table, name } = ENTITIES[entity]
  const t = alias(table, 't')
  const which = (condition: SQL) =>
    sql`FROM ${sql.raw(name)} AS t WHERE ${visible(actor, PERMISSION, t)} AND ${condition}`
  const one = (name: 'email' | 'phoneE164') => {
    const has = sql`${columnIn('t', table[name])} = ${cell(name)}`
    return sql`(SELECT CASE count(*) WHEN 0 THEN NULL WHEN 1 THEN min(id) ELSE '?' END FROM (SELECT t.id AS id ${which(has)} LIMIT 2))`
  }
  const byId = sql`(SELECT t.id ${which(sql`t.id = row ->> 'id'`)})`
  const byContent = sql`(SELECT t.id ${which(sql`t.import_key = row ->> 'importKey'`)} LIMIT 1)`
  const byMatch = match === 'id' ? sql`NULL` : one(match === 'phone' ? 'phoneE164' : 'email')
  return sql`CASE row ->> 'by' WHEN 'match' THEN ${byMatch} ELSE coalesce(${byId}, ${byContent}) END`
}

// The member whom a row names, by address or by id.
function ownerOf({ actor }: Ctx, { id, defaultOwner }: Job): SQL {
  const named = (who: SQL) =>
    sql`(SELECT u.id FROM ${users} AS u WHERE ${who} AND ${isTeamMember(sql`u.id`, actor.workspaceId)})`
  const given = sql`coalesce(${named(sql`u.email = row ->> 'owner'`)}, ${named(sql`u.id = row ->> 'owner'`)})`
  const usual =
    defaultOwner === null ? sql`NULL` : named(sql`u.id = (SELECT default_owner FROM imports WHERE id = ${id})`)
  return sql`CASE WHEN row ->> 'owner' IS NOT NULL THEN ${given} WHEN coalesce(seen, found) IS NULL THEN ${usual} END`
}

/** Whether the record would be another after the row, tags included. */
function isChanged({ entity }: Job): SQL {
  const { table } = ENTITIES[entity]
  const owner = sql`(row ->> 'owner' IS NOT NULL AND placed.owner IS NOT ${columnIn('t', table.ownerId)})`
  const isTagged = sql`EXISTS (SELECT 1 FROM json_each(row -> '$.tags') AS tag WHERE ${sql.raw(IS_NEW_TAG)})`
  const all = [...differences(entity, 't'), owner, ...(entity === 'customers' ? [isTagged] : [])]
  return sql`(${sql.join(all, sql` OR `)})`
}

/** The customer `t` lacks the tag whose key is `tag.value`. */
export const IS_NEW_TAG = `NOT EXISTS (SELECT 1 FROM customer_tags AS has JOIN tags ON tags.id = has.tag_id
  WHERE has.customer_id = t.id AND tags.key = tag.value)`

// Rows that would make one customer more than the plan has room for are refused. A dry run has made none of its own.
function withinPlan(ctx: Ctx, { id, entity, dryRun }: Job): SQL {
  const room = entity === 'customers' ? remainingRoom(ctx, 'customers') : null
  if (room === null) return sql`SELECT * FROM sorted`
  const left = dryRun ? sql`${room} - (SELECT created FROM imports WHERE id = ${id})` : room
  return sql`SELECT n, row, record, owner, email_before, phone_before, earlier, iif(is_over, 'plan_limit', code) AS code,
      iif(is_over, 'failed', verdict) AS verdict
    FROM (SELECT *, verdict = 'create' AND sum(verdict = 'create') OVER (ORDER BY n) > ${left} AS is_over FROM sorted)`
}

// Whoever has the e-mail has it, and so does whoever had it or took it within this file, dry run or not.
function isTaken({ actor }: Ctx, { id, entity, match }: Job): SQL {
  const { isEmailUnique, table } = ENTITIES[entity]
  // Matched by e-mail, whoever has it is the record.
  if (!isEmailUnique || match === 'email') return sql`false`
  const other = alias(table, 'other')
  const isHeld = sql`EXISTS (SELECT 1 FROM ${table} AS other WHERE ${visible(actor, PERMISSION, other)}
    AND other.email = row ->> 'email' AND other.id IS NOT placed.record)`
  return sql`(row ->> 'email' IS NOT NULL AND (nth_of_email > 1 OR ${isHeld} OR EXISTS (SELECT 1 FROM import_keys AS held
    WHERE held.import_id = ${id} AND held.key = 'email:' || (row ->> 'email') AND held.record_id IS NOT placed.record)))`
}

function refusal({ mode, duplicates, defaultOwner, entity }: Job): SQL {
  const { required } = ENTITIES[entity]
  const hasOwner = `row ->> 'owner' IS NOT NULL${defaultOwner === null ? '' : ' OR record IS NULL'}`
  const cases = [
    `WHEN record = '?' THEN 'ambiguous'`,
    duplicates === 'refuse' ? `WHEN nth > 1 OR earlier IS NOT NULL THEN 'duplicate_in_file'` : '',
    `WHEN (${hasOwner}) AND owner IS NULL THEN 'owner_unknown'`,
    `WHEN is_taken THEN 'email_taken'`,
    mode === 'update' ? `WHEN record IS NULL THEN 'not_found'` : '',
    `WHEN record IS NULL AND row ->> '${required}' IS NULL THEN 'required'`,
    mode === 'create'
      ? `WHEN is_there AND is_changed AND ${IS_TO_CHANGE} AND earlier ->> 0 IS NOT 'create' THEN 'exists'`
      : '',
    `WHEN is_too_big AND ${IS_TO_CHANGE} THEN 'too_big'`,
  ]
  return sql.raw(`CASE WHEN nth > 1 AND '${duplicates}' = 'last' THEN NULL ${cases.join(' ')} END`)
}

// What is recognised by its content has been imported so before, and what became of it since is not undone.
const IS_TO_CHANGE = `(row ->> 'by' = 'match' OR record IS NULL OR record = row ->> 'id')`

const OUTCOME =
  sql.raw(`CASE WHEN code IS NOT NULL THEN 'failed' WHEN nth > 1 THEN 'superseded' WHEN record IS NULL THEN 'create'
  WHEN is_there AND is_changed AND ${IS_TO_CHANGE} THEN 'update' ELSE 'unchanged' END`)
