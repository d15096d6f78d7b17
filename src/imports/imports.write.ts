// Writes a chunk: one atomic batch that classifies its rows and writes records, issues and counts. Repeating it is harmless.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import { importChunks, importIssues, importKeys, importOriginals, imports } from '../db/schema'
import { allOf, columnIn, ifChanged, insertFrom } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { classifiedChunk } from './imports.classify'
import { fieldKeySelects } from './imports.field-rules'
import {
  type AnyJob,
  isKindJob,
  isPeopleJob,
  type Job,
  MAX_ISSUES,
  type Outcome,
  rowsWithOutcome,
  unwrittenChunk,
} from './imports.job'
import { UNFOUND } from './imports.kinds.tables'
import { kindStatements } from './imports.kinds.write'
import { hasNotes, noteStatements } from './imports.notes'
import { recordsInsert, recordsUpdate } from './imports.records'
import { refusalText } from './imports.refusals'
import { cell } from './imports.statements'
import { createdEventsInsert, recordTagStatements, tagsInsert, updatedEventsInsert } from './imports.tags-and-events'

/**
 * The statements that write chunk `n`; those of the last chunk also finish the import. They do nothing if the chunk is
 * written or the import cancelled. Ids of new records begin with `ids`: 28 characters that no other chunk has.
 */
export function chunkStatements(ctx: Ctx, job: AnyJob, n: number, ids: string, isLast: boolean): Statement[] {
  return [
    ...(isKindJob(job) ? kindStatements(ctx, job, n, ids) : []),
    ...(isPeopleJob(job) ? peopleStatements(ctx, job, n, ids) : []),
    issuesInsert(ctx, job, n),
    ...settlementIssues(ctx, job, n),
    countsUpdate(ctx, job, n),
    ctx.db.update(importChunks).set({ rows: '[]', tags: '[]', ids }).where(unwrittenChunk(job, n)),
    ...(isLast ? finishStatements(ctx, job) : []),
  ]
}

function peopleStatements(ctx: Ctx, job: Job, n: number, ids: string): Statement[] {
  return [
    classifiedChunk(ctx, job, n, ids),
    ...(job.dryRun ? [] : recordStatements(ctx, job, n, ids)),
    ...(job.chunks > 1 ? [keysInsert(ctx, job, n)] : []),
  ]
}

function recordStatements(ctx: Ctx, job: Job, n: number, ids: string): Statement[] {
  const hasTags = job.columns.some(({ field }) => field === 'tags')
  return [
    ...(hasTags ? [tagsInsert(ctx, job, n, ids)] : []),
    updatedEventsInsert(ctx, job, n),
    recordsInsert(ctx, job, n),
    recordsUpdate(ctx, job, n),
    ...(hasTags ? recordTagStatements(ctx, job, n) : []),
    createdEventsInsert(ctx, job, n),
    ...(hasNotes(job) ? noteStatements(ctx, job, n, ids) : []),
  ]
}

// Inserts the keys by which later chunks recognise these records, before and after the change.
function keysInsert({ db, actor }: Ctx, job: Job, n: number) {
  const rows = rowsWithOutcome(job, n, 'create', 'update', 'unchanged')
  const keys = [
    cell('key'),
    ...(job.match === 'email' ? [] : [sql`'email:' || (${cell('email')})`, sql`'email:' || (${cell('emailBefore')})`]),
    ...(job.match === 'externalId' ? [] : [sql`'external:' || (${cell('externalId')})`]),
    sql`'external:' || (${cell('externalBefore')})`,
    ...(job.match === 'phone' ? [sql`'phone:' || (${cell('phoneBefore')})`] : []),
  ]
  // With match=email, the e-mail is the key of a row that has one, unless it is a further address of the record.
  const needsRecordKey =
    job.match === 'email' ? sql`${cell('by')} <> 'match' OR ${cell('emailBefore')} <> ${cell('email')}` : sql`true`
  const all = [...keys, sql`iif(${needsRecordKey}, 'record:' || (${cell('record')}), NULL)`]
  // D1 takes few terms in a compound SELECT, so the keys of a row are a list.
  const selects = [
    sql`SELECT row, outcome, each.value AS key FROM ${rows}, json_each(json_array(${sql.join(all, sql`, `)})) AS each`,
    ...(job.entity === 'customers'
      ? [
          sql`SELECT row, outcome, 'email:' || (each.value ->> 'email') AS key FROM ${rows}, json_each(row -> '$.addedEmails') AS each`,
        ]
      : []),
    ...fieldKeySelects(job, n, actor.workspaceId),
  ]
  const newOutcome = columnIn('excluded', importKeys.outcome)
  return insertFrom(
    db,
    importKeys,
    { importId: job.id, key: sql`key`, recordId: cell('record'), outcome: sql`outcome`, line: cell('line') },
    sql`FROM (${sql.join(selects, sql` UNION ALL `)}) WHERE key IS NOT NULL`,
  ).onConflictDoUpdate({
    target: [importKeys.importId, importKeys.key],
    set: { outcome: newOutcome },
    setWhere: sql`${importKeys.outcome} = 'unchanged' AND ${newOutcome} = 'update'`,
  })
}

