// The mail to the ADMINs when a webhook is disabled.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import { rolesReaching } from '../access/policy'
import { linkTo } from '../config'
import type { PublicCtx } from '../context'
import { users } from '../db/schema'
import { anyOf } from '../db/sql'
import { members } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import type { WebhookRow } from './webhooks.queue'

/** The statements that queue the mails, under a condition. The address may be a secret: the mail names its host alone. */
export function disabledMails(
  ctx: Pick<PublicCtx, 'db' | 'config' | 'now' | 'outgoing'>,
  { id, url, workspaceId }: Pick<WebhookRow, 'id' | 'url' | 'workspaceId'>,
  reason: string,
  when: SQL,
) {
  const canMend = and(eq(users.workspaceId, workspaceId), isActive, anyOf(users.role, rolesReaching('webhooks:write')))
  return enqueue(ctx, {
    template: 'webhookDisabled',
    to: sql`${users.email}`,
    audience: members(ctx),
    payload: { at: ctx.now, host: new URL(url).host, reason, link: linkTo(ctx.config, `settings/webhooks/${id}`) },
    from: sql`${users}`,
    when: sql`${when} AND ${canMend}`,
    workspaceId,
  })
}
