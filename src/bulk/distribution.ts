// Distributing leads among members: who gets which is decided in the transaction of each piece, so that it is exact whatever
// else claims, assigns or distributes at the same time.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Actor } from '../access/policy'
import { actorOf, isStillAllowed, StoredActor, storedActor } from '../access/stored-actor'
import { isTeamMember } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { bulkResults, jobs, leadCounts, leads } from '../db/schema'
import { columnIn, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { type JobCtx, jobKind } from '../jobs/jobs.kind'
import { nextVersion } from '../records/version'
import { mailStep } from './bulk.job'
import { claimedAt, LEADS, type Plan } from './bulk.kinds'
import { STRATEGIES } from './bulk.schemas'
import {
  areTeamMembers,
  type Begun,
  type Chosen,
  chosenRows,
  requireFewEnough,
  shownCounts,
  startJob,
} from './bulk.service'
import {
  beforeOf,
  changedRows,
  givenRows,
  nextSelected,
  outcomeOf,
  outcomesUpdate,
  setStatements,
} from './bulk.statements'

const Input = z.object({ actor: StoredActor, members: z.array(z.string()), strategy: z.enum(STRATEGIES) })
type Input = z.infer<typeof Input>
type Asked = Pick<Input, 'members' | 'strategy'>

/** Begins a distribution. Throws `count_differs`, `too_many_records`, `invalid_owner`. */
export function startDistribution(ctx: Ctx, chosen: Chosen, { members, strategy }: Asked): Promise<Begun> {
  const input: Input = { actor: storedActor(ctx.actor), members, strategy }
  return startJob(ctx, LEADS, chosen, { kind: 'distribute-lead', input, checks: { owners: members } })
}

/** What a distribution would do now, and how many of the chosen leads each member would then have. */
export async function previewDistribution(ctx: Ctx, chosen: Chosen, asked: Asked) {
  const { rows, isCut } = chosenRows(ctx, LEADS, chosen)
  const given = sql`(SELECT row_number() OVER () - 1 AS place, id, version FROM (${rows})) AS given`
  const ends = dealt(ctx.actor, planOf(ctx, sql`NULL`), given, asked, sql`0`)
  const { found } = await runBatch(ctx.db, {
    found: one(
      ctx.db
        .select({
          counts: sql<string>`(SELECT json_group_array(json_object('ending', ending, 'owner', owner, 'n', n)) FROM
            (SELECT ending, owner, count(*) AS n FROM ${ends} GROUP BY ending, owner))`.as('counts'),
          isCut: sql<number>`${isCut}`.as('is_cut'),
          areMembers: sql<number>`${areTeamMembers(ctx, asked.members)}`.as('are_members'),
        })
        .from(sql`(SELECT 1)`),
    ),
  })
  const counts: { ending: string; owner: string | null; n: number }[] = JSON.parse(found?.counts ?? '[]')
  const count = counts.reduce((sum, { n }) => sum + n, 0)
  requireFewEnough({ count, isCut: found?.isCut ?? 0 })
  if (!found?.areMembers) throw new AppError('invalid_owner')
  const gets = (id: string) => counts.reduce((sum, { owner, n }) => sum + (owner === id ? n : 0), 0)
  return {
    count,
    outcomes: shownCounts(counts.map(({ ending, n }) => [ending, n])),
    examples: [],
    members: asked.members.map((id) => ({ id, gets: gets(id) })),
  }
}

const planOf = ({ now }: { now: string }, ownerId: SQL): Plan => ({
  verb: 'assigned',
  permission: 'leads:assign',
  set: { ownerId },
  derived: { claimedAt: claimedAt(ownerId, now) },
  require: [],
})

/**
 * SQL of what becomes of the leads in `given`: place, id, `ending`, the new `owner`, version and what was before. `turns` is
 * how many leads were dealt before.
 */
function dealt(actor: Actor, plan: Plan, given: SQL, { members, strategy }: Asked, turns: SQL): SQL {
  const prepared = { plan, add: [], remove: [], isOpen: true as const }
  const open = sql`${columnIn('c', leadCounts.inNew)} + ${columnIn('c', leadCounts.inContacted)} + ${columnIn('c', leadCounts.inQualified)}`
  // Those that are dealt anew do not count for who has them.
  const load = sql`coalesce((SELECT ${open} FROM ${leadCounts} AS c WHERE ${columnIn('c', leadCounts.workspaceId)} = ${actor.workspaceId}
    AND ${columnIn('c', leadCounts.owner)} = m.value), 0)
    - (SELECT count(*) FROM decided WHERE outcome = 'changed' AND had = m.value AND is_open)`
  const slots =
    strategy === 'roundRobin'
      ? sql`SELECT team.id, decided.turn FROM decided CROSS JOIN team ON team.i = (${turns} + decided.turn) % (SELECT count(*) FROM team)
          WHERE decided.outcome = 'changed'`
      : sql`SELECT team.id, row_number() OVER (ORDER BY team.load + decided.turn, team.i) - 1 AS turn
          FROM decided CROSS JOIN team WHERE decided.outcome = 'changed'
          ORDER BY team.load + decided.turn, team.i LIMIT (SELECT count(*) FROM decided WHERE outcome = 'changed')`
  return sql`(WITH decided AS MATERIALIZED (
      SELECT *, row_number() OVER (PARTITION BY outcome = 'changed' ORDER BY place) - 1 AS turn FROM (
        SELECT given.place, given.id, ${outcomeOf(actor, LEADS, prepared)} AS outcome, ${leads.ownerId} AS had,
          ${leads.status} <> 'CLOSED' AS is_open, ${leads.version} AS version, ${beforeOf(actor, LEADS, prepared)} AS before
        FROM ${given} LEFT JOIN ${leads} ON ${leads.id} = given.id)),
    team AS MATERIALIZED (SELECT m.value AS id, row_number() OVER (ORDER BY m.key) - 1 AS i, ${load} AS load
      FROM json_each(${JSON.stringify(members)}) AS m WHERE ${isTeamMember(sql`m.value`, actor.workspaceId)}),
    slots AS MATERIALIZED (${slots})
    SELECT d.place, d.id, d.version, d.before, s.id AS owner, CASE WHEN d.outcome <> 'changed' THEN d.outcome
        WHEN s.id IS NULL THEN 'invalid_owner' WHEN s.id = d.had THEN 'unchanged' ELSE 'changed' END AS ending
      FROM decided AS d LEFT JOIN slots AS s ON s.turn = d.turn AND d.outcome = 'changed')`
}

function dealtInsert(ctx: JobCtx, { actor, ...asked }: Input, plan: Plan, picked: SQL) {
  const done = (name: string) => sql`coalesce(j.outcomes ->> ${sql.raw(`'$.${name}'`)}, 0)`
  const turns = sql`(SELECT ${done('changed')} + ${done('unchanged')} FROM ${jobs} AS j WHERE j.id = ${ctx.jobId})`
  const isChanged = sql`ending = 'changed'`
  const values = {
    jobId: ctx.jobId,
    n: sql`place`,
    recordId: sql`id`,
    outcome: sql`ending`,
    ownerId: sql`owner`,
    before: sql`iif(${isChanged}, before, NULL)`,
    version: sql`iif(${isChanged}, ${nextVersion({ version: sql`version` })}, NULL)`,
  }
  const rows = dealt(actorOf(actor), plan, givenRows(picked), asked, turns)
  return insertFrom(ctx.db, bulkResults, values, sql`FROM ${rows} WHERE true`)
}

export const DISTRIBUTION = jobKind({
  input: Input,
  mayGoOn: (_, { actor }) => isStillAllowed(actor),
  steps: (ctx, input) => {
    const given = sql`(SELECT r.owner_id FROM ${bulkResults} AS r WHERE r.record_id = ${leads}.id AND r.job_id = ${ctx.jobId}
      AND r.before IS NOT NULL)`
    const plan = planOf(ctx, given)
    return [
      {
        full: 1,
        pick: (after) => nextSelected(LEADS, ctx.jobId, after, { isOwner: true, isTrash: false, tags: 0 }),
        statements: (picked) => [
          dealtInsert(ctx, input, plan, picked),
          ...setStatements(ctx, LEADS, plan, changedRows(ctx.jobId, picked)),
          outcomesUpdate(ctx, picked),
        ],
      },
      mailStep(ctx, LEADS, actorOf(input.actor)),
    ]
  },
})
