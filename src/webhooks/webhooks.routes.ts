// /v1/webhooks: where events go.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { IssuedWebhook, NewWebhook, Webhook, WebhookPage, WebhookPatch, WebhookQuery } from './webhooks.schemas'
import { createWebhook, deleteWebhook, getWebhook, listWebhooks, updateWebhook } from './webhooks.service'

const tags = ['Webhooks']

const createWebhookRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('webhooks:write'),
  operationId: 'createWebhook',
  tags,
  summary: 'Make a webhook',
  description:
    'It gets every event of its types from now on, of the whole workspace, each at least once and in order while it ' +
    'succeeds. The secret that signs them is shown only here. A workspace has up to 10.',
  request: { body: body(NewWebhook) },
  responses: { 201: json(IssuedWebhook, 'The webhook with its secret'), ...errors(...POST, 'webhook_limit') },
})

const listWebhooksRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('webhooks:read'),
  operationId: 'listWebhooks',
  tags,
  summary: 'List webhooks',
  description: 'Newest first, each with its state and when it last got something, without secrets.',
  request: { query: WebhookQuery },
  responses: { 200: json(WebhookPage, 'A page of webhooks'), ...errors(...READ, 'invalid_cursor') },
})

const getWebhookRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('webhooks:read'),
  operationId: 'getWebhook',
  tags,
  summary: 'Get a webhook',
  description: 'With its state, without its secret.',
  request: { params: IdParam },
  responses: { 200: json(Webhook, 'The webhook'), ...errors(...READ, 'not_found') },
})

const updateWebhookRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('webhooks:write'),
  operationId: 'updateWebhook',
  tags,
  summary: 'Change a webhook',
  description: 'Changes the fields that you send. What was tried before is sent again as it was, to the new address.',
  request: { params: IdParam, headers: IfMatch, body: body(WebhookPatch) },
  responses: { 200: json(Webhook, 'The changed webhook'), ...errors(...WRITE, 'not_found', 'stale') },
})

const deleteWebhookRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('webhooks:write'),
  operationId: 'deleteWebhook',
  tags,
  summary: 'Delete a webhook',
  description: 'With its deliveries. Nothing is sent there any more, but for what is under way.',
  request: { params: IdParam },
  responses: { 204: { description: 'Deleted' }, ...errors(...READ, 'not_found') },
})

const hostOf = (url: string) => new URL(url).hostname

export const webhookRoutes = createRouter()
  .openapi(createWebhookRoute, async (c) => {
    const issued = IssuedWebhook.parse(await createWebhook(ctx(c), c.req.valid('json'), hostOf(c.req.url)))
    return c.json(issued, 201, { Location: `/v1/webhooks/${issued.id}` })
  })
  .openapi(listWebhooksRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listWebhooks(ctx(c), query))
    return c.json(WebhookPage.parse(page), 200)
  })
  .openapi(getWebhookRoute, async (c) => {
    const webhook = withEtag(c, await getWebhook(ctx(c), c.req.valid('param').id))
    return c.json(Webhook.parse(webhook), 200)
  })
  .openapi(updateWebhookRoute, async (c) => {
    const [{ id }, patch, version] = [c.req.valid('param'), c.req.valid('json'), ifVersion(c.req.valid('header'))]
    const webhook = withEtag(c, await updateWebhook(ctx(c), id, patch, hostOf(c.req.url), version))
    return c.json(Webhook.parse(webhook), 200)
  })
  .openapi(deleteWebhookRoute, async (c) => {
    await deleteWebhook(ctx(c), c.req.valid('param').id)
    return c.body(null, 204)
  })