const originals = alias(importOriginals, 'originals')

// Inserts an error with the original cells for each failed row, and a warning for each row of a repeated record.
function issuesInsert({ db }: Ctx, job: AnyJob, n: number) {
  const repeatedMessage = `iif(row ->> 'earlierLine' IS NULL, 'A later line is the same record; that line wins',
    'Line ' || (row ->> 'earlierLine') || ' is the same record; this line wins')`
  const original = sql`(SELECT o.value FROM ${importOriginals} AS originals, json_each(${originals.rows}) AS o
    WHERE ${originals.importId} = ${job.id} AND ${originals.n} = ${n} AND o.key = ${cell('n')})`
  const code = cell('code')
  return insertFrom(
    db,
    importIssues,
    {
      importId: job.id,
      line: cell('line'),
      n: sql`100`,
      level: sql`iif(${code} IS NULL, 'warning', 'error')`,
      field: refusalText(job, 'field', 'NULL'),
      code: sql`coalesce(${code}, 'duplicate_in_file')`,
      value: sql`substr(${refusalText(job, 'value', `row ->> 'key'`)}, 1, 200)`,
      message: refusalText(job, 'message', repeatedMessage),
      original: sql`iif(${code} IS NULL, NULL, ${original})`,
    },
    sql`FROM ${rowsWithOutcome(job, n, 'failed', 'update', 'unchanged', 'superseded')}
      WHERE outcome IN ('failed', 'superseded') OR ${cell('earlier')} IS NOT NULL
      LIMIT coalesce(max(0, ${sql.raw(String(MAX_ISSUES))} - (SELECT ${imports.issues} FROM ${imports} WHERE ${imports.id} = ${job.id})), 0)`,
  ).onConflictDoNothing()
}

// What was settled otherwise than the row says: one warning a column for owners and ids, and one for each such address.
function settlementIssues({ db }: Ctx, job: AnyJob, n: number): Statement[] {
  const rows = rowsWithOutcome(job, n, 'create', 'update', 'unchanged')
  const has = (...fields: string[]) => job.columns.some(({ field }) => fields.includes(field ?? ''))
  const onceFor = (key: string, field: string, code: string, nth: number, message: string) =>
    insertFrom(
      db,
      importIssues,
      {
        ...{
          importId: job.id,
          line: sql`line`,
          n: sql.raw(String(nth)),
          level: sql`'warning'`,
          field: sql.raw(`'${field}'`),
        },
        ...{ code: sql.raw(`'${code}'`), value: sql`substr(value, 1, 200)`, message: sql`rows || ${message}` },
      },
      sql`FROM (SELECT min(${cell('line')}) AS line, ${cell(key)} AS value, count(*) AS rows FROM ${rows} WHERE ${cell(key)} IS NOT NULL)
        WHERE rows > 0 AND NOT EXISTS (SELECT 1 FROM ${importIssues} AS told WHERE ${told.importId} = ${job.id}
          AND ${told.level} = 'warning' AND ${told.code} = ${sql.raw(`'${code}'`)})`,
    ).onConflictDoNothing()
  const kept = ' rows such as this one do not have it, but as a custom field, where those are taken: '
  return [
    ...(has('owner')
      ? [onceFor('unknownOwner', 'owner', 'owner_unknown', 101, `${kept}no active member has this name, address or id`)]
      : []),
    ...(isPeopleJob(job) && has('externalId', 'id')
      ? [onceFor('takenId', 'externalId', 'external_id_taken', 102, `${kept}another record has this id`)]
      : []),
    ...(isKindJob(job)
      ? UNFOUND.map(([key, field, code, message], i) => onceFor(key, field, code, 103 + i, message))
      : []),
    ...(job.entity === 'customers' && has('email')
      ? [
          insertFrom(
            db,
            importIssues,
            {
              ...{
                importId: job.id,
                line: cell('line'),
                n: sql`200 + each.key`,
                level: sql`'warning'`,
                field: sql`'email'`,
              },
              ...{ code: sql`'email_taken'`, value: sql`each.value ->> 'email'` },
              message: sql`'Left out: another customer has this e-mail address'`,
            },
            sql`FROM ${rows}, json_each(row -> '$.leftEmails') AS each WHERE true`,
          ).onConflictDoNothing(),
        ]
      : []),
  ]
}

