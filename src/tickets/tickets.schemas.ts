// A ticket and its comments, as shown, made, changed and listed.
import { z } from '@hono/zod-openapi'
import { PRIORITIES, TICKET_STATUSES } from '../db/schema/tickets'
import { Id, Instant, instant, memberOr, text } from '../field-schemas'
import { flag, pageOf, pageQuery } from '../http/pagination'

export const Ticket = z
  .object({
    id: Id,
    number: z.number().int().openapi({ description: 'Counts the tickets of the workspace; never given twice.' }),
    customerId: Id,
    interactionId: Id.nullable().openapi({ description: 'What it came from.' }),
    title: z.string(),
    description: z.string().nullable(),
    status: z.enum(TICKET_STATUSES),
    priority: z.enum(PRIORITIES),
    assigneeId: Id.nullable(),
    openedBy: Id.nullable().openapi({ description: 'The member; null where an API key did, which the events name.' }),
    resolvedAt: Instant.nullable().openapi({ description: 'When it was resolved, or closed if it never was.' }),
    createdAt: Instant,
    updatedAt: Instant,
    deletedAt: Instant.nullable(),
  })
  .openapi('Ticket', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      number: 42,
      customerId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f',
      interactionId: null,
      title: 'The invoice shows the old address',
      description: null,
      status: 'OPEN',
      priority: 'NORMAL',
      assigneeId: null,
      openedBy: '0192f0c4-7a10-7c3e-9d2b-000000000007',
      resolvedAt: null,
      createdAt: '2026-11-21T15:00:00.000Z',
      updatedAt: '2026-11-21T15:00:00.000Z',
      deletedAt: null,
    },
  })

const fields = {
  title: text(200),
  description: text(10_000).nullable(),
  priority: z.enum(PRIORITIES).openapi({ description: 'Not for customers to set.' }),
}

export const NewTicket = z
  .strictObject({
    ...fields,
    customerId: z.uuid().openapi({
      description: 'Whose ticket it is. May be left out beside an `interactionId`, and by customers.',
    }),
    interactionId: z.uuid().nullable().openapi({ description: 'An interaction of this customer.' }),
  })
  .partial()
  .required({ title: true })
  .openapi('NewTicket', {
    example: { customerId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f', title: 'The invoice shows the old address' },
  })

export const TicketPatch = z
  .strictObject({ ...fields, status: z.enum(TICKET_STATUSES) })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('TicketPatch', { example: { status: 'IN_PROGRESS', priority: 'HIGH' } })

export const TicketAssignment = z
  .strictObject({ assigneeId: z.uuid().nullable().openapi({ description: 'Null takes it from whoever has it.' }) })
  .openapi('TicketAssignment', { example: { assigneeId: '0192f0c4-7a10-7c3e-9d2b-000000000007' } })

export const TicketQuery = z
  .strictObject({
    ...pageQuery,
    status: z.enum(TICKET_STATUSES).optional(),
    priority: z.enum(PRIORITIES).optional(),
    assignee: memberOr('none', 'me').openapi({
      type: 'string',
      description: '`none`, `me` or a member’s id.',
      example: 'me',
    }),
    customer: z.uuid().optional().openapi({ description: 'The tickets of this customer.' }),
    createdAfter: instant().optional(),
    createdBefore: instant().optional(),
    total: flag('Count the tickets as well; counting stops at 1,000 (`totalCapped`).'),
  })
  .openapi('TicketQuery')

export const TicketPage = pageOf(Ticket, 'TicketPage')

export const Comment = z
  .object({
    id: Id.openapi({ description: 'The id of the interaction that the comment is.' }),
    ticketId: Id,
    body: z.string(),
    createdBy: Id.nullable().openapi({ description: 'The member; null where an API key did, which the events name.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Comment', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d10',
      ticketId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      body: 'The address is corrected; a new invoice is on its way.',
      createdBy: '0192f0c4-7a10-7c3e-9d2b-000000000007',
      createdAt: '2026-11-21T15:30:00.000Z',
      updatedAt: '2026-11-21T15:30:00.000Z',
    },
  })

export const NewComment = z
  .strictObject({ body: text(10_000) })
  .openapi('NewComment', { example: { body: 'The address is corrected; a new invoice is on its way.' } })

export const CommentQuery = z.strictObject(pageQuery)
export const CommentPage = pageOf(Comment, 'CommentPage')
