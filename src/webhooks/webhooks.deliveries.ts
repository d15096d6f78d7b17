// The deliveries of a webhook, newest first: rows of what failed or was replayed, and the latest that succeeded at once.
import { type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { webhookDeliveries, webhooks } from '../db/schema'
import { AppError } from '../errors'
import { sequenceOf } from '../events/event-envelope'
import { meetsPatterns } from '../events/event-types'
import type { Delivery, DeliveryQuery } from './webhooks.schemas'
import { isMine } from './webhooks.service'

type Row = z.input<typeof Delivery>
type Request = PageRequest & Pick<z.output<typeof DeliveryQuery>, 'state' | 'type' | 'from'>

/** How many rows of deliveries a page looks through. */
const WINDOW = 5_000

/** A page of deliveries. Throws `not_found`. */
export async function listDeliveries({ db, actor }: Ctx, id: string, request: Request): Promise<Page<Row>> {
  const { limit, after, state, type, from } = request
  const isBefore = after === undefined ? sql`true` : sql`seq < CAST(${Number(after[0])} AS INTEGER)`
  const isWanted: SQL[] = [
    state === undefined ? sql`true` : sql`state = ${state}`,
    type === undefined ? sql`true` : meetsPatterns([type], sql`type`),
    from === undefined ? sql`true` : sql`last_tried_at >= ${from}`,
  ]
  const kept = sql`SELECT seq, event_id, type, state, attempts, status, ms, error, last_tried_at, due_at
    FROM ${webhookDeliveries} WHERE webhook_id = ${id} AND workspace_id = ${actor.workspaceId} AND ${isBefore}
    ORDER BY seq DESC LIMIT ${WINDOW}`
  const recent = sql`SELECT each.value ->> '$.seq' AS seq, each.value ->> '$.id', each.value ->> '$.type', 'DELIVERED', 1,
    each.value ->> '$.status', each.value ->> '$.ms', NULL, each.value ->> '$.at', NULL
    FROM ${webhooks} CROSS JOIN json_each(${webhooks.recent}) AS each WHERE ${isMine(actor, id)}
    AND NOT EXISTS (SELECT 1 FROM ${webhookDeliveries} AS d WHERE d.webhook_id = ${id} AND d.seq = each.value ->> '$.seq')`
  const all = sql`SELECT * FROM (${kept}) UNION ALL SELECT * FROM (${recent})`
  const { found, rows } = await runBatch(db, {
    found: one(db.select({ id: webhooks.id }).from(webhooks).where(isMine(actor, id))),
    rows: db
      .select({
        seq: sql<number>`seq`.as('delivery_seq'),
        eventId: sql<string>`event_id`.as('delivery_event'),
        type: sql<string>`type`.as('delivery_type'),
        state: sql<Row['state']>`state`.as('delivery_state'),
        attempts: sql<number>`attempts`.as('delivery_attempts'),
        status: sql<number | null>`status`.as('delivery_status'),
        ms: sql<number | null>`ms`.as('delivery_ms'),
        error: sql<string | null>`error`.as('delivery_error'),
        lastTriedAt: sql<string | null>`last_tried_at`.as('delivery_tried'),
        dueAt: sql<string | null>`due_at`.as('delivery_due'),
      })
      .from(sql`(${all})`)
      .where(sql`${isBefore} AND ${sql.join(isWanted, sql` AND `)}`)
      .orderBy(sql`seq DESC`)
      .limit(limit + 1),
  })
  if (!found) throw new AppError('not_found')
  const page = cut(rows, limit, ({ seq }) => [seq])
  const shown = page.rows.map(({ seq, dueAt, ...row }) => ({
    ...row,
    id: sequenceOf(seq),
    nextTryAt: row.state === 'PENDING' ? dueAt : null,
  }))
  return { ...page, rows: shown }
}
