// /v1/tickets: tickets, their assignment and their comments.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { shapedAnswer, shapedPage } from '../records/shape.schemas'
import { viewedQuery } from '../views/views.service'
import { commentOnTicket, listComments } from './tickets.comments'
import { listTickets } from './tickets.list'
import {
  Comment,
  CommentPage,
  CommentQuery,
  ListedTicket,
  NewComment,
  NewTicket,
  Ticket,
  TicketAssignment,
  TicketPage,
  TicketPatch,
  TicketQuery,
  TicketQuestion,
  TicketShape,
} from './tickets.schemas'
import { assignTicket, getTicket, openTicket, restoreTicket, trashTicket, updateTicket } from './tickets.service'

const tags = ['Tickets']

const listTicketsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('tickets:read'),
  operationId: 'listTickets',
  tags,
  summary: 'List tickets',
  description:
    'Newest first. ADMIN and MANAGER see all tickets, SALES those of their own customers and those assigned to them, a ' +
    'CUSTOMER their own. The tickets of a trashed customer are in the trash as well.',
  request: { query: TicketQuery },
  responses: { 200: json(TicketPage, 'A page of tickets'), ...errors(...READ, 'invalid_cursor', 'view_outdated') },
})

const queryTicketsRoute = createRoute({
  method: 'post',
  path: '/query',
  ...allow('tickets:read'),
  operationId: 'queryTickets',
  tags,
  summary: 'Query tickets',
  description:
    'The list of tickets with a filter as JSON, for filters that are long in an address. It changes nothing.',
  request: { body: body(TicketQuestion) },
  responses: { 200: json(TicketPage, 'A page of tickets'), ...errors(...POST, 'invalid_cursor', 'view_outdated') },
})

const openTicketRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('tickets:write'),
  operationId: 'openTicket',
  tags,
  summary: 'Open a ticket',
  description:
    'It gets the next number of the workspace. A CUSTOMER opens tickets only for themselves, without a priority.',
  request: { body: body(NewTicket) },
  responses: { 201: json(Ticket, 'The ticket'), ...errors(...POST, 'not_found') },
})

const getTicketRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('tickets:read'),
  operationId: 'getTicket',
  tags,
  summary: 'Get a ticket',
  description: 'A ticket that you may not see is a 404, as if it did not exist.',
  request: { params: IdParam, query: TicketShape },
  responses: { 200: json(ListedTicket, 'The ticket'), ...errors(...READ, 'not_found') },
})

const updateTicketRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('tickets:write'),
  operationId: 'updateTicket',
  tags,
  summary: 'Change a ticket',
  description:
    'Changes the fields that you send. An OPEN ticket can become IN_PROGRESS, RESOLVED or CLOSED; one IN_PROGRESS can ' +
    'become OPEN, RESOLVED or CLOSED; a RESOLVED one can become CLOSED or IN_PROGRESS; a CLOSED one IN_PROGRESS. A ' +
    'CUSTOMER can close and reopen a ticket, and change nothing else. A description is changed by the person who opened the ' +
    'ticket, if a person did.',
  request: { params: IdParam, headers: IfMatch, body: body(TicketPatch) },
  responses: {
    200: json(Ticket, 'The changed ticket'),
    ...errors(...WRITE, 'not_found', 'invalid_transition', 'stale'),
  },
})

const trashTicketRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('tickets:handle'),
  operationId: 'trashTicket',
  tags,
  summary: 'Put a ticket into the trash',
  description: 'It can be restored for 30 days. No other ticket gets its number.',
  request: { params: IdParam, headers: IfMatch },
  responses: { 204: { description: 'In the trash' }, ...errors(...READ, 'not_found', 'stale') },
})

const restoreTicketRoute = createRoute({
  method: 'post',
  path: '/{id}/restore',
  ...allow('tickets:handle', { isAsked: true }),
  operationId: 'restoreTicket',
  tags,
  summary: 'Take a ticket out of the trash',
  description:
    'A ticket that is not in the trash stays as it is. A ticket of a trashed customer is restored with the customer.',
  request: { params: IdParam },
  responses: { 200: json(Ticket, 'The ticket'), ...errors(...POST, 'not_found') },
})

