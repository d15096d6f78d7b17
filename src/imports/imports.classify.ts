// Classifies every row of a chunk (create, update, unchanged, superseded, failed) in one statement; dry runs use it too.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isTeamMember, visible } from '../access/visible'
import { remainingRoom } from '../billing/limits'
import type { Ctx } from '../context'
import { signOf } from '../db/fts'
import { customerAddresses, importChunks, importKeys, imports, users } from '../db/schema'
import { MAX_TAGS } from '../db/schema/tags'
import { columnIn } from '../db/sql'
import { TAGGED } from '../tags/tagged'
import { beforeKeys, fieldProblem, takenValues } from './imports.field-rules'
import { fieldRulesColumns } from './imports.fields'
import { ENTITIES, type Job, type Outcome, PERMISSION, unwrittenChunk } from './imports.job'
import { hasNewNote, hasNotes } from './imports.notes'
import { IS_TO_CHANGE, refusalCode } from './imports.refusals'
import { settledRow } from './imports.settle'
import { cell, fieldDifferences, isNewTag, isTooBig } from './imports.statements'

const OUTCOMES: Outcome[] = ['create', 'update', 'unchanged', 'superseded', 'failed']

/**
 * The statement that replaces the rows of a chunk by an object with one array of rows for each outcome. It recognises
 * earlier rows of the file by their keys, because a dry run writes no records. Ids of new records begin with `ids`.
 */
export function classifiedChunk(ctx: Ctx, job: Job, n: number, ids: string) {
  const { table } = ENTITIES[job.entity]
  const t = alias(table, 't')
  const rows = sql`(SELECT ${importChunks.rows} FROM ${importChunks} WHERE ${importChunks.importId} = ${job.id} AND ${importChunks.n} = ${n})`
  const recordKeys = sql`${cell('key')}, 'record:' || looked_up.record, 'email:' || ${t.email}`
  const groups = OUTCOMES.map((outcome) =>
    sql.raw(`'${outcome}', jsonb_group_array(row) FILTER (WHERE outcome = '${outcome}')`),
  )
  const outcomes = sql`(
    WITH rules AS MATERIALIZED (SELECT ${fieldRulesColumns(ctx, job.entity)}
    ), parsed AS MATERIALIZED (SELECT key AS n, jsonb(value) AS row FROM json_each(${rows})
    ), matched AS MATERIALIZED (
      SELECT n, row, ${earlierRow(job, (k) => sql`${k.recordId}`, cell('key'))} AS record_in_file, ${recordOfRow(ctx, job)} AS record_in_table FROM parsed
    ), owners AS MATERIALIZED (${ownersOfRows(ctx)}
    ), located AS MATERIALIZED (
      SELECT n, row, coalesce(record_in_file, record_in_table) AS record, ${ownerOfRow(ctx, job)} AS owner, ${occurrenceColumns(job)}
      FROM matched
    ), looked_up AS MATERIALIZED (
      SELECT n, ${settledRow(ctx, job)} AS row, record, owner, nth, nth_of_email, nth_of_external, ${t.seq} AS record_seq
      FROM located LEFT JOIN ${table} AS t ON ${t.id} = located.record AND ${t.deletedAt} IS NULL
    ), taken AS MATERIALIZED (${takenValues(job)}
    ), compared AS MATERIALIZED (
      SELECT looked_up.*, ${fieldProblem(job.entity)} AS problem, ${beforeKeys(job)} AS keys_before, ${t.id} IS NOT NULL AS record_exists, ${t.email} AS email_before, ${t.phoneE164} AS phone_before,
        ${t.externalId} AS external_before,
        ${earlierRow(job, (k) => sql`json_array(${k.outcome}, ${k.line})`, recordKeys)} AS earlier,
        iif(${t.id} IS NULL, false, ${isChanged(ctx, job)}) AS is_changed,
        iif(${t.id} IS NULL, false, ${isTooBig(job.entity, 't')}) AS is_too_big,
        ${hasTooManyTags(job)} AS has_too_many_tags, ${isEmailTaken(ctx, job)} AS is_email_taken
      FROM looked_up
      LEFT JOIN ${table} AS t ON ${t.seq} = looked_up.record_seq
    ), checked AS (SELECT *, ${refusalCode(job)} AS code FROM compared), sorted AS (SELECT *, ${OUTCOME} AS outcome FROM checked
    ), classified AS (${withinPlanLimit(ctx, job)})
    SELECT jsonb_object(${sql.join(groups, sql`, `)}) FROM (
      SELECT outcome, CASE outcome
        WHEN 'create' THEN jsonb_set(row, '$.record', ${newId(job, ids)}, '$.ownerId', owner)
        ELSE jsonb_set(row, '$.record', record, '$.ownerId', owner, '$.n', n, '$.code', code, '$.emailBefore', email_before,
          '$.phoneBefore', phone_before, '$.externalBefore', external_before, '$.earlier', earlier ->> 0, '$.earlierLine', earlier ->> 1,
          '$.problem', jsonb(problem), '$.keysBefore', jsonb(keys_before)) END AS row
      FROM classified ORDER BY n)
  )`
  return ctx.db.update(importChunks).set({ rows: outcomes }).where(unwrittenChunk(job, n))
}

