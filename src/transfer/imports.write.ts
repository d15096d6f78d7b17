// Writing a chunk: one atomic batch that judges its rows and does what the verdicts say, once, however often it is sent.

import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { alias } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import {
  customers,
  customerTags,
  importChunks,
  importIssues,
  importKeys,
  importOriginals,
  imports,
  leads,
  tags,
} from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { ENTITIES } from './imports.entities'
import { IS_NEW_TAG, type Job, judge, judgedRows, openChunk, REFUSALS, type Verdict } from './imports.judge'

type Statement = BatchItem<'sqlite'>

/**
 * The statements that write chunk `n`, and end the import with the last one. Those after the first do nothing unless it
 * has judged: not where the chunk is written already, nor where the import was cancelled. Ids that are made here begin
 * with `ids`, 28 characters that no other chunk has.
 */
export function writing(ctx: Ctx, job: Job, n: number, ids: string): Statement[] {
  const isLast = n === job.chunks - 1
  return [
    judge(ctx, job, n, ids),
    ...(job.dryRun ? [] : written(ctx, job, n, ids)),
    ...(job.chunks > 1 ? [remembered(ctx, job, n)] : []),
    reported(ctx, job, n),
    counted(ctx, job, n),
    ctx.db.update(importChunks).set({ rows: '[]', tags: '[]', ids }).where(openChunk(job, n)),
    ...(isLast ? finished(ctx, job) : []),
  ]
}

const ofVerdicts = (job: Job, n: number, ...verdicts: Verdict[]) =>
  sql`(${sql.join(
    verdicts.map((verdict) => sql`SELECT row, ${verdict} AS verdict FROM ${judgedRows(job, n, verdict)}`),
    sql` UNION ALL `,
  )}) AS judged`

function written(ctx: Ctx, job: Job, n: number, ids: string): Statement[] {
  const hasTags = job.columns.some(({ field }) => field === 'tags')
  return [
    ...(hasTags ? [tagsMade(ctx, job, n, ids)] : []),
    updatesTold(ctx, job, n),
    job.entity === 'customers' ? customersMade(ctx, job, n) : leadsMade(ctx, job, n),
    job.entity === 'customers' ? customersChanged(ctx, job, n) : leadsChanged(ctx, job, n),
    ...(hasTags ? [tagged(ctx, job, n)] : []),
    makingTold(ctx, job, n),
  ]
}

const cell = (field: string) => sql.raw(`row ->> '${field}'`)
const json = (field: string) => sql.raw(`row -> '$.${field}'`)

function stamps({ actor, now }: Ctx) {
  const made = { id: cell('record'), workspaceId: actor.workspaceId, ownerId: cell('ownerId') }
  return { ...made, importKey: cell('importKey'), createdAt: now, updatedAt: now }
}

const person = { name: cell('name'), email: cell('email'), phone: cell('phone'), phoneE164: cell('phoneE164') }

function customersMade(ctx: Ctx, job: Job, n: number) {
  const fields = { ...person, sortName: cell('sortName'), company: cell('company'), customFields: json('customFields') }
  return insertFrom(ctx.db, customers, { ...stamps(ctx), ...fields }, sql`FROM ${judgedRows(job, n, 'create')}`)
}

function leadsMade(ctx: Ctx, job: Job, n: number) {
  const own = { title: cell('title'), description: cell('description'), source: cell('source') }
  const more = { interest: cell('interest'), message: cell('message'), followUpAt: cell('followUpAt') }
  const claimedAt = sql`iif(row ->> 'ownerId' IS NULL, NULL, ${ctx.now})`
  const status = sql`coalesce(row ->> 'status', 'NEW')`
  const fields = {
    ...person,
    sortName: cell('sortName'),
    ...own,
    ...more,
    status,
    metadata: json('metadata'),
    claimedAt,
  }
  return insertFrom(ctx.db, leads, { ...stamps(ctx), ...fields }, sql`FROM ${judgedRows(job, n, 'create')}`)
}

// What a row leaves empty stays as it is; a number and what was read of it go together.
const kept = (field: string, table: string, column = field) =>
  sql.raw(`coalesce(row ->> '${field}', ${table}.${column})`)
const numberOf = (table: string) => sql.raw(`iif(row ->> 'phone' IS NULL, ${table}.phone_e164, row ->> 'phoneE164')`)