const assignTicketRoute = createRoute({
  method: 'post',
  path: '/{id}/assign',
  ...allow('tickets:assign'),
  operationId: 'assignTicket',
  tags,
  summary: 'Give a ticket to a member',
  description:
    'Any active member of the team can be the assignee and can then see the ticket. Null removes the assignee.',
  request: { params: IdParam, headers: IfMatch, body: body(TicketAssignment) },
  responses: {
    200: json(Ticket, 'The ticket with its new assignee'),
    ...errors(...POST, 'not_found', 'invalid_owner', 'stale'),
  },
})

const commentOnTicketRoute = createRoute({
  method: 'post',
  path: '/{id}/comments',
  ...allow('tickets:write'),
  operationId: 'commentOnTicket',
  tags,
  summary: 'Comment on a ticket',
  description: 'The comment is also a note in the timeline of the customer, who can read it.',
  request: { params: IdParam, body: body(NewComment) },
  responses: { 201: json(Comment, 'The comment'), ...errors(...POST, 'not_found') },
})

const listCommentsRoute = createRoute({
  method: 'get',
  path: '/{id}/comments',
  ...allow('tickets:read'),
  operationId: 'listComments',
  tags,
  summary: 'List the comments on a ticket',
  description: 'Newest first.',
  request: { params: IdParam, query: CommentQuery },
  responses: { 200: json(CommentPage, 'A page of comments'), ...errors(...READ, 'not_found', 'invalid_cursor') },
})

export const ticketRoutes = createRouter()
  .openapi(listTicketsRoute, async (c) => {
    const page = await paged(c, await viewedQuery(ctx(c), 'ticket', c.req.valid('query')), (query) =>
      listTickets(ctx(c), query),
    )
    return c.json(shapedPage(TicketPage.parse(page), c.req.valid('query')), 200)
  })
  .openapi(queryTicketsRoute, async (c) => {
    const page = await paged(c, await viewedQuery(ctx(c), 'ticket', c.req.valid('json')), (query) =>
      listTickets(ctx(c), { ...query, filterAt: 'body.filter' }),
    )
    return c.json(shapedPage(TicketPage.parse(page), c.req.valid('json')), 200)
  })
  .openapi(openTicketRoute, async (c) => {
    const ticket = withEtag(c, await openTicket(ctx(c), c.req.valid('json')))
    return c.json(Ticket.parse(ticket), 201, { Location: `/v1/tickets/${ticket.id}` })
  })
  .openapi(getTicketRoute, async (c) => {
    const shape = c.req.valid('query')
    return c.json(
      shapedAnswer(c, ListedTicket, await getTicket(ctx(c), c.req.valid('param').id, shape.include), shape),
      200,
    )
  })
  .openapi(updateTicketRoute, async (c) => {
    const version = ifVersion(c.req.valid('header'))
    const ticket = await updateTicket(ctx(c), c.req.valid('param').id, c.req.valid('json'), version)
    return c.json(Ticket.parse(withEtag(c, ticket)), 200)
  })
  .openapi(trashTicketRoute, async (c) => {
    await trashTicket(ctx(c), c.req.valid('param').id, ifVersion(c.req.valid('header')))
    return c.body(null, 204)
  })
  .openapi(restoreTicketRoute, async (c) =>
    c.json(Ticket.parse(withEtag(c, await restoreTicket(ctx(c), c.req.valid('param').id))), 200),
  )
  .openapi(assignTicketRoute, async (c) => {
    const { assigneeId } = c.req.valid('json')
    const ticket = await assignTicket(ctx(c), c.req.valid('param').id, assigneeId, ifVersion(c.req.valid('header')))
    return c.json(Ticket.parse(withEtag(c, ticket)), 200)
  })
  .openapi(commentOnTicketRoute, async (c) => {
    const comment = Comment.parse(await commentOnTicket(ctx(c), c.req.valid('param').id, c.req.valid('json').body))
    return c.json(comment, 201, { Location: `/v1/interactions/${comment.id}` })
  })
  .openapi(listCommentsRoute, async (c) => {
    const { id } = c.req.valid('param')
    const page = await paged(c, c.req.valid('query'), (query) => listComments(ctx(c), id, query))
    return c.json(CommentPage.parse(page), 200)
  })
