// /v1/api-keys: ADMINs create, list and revoke keys for machines.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { ApiKeyPage, ApiKeyQuery, IssuedApiKey, NewApiKey } from './keys.schemas'
import { createKey, listKeys, revokeKey } from './keys.service'

const tags = ['API keys']

const createApiKeyRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('api-keys:write', { isRecent: true }),
  operationId: 'createApiKey',
  tags,
  summary: 'Create an API key',
  description:
    'For a machine. The key reaches the operations of its scopes in the whole workspace, and stays valid when its maker ' +
    'leaves. It is shown only here. Needs a sign-in within the last 15 minutes.',
  request: { body: body(NewApiKey) },
  responses: { 201: json(IssuedApiKey, 'The key'), ...errors(...POST, 'plan_limit', 'reauthentication_required') },
})

const listApiKeysRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('api-keys:read'),
  operationId: 'listApiKeys',
  tags,
  summary: 'List API keys',
  description:
    'Lists keys that are not revoked, newest first, with their last use and whether the maker has left, without secrets.',
  request: { query: ApiKeyQuery },
  responses: { 200: json(ApiKeyPage, 'A page of keys'), ...errors(...READ, 'invalid_cursor') },
})

const revokeApiKeyRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('api-keys:write'),
  operationId: 'revokeApiKey',
  tags,
  summary: 'Revoke an API key',
  description: 'Permanently. It takes effect everywhere within five seconds.',
  request: { params: IdParam },
  responses: { 204: { description: 'Revoked' }, ...errors(...READ, 'not_found') },
})

export const keyRoutes = createRouter()
  .openapi(createApiKeyRoute, async (c) => {
    const issued = IssuedApiKey.parse(await createKey(ctx(c), c.req.valid('json')))
    return c.json(issued, 201, { Location: `/v1/api-keys/${issued.id}` })
  })
  .openapi(listApiKeysRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listKeys(ctx(c), query))
    return c.json(ApiKeyPage.parse(page), 200)
  })
  .openapi(revokeApiKeyRoute, async (c) => {
    await revokeKey(ctx(c), c.req.valid('param').id)
    return c.body(null, 204)
  })
