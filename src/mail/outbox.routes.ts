// /v1/outbox: the mail of the workspace, for administrators.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { OutboxMail, OutboxPage, OutboxQuery } from './outbox.schemas'
import { listMail, retryMail } from './outbox.service'

const tags = ['Outbox']

const listMailRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('outbox:read'),
  operationId: 'listMail',
  tags,
  summary: 'List mail',
  description: 'Sent, waiting and failed mail with the last reply of the mail server, newest first.',
  request: { query: OutboxQuery },
  responses: { 200: json(OutboxPage, 'A page of mail'), ...errors(...READ, 'invalid_cursor') },
})

const retryMailRoute = createRoute({
  method: 'post',
  path: '/{id}/retry',
  ...allow('outbox:write'),
  operationId: 'retryMail',
  tags,
  summary: 'Retry a mail now',
  description: 'Retries a failed or waiting mail for another day. A mail that is being sent now does not change.',
  request: { params: IdParam },
  responses: {
    200: json(OutboxMail, 'The mail, due now'),
    ...errors(...POST, 'not_found', 'already_sent', 'not_configured'),
  },
})

export const outboxRoutes = createRouter()
  .openapi(listMailRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listMail(ctx(c), query))
    return c.json(OutboxPage.parse(page), 200)
  })
  .openapi(retryMailRoute, async (c) => c.json(OutboxMail.parse(await retryMail(ctx(c), c.req.valid('param').id)), 200))
