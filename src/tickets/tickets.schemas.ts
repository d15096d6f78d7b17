// The shapes of a ticket and of its comments, in answers, input, patches, queries and pages.
import { z } from '@hono/zod-openapi'
import { PRIORITIES, TICKET_STATUSES } from '../db/schema/tickets'
import { Id, Instant, instant, memberOr, text, uuid } from '../field-schemas'
import { filterParameter, questionOf, viewParameter } from '../filters/filters.schemas'
import { flag, pageOf, pageQuery, someOf } from '../http/pagination'
import { facetQuery, gatherCustomFields, sortDocument, sortOf } from '../records/facets.schemas'
import { valuesOf } from '../records/fields'
import { SORTS } from '../records/list.filters'
import {
  IncludedCustomer,
  IncludedInteraction,
  IncludedMember,
  included,
  includedTags,
  shapeBody,
  shapeQuery,
} from '../records/shape.schemas'
import { TICKET_FIELDS } from './tickets.fields'

export const Ticket = z
  .object(valuesOf(TICKET_FIELDS, 'answer'))
  .openapi('Ticket', { example: valuesOf(TICKET_FIELDS, 'example') })

const INCLUDES = ['assignee', 'customer', 'tags', 'lastInteraction'] as const
/** A ticket with what was included. */
export const ListedTicket = Ticket.extend({
  assignee: included(IncludedMember),
  customer: included(IncludedCustomer),
  tags: includedTags,
  lastInteraction: included(IncludedInteraction),
}).openapi('ListedTicket')
export const TicketShape = z.strictObject(shapeQuery(Ticket, INCLUDES))

const fields = valuesOf(TICKET_FIELDS, 'input')

export const NewTicket = z
  .strictObject({
    ...fields,
    customerId: uuid().openapi({
      description: 'The customer of the ticket. Not needed with an `interactionId`, nor from a CUSTOMER.',
    }),
    interactionId: uuid()
      .nullable()
      .openapi({ description: 'The interaction of this customer that the ticket comes from.' }),
  })
  .partial()
  .required(valuesOf(TICKET_FIELDS, 'required'))
  .openapi('NewTicket', {
    example: { customerId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f', title: 'The invoice shows the old address' },
  })

export const TicketPatch = z
  .strictObject({
    ...fields,
    status: TICKET_FIELDS.status.answer,
    stageId: uuid().openapi({ description: 'A stage of tickets (`/v1/stages`). It sets the status as well.' }),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('TicketPatch', { example: { status: 'IN_PROGRESS', priority: 'HIGH' } })

export const TicketAssignment = z
  .strictObject({ assigneeId: uuid().nullable().openapi({ description: 'Null removes the assignee.' }) })
  .openapi('TicketAssignment', { example: { assigneeId: '0192f0c4-7a10-7c3e-9d2b-000000000007' } })

export const TicketFilters = z.strictObject({
  ...pageQuery,
  ...TicketShape.shape,
  filter: filterParameter(),
  view: viewParameter,
  q: text(100)
    .optional()
    .openapi({ description: 'Part of title or description; case and accents do not matter.', example: 'invoice' }),
  status: someOf(TICKET_STATUSES),
  stage: uuid().optional().openapi({ description: 'The tickets of this stage.' }),
  priority: someOf(PRIORITIES),
  assignee: memberOr('none', 'me').openapi({
    type: 'string',
    description: '`none`, `me` or the id of a member.',
    example: 'me',
  }),
  customer: uuid().optional().openapi({ description: 'The tickets of this customer.' }),
  ...facetQuery,
  createdAfter: instant().optional(),
  createdBefore: instant().optional(),
  sort: sortOf(SORTS.ticket).openapi(
    sortDocument(SORTS.ticket, 'The default is `-createdAt`, and `updatedAt` with `updatedAfter`.'),
  ),
  updatedAfter: instant().optional().openapi({
    description: 'Changed at this instant or later; in the order of `updatedAt`, for keeping a copy.',
  }),
  total: flag('Count the tickets as well; counting stops at 1,000 (`totalCapped`).'),
})

export const TicketQuery = z.pipe(gatherCustomFields<z.input<typeof TicketFilters>>(), TicketFilters)

export const TicketQuestion = questionOf(TicketFilters.shape, 'TicketQuestion', shapeBody(Ticket, INCLUDES))

export const TicketPage = pageOf(ListedTicket, 'TicketPage')

export const Comment = z
  .object({
    id: Id.openapi({ description: 'The id of the comment, which is an interaction.' }),
    ticketId: Id,
    body: z.string(),
    createdBy: Id.nullable().openapi({
      description: 'The member. Null if an API key did it; the events name the key.',
    }),
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
