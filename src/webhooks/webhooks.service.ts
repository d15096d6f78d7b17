// Webhooks: made and shown with their secret once, listed without it, changed, tried and deleted.
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { events, webhookDeliveries, webhooks } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { EVENT_TYPES } from '../events/event-types'
import { exampleOf } from '../feed/feed.schemas'
import type { FilterTree } from '../filters/filters.tree'
import { outboundOf, outboundProblem } from '../outbound/outbound.call'
import { changeRecord } from '../records/change'
import { SECOND_MS } from '../time'
import { readEventFilter } from './webhooks.filter'
import { shown, WEBHOOK, webhookColumns } from './webhooks.record'
import { newWebhookSecret, openedSecret, sealedSecret } from './webhooks.secret'
import { send, type Tried } from './webhooks.send'

/** How many webhooks a workspace has at most. */
export const MAX_WEBHOOKS = 10

type Fields = {
  url: string
  types: string[]
  filter?: FilterTree | null
  skipOwn?: boolean
  description?: string | null
}

/**
 * Makes a webhook, which gets what happens from now on; the returned `secret` is its only copy. `requestHost` is the host
 * that was asked. Throws `invalid`, `webhook_limit`.
 */
export async function createWebhook(ctx: Ctx, input: Fields, requestHost: string) {
  const { db, actor, now, config } = ctx
  await requireFields(ctx, input, requestHost)
  const { workspaceId } = actor
  const id = ctx.newId()
  const secret = newWebhookSecret()
  const row = {
    id,
    workspaceId,
    filter: null,
    skipOwn: false,
    description: null,
    ...input,
    secret: await sealedSecret(config, id, secret),
    cursor: lastSeq(workspaceId),
    recent: [],
    createdBy: actor.id,
    createdAt: now,
    updatedAt: now,
  }
  const hasRoom = sql`(SELECT count(*) FROM ${webhooks} AS other WHERE other.workspace_id = ${workspaceId}) < ${MAX_WEBHOOKS}`
  const { inserted, created } = await runBatch(db, {
    inserted: one(insertFrom(db, webhooks, row, sql`WHERE ${hasRoom}`).returning({ id: webhooks.id })),
    event: eventInsert(ctx, {
      verb: 'webhook.created',
      subject: 'webhook',
      id,
      changes: { types: [null, input.types] },
      when: ifChanged,
    }),
    created: one(db.select(webhookColumns).from(webhooks).where(eq(webhooks.id, id))),
  })
  if (!inserted || !created) throw new AppError('webhook_limit')
  return { ...shown(created, now), secret }
}

/** SQL: the number of the workspace's last event. */
export function lastSeq(workspaceId: string) {
  return sql`coalesce((SELECT max(last.seq) FROM ${events} AS last WHERE last.workspace_id = ${workspaceId}), 0)`
}

async function requireFields(ctx: Ctx, { url, filter }: Partial<Fields>, requestHost: string): Promise<void> {
  if (filter) readEventFilter(ctx, filter)
  if (url === undefined) return
  const problem = await outboundProblem(outboundOf(ctx.config, requestHost), url)
  if (problem !== undefined) throw invalidError('body.url', problem, 'not_callable')
}

/** The webhooks of the workspace, newest first. */
export async function listWebhooks(
  { db, actor, now }: Ctx,
  { limit, after }: PageRequest,
): Promise<Page<ReturnType<typeof shown>>> {
  const rows = await db
    .select(webhookColumns)
    .from(webhooks)
    .where(and(eq(webhooks.workspaceId, actor.workspaceId), after && lt(webhooks.id, String(after[0]))))
    .orderBy(desc(webhooks.id))
    .limit(limit + 1)
  const { rows: page, ...rest } = cut(rows, limit, (row) => [row.id])
  return { ...rest, rows: page.map((row) => shown(row, now)) }
}

/** A webhook of the workspace. Throws `not_found`. */
export async function getWebhook({ db, actor, now }: Ctx, id: string) {
  const [row] = await db.select(webhookColumns).from(webhooks).where(isMine(actor, id))
  if (!row) throw new AppError('not_found')
  return shown(row, now)
}

/** SQL: this webhook of the actor's workspace. */
export function isMine({ workspaceId }: Ctx['actor'], id: string) {
  return and(eq(webhooks.id, id), eq(webhooks.workspaceId, workspaceId))
}

/** Changes a webhook. Deliveries that were tried keep their bytes. Throws `not_found`, `invalid`, `stale`. */
export async function updateWebhook(
  ctx: Ctx,
  id: string,
  patch: Partial<Fields>,
  requestHost: string,
  ifVersion?: number,
) {
  await requireFields(ctx, patch, requestHost)
  const change = { verb: 'updated', permission: 'webhooks:write', set: patch, ifVersion } as const
  return shown(await changeRecord(ctx, WEBHOOK, id, change), ctx.now)
}

/** Deletes a webhook with its deliveries: at most 500 of these now, the others at night. Throws `not_found`. */
export async function deleteWebhook(ctx: Ctx, id: string): Promise<void> {
  const { db, actor } = ctx
  const { deleted } = await runBatch(db, {
    deleted: one(db.delete(webhooks).where(isMine(actor, id)).returning({ id: webhooks.id })),
    event: eventInsert(ctx, { verb: 'webhook.deleted', subject: 'webhook', id, when: ifChanged }),
    deliveries: db.delete(webhookDeliveries).where(
      sql`(webhook_id, seq) IN (SELECT webhook_id, seq FROM ${webhookDeliveries} WHERE webhook_id = ${id}
          AND workspace_id = ${actor.workspaceId} LIMIT 500)`,
    ),
  })
  if (!deleted) throw new AppError('not_found')
}

/**
 * Sends an example now, whatever the state, and says what became of it; it leaves no trace. Throws `not_found`,
 * `webhook_secret_lost`.
 */
export async function testWebhook({ db, actor, config }: Ctx, id: string, type = 'lead.claimed'): Promise<Tried> {
  const [row] = await db.select().from(webhooks).where(isMine(actor, id))
  if (!row) throw new AppError('not_found')
  const secret = await openedSecret(config, id, row.secret).catch(() => undefined)
  if (secret === undefined) throw new AppError('webhook_secret_lost')
  const known = EVENT_TYPES.find((each) => each.type === type) ?? EVENT_TYPES[0]
  const eventId = `test_${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`
  const body = JSON.stringify({ ...(known && exampleOf(known)), id: eventId, isTest: true })
  const sending = {
    outbound: outboundOf(config),
    patienceMs: config.WEBHOOK_TIMEOUT_SECONDS * SECOND_MS,
    now: Date.now,
  }
  return send(sending, { url: row.url, secrets: [secret] }, eventId, body)
}