function customersChanged(ctx: Ctx, job: Job, n: number) {
  const of = (field: string, column?: string) => kept(field, 'customers', column)
  return ctx.db
    .update(customers)
    .set({
      ...{ name: of('name'), sortName: of('sortName', 'sort_name'), email: of('email'), phone: of('phone') },
      ...{ phoneE164: numberOf('customers'), company: of('company'), ownerId: given('customers') },
      customFields: sql`iif(row -> '$.customFields' IS NULL, customers.custom_fields,
        json_patch(coalesce(customers.custom_fields, '{}'), row -> '$.customFields'))`,
      updatedAt: ctx.now,
      version: sql`customers.version + 1`,
    })
    .from(targets(ctx, job, n))
    .where(sql`customers.seq = judged.seq`)
}

// From the rows to their records: left to itself, SQLite walks all records of the workspace for every row.
function targets({ actor }: Ctx, job: Job, n: number): SQL {
  const { table, name, permission } = ENTITIES[job.entity]
  return sql`(SELECT t.seq, row FROM ${judgedRows(job, n, 'update')}
    CROSS JOIN ${sql.raw(name)} AS t ON t.id = judged.row ->> 'record' WHERE ${visible(actor, permission, alias(table, 't'))} LIMIT -1) AS judged`
}

// The usual owner is for what is made; of what is there, only an owner that the row names changes hands.
const given = (table: string) => sql.raw(`iif(row ->> 'owner' IS NULL, ${table}.owner_id, row ->> 'ownerId')`)

function leadsChanged(ctx: Ctx, job: Job, n: number) {
  const of = (field: string, column?: string) => kept(field, 'leads', column)
  return ctx.db
    .update(leads)
    .set({
      ...{ title: of('title'), description: of('description'), status: of('status'), source: of('source') },
      ...{ name: of('name'), sortName: of('sortName', 'sort_name'), email: of('email'), phone: of('phone') },
      ...{ phoneE164: numberOf('leads'), interest: of('interest'), message: of('message') },
      ...{ followUpAt: of('followUpAt', 'follow_up_at'), metadata: sql`coalesce(row -> '$.metadata', leads.metadata)` },
      ownerId: given('leads'),
      claimedAt: sql`CASE WHEN row ->> 'owner' IS NULL OR row ->> 'ownerId' IS leads.owner_id
        THEN leads.claimed_at ELSE ${ctx.now} END`,
      updatedAt: ctx.now,
      version: sql`leads.version + 1`,
    })
    .from(targets(ctx, job, n))
    .where(sql`leads.seq = judged.seq`)
}

// In the order of the file, which the ids keep.
function tagsMade({ db, actor, now }: Ctx, job: Job, n: number, ids: string) {
  const named = sql`SELECT t.value ->> 0 AS key, t.value ->> 1 AS name, t.key AS nth FROM import_chunks AS chunk, json_each(chunk.tags) AS t
    WHERE chunk.import_id = ${job.id} AND chunk.n = ${n}`
  const isUsed = sql`SELECT tag.value FROM ${ofVerdicts(job, n, 'create', 'update')}, json_each(judged.row -> '$.tags') AS tag`
  return insertFrom(
    db,
    tags,
    {
      id: sql`${ids} || printf('%08x', named.nth)`,
      workspaceId: actor.workspaceId,
      name: sql`named.name`,
      key: sql`named.key`,
      createdAt: now,
      updatedAt: now,
    },
    sql`FROM (${named}) AS named WHERE named.key IN (${isUsed})`,
  ).onConflictDoNothing()
}

function tagged({ db, actor }: Ctx, job: Job, n: number) {
  return insertFrom(
    db,
    customerTags,
    { customerId: sql`judged.row ->> 'record'`, tagId: sql`tags.id` },
    sql`FROM ${ofVerdicts(job, n, 'create', 'update')} CROSS JOIN json_each(judged.row -> '$.tags') AS tag
      CROSS JOIN tags ON tags.workspace_id = ${actor.workspaceId} AND tags.key = tag.value WHERE true`,
  ).onConflictDoNothing()
}

function makingTold(ctx: Ctx, job: Job, n: number) {
  const { subject } = ENTITIES[job.entity]
  return record(ctx, {
    verb: `${subject}.created`,
    subject,
    id: cell('record'),
    changes: sql`json_object('importId', json_array(NULL, ${job.id}))`,
    from: judgedRows(job, n, 'create'),
    when: sql`true`,
  })
}

