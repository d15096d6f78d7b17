// /v1/tags: the tags of the workspace, and putting them on many customers.
import { createRoute } from '@hono/zod-openapi'
import { allow } from '../access/allow'
import { errors, POST, READ, WRITE } from '../errors'
import { ctx } from '../http/context'
import { IdParam } from '../http/fields'
import { paged } from '../http/pagination'
import { body, createRouter, json } from '../http/router'
import { tagCustomers } from './tagging.service'
import { BulkTagged, BulkTagging, Tag, TagPage, TagPatch, TagQuery } from './tags.schemas'
import { deleteTag, listTags, renameTag } from './tags.service'

const tags = ['Tags']

const listing = createRoute({
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

const renaming = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('tags:write'),
  operationId: 'renameTag',
  tags,
  summary: 'Rename a tag',
  description: 'Every customer that has it has it under its new name.',
  request: { params: IdParam, body: body(TagPatch) },
  responses: { 200: json(Tag, 'The tag'), ...errors(...WRITE, 'not_found', 'tag_exists') },
})

const deleting = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('tags:write'),
  operationId: 'deleteTag',
  tags,
  summary: 'Delete a tag',
  description: 'Takes it off every customer, those in the trash too. It cannot be restored.',
  request: { params: IdParam },
  responses: { 204: { description: 'Deleted' }, ...errors(...READ, 'not_found') },
})

const tagging = createRoute({
  method: 'post',
  path: '/bulk',
  ...allow('customers:write'),
  operationId: 'tagCustomers',
  tags,
  summary: 'Tag many customers',
  description: 'Up to 500 at once, up to 20 tags each way. Says how many changed and which were not in your reach.',
  request: { body: body(BulkTagging) },
  responses: { 200: json(BulkTagged, 'What changed and what was not found'), ...errors(...POST) },
})

export const tagRoutes = createRouter()
  .openapi(listing, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listTags(ctx(c), query))
    return c.json(TagPage.parse(page), 200)
  })
  .openapi(renaming, async (c) =>
    c.json(Tag.parse(await renameTag(ctx(c), c.req.valid('param').id, c.req.valid('json').name)), 200),
  )
  .openapi(deleting, async (c) => {
    await deleteTag(ctx(c), c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(tagging, async (c) => c.json(BulkTagged.parse(await tagCustomers(ctx(c), c.req.valid('json'))), 200))
