// The limits of a plan, as conditions for the statement that would go over one: exact, however many come at once.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Actor, TEAM } from '../access/policy'
import type { Config } from '../config'
import { leastIdAt } from '../db/arrival'
import type { Db } from '../db/client'
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
    sql`coalesce((SELECT c.count FROM customer_counts AS c WHERE c.workspace_id = ${id} AND c.owner = '*'), 0)`,
  // A portal login takes no seat, and is not read here: there may be thousands.
  users: (id) => sql`(SELECT count(*) FROM users AS seat INDEXED BY users_role WHERE seat.workspace_id = ${id}
    AND seat.role IN (${TEAM_ROLES}) AND seat.status = 'ACTIVE' AND seat.deleted_at IS NULL)`,
  apiKeys: (id, now) => sql`(SELECT count(*) FROM api_keys AS k WHERE k.workspace_id = ${id} AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > ${now}))`,
  // Of this month (UTC); a dry run is free.
  imports: (id, now) => sql`(SELECT count(*) FROM imports AS i WHERE i.workspace_id = ${id} AND i.dry_run = 0
    AND i.id >= ${leastIdAt(`${now.slice(0, 7)}-01T00:00:00.000Z`, 0)})`,
}

/** How many there are of what is limited; reads a counter, or as many rows as there are members. */
export function countOf({ now }: { now: string }, what: Limited, workspaceId: WorkspaceId): SQL<number> {
  return COUNTS[what](workspaceId, now)
}

/** The plan that holds at an instant: PRO ends with `plan_until`, where a renewal could not be paid. */
export function planAt(now: string): SQL<'FREE' | 'PRO'> {
  return sql`CASE WHEN home.plan = 'PRO' AND (home.plan_until IS NULL OR home.plan_until > ${now})
    THEN 'PRO' ELSE 'FREE' END`
}

/** Whether one more fits into the workspace's plan; always, where Stripe is not set up. */
export function isWithinLimit(
  ctx: LimitCtx,
  what: Limited,
  workspaceId: WorkspaceId = ctx.actor?.workspaceId ?? '',
): SQL {
  if (!hasBilling(ctx.config)) return sql`true`
  return sql`${countOf(ctx, what, workspaceId)} < ${maxOf(ctx, what, workspaceId)}`
}

/** How many more fit in; null where there is no limit. */
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
    FROM workspaces AS home WHERE home.id = ${workspaceId})`
}

/** The statement that says, after one that did nothing, whether that was for want of room: a row if so. */
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

/** The count and the limit as JSON, in the shape of `Room`, for a refusal that tells of them. */
export function roomAsJson(ctx: LimitCtx, what: Limited, workspaceId: WorkspaceId = ctx.actor?.workspaceId ?? ''): SQL {
  return sql`json_object('count', ${countOf(ctx, what, workspaceId)}, 'max', ${maxOf(ctx, what, workspaceId)})`
}

/** The refusal: names the limit, the count and where to upgrade. */
export function limitExceededError(
  { config }: Pick<LimitCtx, 'config'>,
  what: Limited,
  { count, max }: z.infer<typeof Room>,
) {
  const detail = `The plan has room for ${max} ${LIMITED[what]}, and there are ${count}.`
  const link = config.PUBLIC_URL === undefined ? {} : { upgradeUrl: `${config.PUBLIC_URL}/billing` }
  return new AppError('plan_limit', { detail, limit: { of: what, count, max }, ...link })
}
