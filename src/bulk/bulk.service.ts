// Beginning a bulk change, or saying what it would do. The request only chooses the records; a job changes them.
import { type SQL, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { storedActor } from '../access/stored-actor'
import { isTeamMember, requirePermission } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { bulkSelections, jobs } from '../db/schema'
import { allOf } from '../db/sql'
import { AppError } from '../errors'
import type { FilterTree } from '../filters/filters.tree'
import { jobInsert } from '../jobs/jobs.kind'
import { jobColumns, type ShownJob } from '../jobs/jobs.service'
import { foldText } from '../text/fold'
import { fieldChecks, hasUniqueField, requireNoUniqueField, withChangePaths } from './bulk.fields'
import { type BulkInput, givenOwner } from './bulk.job'
import type { BulkChange, BulkKind } from './bulk.kinds'
import { MAX_RECORDS, shownOutcome } from './bulk.schemas'
import { outcomeOf, type Prepared, selectedCount, selectedIds, selectionInsert } from './bulk.statements'
import { newTags } from './bulk.tags'

/** How many records a filter without an index looks through. */
const REACH = 50_000
const EXAMPLES = 20

export type Chosen = { ids?: string[]; filter?: FilterTree; expect?: number }

/** The rows that were chosen, as a SELECT of `id` and `version`, and SQL: whether a filter could not look at all records. */
export function chosenRows(ctx: Ctx, kind: BulkKind, { ids, filter }: Chosen): { rows: SQL; isCut: SQL } {
  if (!ids) return kind.find(ctx, { filter, filterAt: 'body.filter', limit: MAX_RECORDS + 1 }, REACH)
  const { table } = kind
  const isSeen = allOf(kind.isInReach(ctx.actor, kind.reads), sql`${table.deletedAt} IS NULL`)
  // What the actor does not see has no version here, and is reported as not found.
  const rows = sql`SELECT given.value AS id, (SELECT ${table.version} FROM ${table} WHERE ${table.id} = given.value AND ${isSeen}) AS version
    FROM json_each(${JSON.stringify([...new Set(ids)])}) AS given ORDER BY given.key`
  return { rows, isCut: sql`false` }
}

/** The job, and those of the given ids that the actor does not see. They are not kept. */
export type Begun = ShownJob & { notFound: string[] }

/** Begins a bulk change. Throws `count_differs`, `too_many_records`, `forbidden`, `invalid_owner`, `invalid`. */
export async function startBulk(ctx: Ctx, kind: BulkKind, chosen: Chosen, change: BulkChange): Promise<Begun> {
  const { tags, ...rest } = change
  requireMayChange(ctx, kind, change)
  const input: BulkInput = {
    actor: storedActor(ctx.actor),
    change: rest,
    add: newTags(tags?.add ?? [], ctx.newId),
    remove: (tags?.remove ?? []).map(foldText),
  }
  return startJob(ctx, kind, chosen, { kind: `bulk-${kind.name}`, input, checks: checksOf(ctx, kind, change) })
}

type NewBulkJob = { kind: string; input: Record<string, unknown>; checks: Checks }
type Checks = { owners: string[]; customFields?: Record<string, unknown> }

const checksOf = (_: Ctx, __: BulkKind, change: BulkChange): Checks => {
  const owner = givenOwner(change)
  return { owners: owner ? [owner] : [], customFields: change.customFields }
}

/** Chooses the records and begins the job, unless they are too many or others than were expected. */
export async function startJob(ctx: Ctx, kind: BulkKind, chosen: Chosen, job: NewBulkJob): Promise<Begun> {
  const { db } = ctx
  const jobId = ctx.newId()
  const { rows, isCut } = chosenRows(ctx, kind, chosen)
  const count = selectedCount(jobId)
  const { expect } = chosen
  const isExpected = expect === undefined ? sql`true` : sql`${count} = ${expect}`
  const cut = sql<number>`${chosen.ids ? sql`false` : isCut}`
  const asked = new Set(chosen.ids ?? [])
  const missing = sql`${asked.size} - ${count}`
  const { begun, found, seen, ...checked } = await withChangePaths(
    runBatch(db, {
      ...fieldChecks(ctx, kind, job.checks.customFields),
      selected: selectionInsert(ctx, jobId, sql`SELECT * FROM (${rows}) WHERE version IS NOT NULL`),
      begun: one(
        jobInsert(ctx, {
          id: jobId,
          kind: job.kind,
          input: job.input,
          total: count,
          outcomes: sql`CASE WHEN ${missing} > 0 THEN json_object('notFound', ${missing}) END`,
          isCancellable: true,
          when: sql`${count} <= ${MAX_RECORDS} AND ${isExpected} AND NOT ${cut} AND ${areTeamMembers(ctx, job.checks.owners)}
            AND NOT ${hasUniqueField(ctx, kind, job.checks.customFields)}`,
        }).returning(jobColumns),
      ),
      found: one(db.select({ count: count.as('count'), isCut: cut.as('is_cut') }).from(sql`(SELECT 1)`)),
      seen: chosen.ids
        ? one(db.select({ ids: sql<string>`(${selectedIds(jobId)})`.as('ids') }).from(sql`(SELECT 1)`))
        : undefined,
      forgotten: db
        .delete(bulkSelections)
        .where(sql`job_id = ${jobId} AND NOT EXISTS (SELECT 1 FROM ${jobs} AS j WHERE j.id = ${jobId})`),
    }),
  )
  if (begun) {
    const known = new Set<string>(JSON.parse(seen?.ids ?? '[]'))
    return { ...begun, notFound: [...asked].filter((id) => !known.has(id)) }
  }
  requireFewEnough(found)
  if (expect !== undefined && found && found.count !== expect) {
    const detail = `The filter finds ${found.count} records, not ${expect}. Look at them, and send the number that you mean.`
    throw new AppError('count_differs', { detail, count: found.count })
  }
  requireNoUniqueField(checked.uniques)
  throw new AppError('invalid_owner')
}

/** What a change would do, record by record, without doing it. */
export async function previewBulk(ctx: Ctx, kind: BulkKind, chosen: Chosen, change: BulkChange) {
  requireMayChange(ctx, kind, change)
  const checks = checksOf(ctx, kind, change)
  const prepared: Prepared = {
    plan: kind.plan(ctx, change),
    add: newTags(change.tags?.add ?? [], ctx.newId).map(({ key }) => key),
    remove: (change.tags?.remove ?? []).map(foldText),
  }
  return preview(ctx, kind, chosen, prepared, checks)
}

/** The ends that the chosen records would come to. Throws `too_many_records`, `invalid_owner`, `invalid`. */
export async function preview(ctx: Ctx, kind: BulkKind, chosen: Chosen, prepared: Prepared, checks: Checks) {
  const { rows, isCut } = chosenRows(ctx, kind, chosen)
  const { table } = kind
  const ends = sql`WITH ends AS MATERIALIZED (SELECT given.id, ${outcomeOf(ctx.actor, kind, prepared)} AS outcome
    FROM (${rows}) AS given LEFT JOIN ${table} ON ${table.id} = given.id)`
  const counts = sql`(${ends} SELECT json_group_object(outcome, n) FROM (SELECT outcome, count(*) AS n FROM ends GROUP BY outcome))`
  const examples = sql`(${ends} SELECT json_group_array(json_array(id, outcome)) FROM (SELECT id, outcome FROM ends
    WHERE outcome NOT IN ('changed', 'unchanged') LIMIT ${EXAMPLES}))`
  const { found, ...checked } = await withChangePaths(
    runBatch(ctx.db, {
      ...fieldChecks(ctx, kind, checks.customFields),
      found: one(
        ctx.db
          .select({
            counts: sql<string>`${counts}`.as('counts'),
            examples: sql<string>`${examples}`.as('examples'),
            isCut: sql<number>`${isCut}`.as('is_cut'),
            areMembers: sql<number>`${areTeamMembers(ctx, checks.owners)}`.as('are_members'),
          })
          .from(sql`(SELECT 1)`),
      ),
    }),
  )
  const stored = Object.entries<number>(JSON.parse(found?.counts ?? '{}'))
  const count = stored.reduce((sum, [, n]) => sum + n, 0)
  requireFewEnough({ count, isCut: found?.isCut ?? 0 })
  requireNoUniqueField(checked.uniques)
  if (!found?.areMembers) throw new AppError('invalid_owner')
  const listed: [string, string][] = JSON.parse(found.examples)
  return { count, outcomes: shownCounts(stored), examples: listed.map(([id, name]) => ({ id, ...shownOutcome(name) })) }
}

/** How many records come to each outcome, of counts by how outcomes are stored. */
export function shownCounts(stored: [name: string, n: number][]): Record<string, number> {
  const groups = Map.groupBy(stored, ([name]) => shownOutcome(name).outcome)
  return Object.fromEntries([...groups].map(([outcome, list]) => [outcome, list.reduce((sum, [, n]) => sum + n, 0)]))
}

// What the actor may do to no record at all is refused at once.
function requireMayChange({ actor }: Ctx, kind: BulkKind, change: BulkChange): void {
  const owner = givenOwner(change)
  if (owner !== undefined && (owner !== null || kind.name !== 'lead')) {
    requirePermission(actor, kind.assigns, 'Only a MANAGER or ADMIN gives records to another member.')
    if (reach(actor, kind.assigns) !== 'all') {
      throw new AppError('forbidden', { detail: 'Only a MANAGER or ADMIN gives records to another member.' })
    }
  }
}

/** Throws `too_many_records`. */
export function requireFewEnough(found: { count: number; isCut: number } | undefined): void {
  if (!found) return
  const limit = { of: 'records', count: found.count, max: MAX_RECORDS }
  if (found.count > MAX_RECORDS) {
    throw new AppError('too_many_records', {
      detail: `One change takes at most ${MAX_RECORDS} records. Narrow the filter.`,
      limit,
    })
  }
  if (!found.isCut) return
  const detail = `No index answers this filter, and it looks through ${REACH} records at most. Narrow it, by createdAt for example.`
  throw new AppError('too_many_records', { detail, limit })
}

/** SQL: all of these can own records. */
export const areTeamMembers = ({ actor }: Ctx, ids: string[]): SQL =>
  ids.length === 0 ? sql`true` : allOf(...ids.map((id) => isTeamMember(id, actor.workspaceId)))
