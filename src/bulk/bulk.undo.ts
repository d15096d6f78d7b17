// Undoing a bulk change within 24 hours: a job that gives each record back what it had, unless it was changed since.
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { type Actor, reach } from '../access/policy'
import { actorOf, isStillAllowed, StoredActor, storedActor } from '../access/stored-actor'
import { isWithinLimit } from '../billing/limits'
import type { Ctx } from '../context'
import { holdersOf } from '../customers/customers.contacts'
import { one, runBatch } from '../db/batch'
import { bulkResults, customers, fieldKeys, fields, jobs, leads, tickets } from '../db/schema'
import { allOf, insertFrom } from '../db/sql'
import { isRestorable } from '../db/trash'
import { AppError, type ErrorCode } from '../errors'
import { changesOf, eventInsert } from '../events/event-insert'
import { type JobCtx, type JobKind, jobInsert, jobKind } from '../jobs/jobs.kind'
import { jobColumns, type ShownJob, visibleJobs } from '../jobs/jobs.service'
import { versionStamp } from '../records/version'
import { HOUR_MS } from '../time'
import { type BulkKind, CUSTOMERS, LEADS, TICKETS } from './bulk.kinds'
import { givenRows, outcomesUpdate, weighedRows } from './bulk.statements'
import { tagStatements } from './bulk.tags'

const UNDO_MS = 24 * HOUR_MS

/**
 * Begins the undoing of a bulk change; one that still runs is stopped first. Throws `not_found`, `not_undoable`,
 * `undo_expired`, `already_undone`.
 */
export async function undoJob(ctx: Ctx, id: string): Promise<ShownJob> {
  const { db, now, actor } = ctx
  const isJob = and(eq(jobs.id, id), visibleJobs(ctx))
  const since = new Date(Date.parse(now) - UNDO_MS).toISOString()
  const isBulk = sql`substr(${jobs.kind}, 1, instr(${jobs.kind}, '-') - 1) IN ('bulk', 'distribute')`
  const isInTime = sql`coalesce(${jobs.finishedAt}, ${now}) > ${since}`
  const undoing = sql`SELECT 1 FROM ${jobs} AS u WHERE u.workspace_id = ${actor.workspaceId} AND u.subject_id = ${id}
    AND u.state <> 'CANCELLED' AND substr(u.kind, 1, 5) = 'undo-'`
  const mayBegin = allOf(isJob, isBulk, isInTime, sql`NOT EXISTS (${undoing})`)
  const kind = sql`(SELECT 'undo-' || substr(j.kind, instr(j.kind, '-') + 1) FROM ${jobs} AS j WHERE j.id = ${id})`
  const { begun, job } = await runBatch(db, {
    job: one(
      db
        .select({
          kind: jobs.kind,
          isBulk: sql<number>`${isBulk}`.as('is_bulk'),
          isInTime: sql<number>`${isInTime}`.as('is_in_time'),
        })
        .from(jobs)
        .where(isJob),
    ),
    stopped: db
      .update(jobs)
      .set({ state: 'CANCELLED', finishedAt: now, updatedAt: now })
      .where(sql`${mayBegin} AND ${jobs.state} = 'RUNNING'`),
    begun: one(
      jobInsert(ctx, {
        kind,
        input: { of: id, actor: storedActor(actor) },
        subjectId: id,
        total: sql`(SELECT j.outcomes ->> '$.changed' FROM ${jobs} AS j WHERE j.id = ${id})`,
        isCancellable: true,
        when: sql`EXISTS (SELECT 1 FROM ${jobs} WHERE ${mayBegin})`,
      }).returning(jobColumns),
    ),
  })
  if (begun) return begun
  if (!job) throw new AppError('not_found')
  if (!job.isBulk) throw new AppError('not_undoable')
  throw new AppError(job.isInTime ? 'already_undone' : 'undo_expired')
}

const Input = z.object({ of: z.string(), actor: StoredActor })

function undoKind(kind: BulkKind): JobKind {
  return jobKind({
    input: Input,
    mayGoOn: (_, { actor }) => isStillAllowed(actor),
    steps: (ctx, { of, actor }) => [
      {
        full: 1,
        pick: (after) => nextChanged(kind, of, after),
        statements: (picked) => undoStatements(ctx, kind, { of, actor: actorOf(actor) }, picked),
      },
    ],
  })
}

export const UNDO_JOBS = {
  'undo-lead': undoKind(LEADS),
  'undo-customer': undoKind(CUSTOMERS),
  'undo-ticket': undoKind(TICKETS),
}

