// Analytics: the customers with whom the team is most in touch, least, and not at all for a while.
import { and, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cappedCount, counterTotal, withTotal } from '../db/counts'
import { afterCursorInParts, orderByKeys, remainingRange } from '../db/cursor'
import { cut, type Page, type PageRequest } from '../db/page'
import { customerCounts, customers } from '../db/schema'
import { allOf, forceIndex } from '../db/sql'
import { DAY_MS } from '../time'
import { whoseFigures } from './analytics.figures'

export const ORDERS = ['most', 'least', 'quiet'] as const
type EngagementRequest = PageRequest & {
  order: (typeof ORDERS)[number]
  quietDays: number
  total?: boolean
}

const { id, name, company, ownerId, interactionCount, lastInteractionAt, touchedAt, seq } = customers
const columns = { id, name, company, ownerId, interactionCount, lastInteractionAt, touchedAt, seq }
const scope = { workspaceId: customers.workspaceId, deletedAt: customers.deletedAt }
const LIVING = sql`deleted_at IS NULL`

/** A page of customers by number of interactions, or those without contact for so many days, the longest first. */
export async function engagement(ctx: Ctx, request: EngagementRequest) {
  const { order, limit, after, total } = request
  const { db, now, actor } = ctx
  const isQuiet = order === 'quiet'
  const isDown = order === 'most'
  const keys = [isQuiet ? sql`${touchedAt}` : sql`${interactionCount}`, sql`${seq}`]
  const [first, second] = afterCursorInParts(keys, after, isDown).map((part) =>
    db
      .select(columns)
      .from(forceIndex('customers', { ...columns, ...scope }, indexOf(ctx, order), LIVING))
      .where(and(whereEngaged(ctx, request), part))
      .$dynamic(),
  )
  const walk = first ?? db.select(columns).from(customers).$dynamic()
  const list = (second ? walk.unionAll(second) : walk).orderBy(...orderByKeys(keys, isDown)).limit(limit + 1)
  const rows = sql`${customers} INDEXED BY ${sql.raw(indexOf(ctx, order))}`
  const counted = isQuiet
    ? cappedCount(db, [{ rows, where: whereEngaged(ctx, { ...request, after: undefined }) }])
    : db
        .select(counterTotal)
        .from(customerCounts)
        .where(and(eq(customerCounts.workspaceId, actor.workspaceId), eq(customerCounts.owner, whoseFigures(ctx))))
  const { found, sum } = await runBatch(db, { found: list, sum: total ? one(counted) : undefined })
  const page = cut(found, limit, (row) => [isQuiet ? (row.touchedAt ?? '') : row.interactionCount, row.seq])
  const shown: Page<ReturnType<typeof withDays>> = { ...page, rows: page.rows.map((row) => withDays(row, now)) }
  return total ? withTotal(shown, sum) : shown
}

function indexOf(ctx: Ctx, order: EngagementRequest['order']): string {
  return `customers_${whoseFigures(ctx) === '*' ? '' : 'owner_'}${order === 'quiet' ? 'touched' : 'engaged'}`
}

// Who was never spoken with is least engaged, but has not gone quiet.
function whereEngaged({ actor, now }: Ctx, { order, quietDays, after }: EngagementRequest): SQL {
  const inReach = allOf(visible(actor, 'analytics:read', customers))
  if (order !== 'quiet') return inReach
  const before = new Date(Date.parse(now) - quietDays * DAY_MS).toISOString()
  const [low, high] = remainingRange(['', before], after, false)
  return allOf(
    inReach,
    low === undefined ? undefined : gt(touchedAt, low),
    high === undefined ? undefined : lt(touchedAt, high),
  )
}

/** With the whole days since the last touch; null where there was none. */
function withDays<R extends { lastInteractionAt: string | null }>(row: R, now: string) {
  const { lastInteractionAt: last } = row
  const days = last === null ? null : Math.floor((Date.parse(now) - Date.parse(last)) / DAY_MS)
  return { ...row, quietDays: days && Math.max(0, days) }
}
