// Mail about tickets: to the customer and to whoever is to solve it, never to the author of the act.
import { eq, sql } from 'drizzle-orm'
import { nameOf } from '../access/person'
import type { Ctx } from '../context'
import { customers, tickets, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { members, outsiders, workspaceRoom } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import { linkTo } from '../mail/mail.settings'
import { notMuted, wants } from '../users/notifications'

const SIDES = ['customer', 'assignee'] as const
type Act = { template: 'ticketOpened' | 'ticketUpdated' } | { template: 'ticketCommented'; comment: string }

/**
 * For the batch of a change of a ticket, after the statement that changed one row if it happened. `to` says which
 * sides hear of it. One statement writes both mails, for `ifChanged` speaks of the statement before.
 */
export function mailTicket(ctx: Ctx, id: string, act: Act, to: readonly (typeof SIDES)[number][] = SIDES) {
  const { actor, config, now } = ctx
  const isAssignee = sql`side.value = 'assignee'`
  const ownAddress = sql`(SELECT author.email FROM ${users} AS author WHERE author.id = ${actor.id})`
  const [inside, outside] = [members(ctx), outsiders(ctx)]
  const isOfRoom = sql`(${isAssignee} OR ${workspaceRoom(ctx, outside.max, actor.workspaceId)} > 0)`
  const letter = {
    audience: {
      allowsUserText: sql`CASE WHEN ${isAssignee} THEN ${inside.allowsUserText} ELSE ${outside.allowsUserText} END`,
      bound: sql`CASE WHEN ${isAssignee} THEN ${inside.bound} ELSE ${outside.bound} END`,
      max: inside.max,
    },
    to: sql`CASE WHEN ${isAssignee} THEN ${users.email} ELSE ${customers.email} END`,
    from: sql`${tickets} JOIN ${customers} ON ${customers.id} = ${tickets.customerId}
      JOIN json_each(${JSON.stringify(to)}) AS side
      LEFT JOIN ${users} ON ${users.id} = CASE WHEN ${isAssignee} THEN ${tickets.assigneeId} ELSE ${customers.userId} END`,
    when: sql`${ifChanged} AND ${eq(tickets.id, id)} AND ${isOfRoom} AND ${users.id} IS NOT ${actor.id}
      AND CASE WHEN ${isAssignee} THEN ${wants('ticketUpdated')}
        ELSE ${customers.email} IS NOT ${ownAddress} AND ${notMuted(sql`${users.muted}`, 'ticketUpdated')} END`,
  }
  const payload = {
    number: sql`CAST(${tickets.number} AS TEXT)`,
    title: sql`${tickets.title}`,
    status: sql`${tickets.status}`,
    at: now,
    link: linkTo(config, `tickets/${id}`),
  }
  return act.template === 'ticketCommented'
    ? enqueue(ctx, {
        ...letter,
        template: act.template,
        payload: { ...payload, by: nameOf(actor), comment: act.comment },
      })
    : enqueue(ctx, { ...letter, template: act.template, payload })
}
