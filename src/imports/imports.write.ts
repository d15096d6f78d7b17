// Writing a chunk: one atomic batch that judges its rows and does what the verdicts say, once, however often it is sent.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { Ctx } from '../context'
import { importChunks, importIssues, importKeys, importOriginals, imports } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { classify, REFUSALS } from './imports.classify'
import { ENTITIES, type Job, type Outcome, openChunk, rowsOf } from './imports.job'
import { recordsChanged, recordsMade } from './imports.records'
import { cell } from './imports.statements'
import { createdEvents, customerTagsInsert, tagsInsert, updatedEvents } from './imports.tags-and-events'

type Statement = BatchItem<'sqlite'>

/**
 * The statements that write chunk `n`, and end the import with the last one. Those after the first do nothing unless it
 * has judged: not where the chunk is written already, nor where the import was cancelled. Ids that are made here begin
 * with `ids`, 28 characters that no other chunk has.
 */
export function chunkStatements(ctx: Ctx, job: Job, n: number, ids: string): Statement[] {
  const isLast = n === job.chunks - 1
  return [
    classify(ctx, job, n, ids),
    ...(job.dryRun ? [] : recordStatements(ctx, job, n, ids)),
    ...(job.chunks > 1 ? [keysInsert(ctx, job, n)] : []),
    issuesInsert(ctx, job, n),
    countsUpdate(ctx, job, n),
    ctx.db.update(importChunks).set({ rows: '[]', tags: '[]', ids }).where(openChunk(job, n)),
    ...(isLast ? finishStatements(ctx, job) : []),
  ]
}

function recordStatements(ctx: Ctx, job: Job, n: number, ids: string): Statement[] {
  const hasTags = job.columns.some(({ field }) => field === 'tags')
  return [
    ...(hasTags ? [tagsInsert(ctx, job, n, ids)] : []),
    updatedEvents(ctx, job, n),
    recordsMade(ctx, job, n),
    recordsChanged(ctx, job, n),
    ...(hasTags ? [customerTagsInsert(ctx, job, n)] : []),
    createdEvents(ctx, job, n),
  ]
}

/** Keys by which later chunks know these records, as they were and as they are. */
function keysInsert({ db }: Ctx, job: Job, n: number) {
  const all = rowsOf(job, n, 'create', 'update', 'unchanged')
  const keys = [
    `row ->> 'key'`,
    ...(job.match === 'email' ? [] : [`'email:' || (row ->> 'email')`, `'email:' || (row ->> 'emailBefore')`]),
    ...(job.match === 'phone' ? [`'phone:' || (row ->> 'phoneBefore')`] : []),
  ]
  // Of rows that the e-mail stands for, that is key enough: the record has it.
  const isNamed = sql.raw(job.match === 'email' ? `row ->> 'by' = 'content'` : 'true')
  const selects = [
    ...keys.map((key) => sql`SELECT row, verdict, ${sql.raw(key)} AS key FROM ${all}`),
    sql`SELECT row, verdict, 'record:' || (row ->> 'record') AS key FROM ${all} WHERE ${isNamed}`,
  ]
  return insertFrom(
    db,
    importKeys,
    { importId: job.id, key: sql`key`, recordId: cell('record'), outcome: sql`verdict`, line: cell('line') },
    sql`FROM (${sql.join(selects, sql` UNION ALL `)}) WHERE key IS NOT NULL`,
  ).onConflictDoUpdate({
    target: [importKeys.importId, importKeys.key],
    set: { outcome: sql`excluded.outcome` },
    setWhere: sql`import_keys.outcome = 'unchanged' AND excluded.outcome = 'update'`,
  })
}

