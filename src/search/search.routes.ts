// /v1/search: one search over customers, leads, tickets and what was said.
import { createRoute } from '@hono/zod-openapi'
import { errors, READ } from '../errors'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { createRouter, json } from '../http/router'
import { SearchQuery, SearchResults } from './search.schemas'
import { searchEverything } from './search.service'

const searchRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('customers:read'),
  operationId: 'search',
  tags: ['Search'],
  summary: 'Search everything',
  description:
    'The newest hits among customers, leads, tickets and interactions, as their lists show them to you, in one answer. ' +
    'With one or two characters it looks through the newest 5,000 rows of a kind at most, which `partial` says.',
  request: { query: SearchQuery },
  responses: { 200: json(SearchResults, 'Hits by kind'), ...errors(...READ) },
})

export const searchRoutes = createRouter().openapi(searchRoute, async (c) =>
  c.json(SearchResults.parse(await searchEverything(ctx(c), c.req.valid('query'))), 200),
)
