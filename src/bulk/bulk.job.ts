// The jobs of bulk changes: each piece decides about its records, changes those that it may, and notes what became of each.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { actorOf, isStillAllowed, StoredActor } from '../access/stored-actor'
import { bulkResults } from '../db/schema'
import { PRIORITIES } from '../db/schema/tickets'
import { insertFrom } from '../db/sql'
import { type JobCtx, type JobKind, type JobStep, jobKind } from '../jobs/jobs.kind'
import { type BulkChange, type BulkKind, CUSTOMERS, LEADS, TICKETS, type Weighed } from './bulk.kinds'
import { newOwnersMail } from './bulk.mail'
import {
  beforeOf,
  changedRows,
  givenRows,
  nextSelected,
  outcomeOf,
  outcomesUpdate,
  type Prepared,
  setStatements,
} from './bulk.statements'
import { type NewTag, tagStatements, tagsInsert } from './bulk.tags'

export const BulkInput = z.object({
  actor: StoredActor,
  change: z.object({
    ownerId: z.string().nullable().optional(),
    assigneeId: z.string().nullable().optional(),
    status: z.string().optional(),
    stageId: z.string().optional(),
    priority: z.enum(PRIORITIES).optional(),
    customFields: z.record(z.string(), z.unknown()).optional(),
    trashed: z.literal(true).optional(),
  }),
  add: z.array(z.object({ id: z.string(), name: z.string(), key: z.string() })),
  remove: z.array(z.string()),
})
export type BulkInput = z.infer<typeof BulkInput>

/** What weighs in a change. */
export const weighedOf = ({ ownerId, assigneeId, trashed }: BulkChange, tags: number): Weighed => ({
  isOwner: ownerId !== undefined || assigneeId !== undefined,
  isTrash: trashed ?? false,
  tags,
})

/** The owner or assignee that a change gives; undefined if it gives none. */
export const givenOwner = ({ ownerId, assigneeId }: BulkChange) => (ownerId === undefined ? assigneeId : ownerId)

/** The statement that decides about the records of a piece, and notes it. */
function resultsInsert(ctx: JobCtx, kind: BulkKind, prepared: Prepared, input: BulkInput, picked: SQL) {
  const actor = actorOf(input.actor)
  const { table } = kind
  const isChanged = sql`outcome = 'changed'`
  const columns = Object.keys({ ...prepared.plan.set, ...prepared.plan.derived })
  const bumps = sql`iif(${columns.length > 0 ? sql`before -> '$.set' <> 'null'` : sql`false`}, 1, 0)`
  const rows = sql`(SELECT given.place, given.id, ${outcomeOf(actor, kind, prepared)} AS outcome,
      ${table.version} AS version, ${beforeOf(actor, kind, prepared)} AS before
    FROM ${givenRows(picked)} LEFT JOIN ${table} ON ${table.id} = given.id)`
  const values = {
    jobId: ctx.jobId,
    n: sql`place`,
    recordId: sql`id`,
    outcome: sql`outcome`,
    ownerId: sql`iif(${isChanged}, ${givenOwner(input.change) ?? null}, NULL)`,
    before: sql`iif(${isChanged}, before, NULL)`,
    version: sql`iif(${isChanged}, version + ${bumps}, NULL)`,
  }
  return insertFrom(ctx.db, bulkResults, values, sql`FROM ${rows} WHERE true`)
}

function bulkJob(kind: BulkKind): JobKind {
  return jobKind({
    input: BulkInput,
    mayGoOn: (_, { actor }) => isStillAllowed(actor),
    steps: (ctx, input) => {
      const { change, add, remove } = input
      const actor = actorOf(input.actor)
      const prepared = {
        plan: kind.plan({ actor, now: ctx.now }, change),
        add: add.map(({ key }) => key),
        remove,
      }
      const weighed = weighedOf(change, add.length + remove.length)
      return [
        {
          full: 1,
          pick: (after) => nextSelected(kind, ctx.jobId, after, weighed),
          statements: (picked) => {
            const rows = changedRows(ctx.jobId, picked)
            return [
              ...(add.length > 0 ? [tagsInsert(ctx, add satisfies NewTag[], sql`EXISTS (${picked})`)] : []),
              resultsInsert(ctx, kind, prepared, input, picked),
              ...(Object.keys(prepared.plan.set).length > 0 ? setStatements(ctx, kind, prepared.plan, rows) : []),
              ...(add.length + remove.length > 0 ? tagStatements(ctx, kind, rows, 'added', 'removed') : []),
              outcomesUpdate(ctx, picked),
            ]
          },
        },
        ...(givenOwner(change) ? [mailStep(ctx, kind, actor)] : []),
      ]
    },
  })
}

/** The last step: one mail to each new owner. */
export function mailStep(ctx: JobCtx, kind: BulkKind, actor: ReturnType<typeof actorOf>): JobStep {
  return {
    full: 2,
    isUncounted: true,
    pick: () => ({ key: sql`1`, from: sql`` }),
    statements: (picked) => newOwnersMail(ctx, kind, actor, picked),
  }
}

export const BULK_JOBS = {
  'bulk-lead': bulkJob(LEADS),
  'bulk-customer': bulkJob(CUSTOMERS),
  'bulk-ticket': bulkJob(TICKETS),
}