function nextChanged(kind: BulkKind, of: string, after: string | null) {
  const { table, most, weight } = kind
  const all = weight({ isOwner: true, isTrash: true, tags: 0 })
  const tags = sql`14 * (json_array_length(r.before, '$.added') + json_array_length(r.before, '$.removed'))`
  return weighedRows(
    sql`SELECT r.n AS place, r.record_id AS id, r.version AS version,
      coalesce((SELECT ${all} FROM ${table} WHERE ${table.id} = r.record_id), 4) + ${tags} AS weight
      FROM (SELECT * FROM ${bulkResults} WHERE job_id = ${of} AND n > ${after === null ? -1 : Number(after)}
        AND outcome = 'changed' ORDER BY n LIMIT ${most}) AS r`,
    sql`json_array(place, id, version)`,
  )
}

function undoStatements(ctx: JobCtx, kind: BulkKind, { of, actor }: { of: string; actor: Actor }, picked: SQL) {
  const { db, now, jobId, workspaceId } = ctx
  const { table, name } = kind
  // What the record had, by the results of the change.
  const before = sql`(SELECT r.before FROM ${bulkResults} AS r
    WHERE r.record_id = ${table.id} AND r.job_id = ${of} AND r.before IS NOT NULL)`
  const columns: Record<string, SQLiteColumn> = getTableColumns(table)
  const had = (names: readonly string[], value: (column: SQLiteColumn | undefined, path: SQL) => SQL) =>
    Object.fromEntries(
      names.map((each) => {
        const path = sql.raw(`'$.set.${each}'`)
        const own = columns[each]
        return [each, sql`CASE WHEN json_type(${before}, ${path}) IS NULL THEN ${own} ELSE ${value(own, path)} END`]
      }),
    )
  const stored = (_: SQLiteColumn | undefined, path: SQL) => sql`${before} ->> ${path}`
  // In an event, a column of JSON is JSON.
  const told = had(kind.told, (column, path) =>
    column?.dataType === 'json' ? sql`json(${before} ->> ${path})` : sql`${before} ->> ${path}`,
  )
  const rows = sql`(SELECT r.record_id, r.before FROM ${bulkResults} AS u CROSS JOIN ${bulkResults} AS r ON r.job_id = ${of} AND r.n = u.n
    WHERE u.job_id = ${jobId} AND u.outcome = 'changed' AND u.n IN (SELECT p.value ->> 0 FROM (${picked}) AS p)) AS r`
  const isUndone = (and: SQL) =>
    sql`${table.id} IN (SELECT r.record_id FROM ${rows} WHERE r.before -> '$.set' <> 'null' ${and})`
  const wasTrashed = sql`json_type(r.before, '$.set.deletedAt') IS NOT NULL`
  const event = { subject: name, id: sql`${table.id}`, from: sql`${table}`, workspaceId }
  return [
    insertFrom(
      db,
      bulkResults,
      {
        jobId,
        n: sql`given.place`,
        recordId: sql`given.id`,
        outcome: undoOutcome(ctx, kind, actor, before),
        ownerId: null,
        before: null,
        version: null,
      },
      sql`FROM ${givenRows(picked)} LEFT JOIN ${table} ON ${table.id} = given.id WHERE true`,
    ),
    eventInsert(ctx, {
      ...event,
      verb: `${name}.updated`,
      changes: changesOf(table, told),
      when: isUndone(sql`AND NOT ${wasTrashed}`),
    }),
    eventInsert(ctx, { ...event, verb: `${name}.restored`, when: isUndone(sql`AND ${wasTrashed}`) }),
    db
      .update(table)
      .set({ ...had([...kind.told, ...kind.derived], stored), ...versionStamp(table, now) })
      .where(isUndone(sql``)),
    ...tagStatements(ctx, kind, rows, 'removed', 'added'),
    outcomesUpdate(ctx, picked),
  ]
}

