// Writes what a batch of deliveries came to: the webhook's own row, and a row only for what failed or was replayed.
import { and, type Column, eq, type SQL, sql } from 'drizzle-orm'
import { one, runBatch } from '../db/batch'
import { webhookDeliveries, webhooks } from '../db/schema'
import { columnName, ifChanged, insertFrom } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { HOLD_MS, stateOf } from './webhooks.ladder'
import { disabledMails } from './webhooks.mail'
import type { WebhookRow } from './webhooks.queue'
import type { Noted, Outcome, Trying } from './webhooks.try'

type Saving = Pick<Trying, 'db' | 'config' | 'sending'>

/** How many deliveries that succeeded at once a webhook remembers. */
const RECENT = 100

/**
 * Saves the outcome of a batch if the run still has the webhook, and gives the webhook as it then is. With `leaseUntil`
 * the run keeps it; otherwise it lays it down. `resealed` is its secret under the present JWT_SECRET.
 */
export async function saveOutcome(
  trying: Saving,
  hook: WebhookRow,
  outcome: Outcome,
  leaseUntil: string | null,
  resealed: string | undefined,
): Promise<WebhookRow | undefined> {
  const { db, config, sending } = trying
  const now = sending.now()
  const at = new Date(now).toISOString()
  const { failures, failed, ending, noted, delivered } = outcome
  const isDead = ending !== null || stateOf(failures, failingSinceOf(hook, failures, now), now) === 'DISABLED'
  const isDisabledNow = sql`EXISTS (SELECT 1 FROM ${webhooks} WHERE ${webhooks.id} = ${hook.id}
    AND ${webhooks.state} = 'DISABLED' AND ${webhooks.updatedAt} = ${at})`
  const held = Math.max(outcome.retryAfterMs, failed > 0 ? HOLD_MS : 0)
  const { saved } = await runBatch(db, {
    saved: one(
      db
        .update(webhooks)
        .set({
          ...stateColumns(hook, outcome, now),
          cursor: sql`max(${webhooks.cursor}, CAST(${outcome.cursor} AS INTEGER))`,
          ...replayColumns(hook, outcome),
          heldUntil: held > 0 ? new Date(now + held).toISOString() : null,
          lastTriedAt: noted.length + delivered.length > 0 ? at : hook.lastTriedAt,
          recent: [...delivered.toReversed(), ...hook.recent].slice(0, RECENT),
          leaseUntil,
          ...(resealed
            ? { secret: sql`iif(${webhooks.secret} = ${hook.secret}, ${resealed}, ${webhooks.secret})` }
            : {}),
        })
        .where(and(eq(webhooks.id, hook.id), eq(webhooks.leaseUntil, hook.leaseUntil ?? '')))
        .returning(),
    ),
    noted: noted.length > 0 ? notedUpsert(trying, hook, noted, at) : undefined,
    event: isDead
      ? eventInsert(
          { db, now: at },
          {
            verb: 'webhook.disabled',
            subject: 'webhook',
            id: hook.id,
            changes: { state: [hook.state, 'DISABLED'], reason: [null, ending ?? 'unreachable'] },
            by: 'system',
            workspaceId: hook.workspaceId,
            when: isDisabledNow,
          },
        )
      : undefined,
    mails: isDead
      ? disabledMails({ db, config, now: at, outgoing: new Set() }, hook, ending ?? 'unreachable', isDisabledNow)
      : undefined,
  })
  return saved
}

function failingSinceOf({ failingSince }: WebhookRow, failures: number, now: number): number | undefined {
  if (failures === 0) return undefined
  return failingSince === null ? now : Date.parse(failingSince)
}

// A person may have paused it meanwhile, and that holds.
function stateColumns(hook: WebhookRow, { failures, ending, delivered, noted }: Outcome, now: number) {
  const since = failingSinceOf(hook, failures, now)
  const next = ending !== null ? ('DISABLED' as const) : stateOf(failures, since, now)
  const at = new Date(now).toISOString()
  const isDelivered = delivered.length > 0 || noted.some(({ state }) => state === 'DELIVERED')
  const isSending = sql`${webhooks.state} IN ('ACTIVE', 'FAILING')`
  return {
    state: sql`iif(${isSending}, ${next}, ${webhooks.state})`,
    ...(next === 'DISABLED'
      ? {
          reason: sql`iif(${isSending}, ${ending ?? 'unreachable'}, ${webhooks.reason})`,
          updatedAt: sql`iif(${isSending}, ${at}, ${webhooks.updatedAt})`,
        }
      : {}),
    failures,
    failingSince: since === undefined ? null : new Date(since).toISOString(),
    ...(isDelivered ? { lastDeliveredAt: at } : {}),
  }
}

// A replay that was asked for meanwhile begins where that says.
function replayColumns({ replayCursor, replayEnd }: WebhookRow, { replayCursor: position }: Outcome) {
  if (replayCursor === null || position === null) return {}
  const isSame = sql`${webhooks.replayCursor} = CAST(${replayCursor} AS INTEGER)
    AND ${webhooks.replayEnd} = CAST(${replayEnd} AS INTEGER)`
  const isOver = position >= (replayEnd ?? position)
  return {
    replayCursor: sql`CASE WHEN ${isSame} THEN ${isOver ? sql`NULL` : sql`CAST(${position} AS INTEGER)`} ELSE ${webhooks.replayCursor} END`,
    replayEnd: sql`CASE WHEN ${isSame} AND ${isOver ? 1 : 0} THEN NULL ELSE ${webhooks.replayEnd} END`,
  }
}

// It follows the change of the webhook, and does nothing if another run has that.
function notedUpsert({ db }: Saving, { id, workspaceId }: WebhookRow, noted: Noted[], at: string) {
  const field = (name: keyof Noted) => sql`note.value ->> ${`$.${name}`}`
  const values = {
    webhookId: id,
    workspaceId,
    seq: field('seq'),
    eventId: field('eventId'),
    type: field('type'),
    subjectId: field('subjectId'),
    state: field('state'),
    attempts: field('attempts'),
    dueAt: field('dueAt'),
    body: field('body'),
    status: field('status'),
    ms: field('ms'),
    error: field('error'),
    lastTriedAt: field('lastTriedAt'),
    createdAt: at,
  }
  const { webhookId, seq, state, attempts, dueAt, body, status, ms, error, lastTriedAt } = webhookDeliveries
  const changed = { state, attempts, dueAt, body, status, ms, error, lastTriedAt }
  return insertFrom(
    db,
    webhookDeliveries,
    values,
    sql`FROM json_each(${JSON.stringify(noted)}) AS note WHERE ${ifChanged}`,
  ).onConflictDoUpdate({ target: [webhookId, seq], set: excluded(changed) })
}

function excluded(columns: Record<string, Column>): Record<string, SQL> {
  const entries = Object.entries(columns)
  return Object.fromEntries(
    entries.map(([name, column]) => [name, sql`excluded.${sql.identifier(columnName(column))}`]),
  )
}
