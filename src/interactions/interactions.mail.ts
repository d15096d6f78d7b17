// Mail about a meeting to its customer, sent only if the author asks for it.
import { and, eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { actorName } from '../access/person'
import type { Ctx } from '../context'
import { customers, interactions, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { isNotMuted, outsiders } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'

/** The mail about a meeting that was logged with `notifyCustomer`. In the batch, it follows the meeting's event. */
export function meetingMail(ctx: Ctx, id: string) {
  const portal = alias(users, 'portal')
  const muted = sql`(SELECT ${portal.muted} FROM ${users} AS portal WHERE ${portal.id} = ${customers.userId})`
  return enqueue(ctx, {
    template: 'meetingLogged',
    to: sql`${customers.email}`,
    audience: outsiders(ctx),
    payload: {
      by: actorName(ctx.actor),
      at: sql`${interactions.occurredAt}`,
      summary: sql`${interactions.body}`,
    },
    from: sql`${interactions} JOIN ${customers} ON ${customers.id} = ${interactions.customerId}`,
    when: sql`${ifChanged} AND ${and(eq(interactions.id, id), eq(interactions.type, 'MEETING'))}
      AND ${isNotMuted(muted, 'meetingLogged')}`,
  })
}