/** SQL over `given` and the record: what undoing makes of it. */
function undoOutcome(ctx: JobCtx, kind: BulkKind, actor: Actor, before: SQL): SQL {
  const { table, reads, writes, assigns, isInReach, notYours } = kind
  const isInTrash = sql`${table.deletedAt} IS NOT NULL`
  const wasTrashed = sql`json_type(${before}, '$.set.deletedAt') IS NOT NULL`
  const isOwner = sql`json_type(${before}, ${sql.raw(`'$.set.${kind.name === 'ticket' ? 'assigneeId' : 'ownerId'}'`)}) IS NOT NULL`
  const owner = sql`${before} ->> ${sql.raw(`'$.set.${kind.name === 'ticket' ? 'assigneeId' : 'ownerId'}'`)}`
  const mayAssign = reach(actor, assigns) === 'all' ? allOf(isInReach(actor, assigns)) : sql`false`
  // Who released a lead may take it out of the pool again, as by a claim; who reaches all may release it.
  const mayClaim = reach(actor, 'leads:claim') ? sql`(${kind.owner} IS NULL AND ${owner} = ${actor.id})` : sql`false`
  const mine = sql`CASE WHEN ${isOwner} THEN ${mayAssign} OR ${kind.name === 'lead' ? mayClaim : sql`false`}
    ELSE ${allOf(isInReach(actor, writes))} END`
  const refusals = rulesOf(ctx, kind, actor, before).map(([code, isBroken]) => sql`WHEN ${isBroken} THEN ${code}`)
  return sql`CASE WHEN ${table.id} IS NULL OR (${allOf(isInReach(actor, reads))}) IS NOT TRUE THEN 'notFound'
    WHEN ${table.version} IS NOT given.version OR (${isInTrash}) <> (${wasTrashed}) THEN 'conflict'
    WHEN (${mine}) IS NOT TRUE THEN ${notYours} ${sql.join(refusals, sql` `)} ELSE 'changed' END`
}

// What the record had may have become another's, or be no longer allowed. Each is SQL that is true for a breach.
function rulesOf(ctx: JobCtx, kind: BulkKind, actor: Actor, before: SQL): [ErrorCode, SQL][] {
  const { table, name } = kind
  const { config, now, workspaceId } = ctx
  const wasTrashed = sql`json_type(${before}, '$.set.deletedAt') IS NOT NULL`
  const entries = sql`CASE WHEN ${wasTrashed} THEN ${table.customFields} ELSE ${before} ->> '$.set.customFields' END`
  const isTaken = sql`EXISTS (SELECT 1 FROM json_each(${entries}) AS g CROSS JOIN ${fields} AS f
      ON f.workspace_id = ${workspaceId} AND f.entity = ${name} AND f.key = g.key AND f.is_unique
    CROSS JOIN ${fieldKeys} AS k ON k.field_id = f.id AND k.value = lower(trim(g.value)) WHERE k.record_id <> ${table.id})`
  const externalOf = (
    of: typeof leads | typeof customers,
  ) => sql`(${wasTrashed} AND ${of.externalId} IS NOT NULL AND EXISTS (
    SELECT 1 FROM ${of} AS other WHERE other.workspace_id = ${workspaceId} AND other.external_id = ${of.externalId} AND other.deleted_at IS NULL))`
  const common: [ErrorCode, SQL][] = [
    ['not_found', sql`(${wasTrashed} AND NOT ${isRestorable(table.deletedAt, now)})`],
    ['field_taken', isTaken],
  ]
  if (name === 'lead') return [...common, ['external_id_taken', externalOf(leads)]]
  if (name === 'ticket') {
    const isCustomerLiving = sql`EXISTS (SELECT 1 FROM ${customers} AS c WHERE c.id = ${tickets.customerId} AND c.deleted_at IS NULL)`
    return [...common, ['not_found', sql`(${wasTrashed} AND NOT ${isCustomerLiving})`]]
  }
  const addresses = sql`(SELECT json_group_array(a.value ->> 'email') FROM json_each(${customers.emails}) AS a)`
  const isEmailTaken = sql`EXISTS (SELECT 1 FROM (${holdersOf(workspaceId, addresses)}) AS held WHERE held.id <> ${customers.id})`
  const isLoginTaken = sql`EXISTS (SELECT 1 FROM ${customers} AS holder INDEXED BY customers_user WHERE holder.workspace_id = ${workspaceId}
    AND holder.user_id = ${customers.userId} AND holder.deleted_at IS NULL AND holder.id <> ${customers.id})`
  const hasRoom = isWithinLimit({ config, now, actor }, 'customers', workspaceId)
  return [
    ...common,
    ['external_id_taken', externalOf(customers)],
    ['customer_exists', sql`(${wasTrashed} AND ${isEmailTaken})`],
    ['login_taken', sql`(${wasTrashed} AND ${isLoginTaken})`],
    ['plan_limit', sql`(${wasTrashed} AND NOT (${hasRoom}))`],
  ]
}
