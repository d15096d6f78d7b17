// /v1/webhooks/{id}/…: what is done with a webhook that runs, and what became of its deliveries.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { pauseWebhook, resumeWebhook, rotateSecret } from './webhooks.control'
import { listDeliveries } from './webhooks.deliveries'
import { replay, retryDelivery } from './webhooks.replay'
import {
  DeliveryPage,
  DeliveryParams,
  DeliveryQuery,
  IssuedWebhook,
  Replay,
  Replaying,
  Resumption,
  SecretRotation,
  TestResult,
  Webhook,
  WebhookTest,
} from './webhooks.schemas'
import { testWebhook } from './webhooks.service'

const tags = ['Webhooks']
const params = IdParam

const rotateSecretRoute = createRoute({
  method: 'post',
  path: '/{id}/rotate-secret',
  ...allow('webhooks:write'),
  operationId: 'rotateWebhookSecret',
  tags,
  summary: 'Give a webhook another secret',
  description:
    'The new secret is shown only here. Until the overlap ends, every try carries a signature by each of both.',
  request: { params, body: body(SecretRotation) },
  responses: { 200: json(IssuedWebhook, 'The webhook with its new secret'), ...errors(...POST, 'not_found') },
})

const testRoute = createRoute({
  method: 'post',
  path: '/{id}/test',
  ...allow('webhooks:write'),
  operationId: 'testWebhook',
  tags,
  summary: 'Send an example',
  description:
    'Sends the example of a type now, with `isTest: true` and an id that begins with `test_`, and says what became of ' +
    'it. The body of the answer is not read.',
  request: { params, body: body(WebhookTest) },
  responses: { 200: json(TestResult, 'What became of it'), ...errors(...POST, 'not_found', 'webhook_secret_lost') },
})

const listDeliveriesRoute = createRoute({
  method: 'get',
  path: '/{id}/deliveries',
  ...allow('webhooks:read'),
  operationId: 'listWebhookDeliveries',
  tags,
  summary: 'List deliveries',
  description:
    'Newest event first: everything that failed or was sent again in the last 30 days, and the last 100 that succeeded ' +
    'at once. Bodies are not shown: `GET /v1/events` has the events.',
  request: { params, query: DeliveryQuery },
  responses: { 200: json(DeliveryPage, 'A page of deliveries'), ...errors(...READ, 'not_found', 'invalid_cursor') },
})

const retryRoute = createRoute({
  method: 'post',
  path: '/{id}/deliveries/{delivery}/retry',
  ...allow('webhooks:write'),
  operationId: 'retryWebhookDelivery',
  tags,
  summary: 'Try a delivery again',
  description: 'At once, with the same id, and with ten tries ahead.',
  request: { params: DeliveryParams },
  responses: { 202: { description: 'It is tried' }, ...errors(...POST, 'not_found') },
})

const replayRoute = createRoute({
  method: 'post',
  path: '/{id}/replay',
  ...allow('webhooks:write'),
  operationId: 'replayWebhook',
  tags,
  summary: 'Send events again',
  description:
    'After a sequence, or of a span of time: what has failed, or everything. Events keep their ids, and new events do ' +
    'not wait for them.',
  request: { params, body: body(Replay) },
  responses: { 202: json(Replaying, 'How many events are sent again'), ...errors(...POST, 'not_found') },
})

const pauseRoute = createRoute({
  method: 'post',
  path: '/{id}/pause',
  ...allow('webhooks:write'),
  operationId: 'pauseWebhook',
  tags,
  summary: 'Pause a webhook',
  description: 'Nothing is sent. Events gather; after 30 days they may be purged.',
  request: { params },
  responses: { 200: json(Webhook, 'The webhook'), ...errors(...POST, 'not_found') },
})

const resumeRoute = createRoute({
  method: 'post',
  path: '/{id}/resume',
  ...allow('webhooks:write'),
  operationId: 'resumeWebhook',
  tags,
  summary: 'Resume a webhook',
  description: 'After a pause, or after it was disabled.',
  request: { params, body: body(Resumption) },
  responses: { 200: json(Webhook, 'The webhook'), ...errors(...POST, 'not_found') },
})

export const deliveryRoutes = createRouter()
  .openapi(rotateSecretRoute, async (c) => {
    const rotated = await rotateSecret(ctx(c), c.req.valid('param').id, c.req.valid('json').overlapHours)
    return c.json(IssuedWebhook.parse(rotated), 200)
  })
  .openapi(testRoute, async (c) => {
    const result = await testWebhook(ctx(c), c.req.valid('param').id, c.req.valid('json').type)
    return c.json(TestResult.parse(result), 200)
  })
  .openapi(listDeliveriesRoute, async (c) => {
    const { id } = c.req.valid('param')
    const page = await paged(c, c.req.valid('query'), (query) => listDeliveries(ctx(c), id, query))
    return c.json(DeliveryPage.parse(page), 200)
  })
  .openapi(retryRoute, async (c) => {
    const { id, delivery } = c.req.valid('param')
    await retryDelivery(ctx(c), id, delivery)
    c.var.happened.add(ctx(c).actor.workspaceId)
    return c.body(null, 202)
  })
  .openapi(replayRoute, async (c) => {
    const replaying = await replay(ctx(c), c.req.valid('param').id, c.req.valid('json'))
    c.var.happened.add(ctx(c).actor.workspaceId)
    return c.json(Replaying.parse(replaying), 202)
  })
  .openapi(pauseRoute, async (c) => {
    const webhook = withEtag(c, await pauseWebhook(ctx(c), c.req.valid('param').id))
    return c.json(Webhook.parse(webhook), 200)
  })
  .openapi(resumeRoute, async (c) => {
    const webhook = withEtag(c, await resumeWebhook(ctx(c), c.req.valid('param').id, c.req.valid('json').from))
    c.var.happened.add(ctx(c).actor.workspaceId)
    return c.json(Webhook.parse(webhook), 200)
  })
