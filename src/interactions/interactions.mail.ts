// Mails about a meeting to its customer, sent only if the author, or the system whose API is spoken, asks for them.
import { and, eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { actorName } from '../access/person'
import type { Ctx } from '../context'
import { customers, events, interactions, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { isNotMuted, outsiders } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'

const portal = alias(users, 'portal')
const muted = sql`(SELECT ${portal.muted} FROM ${users} AS portal WHERE ${portal.id} = ${customers.userId})`

/** The mail about a meeting that was logged with `notifyCustomer`. In the batch, it follows the meeting's event. */
export function meetingMail(ctx: Ctx, id: string) {
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

// The event of the change, which stands before the mail in the batch.
const lastEvent = sql`${events.seq} = (SELECT max(${events.seq}) FROM ${events})`

/** The mail about a meeting that was moved. It follows the change in the batch. */
export function meetingMovedMail(ctx: Ctx, id: string) {
  const isMoved = sql`EXISTS (SELECT 1 FROM ${events} WHERE ${lastEvent} AND ${events.changes} ->> '$.occurredAt' IS NOT NULL)`
  return enqueue(ctx, {
    template: 'meetingMoved',
    to: sql`${customers.email}`,
    audience: outsiders(ctx),
    payload: {
      by: actorName(ctx.actor),
      at: sql`${interactions.occurredAt}`,
      summary: sql`${interactions.body}`,
    },
    from: sql`${interactions} JOIN ${customers} ON ${customers.id} = ${interactions.customerId}`,
    when: sql`${ifChanged} AND ${and(eq(interactions.id, id), eq(interactions.type, 'MEETING'))} AND ${isMoved}
      AND ${isNotMuted(muted, 'meetingLogged')}`,
  })
}

/** The mail about a meeting that was deleted. It follows the deletion in the batch, whose event has what the row had. */
export function meetingDeletedMail(ctx: Ctx) {
  const was = (field: string) => sql`${events.changes} ->> ${sql.raw(`'$.${field}[0]'`)}`
  return enqueue(ctx, {
    template: 'meetingDeleted',
    to: sql`${customers.email}`,
    audience: outsiders(ctx),
    payload: { by: actorName(ctx.actor), at: was('occurredAt') },
    from: sql`${events} JOIN ${customers} ON ${customers.id} = ${was('customerId')}`,
    when: sql`${ifChanged} AND ${lastEvent} AND ${was('type')} = 'MEETING' AND ${isNotMuted(muted, 'meetingLogged')}`,
  })
}