// The rows that cannot be written, and those that come again, with their cells as they were.
function issuesInsert({ db }: Ctx, job: Job, n: number) {
  const words = (part: 'field' | 'value' | 'message', otherwise: string): SQL => {
    const cases = Object.entries(REFUSALS).map(([code, refusal]) => {
      const said = part === 'value' ? refusal.value : quoteSql(refusal[part])
      return `WHEN '${code}' THEN ${code === 'required' && part === 'field' ? quoteSql(ENTITIES[job.entity].required) : said}`
    })
    return sql.raw(`CASE row ->> 'code' ${cases.join(' ')} ELSE ${otherwise} END`)
  }
  const again = `'Line ' || (row ->> 'earlierLine') || ' is the same record; this line wins'`
  const original = sql`(SELECT o.value FROM import_originals AS kept, json_each(kept.rows) AS o
    WHERE kept.import_id = ${job.id} AND kept.n = ${n} AND o.key = row ->> 'n')`
  return insertFrom(
    db,
    importIssues,
    {
      importId: job.id,
      line: cell('line'),
      n: sql`100`,
      level: sql`iif(row ->> 'code' IS NULL, 'warning', 'error')`,
      field: words('field', 'NULL'),
      code: sql`coalesce(row ->> 'code', 'duplicate_in_file')`,
      value: sql`substr(${words('value', `row ->> 'key'`)}, 1, 200)`,
      message: words('message', again),
      original: sql`iif(row ->> 'code' IS NULL, NULL, ${original})`,
    },
    sql`FROM ${rowsOf(job, n, 'failed', 'update', 'unchanged')} WHERE verdict = 'failed' OR row ->> 'earlier' IS NOT NULL`,
  ).onConflictDoNothing()
}

const quoteSql = (text: string | null) => (text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`)

// A record is counted where it first comes; once more, it only counts as one that came again.
function countsUpdate({ db, now }: Ctx, job: Job, n: number) {
  const all = (outcome: Outcome) => `json_array_length(rows, '$.${outcome}')`
  const again = (outcome: Outcome, earlier: string) =>
    `(SELECT count(*) FROM json_each(rows, '$.${outcome}') WHERE value ->> 'earlier' ${earlier})`
  const turned = again('update', `= 'unchanged'`)
  const changedAgain = again('update', 'IS NOT NULL')
  const sameAgain = again('unchanged', 'IS NOT NULL')
  const figures = {
    created: all('create'),
    updated: `${all('update')} - ${changedAgain} + ${turned}`,
    unchanged: `${all('unchanged')} - ${sameAgain} - ${turned}`,
    superseded: `${all('superseded')} + ${changedAgain} + ${sameAgain}`,
    failed: all('failed'),
  }
  const sums = Object.entries(figures).map(([name, figure]) => `${figure} AS ${name}`)
  const plus = (name: keyof typeof figures) => sql.raw(`imports.${name} + sums.${name}`)
  return db
    .update(imports)
    .set({
      ...{ created: plus('created'), updated: plus('updated'), unchanged: plus('unchanged') },
      ...{ superseded: plus('superseded'), failed: plus('failed'), updatedAt: now },
    })
    .from(
      sql`(SELECT ${sql.raw(sums.join(', '))} FROM import_chunks
        WHERE import_id = ${job.id} AND n = ${n} AND json_type(rows) = 'object' LIMIT 1) AS sums`,
    )
    .where(and(eq(imports.id, job.id), eq(imports.status, 'RUNNING')))
}

function finishStatements(ctx: Ctx, job: Job): Statement[] {
  const { db, now } = ctx
  const { id, dryRun } = job
  const isWritten = sql`NOT EXISTS (SELECT 1 FROM import_chunks AS c WHERE c.import_id = ${id} AND c.ids IS NULL)`
  const isOver = sql`EXISTS (SELECT 1 FROM imports WHERE imports.id = ${id} AND imports.status <> 'RUNNING')`
  const figures = ['created', 'updated', 'unchanged', 'failed'].map(
    (name) => `'${name}', json_array(0, imports.${name})`,
  )
  const event = eventInsert(ctx, {
    verb: 'import.finished',
    subject: 'import',
    id,
    changes: sql.raw(`json_object(${figures.join(', ')})`),
    from: sql`imports`,
    when: sql`${ifChanged} AND imports.id = ${id}`,
  })
  return [
    db
      .update(imports)
      .set({ status: sql`iif(failed = received, 'FAILED', 'DONE')`, finishedAt: now, busyUntil: null })
      .where(and(eq(imports.id, id), eq(imports.status, 'RUNNING'), isWritten)),
    ...(dryRun ? [] : [event]),
    db.delete(importKeys).where(and(eq(importKeys.importId, id), isOver)),
    db.delete(importOriginals).where(and(eq(importOriginals.importId, id), isOver)),
  ]
}
