// /v1/customers/{id}: all that is held on the person, and its erasing.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { createRouter, json } from '../http/router'
import { Erasure, PersonalData } from './personal-data.schemas'
import { erasePerson, readPersonalData } from './personal-data.service'

const tags = ['Customers']

const readPersonalDataRoute = createRoute({
  method: 'get',
  path: '/{id}/personal-data',
  ...allow('personal-data:read'),
  operationId: 'readPersonalData',
  tags,
  summary: 'Read all that is held on a person',
  description:
    'The customer and what was merged into it, its leads and those with its e-mail, timeline, tickets, tags, relationships, ' +
    'events, mail and portal login, the trash included. To answer a person who asks what you know of them.',
  request: { params: IdParam },
  responses: { 200: json(PersonalData, 'What is held'), ...errors(...READ, 'not_found') },
})

const erasePersonRoute = createRoute({
  method: 'post',
  path: '/{id}/erase',
  ...allow('personal-data:erase'),
  operationId: 'erasePerson',
  tags,
  summary: 'Erase a person for good',
  description:
    'Empties every text about the person in everything that `personal-data` shows, ends the portal login, and takes tags ' +
    'and relationships away. Rows, ids, instants and states stay, so that figures do not change. There is no way back.',
  request: { params: IdParam },
  responses: {
    200: json(Erasure, 'Erased'),
    ...errors(...POST, 'not_found', 'already_erased', 'merged_away'),
  },
})

export const personalDataRoutes = createRouter()
  .openapi(readPersonalDataRoute, async (c) => {
    const held = await readPersonalData(ctx(c), c.req.valid('param').id)
    return c.json(PersonalData.parse(held), 200, { 'Cache-Control': 'no-store' })
  })
  .openapi(erasePersonRoute, async (c) =>
    c.json(Erasure.parse(await erasePerson(ctx(c), c.req.valid('param').id)), 200),
  )