const OUTCOME =
  sql.raw(`CASE WHEN code IS NOT NULL THEN 'failed' WHEN nth > 1 THEN 'superseded' WHEN record IS NULL THEN 'create'
  WHEN record_exists AND is_changed AND ${IS_TO_CHANGE} THEN 'update' ELSE 'unchanged' END`)

const key = alias(importKeys, 'k')
// An id that is none of ours is what another system calls the record.
const externalId = sql`coalesce(${cell('externalId')}, ${cell('id')})`

// The first row of an earlier chunk that has one of these keys; null in the only chunk of an import.
function earlierRow({ id, chunks }: Job, select: (k: typeof key) => SQL, keys: SQL): SQL {
  if (chunks === 1) return sql`NULL`
  return sql`(SELECT ${select(key)} FROM ${importKeys} AS k WHERE ${key.importId} = ${id} AND ${key.key} IN (${keys})
    ORDER BY ${key.line} LIMIT 1)`
}

// Numbers the rows of one record within the chunk, and the rows of one e-mail. The row with `nth` = 1 is the one in effect.
function occurrenceColumns({ duplicates, match }: Job): SQL {
  const order = sql.raw(duplicates === 'last' ? 'DESC' : 'ASC')
  const record = sql`coalesce(record_in_file, nullif(record_in_table, '?'), n)`
  const ofRecord = sql`row_number() OVER (PARTITION BY ${record} ORDER BY n ${order}) AS nth`
  // With match=email, the record that has the e-mail is the record of the row.
  const ofEmail =
    match === 'email' ? sql`1` : sql`row_number() OVER (PARTITION BY coalesce(${cell('email')}, n) ORDER BY n)`
  return sql`${ofRecord}, ${ofEmail} AS nth_of_email,
    dense_rank() OVER (PARTITION BY coalesce(${externalId}, n) ORDER BY ${record}) AS nth_of_external`
}

