// What is done with a webhook that runs: pausing, resuming, another secret.
import { sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { webhookDeliveries, webhooks } from '../db/schema'
import { changeRecord } from '../records/change'
import { HOUR_MS } from '../time'
import { shown, WEBHOOK } from './webhooks.record'
import { newWebhookSecret, sealedSecret } from './webhooks.secret'
import { lastSeq } from './webhooks.service'

/** Nothing is sent until it is resumed; what happens gathers. Throws `not_found`. */
export async function pauseWebhook(ctx: Ctx, id: string) {
  const change = { verb: 'paused', permission: 'webhooks:write', set: { state: 'PAUSED' } } as const
  return shown(await changeRecord(ctx, WEBHOOK, id, change), ctx.now)
}

/** Sends again: what has gathered, or from now on alone. Throws `not_found`. */
export async function resumeWebhook(ctx: Ctx, id: string, from: 'backlog' | 'now') {
  const { db, actor } = ctx
  const isNow = from === 'now'
  const row = await changeRecord(ctx, WEBHOOK, id, {
    verb: 'resumed',
    permission: 'webhooks:write',
    set: { state: 'ACTIVE' },
    derived: {
      ...{ reason: null, failures: 0, failingSince: null, heldUntil: null },
      ...(isNow ? { cursor: lastSeq(actor.workspaceId), replayCursor: null, replayEnd: null } : {}),
    },
    changesAnything: isNow ? sql`true` : sql`${webhooks.state} <> 'ACTIVE' OR ${webhooks.heldUntil} IS NOT NULL`,
    followedBy: isNow
      ? [
          db
            .update(webhookDeliveries)
            .set({ state: 'DISCARDED' })
            .where(sql`webhook_id = ${id} AND workspace_id = ${actor.workspaceId} AND state = 'PENDING'`),
        ]
      : [],
  })
  return shown(row, ctx.now)
}

/** Gives a new secret; the old one signs as well for so many hours. The secret is shown only here. Throws `not_found`. */
export async function rotateSecret(ctx: Ctx, id: string, overlapHours: number) {
  const { config, now } = ctx
  const secret = newWebhookSecret()
  const until = new Date(Date.parse(now) + overlapHours * HOUR_MS).toISOString()
  const row = await changeRecord(ctx, WEBHOOK, id, {
    verb: 'secret_rotated',
    permission: 'webhooks:write',
    set: {},
    derived: {
      secret: await sealedSecret(config, id, secret),
      previousSecret: overlapHours === 0 ? null : sql`${webhooks.secret}`,
      previousUntil: overlapHours === 0 ? null : until,
    },
    changesAnything: sql`true`,
  })
  return { ...shown(row, now), secret }
}
