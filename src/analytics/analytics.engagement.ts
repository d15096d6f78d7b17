// Analytics: with which customers the team is in touch: most, least, and those it has not heard of for a while.
import { and, eq, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import { along, beyondInParts, countedOut, keptCount, ordered, withTotal } from '../db/listing'
import { cut, type Page, type PageRequest } from '../db/page'
import { customerCounts, customers } from '../db/schema'
import type { Ctx } from '../http/context'
import { whoseFigures } from './analytics.figures'

const DAY = 86_400_000
export const ORDERS = ['most', 'least', 'quiet'] as const
type EngagementRequest = PageRequest & {
  order: (typeof ORDERS)[number]
  quietDays: number
  total?: boolean | undefined
}

const { id, name, company, ownerId, interactionCount, lastInteractionAt, touchedAt, seq } = customers
const columns = { id, name, company, ownerId, interactionCount, lastInteractionAt, touchedAt, seq }
const LIVING = sql`deleted_at IS NULL`

/** A page of customers by how much was said and done with them, or those quiet for so many days, longest first. */
export async function engagement(ctx: Ctx, { order, quietDays, limit, after, total }: EngagementRequest) {
  const { db, now, actor } = ctx
  const whose = whoseFigures(ctx)
  const isQuiet = order === 'quiet'
  const before = new Date(Date.parse(now) - quietDays * DAY).toISOString()
  // Who was never spoken with is least engaged, but has not gone quiet. Behind a cursor, the walk starts there instead.
  const quiet = and(after ? undefined : sql`${touchedAt} > ''`, sql`${touchedAt} < ${before}`)
  const where = and(visible(actor, 'analytics:read', customers), isQuiet ? quiet : undefined)
  const index = `customers_${whose === '*' ? '' : 'owner_'}${isQuiet ? 'touched' : 'engaged'}`
  const isDown = order === 'most'
  const keys = [isQuiet ? sql`${touchedAt}` : sql`${interactionCount}`, sql`${seq}`]
  const [first, second] = beyondInParts(keys, after, isDown).map((part) =>
    db
      .select(columns)
      .from(
        along(
          'customers',
          { ...columns, workspaceId: customers.workspaceId, deletedAt: customers.deletedAt },
          index,
          LIVING,
        ),
      )
      .where(and(where, part))
      .$dynamic(),
  )
  const walk = first ?? db.select(columns).from(customers).$dynamic()
  const list = (second ? walk.unionAll(second) : walk).orderBy(...ordered(keys, isDown)).limit(limit + 1)
  const counted = isQuiet
    ? countedOut(db, [{ rows: sql`${customers} INDEXED BY ${sql.raw(index)}`, where }])
    : db
        .select(keptCount)
        .from(customerCounts)
        .where(and(eq(customerCounts.workspaceId, actor.workspaceId), eq(customerCounts.owner, whose)))
  const [rows, [sum]] = total ? await db.batch([list, counted]) : [await list, []]
  const page = cut(rows, limit, (row) => [isQuiet ? (row.touchedAt ?? '') : row.interactionCount, row.seq])
  const shown: Page<ReturnType<typeof withDays>> = { ...page, rows: page.rows.map((row) => withDays(row, now)) }
  return total ? withTotal(shown, sum) : shown
}

/** With the whole days since the last touch; null where there was none. */
function withDays<R extends { lastInteractionAt: string | null }>(row: R, now: string) {
  const { lastInteractionAt: last } = row
  return {
    ...row,
    quietDays: last === null ? null : Math.max(0, Math.floor((Date.parse(now) - Date.parse(last)) / DAY)),
  }
}
