// Handing over what a member owned who left the team: a part in the batch of the change, and the rest by a job.
import { and, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { isTeamMember } from '../access/visible'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import { type RecordReference, recordReferencesTo } from '../db/relations'
import { customerCounts, customers, customerTags, interactions, jobs, leadCounts, tickets, users } from '../db/schema'
import { COUNT_OF_STATUS } from '../db/schema/leads'
import { allOf, columnIn, columnKey } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { type JobCtx, type JobStep, jobInsert, jobKind } from '../jobs/jobs.kind'
import { versionStamp } from '../records/version'

/** How many rows a piece of the job may write, and the batch of the change for each table. */
const PIECE_ROWS = 4_500
const BATCH_ROWS = 1_500
/** How many rows one record takes, with its event, its indexes and its counters; a customer's own weight is below. */
const RECORD_ROWS = 22
const MAX_CUSTOMERS = 60

const KIND = 'handover'
const Input = z.object({ userId: z.string(), reassignTo: z.string().nullable() })
type Input = z.infer<typeof Input>
/** What the statements need, of a request and of a job alike. */
type HandoverCtx = Pick<JobCtx, 'db' | 'now' | 'workspaceId' | 'actor'>

/** The job that hands over the rest. It ends early if the member comes back. */
export const HANDOVER = jobKind({
  input: Input,
  steps: (ctx, input) => handedOver().map((reference) => stepOf(ctx, input, reference)),
})

/**
 * The statements that hand over a small part of what the member owned, and begin a job if there is more. They are for the
 * batch in which the member leaves; if the member did not leave, they do nothing.
 */
export function handoverStatements(ctx: Ctx, userId: string, reassignTo: string | null): Statement[] {
  const { db, actor } = ctx
  const input = { userId, reassignTo }
  const jobCtx = { ...ctx, workspaceId: actor.workspaceId }
  const parts = handedOver().flatMap((reference) =>
    recordStatements(jobCtx, input, reference, sql`SELECT seq ${ownedRecords(jobCtx, input, reference, BATCH_ROWS)}`),
  )
  const isLeft = handedOver().map(
    (reference) => sql`EXISTS (SELECT 1 ${ownedRecords(jobCtx, input, reference, PIECE_ROWS)})`,
  )
  const owned = (counts: typeof leadCounts | typeof customerCounts, count: SQL) =>
    sql`(SELECT coalesce(sum(${count}), 0) FROM ${counts}
      WHERE ${counts.workspaceId} = ${actor.workspaceId} AND ${counts.owner} = ${userId})`
  const leadCount = sql.join(
    Object.values(COUNT_OF_STATUS).map((name) => sql`${leadCounts[name]}`),
    sql` + `,
  )
  return [
    ...parts,
    // Who was to receive the records of another member passes them on.
    db
      .update(jobs)
      .set({ input: sql`json_set(${jobs.input}, '$.reassignTo', ${reassignTo})` })
      .where(
        and(
          eq(jobs.workspaceId, actor.workspaceId),
          eq(jobs.state, 'RUNNING'),
          eq(jobs.kind, KIND),
          sql`${jobs.input} ->> '$.reassignTo' = ${leaverId(jobCtx, userId)}`,
        ),
      ),
    jobInsert(ctx, {
      kind: KIND,
      input,
      subjectId: userId,
      total: sql`${owned(leadCounts, leadCount)} + ${owned(customerCounts, sql`${customerCounts.count}`)}`,
      when: sql`(${sql.join(isLeft, sql` OR `)})`,
    }),
  ]
}

function handedOver(): RecordReference[] {
  return recordReferencesTo(users).filter(({ onLeave }) => typeof onLeave === 'object')
}

/** SQL: the id of the member, unless the member belongs to the team. */
function leaverId({ workspaceId }: HandoverCtx, userId: string): SQL {
  return sql`(SELECT leaver.id FROM ${users} AS leaver WHERE leaver.id = ${userId} AND leaver.workspace_id = ${workspaceId}
    AND NOT ${isTeamMember(sql`leaver.id`, workspaceId)})`
}

function stepOf(ctx: HandoverCtx, input: Input, reference: RecordReference): JobStep {
  return {
    full: 1,
    pick: () => ({ key: sql`seq`, from: ownedRecords(ctx, input, reference, PIECE_ROWS) }),
    statements: (picked) => recordStatements(ctx, input, reference, picked),
  }
}

/**
 * FROM that gives the `seq` of records that the member has and that are to be handed over: so many that this writes at most
 * `rows` rows. The living and the trash each have an index, and no index has both.
 */
function ownedRecords(
  ctx: HandoverCtx,
  { userId }: Input,
  { table, columns, onLeave }: RecordReference,
  rows: number,
): SQL {
  const [column] = columns
  const isCustomers = table === customers
  const most = isCustomers ? MAX_CUSTOMERS : Math.floor(rows / RECORD_ROWS)
  const select = (isAsked: SQL | undefined) =>
    sql`SELECT seq FROM (SELECT seq FROM ${table}
      WHERE ${allOf(eq(table.workspaceId, ctx.workspaceId), eq(column, leaverId(ctx, userId)), isAsked)} LIMIT ${most})`
  const { deletedAt } = table
  const living = select(deletedAt && isNull(deletedAt))
  const hasTrash = deletedAt && typeof onLeave === 'object' && onLeave.withTrash
  const all = hasTrash ? sql`${living} UNION ALL ${select(isNotNull(deletedAt))}` : living
  if (!isCustomers) return sql`FROM (${all} LIMIT ${most})`
  return sql`FROM (SELECT seq, sum(weight) OVER (ORDER BY seq) AS so_far FROM (
    SELECT seq, ${customerRows} AS weight FROM ${customers} WHERE seq IN (SELECT seq FROM (${all} LIMIT ${most}))))
    WHERE so_far <= ${rows}`
}

/** SQL: how many rows a change of the owner of a customer writes at most. Up to 100 of each kind follow by a trigger. */
const customerRows = (() => {
  const upTo100 = (rows: SQL) => sql`(SELECT count(*) FROM (SELECT 1 FROM ${rows} LIMIT 100))`
  const said = upTo100(
    sql`${interactions} AS said WHERE ${columnIn('said', interactions.customerId)} = ${customers.id}`,
  )
  const asked = upTo100(sql`${tickets} AS asked WHERE ${columnIn('asked', tickets.customerId)} = ${customers.id}`)
  const had = upTo100(sql`${customerTags} AS had WHERE ${columnIn('had', customerTags.customerId)} = ${customers.id}`)
  return sql`(40 + 10 * ${had} + 8 * ${said} + 16 * ${asked})`
})()

function recordStatements(ctx: HandoverCtx, { userId, reassignTo }: Input, reference: RecordReference, picked: SQL) {
  const { db, now } = ctx
  const { table, subject, columns, onLeave } = reference
  const [column] = columns
  if (typeof onLeave !== 'object') return []
  const { since, released } = onLeave
  const isPicked = sql`seq IN (${picked})`
  const field = columnKey(column)
  return [
    eventInsert(ctx, {
      verb: `${subject}.${reassignTo === null ? released : 'assigned'}`,
      subject,
      id: sql`${table.id}`,
      changes: { [field]: [userId, reassignTo] },
      from: sql`${table}`,
      when: allOf(isPicked, table.deletedAt && isNull(table.deletedAt)),
    }),
    db
      .update(table)
      .set({
        [field]: reassignTo,
        ...(since && { [columnKey(since)]: reassignTo === null ? null : now }),
        ...versionStamp(table, now),
      })
      .where(isPicked),
  ]
}
