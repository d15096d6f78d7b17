// /v1/customers/{id}/tags, and the same of leads and tickets: the tags of one record.
import { createRoute } from '@hono/zod-openapi'
import { type ErrorCode, errors, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { TAGGED } from './tagged'
import { listTagsOf, tagRecord, untagRecord } from './tagging.service'
import { RecordTagPage, RecordTagParam, RecordTagQuery } from './tags.schemas'

const tags = ['Tags']

/** The router of the tags of one kind of record. `Name` is its name in the names of the operations. */
function taggingRoutes(kind: (typeof TAGGED)[keyof typeof TAGGED], Name: string, refusals: readonly ErrorCode[] = []) {
  const { subject, writes } = kind
  const listRoute = createRoute({
    method: 'get',
    path: '/{id}/tags',
    ...allow('tags:read'),
    operationId: `list${Name}Tags`,
    tags,
    summary: `List the tags of a ${subject}`,
    description: 'The oldest tag comes first.',
    request: { params: IdParam, query: RecordTagQuery },
    responses: { 200: json(RecordTagPage, 'A page of tags'), ...errors(...READ, 'not_found', 'invalid_cursor') },
  })
  const tagRoute = createRoute({
    method: 'put',
    path: '/{id}/tags/{name}',
    ...allow(writes),
    operationId: `tag${Name}`,
    tags,
    summary: `Add a tag to a ${subject}`,
    description:
      'Creates the tag if it does not exist. Case and accents do not matter; the first spelling is the name.',
    request: { params: RecordTagParam },
    responses: {
      204: { description: `The ${subject} has the tag` },
      ...errors(...READ, ...refusals, 'not_found', 'too_many_tags'),
    },
  })
  const untagRoute = createRoute({
    method: 'delete',
    path: '/{id}/tags/{name}',
    ...allow(writes),
    operationId: `untag${Name}`,
    tags,
    summary: `Remove a tag from a ${subject}`,
    description: `Nothing happens if the ${subject} does not have it.`,
    request: { params: RecordTagParam },
    responses: {
      204: { description: `The ${subject} does not have the tag` },
      ...errors(...READ, ...refusals, 'not_found'),
    },
  })
  return createRouter()
    .openapi(listRoute, async (c) => {
      const { id } = c.req.valid('param')
      const page = await paged(c, c.req.valid('query'), (query) => listTagsOf(ctx(c), kind, id, query))
      return c.json(RecordTagPage.parse(page), 200)
    })
    .openapi(tagRoute, async (c) => {
      const { id, name } = c.req.valid('param')
      await tagRecord(ctx(c), kind, id, name)
      return c.body(null, 204)
    })
    .openapi(untagRoute, async (c) => {
      const { id, name } = c.req.valid('param')
      await untagRecord(ctx(c), kind, id, name)
      return c.body(null, 204)
    })
}

export const customerTagRoutes = taggingRoutes(TAGGED.customers, 'Customer')
export const leadTagRoutes = taggingRoutes(TAGGED.leads, 'Lead', ['not_yours'])
export const ticketTagRoutes = taggingRoutes(TAGGED.tickets, 'Ticket')
