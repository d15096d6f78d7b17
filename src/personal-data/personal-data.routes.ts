// /v1/customers/{id}: the personal data of a customer, and erasing it.
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
  summary: 'Read all data about a person',
  description:
    'The customer and the customers merged into it, its leads and the leads with its e-mail, timeline, tickets, tags, ' +
    'relationships, events, mail and portal login. It includes the trash. Use it to answer a request for personal data.',
  request: { params: IdParam },
  responses: { 200: json(PersonalData, 'The data'), ...errors(...READ, 'not_found') },
})

const erasePersonRoute = createRoute({
  method: 'post',
  path: '/{id}/erase',
  ...allow('personal-data:erase'),
  operationId: 'erasePerson',
  tags,
  summary: 'Erase a person for good',
  description:
    'Empties every text about the person in all rows that `personal-data` shows, ends the portal login, and deletes tags ' +
    'and relationships. Rows, ids, instants and states stay, so that figures do not change. This cannot be undone. ' +
    'If very much is stored (`isDone` false), the customer is hidden, and a job erases the rest before it shows again.',
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
