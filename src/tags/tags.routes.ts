// /v1/tags: the tags of the workspace, and putting them on many customers.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { tagCustomers } from './tagging.service'
import { BulkTagged, BulkTagging, Tag, TagPage, TagPatch, TagQuery } from './tags.schemas'
import { deleteTag, getTag, listTags, renameTag } from './tags.service'

const tags = ['Tags']

const listTagsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('tags:read'),
  operationId: 'listTags',
  tags,
  summary: 'List tags',
  description:
    'By name, with how many customers have each. ADMIN and MANAGER see all tags, SALES those of the own customers.',
  request: { query: TagQuery },
  responses: { 200: json(TagPage, 'A page of tags'), ...errors(...READ, 'invalid_cursor') },
})

const getTagRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('tags:read'),
  operationId: 'getTag',
  tags,
  summary: 'Get a tag',
  description: 'With how many customers have it. For SALES, one that none of the own customers has is a 404.',
  request: { params: IdParam },
  responses: { 200: json(Tag, 'The tag'), ...errors(...READ, 'not_found') },
})

const renameTagRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('tags:write'),
  operationId: 'renameTag',
  tags,
  summary: 'Rename a tag',
  description: 'Every customer that has it has it under its new name.',
  request: { params: IdParam, headers: IfMatch, body: body(TagPatch) },
  responses: { 200: json(Tag, 'The tag'), ...errors(...WRITE, 'not_found', 'tag_exists', 'stale') },
})

const deleteTagRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('tags:write'),
  operationId: 'deleteTag',
  tags,
  summary: 'Delete a tag',
  description: 'Takes it off every customer, those in the trash too. It cannot be restored.',
  request: { params: IdParam, headers: IfMatch },
  responses: { 204: { description: 'Deleted' }, ...errors(...READ, 'not_found', 'stale') },
})

const tagCustomersRoute = createRoute({
  method: 'post',
  path: '/bulk',
  ...allow('customers:write', { isAsked: true }),
  operationId: 'tagCustomers',
  tags,
  summary: 'Tag many customers',
  description: 'Up to 500 at once, up to 20 tags each way. Says how many changed and which were not in your reach.',
  request: { body: body(BulkTagging) },
  responses: { 200: json(BulkTagged, 'What changed and what was not found'), ...errors(...POST) },
})

export const tagRoutes = createRouter()
  .openapi(listTagsRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listTags(ctx(c), query))
    return c.json(TagPage.parse(page), 200)
  })
  .openapi(getTagRoute, async (c) => c.json(Tag.parse(withEtag(c, await getTag(ctx(c), c.req.valid('param').id))), 200))
  .openapi(renameTagRoute, async (c) => {
    const version = ifVersion(c.req.valid('header'))
    const tag = await renameTag(ctx(c), c.req.valid('param').id, c.req.valid('json').name, version)
    return c.json(Tag.parse(withEtag(c, tag)), 200)
  })
  .openapi(deleteTagRoute, async (c) => {
    await deleteTag(ctx(c), c.req.valid('param').id, ifVersion(c.req.valid('header')))
    return c.body(null, 204)
  })
  .openapi(tagCustomersRoute, async (c) =>
    c.json(BulkTagged.parse(await tagCustomers(ctx(c), c.req.valid('json'))), 200),
  )