// The id of the record that the row stands for: '?' if several match, null if none does.
function recordOfRow({ actor }: Ctx, { entity, match }: Job): SQL {
  const { table } = ENTITIES[entity]
  const t = alias(table, 't')
  const visibleWhere = (condition: SQL) =>
    sql`FROM ${table} AS t WHERE ${visible(actor, PERMISSION, t)} AND ${condition}`
  const onlyRecord = (where: SQL) =>
    sql`(SELECT CASE count(*) WHEN 0 THEN NULL WHEN 1 THEN min(id) ELSE '?' END FROM (SELECT ${t.id} AS id ${where} LIMIT 2))`
  const onlyRecordWith = (field: 'email' | 'phoneE164') => {
    const isSame = sql`${t[field]} = ${cell(field)}`
    // A further address of a customer is theirs as well.
    if (entity === 'customers') {
      if (field === 'phoneE164') return onlyRecord(visibleWhere(isSame))
      return sql`coalesce((SELECT ${t.id} ${visibleWhere(isSame)}), (SELECT other.customer_id FROM ${customerAddresses} AS other
        WHERE other.workspace_id = ${actor.workspaceId} AND other.email = ${cell('email')}))`
    }
    // E-mail and number of a lead have no indexes of their own: the search index finds them.
    const phrase =
      field === 'email'
        ? sql`'words : "' || replace(${cell('email')}, '"', '""') || '"'`
        : sql`'phone : "' || replace(${cell('phoneGrams')}, char(1), ${signOf(actor.workspaceId)}) || '"'`
    return onlyRecord(sql`FROM leads_fts CROSS JOIN ${table} AS t ON ${t.seq} = leads_fts.rowid
      WHERE leads_fts MATCH ${phrase} AND ${visible(actor, PERMISSION, t)} AND ${isSame}`)
  }
  const byId = sql`(SELECT ${t.id} ${visibleWhere(sql`${t.id} = ${cell('id')}`)})`
  const byContent = sql`(SELECT ${t.id} ${visibleWhere(sql`${t.importKey} = ${cell('importKey')}`)} LIMIT 1)`
  const byExternal = sql`(SELECT ${t.id} ${visibleWhere(sql`${t.externalId} = ${externalId}`)})`
  const byKey = sql`coalesce(${byId}, ${byExternal})`
  const byMatch =
    match === 'externalId'
      ? byKey
      : match === 'id'
        ? sql`NULL`
        : onlyRecordWith(match === 'phone' ? 'phoneE164' : 'email')
  return sql`CASE ${cell('by')} WHEN 'match' THEN ${byMatch} WHEN 'external' THEN coalesce(${byKey}, ${byContent}) ELSE ${byContent} END`
}

// Each owner that the rows name, once: the member with this address, this id, or, if only one has it, this name.
function ownersOfRows({ actor }: Ctx): SQL {
  const u = alias(users, 'u')
  const isMember = isTeamMember(sql`${u.id}`, actor.workspaceId)
  const memberWhere = (condition: SQL) => sql`(SELECT ${u.id} FROM ${users} AS u WHERE ${condition} AND ${isMember})`
  const byName = sql`(SELECT iif(count(*) = 1, min(${u.id}), NULL) FROM ${users} AS u
    WHERE ${u.workspaceId} = ${actor.workspaceId} AND (lower(${u.name}) = given.key OR ${u.name} = given.owner) AND ${isMember})`
  return sql`SELECT given.owner, coalesce(${memberWhere(sql`${u.email} = given.owner`)}, ${memberWhere(sql`${u.id} = given.key`)}, ${byName}) AS id
    FROM (SELECT DISTINCT ${cell('owner')} AS owner, ${cell('ownerKey')} AS key FROM parsed WHERE ${cell('owner')} IS NOT NULL) AS given`
}

// The id of the team member that the row names by address or id. A new record without one gets the default owner.
function ownerOfRow({ actor }: Ctx, { id, defaultOwner }: Job): SQL {
  const u = alias(users, 'u')
  const memberWhere = (condition: SQL) =>
    sql`(SELECT ${u.id} FROM ${users} AS u WHERE ${condition} AND ${isTeamMember(sql`${u.id}`, actor.workspaceId)})`
  const owner = cell('owner')
  const named = sql`(SELECT owners.id FROM owners WHERE owners.owner = ${owner})`
  const defaultOwnerId = sql`(SELECT ${imports.defaultOwner} FROM ${imports} WHERE ${imports.id} = ${id})`
  const fallback = defaultOwner === null ? sql`NULL` : memberWhere(sql`${u.id} = ${defaultOwnerId}`)
  return sql`coalesce(${named}, CASE WHEN coalesce(record_in_file, record_in_table) IS NULL THEN ${fallback} END)`
}