// Told while the records are as they were.
function updatesTold(ctx: Ctx, job: Job, n: number) {
  const { subject, fields, name } = ENTITIES[job.entity]
  const pairs = fields.map(({ field, column, kind }) => ({
    field,
    before: kind === 'text' ? `t.${column}` : `json(t.${column})`,
    after:
      kind === 'merged'
        ? `json_patch(coalesce(t.${column}, '{}'), row -> '$.${field}')`
        : `row ${kind === 'text' ? '->>' : '->'} '$.${field}'`,
  }))
  const before = [...pairs.map((each) => `'${each.field}', ${each.before}`), `'ownerId', t.owner_id`]
  const after = [
    ...pairs.map((each) => `'${each.field}', ${each.after}`),
    `'ownerId', iif(row ->> 'owner' IS NULL, NULL, row ->> 'ownerId')`,
  ]
  const value = (of: string) => `iif(${of}.type = 'object', json(${of}.value), ${of}.value)`
  const fieldsChanged = sql.raw(`(SELECT json_group_object(new.key, json_array(${value('old')}, ${value('new')}))
    FROM json_each(json_object(${before.join(', ')})) AS old
    JOIN json_each(json_object(${after.join(', ')})) AS new ON new.key = old.key
    WHERE new.value IS NOT NULL AND old.value IS NOT new.value)`)
  const all = sql`json_set(${fieldsChanged}, '$.importId', json_array(NULL, ${job.id}))`
  const newTags = sql`(SELECT json_group_array(tags.name) FROM json_each(row -> '$.tags') AS tag
    CROSS JOIN tags ON tags.workspace_id = ${ctx.actor.workspaceId} AND tags.key = tag.value WHERE ${sql.raw(IS_NEW_TAG)})`
  const withTags = sql`iif(${newTags} = '[]', ${all}, json_set(${all}, '$.tags', json_array(json_array(), json(${newTags}))))`
  return record(ctx, {
    verb: `${subject}.updated`,
    subject,
    id: sql`t.id`,
    changes: name === 'customers' ? withTags : all,
    from: sql`${judgedRows(job, n, 'update')} CROSS JOIN ${sql.raw(name)} AS t ON t.id = judged.row ->> 'record'`,
    when: sql`true`,
  })
}

/** Keys by which later chunks know these records, as they were and as they are. */
function remembered({ db }: Ctx, job: Job, n: number) {
  const all = ofVerdicts(job, n, 'create', 'update', 'unchanged')
  const keys = [
    `row ->> 'key'`,
    ...(job.match === 'email' ? [] : [`'email:' || (row ->> 'email')`, `'email:' || (row ->> 'emailBefore')`]),
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
function reported({ db }: Ctx, job: Job, n: number) {
  const words = (part: 'field' | 'value' | 'message', otherwise: string): SQL => {
    const cases = Object.entries(REFUSALS).map(([code, refusal]) => {
      const said = part === 'value' ? refusal.value : quoted(refusal[part])
      return `WHEN '${code}' THEN ${code === 'required' && part === 'field' ? quoted(ENTITIES[job.entity].required) : said}`
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
    sql`FROM ${ofVerdicts(job, n, 'failed', 'update', 'unchanged')} WHERE verdict = 'failed' OR row ->> 'earlier' IS NOT NULL`,
  ).onConflictDoNothing()
}

const quoted = (text: string | null) => (text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`)

// A record is counted where it first comes; once more, it only counts as one that came again.
function counted({ db, now }: Ctx, job: Job, n: number) {
  const all = (verdict: Verdict) => `json_array_length(rows, '$.${verdict}')`
  const again = (verdict: Verdict, earlier: string) =>
    `(SELECT count(*) FROM json_each(rows, '$.${verdict}') WHERE value ->> 'earlier' ${earlier})`
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

function finished(ctx: Ctx, job: Job): Statement[] {
  const { db, now } = ctx
  const { id, dryRun } = job
  const isWritten = sql`NOT EXISTS (SELECT 1 FROM import_chunks AS c WHERE c.import_id = ${id} AND c.ids IS NULL)`
  const isOver = sql`EXISTS (SELECT 1 FROM imports WHERE imports.id = ${id} AND imports.status <> 'RUNNING')`
  const figures = ['created', 'updated', 'unchanged', 'failed'].map(
    (name) => `'${name}', json_array(0, imports.${name})`,
  )
  const told = record(ctx, {
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
    ...(dryRun ? [] : [told]),
    db.delete(importKeys).where(and(eq(importKeys.importId, id), isOver)),
    db.delete(importOriginals).where(and(eq(importOriginals.importId, id), isOver)),
  ]
}
