// /v1/tags: the tags of the workspace, and tagging many customers at once.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { loadBackground } from '../late'
import { HOST } from '../late/background.host.mjs'
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
    'Sorted by name, each with its number of customers. ADMIN and MANAGER see all tags, SALES those of their own customers.',
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
  description: 'With its number of customers. For SALES, a tag that none of their own customers has is a 404.',
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
  description: 'All customers with this tag have it under the new name.',
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
  description: 'Removes it from every customer, including those in the trash. It cannot be restored.',
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
  description:
    'Up to 100 customers, with up to 20 tags to add and 20 to remove. Returns how many customers changed, and which were not ' +
    'in your reach. More than 100 customers, or fewer with many tags, change by a job, which `GET /v1/jobs/{id}` shows. A ' +
    'customer has at most 50 tags: if one would have more, nothing changes.',
  request: { body: body(BulkTagging) },
  responses: {
    200: json(BulkTagged, 'The number of changed customers, and those not found'),
    ...errors(...POST, 'too_many_tags'),
  },
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
  .openapi(tagCustomersRoute, async (c) => {
    const { tagCustomers } = await loadBackground(HOST)
    return c.json(BulkTagged.parse(await tagCustomers(ctx(c), c.req.valid('json'))), 200)
  })
