// The limits of a plan, as SQL conditions in the statement that inserts a record: exact even for concurrent requests.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Actor, TEAM } from '../access/policy'
import { type Config, hasPages, linkTo } from '../config'
import { leastIdAt } from '../db/arrival'
import type { Db } from '../db/client'
import { apiKeys, customerCounts, imports, users, workspaces } from '../db/schema'
import { columnIn } from '../db/sql'
import { AppError } from '../errors'
import { LIMITED, type Limited, PLANS } from './plans'
import { hasBilling } from './stripe'

type LimitCtx = { config: Config; now: string; actor?: Actor }
type WorkspaceId = string | SQL

const TEAM_ROLES = sql.join(
  TEAM.map((role) => sql`${role}`),
  sql`, `,
)

const COUNTS: Record<Limited, (workspaceId: WorkspaceId, now: string) => SQL<number>> = {
  customers: (id) =>
    sql`coalesce((SELECT ${columnIn('c', customerCounts.count)} FROM ${customerCounts} AS c
      WHERE ${columnIn('c', customerCounts.workspaceId)} = ${id} AND ${columnIn('c', customerCounts.owner)} = '*'), 0)`,
  // Portal logins do not count. The index skips them, because there can be thousands.
  users: (
    id,
  ) => sql`(SELECT count(*) FROM ${users} AS seat INDEXED BY users_role WHERE ${columnIn('seat', users.workspaceId)} = ${id}
    AND ${columnIn('seat', users.role)} IN (${TEAM_ROLES}) AND ${columnIn('seat', users.status)} = 'ACTIVE' AND ${columnIn('seat', users.deletedAt)} IS NULL)`,
  apiKeys: (
    id,
    now,
  ) => sql`(SELECT count(*) FROM ${apiKeys} AS k WHERE ${columnIn('k', apiKeys.workspaceId)} = ${id} AND ${columnIn('k', apiKeys.revokedAt)} IS NULL
    AND (${columnIn('k', apiKeys.expiresAt)} IS NULL OR ${columnIn('k', apiKeys.expiresAt)} > ${now}))`,
  // Imports of this month (UTC) without dry runs.
  imports: (
    id,
    now,
  ) => sql`(SELECT count(*) FROM ${imports} AS i WHERE ${columnIn('i', imports.workspaceId)} = ${id} AND ${columnIn('i', imports.dryRun)} = 0
    AND ${columnIn('i', imports.id)} >= ${leastIdAt(`${now.slice(0, 7)}-01T00:00:00.000Z`, 0)})`,
}

/** The count of a limited resource; reads a counter, or one row for each record. */
export function countOf({ now }: { now: string }, what: Limited, workspaceId: WorkspaceId): SQL<number> {
  return COUNTS[what](workspaceId, now)
}

/** The plan of `home`, a row of workspaces, at an instant. After a failed payment PRO ends at `planUntil`. */
export function planAt(now: string): SQL<'FREE' | 'PRO'> {
  return sql`CASE WHEN ${columnIn('home', workspaces.plan)} = 'PRO'
      AND (${columnIn('home', workspaces.planUntil)} IS NULL OR ${columnIn('home', workspaces.planUntil)} > ${now})
    THEN 'PRO' ELSE 'FREE' END`
}

/** Whether the plan of the workspace has room for one more; always true without Stripe. */
export function isWithinLimit(
  ctx: LimitCtx,
  what: Limited,
  workspaceId: WorkspaceId = ctx.actor?.workspaceId ?? '',
): SQL {
  if (!hasBilling(ctx.config)) return sql`true`
  return sql`${countOf(ctx, what, workspaceId)} < ${maxOf(ctx, what, workspaceId)}`
}

/** How many more the plan allows; null without a limit. */
export function remainingRoom(
  ctx: LimitCtx,
  what: Limited,
  workspaceId: WorkspaceId = ctx.actor?.workspaceId ?? '',
): SQL | null {
  if (!hasBilling(ctx.config)) return null
  return sql`(${maxOf(ctx, what, workspaceId)} - ${countOf(ctx, what, workspaceId)})`
}

function maxOf({ now }: LimitCtx, what: Limited, workspaceId: WorkspaceId): SQL<number> {
  const max = (plan: 'FREE' | 'PRO') => sql.raw(String(PLANS[plan][what]))
  return sql`(SELECT CASE ${planAt(now)} WHEN 'PRO' THEN ${max('PRO')} ELSE ${max('FREE')} END
    FROM ${workspaces} AS home WHERE ${columnIn('home', workspaces.id)} = ${workspaceId})`
}

/** The statement that returns the count and the limit if the limit is reached, and no row otherwise. */
export function limitExceeded(
  ctx: LimitCtx & { db: Db },
  what: Limited,
  { workspaceId = ctx.actor?.workspaceId ?? '', when = sql`true` }: { workspaceId?: WorkspaceId; when?: SQL } = {},
) {
  return ctx.db
    .select({
      count: countOf(ctx, what, workspaceId).as('count'),
      max: maxOf(ctx, what, workspaceId).as('max'),
    })
    .from(sql`(SELECT 1)`)
    .where(sql`NOT (${isWithinLimit(ctx, what, workspaceId)}) AND ${when}`)
}

export const Room = z.object({ count: z.number(), max: z.number() })

/** The count and the limit as JSON in the shape of `Room`, for `limitExceededError`. */
export function roomAsJson(ctx: LimitCtx, what: Limited, workspaceId: WorkspaceId = ctx.actor?.workspaceId ?? ''): SQL {
  return sql`json_object('count', ${countOf(ctx, what, workspaceId)}, 'max', ${maxOf(ctx, what, workspaceId)})`
}

/** The error `plan_limit` with the limit, the count and the link to upgrade. */
export function limitExceededError(
  { config }: Pick<LimitCtx, 'config'>,
  what: Limited,
  { count, max }: z.infer<typeof Room>,
) {
  const detail = `The plan has room for ${max} ${LIMITED[what]}, and there are ${count}.`
  const link = hasPages(config) ? { upgradeUrl: linkTo(config, 'billing') } : {}
  return new AppError('plan_limit', { detail, limit: { of: what, count, max }, ...link })
}
