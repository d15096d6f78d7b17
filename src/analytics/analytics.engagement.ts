// Analytics: the customers with the most contact, with the least, and with none for some time.
import { and, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { owners, visible } from '../access/visible'
import type { Ctx } from '../context'
import type { Page } from '../db/page'
import { customerCounts, customers } from '../db/schema'
import { pageMarks } from '../db/window'
import { runList } from '../records/list'
import type { ListDefinition, ListRequest } from '../records/list.definition'
import { noCondition, range } from '../records/list.filters'
import { DAY_MS } from '../time'
import type { EngagementQuery } from './analytics.schemas'

const SORTS = { most: '-interactionCount', least: 'interactionCount', quiet: 'touchedAt' } as const

const { id, name, company, ownerId, interactionCount, lastInteractionAt, touchedAt, seq } = customers
const columns = { id, name, company, ownerId, interactionCount, lastInteractionAt, touchedAt, seq }
type Row = Pick<typeof customers.$inferSelect, keyof typeof columns>
type Query = z.output<typeof EngagementQuery> & { sort?: (typeof SORTS)[keyof typeof SORTS] }

const TOUCHED = ['customers_touched', 'customers_owner_touched'] as const

/** Before every instant, and after the empty text of customers without contact: those have not gone quiet. */
const FIRST_CONTACT = '0'

const ENGAGEMENT_LIST: ListDefinition<Row, Query> = {
  table: customers,
  name: 'customers',
  columns,
  read: (db, rows) => db.select({ row: columns, ...pageMarks }).from(rows),
  owners: ({ actor }) => owners(actor, 'analytics:read'),
  orders: {
    interactionCount: { by: ['interactionCount', 'seq'], indexes: ['customers_engaged', 'customers_owner_engaged'] },
    touchedAt: { by: ['touchedAt', 'seq'], indexes: TOUCHED },
  },
  usualOrder: ({ order = 'most' }) => SORTS[order],
  filters: {
    order: noCondition,
    quietDays(days, { now }, { order }) {
      if (order !== 'quiet') return undefined
      return range(touchedAt, [FIRST_CONTACT, new Date(Date.parse(now) - days * DAY_MS).toISOString()])
    },
  },
  walks({ actor }, _, whose, { by, indexes }) {
    const indexOf = ([ofAll, ofOwner]: readonly string[]) => (whose === 'all' ? ofAll : ofOwner)
    const where = visible(actor, 'analytics:read', customers)
    if (!by.includes('interactionCount')) return [{ index: indexOf(indexes ?? []), where }]
    // Customers without interactions are not in these indexes, but first in those by the last interaction.
    return [
      { index: indexOf(indexes ?? []), where: and(where, sql`${interactionCount} > 0`) },
      { index: indexOf(TOUCHED), where: and(where, sql`${interactionCount} = 0 AND ${touchedAt} = ''`) },
    ]
  },
  counter: { table: customerCounts, answers: [], count: () => sql`${customerCounts.count}` },
}

/** A page of customers by number of interactions, or those without contact for so many days, the longest first. */
export async function getEngagement(
  ctx: Ctx,
  request: ListRequest<Query>,
): Promise<Page<Row & { quietDays: number | null }>> {
  const page = await runList(ctx, ENGAGEMENT_LIST, request)
  return { ...page, rows: page.rows.map((row) => ({ ...row, quietDays: quietDaysOf(row, ctx.now) })) }
}

/** Whole days since the last interaction; null where there was none. */
function quietDaysOf({ lastInteractionAt }: Row, now: string): number | null {
  if (lastInteractionAt === null) return null
  return Math.max(0, Math.floor((Date.parse(now) - Date.parse(lastInteractionAt)) / DAY_MS))
}
