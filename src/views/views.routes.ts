// /v1/views: saved questions of the lists of leads, customers, tickets and interactions.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { body, createRouter, json } from '../http/router'
import { NewView, View, ViewList, ViewPatch, ViewQuery } from './views.schemas'
import { createView, deleteView, getView, listViews, updateView } from './views.service'

const tags = ['Views']

const listViewsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('views:read'),
  operationId: 'listViews',
  tags,
  summary: 'List views',
  description: 'Your own views and those that are shared, in their order.',
  request: { query: ViewQuery },
  responses: { 200: json(ViewList, 'The views'), ...errors(...READ) },
})

const createViewRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('views:write'),
  operationId: 'createView',
  tags,
  summary: 'Save a view',
  description:
    'A filter, an order and columns under a name, for yourself or shared by the team. `?view=` asks lists and exports by ' +
    'it, always as the reader: it shows nobody more than they see. Each list has at most 50 shared views and 50 of a member.',
  request: { body: body(NewView) },
  responses: { 201: json(View, 'The view'), ...errors(...POST, 'too_many_views') },
})

const getViewRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('views:read'),
  operationId: 'getView',
  tags,
  summary: 'Get a view',
  description: 'A view that is private to another member is a 404.',
  request: { params: IdParam },
  responses: { 200: json(View, 'The view'), ...errors(...READ, 'not_found') },
})

const updateViewRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('views:write'),
  operationId: 'updateView',
  tags,
  summary: 'Change a view',
  description:
    'A shared view is changed by its maker, by a MANAGER or by an ADMIN. With `default`, it takes the place of the default ' +
    'before it.',
  request: { params: IdParam, headers: IfMatch, body: body(ViewPatch) },
  responses: { 200: json(View, 'The view'), ...errors(...WRITE, 'not_found', 'stale') },
})

const deleteViewRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('views:write'),
  operationId: 'deleteView',
  tags,
  summary: 'Delete a view',
  description: 'For good. The records that it shows stay as they are.',
  request: { params: IdParam, headers: IfMatch },
  responses: { 204: { description: 'Deleted' }, ...errors(...READ, 'not_found', 'stale') },
})

export const viewRoutes = createRouter()
  .openapi(listViewsRoute, async (c) => c.json(ViewList.parse(await listViews(ctx(c), c.req.valid('query'))), 200))
  .openapi(createViewRoute, async (c) => {
    const view = withEtag(c, await createView(ctx(c), c.req.valid('json')))
    return c.json(View.parse(view), 201, { Location: `/v1/views/${view.id}` })
  })
  .openapi(getViewRoute, async (c) =>
    c.json(View.parse(withEtag(c, await getView(ctx(c), c.req.valid('param').id))), 200),
  )
  .openapi(updateViewRoute, async (c) => {
    const version = ifVersion(c.req.valid('header'))
    const view = await updateView(ctx(c), c.req.valid('param').id, c.req.valid('json'), version)
    return c.json(View.parse(withEtag(c, view)), 200)
  })
  .openapi(deleteViewRoute, async (c) => {
    await deleteView(ctx(c), c.req.valid('param').id, ifVersion(c.req.valid('header')))
    return c.body(null, 204)
  })
