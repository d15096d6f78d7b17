// /v1/interactions: notes, calls, e-mails, meetings, tasks and follow-ups of customers and leads.
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
import { listInteractions } from './interactions.list'
import {
  Completion,
  Interaction,
  InteractionPage,
  InteractionPatch,
  InteractionQuery,
  InteractionQuestion,
  InteractionShape,
  ListedInteraction,
  NewInteraction,
} from './interactions.schemas'
import {
  completeInteraction,
  createInteraction,
  deleteInteraction,
  getInteraction,
  updateInteraction,
} from './interactions.service'

const tags = ['Interactions']

const listInteractionsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('interactions:read'),
  operationId: 'listInteractions',
  tags,
  summary: 'List interactions, or due follow-ups',
  description:
    'Newest first by `occurredAt`; open follow-ups (`due`, `followUpAfter`, `followUpBefore`, `done=false`) soonest first. ' +
    'ADMIN and MANAGER see all. SALES see those of their own customers and leads, and of the pool. A CUSTOMER sees calls, ' +
    'e-mails and meetings with them and the comments on their tickets, never notes, tasks and follow-ups of the team. ' +
    'With several filters, a page looks through up to 3,333 interactions; if it is not full then, `scanned` says how far.',
  request: { query: InteractionQuery },
  responses: {
    200: json(InteractionPage, 'A page of interactions'),
    ...errors(...READ, 'invalid_cursor', 'view_outdated'),
  },
})

const queryInteractionsRoute = createRoute({
  method: 'post',
  path: '/query',
  ...allow('interactions:read'),
  operationId: 'queryInteractions',
  tags,
  summary: 'Query interactions',
  description:
    'The list of interactions with a filter as JSON, for filters that are long in an address. It changes nothing.',
  request: { body: body(InteractionQuestion) },
  responses: {
    200: json(InteractionPage, 'A page of interactions'),
    ...errors(...POST, 'invalid_cursor', 'view_outdated'),
  },
})

const createInteractionRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('interactions:write'),
  operationId: 'createInteraction',
  tags,
  summary: 'Log an interaction',
  description:
    'Adds to the timeline of a customer or a lead; for a converted lead, to that of its customer. SALES add to those of ' +
    'their own customers and leads, and must claim a lead of the pool first.',
  request: { body: body(NewInteraction) },
  responses: { 201: json(Interaction, 'The interaction'), ...errors(...POST, 'not_yours', 'not_found', 'mail_limit') },
})

const getInteractionRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('interactions:read'),
  operationId: 'getInteraction',
  tags,
  summary: 'Get an interaction',
  description: 'If you may not see its customer or lead, or that is in the trash, it is a 404.',
  request: { params: IdParam, query: InteractionShape },
  responses: { 200: json(ListedInteraction, 'The interaction'), ...errors(...READ, 'not_found') },
})

const updateInteractionRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('interactions:write'),
  operationId: 'updateInteraction',
  tags,
  summary: 'Change an interaction',
  description:
    'Changes the fields that you send. A new `followUpAt` opens an interaction that was done. Only its author changes the ' +
    'text of a comment on a ticket. The audit trail has the change of a text without the text.',
  request: { params: IdParam, headers: IfMatch, body: body(InteractionPatch) },
  responses: {
    200: json(Interaction, 'The changed interaction'),
    ...errors(...WRITE, 'not_yours', 'not_found', 'stale'),
  },
})

const deleteInteractionRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('interactions:write'),
  operationId: 'deleteInteraction',
  tags,
  summary: 'Delete an interaction',
  description:
    'Deletes it permanently: interactions have no trash. The audit trail keeps the deletion, without the text.',
  request: { params: IdParam, headers: IfMatch },
  responses: { 204: { description: 'Deleted' }, ...errors(...READ, 'not_yours', 'not_found', 'stale') },
})

const completeInteractionRoute = createRoute({
  method: 'post',
  path: '/{id}/done',
  ...allow('interactions:write'),
  operationId: 'completeInteraction',
  tags,
  summary: 'Mark an interaction as done',
  description:
    'Its follow-up is no longer due. An interaction that is done already stays as it is. With `next`, the next follow-up ' +
    'is planned in the same step. The body may be left out.',
  request: {
    params: IdParam,
    headers: IfMatch,
    body: { required: false, content: { 'application/json': { schema: Completion } } },
  },
  responses: {
    200: json(Interaction, 'The interaction with its `doneAt`'),
    ...errors(...POST, 'not_yours', 'not_found', 'stale'),
  },
})

export const interactionRoutes = createRouter()
  .openapi(listInteractionsRoute, async (c) => {
    const page = await paged(c, await viewedQuery(ctx(c), 'interaction', c.req.valid('query')), (query) =>
      listInteractions(ctx(c), query),
    )
    return c.json(shapedPage(InteractionPage.parse(page), c.req.valid('query')), 200)
  })
  .openapi(queryInteractionsRoute, async (c) => {
    const page = await paged(c, await viewedQuery(ctx(c), 'interaction', c.req.valid('json')), (query) =>
      listInteractions(ctx(c), { ...query, filterAt: 'body.filter' }),
    )
    return c.json(shapedPage(InteractionPage.parse(page), c.req.valid('json')), 200)
  })
  .openapi(createInteractionRoute, async (c) => {
    const interaction = withEtag(c, await createInteraction(ctx(c), c.req.valid('json')))
    return c.json(Interaction.parse(interaction), 201, { Location: `/v1/interactions/${interaction.id}` })
  })
  .openapi(getInteractionRoute, async (c) => {
    const shape = c.req.valid('query')
    return c.json(
      shapedAnswer(
        c,
        ListedInteraction,
        await getInteraction(ctx(c), c.req.valid('param').id, { include: shape.include }),
        shape,
      ),
      200,
    )
  })
  .openapi(updateInteractionRoute, async (c) => {
    const version = ifVersion(c.req.valid('header'))
    const changed = await updateInteraction(ctx(c), c.req.valid('param').id, c.req.valid('json'), version)
    return c.json(Interaction.parse(withEtag(c, changed)), 200)
  })
  .openapi(deleteInteractionRoute, async (c) => {
    await deleteInteraction(ctx(c), c.req.valid('param').id, ifVersion(c.req.valid('header')))
    return c.body(null, 204)
  })
  .openapi(completeInteractionRoute, async (c) => {
    const completion = { ifVersion: ifVersion(c.req.valid('header')), ...c.req.valid('json') }
    const done = await completeInteraction(ctx(c), c.req.valid('param').id, completion)
    return c.json(Interaction.parse(withEtag(c, done)), 200)
  })
