// /v1/fields: which custom fields customers, leads and tickets have.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { body, createRouter, json } from '../http/router'
import { loadBackground } from '../late'
import { HOST } from '../late/background.host.mjs'
import {
  Field,
  FieldList,
  FieldPatch,
  FieldQuery,
  NewField,
  Retyped,
  Retyping,
  RetypingQuery,
  Strictness,
} from './fields.schemas'
import { createField, getField, listFields, setStrict, updateField } from './fields.service'

const tags = ['Fields']

const listFieldsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('fields:read'),
  operationId: 'listFields',
  tags,
  summary: 'List custom fields',
  description: 'All fields in their order, archived ones too, and the entities that are strict.',
  request: { query: FieldQuery },
  responses: { 200: json(FieldList, 'The fields'), ...errors(...READ) },
})

const createFieldRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('fields:write'),
  operationId: 'createField',
  tags,
  summary: 'Define a custom field',
  description:
    'Up to 50 for each entity. From now on, every write of this key is checked, whatever way it comes: a 400 names the path, ' +
    'and the options. Values that records have already stay as they are.',
  request: { body: body(NewField) },
  responses: {
    201: json(Field, 'The field'),
    ...errors(...POST, 'field_exists', 'too_many_fields', 'too_many_indexed'),
  },
})

const getFieldRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('fields:read'),
  operationId: 'getField',
  tags,
  summary: 'Get a custom field',
  description: 'Its type, label and rules.',
  request: { params: IdParam },
  responses: { 200: json(Field, 'The field'), ...errors(...READ, 'not_found') },
})

const updateFieldRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('fields:write'),
  operationId: 'updateField',
  tags,
  summary: 'Change a custom field',
  description:
    'Its label, order, options and rules; `archived` takes it out of use, and its values stay. A field that becomes unique ' +
    'takes in the values that are there by a job; where one stands twice, both stay until one is changed.',
  request: { params: IdParam, headers: IfMatch, body: body(FieldPatch) },
  responses: { 200: json(Field, 'The field'), ...errors(...WRITE, 'not_found', 'stale', 'too_many_indexed') },
})

const retypeFieldRoute = createRoute({
  method: 'post',
  path: '/{id}/retype',
  ...allow('fields:write'),
  operationId: 'retypeField',
  tags,
  summary: 'Give a custom field another type',
  description:
    'A job converts the values, such as the text `5` to the number 5. What cannot be converted stays as it is. With ' +
    '`dryRun=true`, nothing changes, and the answer says what would be.',
  request: { params: IdParam, query: RetypingQuery, body: body(Retyping) },
  responses: { 200: json(Retyped, 'What becomes of the values'), ...errors(...POST, 'not_found') },
})

const setStrictRoute = createRoute({
  method: 'put',
  path: '/strict',
  ...allow('fields:write'),
  operationId: 'setStrict',
  tags,
  summary: 'Take defined fields alone, or any',
  description: 'A strict entity refuses new values without a definition. Those that are there stay.',
  request: { body: body(Strictness) },
  responses: { 200: json(Strictness, 'What holds now'), ...errors(...WRITE) },
})

export const fieldRoutes = createRouter()
  .openapi(listFieldsRoute, async (c) => c.json(FieldList.parse(await listFields(ctx(c), c.req.valid('query'))), 200))
  .openapi(createFieldRoute, async (c) => {
    const field = withEtag(c, await createField(ctx(c), c.req.valid('json')))
    return c.json(Field.parse(field), 201, { Location: `/v1/fields/${field.id}` })
  })
  .openapi(getFieldRoute, async (c) =>
    c.json(Field.parse(withEtag(c, await getField(ctx(c), c.req.valid('param').id))), 200),
  )
  .openapi(updateFieldRoute, async (c) => {
    const version = ifVersion(c.req.valid('header'))
    const field = await updateField(ctx(c), c.req.valid('param').id, c.req.valid('json'), version)
    return c.json(Field.parse(withEtag(c, field)), 200)
  })
  .openapi(retypeFieldRoute, async (c) => {
    const { dryRun = false } = c.req.valid('query')
    const { retypeField } = await loadBackground(HOST)
    return c.json(Retyped.parse(await retypeField(ctx(c), c.req.valid('param').id, c.req.valid('json'), dryRun)), 200)
  })
  .openapi(setStrictRoute, async (c) => {
    const { entity, strict } = c.req.valid('json')
    return c.json(Strictness.parse(await setStrict(ctx(c), entity, strict)), 200)
  })
