// /v1/stages: how a workspace names the steps of its leads and tickets.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ, WRITE } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { body, createRouter, json } from '../http/router'
import { NewStage, Stage, StageDeletion, StageList, StagePatch, StageQuery } from './stages.schemas'
import { createStage, deleteStage, getStage, listStages, updateStage } from './stages.service'

const tags = ['Stages']

const listStagesRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('fields:read'),
  operationId: 'listStages',
  tags,
  summary: 'List stages',
  description: 'The stages of leads and tickets in their order. A workspace without any has the statuses alone.',
  request: { query: StageQuery },
  responses: { 200: json(StageList, 'The stages'), ...errors(...READ) },
})

const createStageRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('fields:write'),
  operationId: 'createStage',
  tags,
  summary: 'Make a stage',
  description:
    'Up to 20 for leads and 20 for tickets. Each is a part of one status: moving a record to a stage sets its status, and a new ' +
    'status the first stage that it has. The first stage of a status takes all records of the status, by a job.',
  request: { body: body(NewStage) },
  responses: { 201: json(Stage, 'The stage'), ...errors(...POST, 'stage_exists', 'too_many_stages') },
})

const getStageRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('fields:read'),
  operationId: 'getStage',
  tags,
  summary: 'Get a stage',
  description: 'Its name, status, order and colour.',
  request: { params: IdParam },
  responses: { 200: json(Stage, 'The stage'), ...errors(...READ, 'not_found') },
})

const updateStageRoute = createRoute({
  method: 'patch',
  path: '/{id}',
  ...allow('fields:write'),
  operationId: 'updateStage',
  tags,
  summary: 'Change a stage',
  description: 'Its name, colour and position. Its status stays.',
  request: { params: IdParam, headers: IfMatch, body: body(StagePatch) },
  responses: { 200: json(Stage, 'The stage'), ...errors(...WRITE, 'not_found', 'stage_exists', 'stale') },
})

const deleteStageRoute = createRoute({
  method: 'delete',
  path: '/{id}',
  ...allow('fields:write'),
  operationId: 'deleteStage',
  tags,
  summary: 'Delete a stage',
  description:
    'One that records are in needs `moveTo`, another stage of the same status; a job moves them. The last stage of a status needs ' +
    'none: its records then have the status alone.',
  request: { params: IdParam, query: StageDeletion },
  responses: { 204: { description: 'Deleted' }, ...errors(...READ, 'not_found', 'stage_in_use') },
})

export const stageRoutes = createRouter()
  .openapi(listStagesRoute, async (c) =>
    c.json(StageList.parse({ data: await listStages(ctx(c), c.req.valid('query')) }), 200),
  )
  .openapi(createStageRoute, async (c) => {
    const stage = withEtag(c, await createStage(ctx(c), c.req.valid('json')))
    return c.json(Stage.parse(stage), 201, { Location: `/v1/stages/${stage.id}` })
  })
  .openapi(getStageRoute, async (c) =>
    c.json(Stage.parse(withEtag(c, await getStage(ctx(c), c.req.valid('param').id))), 200),
  )
  .openapi(updateStageRoute, async (c) => {
    const version = ifVersion(c.req.valid('header'))
    const stage = await updateStage(ctx(c), c.req.valid('param').id, c.req.valid('json'), version)
    return c.json(Stage.parse(withEtag(c, stage)), 200)
  })
  .openapi(deleteStageRoute, async (c) => {
    await deleteStage(ctx(c), c.req.valid('param').id, c.req.valid('query').moveTo)
    return c.body(null, 204)
  })
