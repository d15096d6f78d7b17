// /v1/tickets: tickets, whose they are to solve, and their comments.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { commentOnTicket, listComments } from './tickets.comments'
import { listTickets } from './tickets.list'
import {
  Comment,
  CommentPage,
  CommentQuery,
  NewComment,
  NewTicket,
  Ticket,
  TicketAssignment,
  TicketPage,
  TicketPatch,
  TicketQuery,
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
    'Newest first. ADMIN and MANAGER see all, SALES those of the own customers and those assigned to them, CUSTOMER ' +
    'those of the own record. A trashed customer’s tickets are in the trash with the customer.',
  request: { query: TicketQuery },
  responses: { 200: json(TicketPage, 'A page of tickets'), ...errors(...READ, 'invalid_cursor') },
})

const openTicketRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('tickets:write'),
  operationId: 'openTicket',
  tags,
  summary: 'Open a ticket',
  description: 'It gets the next number of the workspace. A CUSTOMER’s is about the own record and sets no priority.',
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
  description: 'A ticket that you may not see is a 404, like one that does not exist.',
  request: { params: IdParam },
  responses: { 200: json(Ticket, 'The ticket'), ...errors(...READ, 'not_found') },
})

const updateTicketRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('tickets:write'),
  operationId: 'updateTicket',
  tags,
  summary: 'Change a ticket',
  description:
    'Changes the fields that you send. OPEN and IN_PROGRESS become one another, RESOLVED or CLOSED; RESOLVED becomes ' +
    'CLOSED; both are reopened as IN_PROGRESS. A CUSTOMER closes and reopens, and changes nothing else.',
  request: { params: IdParam, headers: IfMatch, body: body(TicketPatch) },
  responses: {
    200: json(Ticket, 'The ticket as it now is'),
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
  description: 'It can be restored for 30 days. Its number stays its own.',
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
  description: 'A ticket that is not there is given back as it is; one of a trashed customer comes back with them.',
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
  description: 'To any active member of the team, who sees it from then on; null takes it back.',
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
  description: 'The comment is a note in the customer’s timeline too, and the customer can read it.',
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
    const page = await paged(c, c.req.valid('query'), (query) => listTickets(ctx(c), query))
    return c.json(TicketPage.parse(page), 200)
  })
  .openapi(openTicketRoute, async (c) => {
    const ticket = withEtag(c, await openTicket(ctx(c), c.req.valid('json')))
    return c.json(Ticket.parse(ticket), 201, { Location: `/v1/tickets/${ticket.id}` })
  })
  .openapi(getTicketRoute, async (c) =>
    c.json(Ticket.parse(withEtag(c, await getTicket(ctx(c), c.req.valid('param').id))), 200),
  )
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
