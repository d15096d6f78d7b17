// Mail about tickets: to the customer and to the assignee, never to the author of the change.
import { eq, sql } from 'drizzle-orm'
import { actorName } from '../access/person'
import { linkTo } from '../config'
import type { Ctx } from '../context'
import { customers, tickets, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { hasEnabled, isNotMuted, members, outsiders, workspaceRoom } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'

const SIDES = ['customer', 'assignee'] as const
type TicketMail = { template: 'ticketOpened' | 'ticketUpdated' } | { template: 'ticketCommented'; comment: string }

/**
 * The statement that queues the mails to the sides in `to`. In the batch, it follows the statement that changes one row
 * if the ticket changed. Both mails are one statement, since `ifChanged` refers to the statement before.
 */
export function ticketMail(ctx: Ctx, id: string, mail: TicketMail, to: readonly (typeof SIDES)[number][] = SIDES) {
  const { actor, config, now } = ctx
  const isAssignee = sql`side.value = 'assignee'`
  const ownAddress = sql`(SELECT author.email FROM ${users} AS author WHERE author.id = ${actor.id})`
  const [team, customer] = [members(ctx), outsiders(ctx)]
  const hasRoom = sql`(${isAssignee} OR ${workspaceRoom(ctx, customer.max, actor.workspaceId)} > 0)`
  const draft = {
    audience: {
      allowsUserText: sql`CASE WHEN ${isAssignee} THEN ${team.allowsUserText} ELSE ${customer.allowsUserText} END`,
      bound: sql`CASE WHEN ${isAssignee} THEN ${team.bound} ELSE ${customer.bound} END`,
      max: team.max,
      ...(customer.language && { language: sql`CASE WHEN NOT ${isAssignee} THEN ${customer.language} END` }),
      replyTo: sql`CASE WHEN NOT ${isAssignee} THEN ${customer.replyTo} END`,
    },
    to: sql`CASE WHEN ${isAssignee} THEN ${users.email} ELSE ${customers.email} END`,
    from: sql`${tickets} JOIN ${customers} ON ${customers.id} = ${tickets.customerId}
      JOIN json_each(${JSON.stringify(to)}) AS side
      LEFT JOIN ${users} ON ${users.id} = CASE WHEN ${isAssignee} THEN ${tickets.assigneeId} ELSE ${customers.userId} END`,
    when: sql`${ifChanged} AND ${eq(tickets.id, id)} AND ${hasRoom} AND ${users.id} IS NOT ${actor.id}
      AND CASE WHEN ${isAssignee} THEN ${hasEnabled('ticketUpdated')}
        ELSE ${customers.email} IS NOT ${ownAddress} AND ${isNotMuted(sql`${users.muted}`, 'ticketUpdated')} END`,
  }
  const payload = {
    number: sql`CAST(${tickets.number} AS TEXT)`,
    title: sql`${tickets.title}`,
    status: sql`${tickets.status}`,
    at: now,
    link: linkTo(config, `tickets/${id}`),
  }
  return mail.template === 'ticketCommented'
    ? enqueue(ctx, {
        ...draft,
        template: mail.template,
        payload: { ...payload, by: actorName(actor), comment: mail.comment },
      })
    : enqueue(ctx, { ...draft, template: mail.template, payload })
}
