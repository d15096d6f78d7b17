// Mail about a meeting, to the customer it was with; only where whoever logs it says so.
import { and, eq, sql } from 'drizzle-orm'
import { actorName } from '../access/person'
import type { Ctx } from '../context'
import { customers, interactions, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { isNotMuted, outsiders } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'

/** For the batch that logs a meeting with `notifyCustomer`, after the statement that changed one row if it happened. */
export function mailMeeting(ctx: Ctx, id: string) {
  const muted = sql`(SELECT portal.muted FROM ${users} AS portal WHERE portal.id = ${customers.userId})`
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
