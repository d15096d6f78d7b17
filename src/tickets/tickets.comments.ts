// Comments on tickets: notes in the timeline of the ticket's customer that name the ticket.
import { and, eq, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { authorOf } from '../access/person'
import { owners, ticketsInReach } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import type { Page, PageRequest } from '../db/page'
import { interactions, tickets } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { pageMarks, windowPage } from '../db/window'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { INTERACTION_FIELDS } from '../interactions/interactions.fields'
import { derivedValues } from '../records/fields'
import { listQuery, positionIn } from '../records/list'
import type { ListDefinition } from '../records/list.definition'
import { ticketMail } from './tickets.mail'
import type { CommentQuery } from './tickets.schemas'

const { seq, id, ticketId, body, occurredAt, createdBy, createdAt, updatedAt } = interactions
const columns = { seq, id, ticketId, body, occurredAt, createdBy, createdAt, updatedAt }
export type CommentRow = Pick<typeof interactions.$inferSelect, keyof typeof columns>
type Query = z.output<typeof CommentQuery> & { ticket: string; sort?: '-occurredAt' }

const COMMENT_LIST: ListDefinition<CommentRow, Query> = {
  table: interactions,
  name: 'interactions',
  columns,
  read: (db, rows) => db.select({ row: columns, ...pageMarks }).from(rows),
  owners: ({ actor }) => owners(actor, 'tickets:read'),
  orders: { occurredAt: { by: ['occurredAt', 'seq'] } },
  usualOrder: () => '-occurredAt',
  filters: { ticket: (id, ctx) => ({ where: sql`${ticketId} = ${readableTicket(ctx, id)}` }) },
  walks: () => [{ index: 'interactions_ticket', where: undefined, answers: ['ticket'] }],
}

/** Adds a comment to a ticket, and mails both sides. Throws `not_found` if the ticket is out of reach. */
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
    ...derivedValues(INTERACTION_FIELDS, { body }, actor.country),
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
    mail: ticketMail(ctx, ticketId, { template: 'ticketCommented', comment: body }),
  })
  if (!comment) throw new AppError('not_found')
  return comment
}

/** The comments on a ticket, newest first. Throws `not_found` if the ticket is out of reach. */
export async function listComments(ctx: Ctx, ticket: string, pages: PageRequest): Promise<Page<CommentRow>> {
  const request = { ...pages, ticket }
  const { found, rows } = await runBatch(ctx.db, {
    found: one(readableTicket(ctx, ticket)),
    rows: listQuery(ctx, COMMENT_LIST, request),
  })
  if (!found) throw new AppError('not_found')
  return windowPage(rows, pages.limit, (row) => positionIn(ctx, COMMENT_LIST, request, row))
}

function readableTicket({ db, actor }: Ctx, id: string) {
  return db
    .select({ id: tickets.id })
    .from(tickets)
    .where(and(eq(tickets.id, id), ticketsInReach(actor, 'tickets:read')))
}
