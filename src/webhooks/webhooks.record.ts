// The webhook as a record: what is shown of it, and what `changeRecord` needs to know.
import { eq, getTableColumns, sql } from 'drizzle-orm'
import { isActiveAdmin } from '../access/visible'
import { apiKeys, webhooks } from '../db/schema'
import { etagOf } from '../etag'
import { sequenceOf } from '../events/event-envelope'
import type { RecordKind } from '../records/change'

const { secret, previousSecret, leaseUntil, heldUntil, replayCursor, recent, ...columns } = getTableColumns(webhooks)

// A key stays what it was when its maker leaves.
const isMakerThere = sql`(${isActiveAdmin(sql`${webhooks.createdBy}`)}
  OR EXISTS (SELECT 1 FROM ${apiKeys} AS maker WHERE maker.id = ${webhooks.createdBy} AND maker.revoked_at IS NULL))`

/** What is shown, without secrets; whether the maker has left is computed. */
export const webhookColumns = { ...columns, isMakerThere: sql<number>`${isMakerThere}`.as('is_maker_there') }
export type ShownWebhook = { [K in keyof typeof columns]: (typeof webhooks.$inferSelect)[K] } & { isMakerThere: number }

export const WEBHOOK: RecordKind<typeof webhookColumns> = {
  subject: 'webhook',
  table: webhooks,
  columns: webhookColumns,
  etag: etagOf,
  reads: 'webhooks:read',
  isInReach: ({ workspaceId }) => eq(webhooks.workspaceId, workspaceId),
  // An address may itself be a secret, as those of chat services are.
  unlogged: ['url'],
}

/** A webhook as answers have it. */
export function shown({ isMakerThere: isThere, cursor, replayEnd, previousUntil, ...row }: ShownWebhook, now: string) {
  return {
    ...row,
    makerLeft: !isThere,
    sequence: sequenceOf(cursor),
    isReplaying: replayEnd !== null,
    secretOverlapUntil: previousUntil !== null && previousUntil > now ? previousUntil : null,
  }
}