const told = alias(importIssues, 'told')

// Adds the counts of the chunk. A record counts once, by its first row that changes it; its further rows are superseded.
function countsUpdate({ db, now }: Ctx, job: AnyJob, n: number) {
  const { rows } = importChunks
  const countOf = (outcome: Outcome) => sql`json_array_length(${rows}, ${sql.raw(`'$.${outcome}'`)})`
  const repeatsOf = (outcome: Outcome, earlier: SQL) =>
    sql`(SELECT count(*) FROM json_each(${rows}, ${sql.raw(`'$.${outcome}'`)}) WHERE value ->> 'earlier' ${earlier})`
  const changedLater = repeatsOf('update', sql`= 'unchanged'`)
  const repeatedUpdates = repeatsOf('update', sql`IS NOT NULL`)
  const repeatedUnchanged = repeatsOf('unchanged', sql`IS NOT NULL`)
  const counts = sql`SELECT ${countOf('create')} AS created,
      ${countOf('update')} - ${repeatedUpdates} + ${changedLater} AS updated,
      ${countOf('unchanged')} - ${repeatedUnchanged} - ${changedLater} AS unchanged,
      ${countOf('superseded')} + ${repeatedUpdates} + ${repeatedUnchanged} AS superseded,
      ${countOf('failed')} AS failed
    FROM ${importChunks} WHERE ${importChunks.importId} = ${job.id} AND ${importChunks.n} = ${n} AND json_type(${rows}) = 'object' LIMIT 1`
  return db
    .update(imports)
    .set({
      created: sql`${imports.created} + counts.created`,
      updated: sql`${imports.updated} + counts.updated`,
      unchanged: sql`${imports.unchanged} + counts.unchanged`,
      superseded: sql`${imports.superseded} + counts.superseded`,
      failed: sql`${imports.failed} + counts.failed`,
      issues: sql`${imports.issues} + counts.failed + counts.superseded`,
      updatedAt: now,
    })
    .from(sql`(${counts}) AS counts`)
    .where(and(eq(imports.id, job.id), eq(imports.status, 'RUNNING')))
}

export function finishStatements(ctx: Ctx, job: AnyJob): Statement[] {
  const { db, now } = ctx
  const { id, dryRun } = job
  const unwritten = sql`SELECT 1 FROM ${importChunks} WHERE ${importChunks.importId} = ${id} AND ${importChunks.ids} IS NULL`
  const isFinished = sql`EXISTS (SELECT 1 FROM ${imports} WHERE ${imports.id} = ${id} AND ${imports.status} <> 'RUNNING')`
  const figures = [imports.created, imports.updated, imports.unchanged, imports.failed].map(
    (column) => sql`${sql.raw(`'${column.name}'`)}, json_array(0, ${column})`,
  )
  const event = eventInsert(ctx, {
    verb: 'import.finished',
    subject: 'import',
    id,
    changes: sql`json_object(${sql.join(figures, sql`, `)})`,
    from: sql`${imports}`,
    when: allOf(ifChanged, eq(imports.id, id)),
  })
  return [
    db
      .update(imports)
      .set({
        status: sql`iif(${imports.failed} = ${imports.received}, 'FAILED', 'DONE')`,
        finishedAt: now,
        busyUntil: null,
      })
      .where(and(eq(imports.id, id), eq(imports.status, 'RUNNING'), sql`NOT EXISTS (${unwritten})`)),
    ...(dryRun ? [] : [event]),
    db.delete(importKeys).where(and(eq(importKeys.importId, id), isFinished)),
    db.delete(importOriginals).where(and(eq(importOriginals.importId, id), isFinished)),
  ]
}