// Whether the row changes the record `t`, its tags included.
function isChanged(ctx: Ctx, job: Job): SQL {
  const { entity } = job
  const t = alias(ENTITIES[entity].table, 't')
  const hasNewOwner = sql`(${cell('owner')} IS NOT NULL AND looked_up.owner IS NOT ${t.ownerId})`
  const hasNewTag = sql`EXISTS (SELECT 1 FROM json_each(row -> '$.tags') AS tag WHERE ${isNewTag(entity)})`
  const hasNewContact = sql`${cell('addedEmails')} IS NOT NULL OR ${cell('addedPhones')} IS NOT NULL`
  const ofCustomers = entity === 'customers' ? [hasNewContact] : []
  const ofTimeline = hasNotes(job) ? [hasNewNote(ctx, job)] : []
  const differences = [...fieldDifferences(entity, 't'), hasNewOwner, hasNewTag, ...ofCustomers, ...ofTimeline]
  return sql`(${sql.join(differences, sql` OR `)})`
}

// Whether the record would have more tags than it may, without those that an earlier row of the file has for it.
function hasTooManyTags({ entity }: Job): SQL {
  const { links, of } = TAGGED[entity]
  const most = sql.raw(String(MAX_TAGS))
  const had = sql`SELECT 1 FROM ${links} AS had WHERE ${columnIn('had', of)} = looked_up.record LIMIT ${most}`
  const added = sql`SELECT 1 FROM json_each(row -> '$.tags') AS tag WHERE ${isNewTag(entity)}`
  return sql`(row -> '$.tags' IS NOT NULL AND (SELECT count(*) FROM (${had})) + (SELECT count(*) FROM (${added})) > ${most})`
}

// Refuses the new customers for which the plan has no room. A dry run inserts none, so its earlier chunks are subtracted.
function withinPlanLimit(ctx: Ctx, { id, entity, dryRun }: Job): SQL {
  const room = entity === 'customers' ? remainingRoom(ctx, 'customers') : null
  if (room === null) return sql`SELECT * FROM sorted`
  const created = sql`(SELECT ${imports.created} FROM ${imports} WHERE ${imports.id} = ${id})`
  const remaining = dryRun ? sql`${room} - ${created}` : room
  return sql`SELECT n, row, record, owner, email_before, phone_before, external_before, earlier, problem, keys_before, iif(is_over, 'plan_limit', code) AS code,
      iif(is_over, 'failed', outcome) AS outcome
    FROM (SELECT *, outcome = 'create' AND sum(outcome = 'create') OVER (ORDER BY n) > ${remaining} AS is_over FROM sorted)`
}

// Whether another record, or an earlier row of another record, has the e-mail of the row.
function isEmailTaken({ actor }: Ctx, { id, entity, match }: Job): SQL {
  const { isEmailUnique, table } = ENTITIES[entity]
  // With match=email, the record that has the e-mail is the record of the row.
  if (!isEmailUnique || match === 'email') return sql`false`
  const other = alias(table, 'other')
  const email = cell('email')
  const isInTable = sql`(EXISTS (SELECT 1 FROM ${table} AS other WHERE ${visible(actor, PERMISSION, other)}
      AND ${other.email} = ${email} AND ${other.id} IS NOT looked_up.record)
    OR EXISTS (SELECT 1 FROM ${customerAddresses} AS held WHERE held.workspace_id = ${actor.workspaceId}
      AND held.email = ${email} AND held.customer_id IS NOT looked_up.record))`
  const isInFile = sql`EXISTS (SELECT 1 FROM ${importKeys} AS k WHERE ${key.importId} = ${id}
    AND ${key.key} = 'email:' || (${email}) AND ${key.recordId} IS NOT looked_up.record)`
  return sql`(${email} IS NOT NULL AND (nth_of_email > 1 OR ${cell('heldEmail')} IS ${email} OR ${isInTable} OR ${isInFile}))`
}

// With the ids of the file, a record keeps its own.
function newId({ keepsIds }: Job, ids: string): SQL {
  const made = sql`${ids} || printf('%08x', n)`
  return keepsIds ? sql`coalesce(${cell('id')}, ${made})` : made
}
