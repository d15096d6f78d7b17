// /v1/interactions: what was said and done with customers and leads, and what is to be followed up.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { listInteractions } from './interactions.list'
import {
  Interaction,
  InteractionPage,
  InteractionPatch,
  InteractionQuery,
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
  summary: 'List interactions, or follow-ups that are due',
  description:
    'Newest first by `occurredAt`; open follow-ups (`due`, `followUpAfter`, `followUpBefore`, `done=false`) soonest first. ' +
    'ADMIN and MANAGER see all, SALES those of the own customers and leads, and of a lead of the pool that they name. A ' +
    'CUSTOMER sees what was said with them: calls, e-mails, meetings and comments on tickets, never notes, tasks and ' +
    'plans of the team. Each filter alone costs what a page costs; filters together look through 1,000 rows at a time, ' +
    'so that a page may be short and still have a `nextCursor`.',
  request: { query: InteractionQuery },
  responses: { 200: json(InteractionPage, 'A page of interactions'), ...errors(...READ, 'invalid_cursor') },
})

const createInteractionRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('interactions:write'),
  operationId: 'createInteraction',
  tags,
  summary: 'Log an interaction',
  description:
    'In the timeline of a customer or a lead; a converted lead’s is its customer’s. SALES write in those of their own ' +
    'customers and leads: a lead of the pool must be claimed first.',
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
  description: 'An interaction of whom you may not see, or of whom is in the trash, is a 404.',
  request: { params: IdParam },
  responses: { 200: json(Interaction, 'The interaction'), ...errors(...READ, 'not_found') },
})

const updateInteractionRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('interactions:write'),
  operationId: 'updateInteraction',
  tags,
  summary: 'Change an interaction',
  description:
    'Changes the fields that you send. A `followUpAt` that is set anew opens a completed one again. The audit trail ' +
    'notes that a text changed, without the text.',
  request: { params: IdParam, headers: IfMatch, body: body(InteractionPatch) },
  responses: {
    200: json(Interaction, 'The interaction as it now is'),
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
  description: 'For good: interactions have no trash. The audit trail keeps that it was there, without its text.',
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
  description: 'Its follow-up is no longer due. One that is done already is given back as it is.',
  request: { params: IdParam, headers: IfMatch },
  responses: { 200: json(Interaction, 'The interaction, done'), ...errors(...POST, 'not_yours', 'not_found', 'stale') },
})

export const interactionRoutes = createRouter()
  .openapi(listInteractionsRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listInteractions(ctx(c), query))
    return c.json(InteractionPage.parse(page), 200)
  })
  .openapi(createInteractionRoute, async (c) => {
    const interaction = withEtag(c, await createInteraction(ctx(c), c.req.valid('json')))
    return c.json(Interaction.parse(interaction), 201, { Location: `/v1/interactions/${interaction.id}` })
  })
  .openapi(getInteractionRoute, async (c) =>
    c.json(Interaction.parse(withEtag(c, await getInteraction(ctx(c), c.req.valid('param').id))), 200),
  )
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
    const done = await completeInteraction(ctx(c), c.req.valid('param').id, ifVersion(c.req.valid('header')))
    return c.json(Interaction.parse(withEtag(c, done)), 200)
  })
