// Writes a chunk of interactions, tickets, tags or relationships, and takes back what it has made.
import { getTableName, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import { importKeys } from '../db/schema'
import { columnIn, insertFrom } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'
import { classifiedRows, type KindJob, rowsWithOutcome } from './imports.job'
import { classifiedKinds, differences } from './imports.kinds.classify'
import { classifiedPairs, pairKeys, pairStatements } from './imports.kinds.pairs'
import { at } from './imports.kinds.references'
import { KIND_SQL, type KindSql, numberedTickets } from './imports.kinds.tables'
import { isNewTag } from './imports.statements'
import { recordTagStatements, tagsInsert } from './imports.tags-and-events'

/** The statements that classify the rows of chunk `n` and write them; a dry run only classifies. */
export function kindStatements(ctx: Ctx, job: KindJob, n: number, ids: string): Statement[] {
  const keys = job.chunks > 1 ? [kindKeysInsert(ctx, job, n)] : []
  if (job.entity === 'relationships') {
    const written = job.dryRun ? [] : pairStatements(ctx, job, n, ids)
    return [classifiedKinds(ctx, job, n, classifiedPairs(ctx, job)), ...written, ...keys]
  }
  const kind = KIND_SQL[job.entity]
  const t = alias(kind.table, 't')
  const hasTags = hasTagsIn(job)
  const classified = {
    roles: kind.roles,
    found: kind.found(ctx, job),
    ...(kind.settled ? { settled: kind.settled(ctx) } : {}),
    ...{ record: kind.record(ctx), identity: at('key'), exists: sql`${t.id}`, refusals: refusals(kind, job) },
    join: sql`${kind.table} AS t ON ${t.id} = record`,
    isChanged: hasTags ? sql`(${differences(kind.changed)} OR ${hasNewTag})` : differences(kind.changed),
    newId: job.keepsIds ? sql`coalesce(${at('id')}, ${ids} || printf('%08x', n))` : sql`${ids} || printf('%08x', n)`,
  }
  return [
    classifiedKinds(ctx, job, n, classified),
    ...(job.dryRun ? [] : recordStatements(ctx, job, kind, n, ids, hasTags)),
    ...keys,
  ]
}

const hasTagsIn = ({ entity, columns }: KindJob) =>
  entity === 'tickets' && columns.some(({ field }) => field === 'tags')
const hasNewTag = sql`EXISTS (SELECT 1 FROM json_each(row -> '$.tags') AS tag WHERE ${isNewTag('tickets')})`

// With the ids of the file, one that any workspace of the installation has is taken.
function refusals({ refusals, table }: KindSql, job: KindJob): [string, SQL][] {
  if (!job.keepsIds) return refusals(job)
  const other = alias(table, 'other')
  const isTaken = sql`record IS NULL AND EXISTS (SELECT 1 FROM ${table} AS other WHERE ${other.id} = ${at('id')})`
  return [...refusals(job), ['id_taken', isTaken]]
}

function recordStatements(
  ctx: Ctx,
  job: KindJob,
  kind: KindSql,
  n: number,
  ids: string,
  hasTags: boolean,
): Statement[] {
  const { db, actor, now } = ctx
  const created = classifiedRows(job, n, 'create')
  const values = {
    ...kind.inserted(ctx, job),
    ...{ id: at('record'), workspaceId: actor.workspaceId, createdAt: now, updatedAt: now },
  }
  const rows = job.entity === 'tickets' ? numberedTickets(ctx, created) : created
  const tagJob = { ...job, entity: 'tickets' as const }
  return [
    ...(hasTags ? [tagsInsert(ctx, job, n, ids)] : []),
    ...(kind.changed.length > 0 ? [updatedEvents(ctx, job, kind, n)] : []),
    insertFrom(db, kind.table, values, sql`FROM ${rows}`),
    ...(kind.changed.length > 0 ? [recordsUpdate(ctx, job, kind, n)] : []),
    ...(hasTags ? recordTagStatements(ctx, tagJob, n) : []),
    ...(job.entity === 'tags' ? [] : [createdEvents(ctx, job, kind, n)]),
  ]
}

function recordsUpdate(ctx: Ctx, job: KindJob, kind: KindSql, n: number) {
  const { table, changed, derived } = kind
  const t = alias(table, 't')
  const values = changed.map(({ name, column, isEntries }) => {
    const before = columnIn(getTableName(table), column)
    const entries = sql.raw(`row -> '$.${name}'`)
    const after = isEntries
      ? sql`iif(${entries} IS NULL, ${before}, json_patch(coalesce(${before}, '{}'), ${entries}))`
      : sql`coalesce(${at(name)}, ${before})`
    return [name, after] as const
  })
  const target = sql`(SELECT ${t.id} AS id, row FROM ${classifiedRows(job, n, 'update')} CROSS JOIN ${table} AS t ON ${t.id} = ${at('record')}) AS target`
  return ctx.db
    .update(table)
    .set({ ...Object.fromEntries(values), ...derived?.(ctx, job), ...versionStamp(table, ctx.now) })
    .from(target)
    .where(sql`${table}.id = target.id`)
}

// Before the update, because it reads the old values.
function updatedEvents(ctx: Ctx, job: KindJob, { table, changed, subject }: KindSql, n: number) {
  const pairs = changed.map(({ name, column, isEntries, isHidden }) => {
    const before = isEntries ? sql`json(${columnIn('t', column)})` : columnIn('t', column)
    const after = isEntries ? sql`json(row -> ${sql.raw(`'$.${name}'`)})` : at(name)
    const both = isHidden ? sql`json_array(NULL, NULL)` : sql`json_array(${before}, ${after})`
    return sql`${sql.raw(`'${name}'`)}, CASE WHEN ${differences([{ name, column, ...(isEntries ? { isEntries } : {}) }])} THEN ${both} END`
  })
  return eventInsert(ctx, {
    verb: `${subject}.updated`,
    subject,
    id: at('record'),
    changes: sql`json_patch('{}', json_object(${sql.join(pairs, sql`, `)}, 'importId', json_array(NULL, ${job.id})))`,
    from: sql`${classifiedRows(job, n, 'update')} CROSS JOIN ${table} AS t ON ${columnIn('t', table.id)} = ${at('record')}`,
    when: sql`true`,
  })
}

function createdEvents(ctx: Ctx, job: KindJob, { subject, told }: KindSql, n: number) {
  const pairs = told.map(
    (name) => sql`${sql.raw(`'${name}'`)}, iif(${at(name)} IS NULL, NULL, json_array(NULL, ${at(name)}))`,
  )
  return eventInsert(ctx, {
    verb: `${subject}.created`,
    subject,
    id: at('record'),
    changes: sql`json_patch('{}', json_object(${sql.join(pairs, sql`, `)}, 'importId', json_array(NULL, ${job.id})))`,
    from: classifiedRows(job, n, 'create'),
    when: sql`true`,
  })
}

// Inserts the keys by which later chunks recognise these records.
function kindKeysInsert({ db }: Ctx, job: KindJob, n: number) {
  const rows = rowsWithOutcome(job, n, 'create', 'update', 'unchanged')
  const keys = [
    at('identity'),
    sql`'record:' || (${at('record')})`,
    ...(job.entity === 'relationships' ? pairKeys : []),
  ]
  const newOutcome = columnIn('excluded', importKeys.outcome)
  return insertFrom(
    db,
    importKeys,
    { importId: job.id, key: sql`key`, recordId: at('record'), outcome: sql`outcome`, line: at('line') },
    sql`FROM (SELECT row, outcome, each.value AS key FROM ${rows}, json_each(json_array(${sql.join(keys, sql`, `)})) AS each) WHERE key IS NOT NULL`,
  ).onConflictDoUpdate({
    target: [importKeys.importId, importKeys.key],
    set: { outcome: newOutcome },
    setWhere: sql`${importKeys.outcome} = 'unchanged' AND ${newOutcome} = 'update'`,
  })
}
