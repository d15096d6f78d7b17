// Comments on tickets: notes in the timeline of the ticket's customer that name the ticket.
import { and, eq, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { ticketsInReach } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { afterCursor, orderByKeys } from '../db/cursor'
import { cut, type Page, type PageRequest } from '../db/page'
import { interactions, tickets } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { mailTicket } from './tickets.mail'

const columns = {
  seq: interactions.seq,
  id: interactions.id,
  ticketId: interactions.ticketId,
  body: interactions.body,
  occurredAt: interactions.occurredAt,
  createdBy: interactions.createdBy,
  createdAt: interactions.createdAt,
  updatedAt: interactions.updatedAt,
}
export type CommentRow = Pick<typeof interactions.$inferSelect, keyof typeof columns>

/** Puts a comment on a ticket, and mails both sides. Throws `not_found` where the ticket is out of reach. */
export async function commentOnTicket(ctx: Ctx, ticketId: string, body: string): Promise<CommentRow> {
  const { db, actor, now } = ctx
  const id = ctx.newId()
  const note = {
    id,
    workspaceId: actor.workspaceId,
    customerId: sql`${tickets.customerId}`,
    ticketId,
    ownerId: sql`${tickets.ownerId}`,
    type: 'NOTE' as const,
    body,
    occurredAt: now,
    createdBy: authorOf(actor),
    createdAt: now,
    updatedAt: now,
  }
  const where = and(eq(tickets.id, ticketId), ticketsInReach(actor, 'tickets:write'))
  const { comment } = await runBatch(db, {
    comment: one(insertFrom(db, interactions, note, sql`FROM ${tickets} WHERE ${where}`).returning(columns)),
    event: eventInsert(ctx, {
      verb: 'ticket.commented',
      subject: 'ticket',
      id: ticketId,
      changes: { commentId: [null, id] },
      when: ifChanged,
    }),
    mail: mailTicket(ctx, ticketId, { template: 'ticketCommented', comment: body }),
  })
  if (!comment) throw new AppError('not_found')
  return comment
}

/** The comments on a ticket, newest first. */
export async function listComments(
  { db, actor }: Ctx,
  ticketId: string,
  { limit, after }: PageRequest,
): Promise<Page<CommentRow>> {
  const ticket = db
    .select({ id: tickets.id })
    .from(tickets)
    .where(and(eq(tickets.id, ticketId), ticketsInReach(actor, 'tickets:read')))
  const keys = [sql`${interactions.occurredAt}`, sql`${interactions.seq}`]
  const { found, rows } = await runBatch(db, {
    found: one(ticket),
    rows: db
      .select(columns)
      .from(interactions)
      .where(and(sql`${interactions.ticketId} = ${ticket}`, afterCursor(keys, after, true)))
      .orderBy(...orderByKeys(keys, true))
      .limit(limit + 1),
  })
  if (!found) throw new AppError('not_found')
  return cut(rows, limit, (row) => [row.occurredAt, row.seq])
}
