// /v1/leads, changes of the owner: claim, claim-next, release, assign; and the conversion into a customer.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { IfMatch, ifVersion, withEtag } from '../http/etag'
import { body, createRouter, json } from '../http/router'
import { assignLead, claimLead, claimNextLead, releaseLead } from './leads.claim'
import { convertLead } from './leads.convert'
import { Assignment, Conversion, Converted, Lead } from './leads.schemas'

const tags = ['Leads']

const claimNextLeadRoute = createRoute({
  method: 'post',
  path: '/claim-next',
  ...allow('leads:claim'),
  operationId: 'claimNextLead',
  tags,
  summary: 'Claim the oldest lead of the pool',
  description: 'Callers at the same time get different leads. Closed leads are skipped.',
  responses: { 200: json(Lead, 'The lead, now yours'), 204: { description: 'The pool is empty' }, ...errors(...POST) },
})

const claimLeadRoute = createRoute({
  method: 'post',
  path: '/{id}/claim',
  ...allow('leads:claim'),
  operationId: 'claimLead',
  tags,
  summary: 'Claim a lead',
  description:
    'Makes you the owner of an unowned lead. If many claim it at the same time, exactly one gets a 200. The others get a ' +
    '409 with the time of the claim and the owner. If you are the owner, it is a 409 `already_yours` with the lead, so that ' +
    'a retry is harmless.',
  request: { params: IdParam },
  responses: {
    200: json(Lead, 'The lead, now yours'),
    ...errors(...POST, 'not_found', 'already_claimed', 'already_yours'),
  },
})

const releaseLeadRoute = createRoute({
  method: 'post',
  path: '/{id}/release',
  ...allow('leads:write'),
  operationId: 'releaseLead',
  tags,
  summary: 'Give a lead back to the pool',
  description: 'SALES release their own leads, MANAGER and ADMIN any lead.',
  request: { params: IdParam, headers: IfMatch },
  responses: { 200: json(Lead, 'The lead, unowned'), ...errors(...POST, 'not_yours', 'not_found', 'stale') },
})

const assignLeadRoute = createRoute({
  method: 'post',
  path: '/{id}/assign',
  ...allow('leads:assign'),
  operationId: 'assignLead',
  tags,
  summary: 'Give a lead to a member',
  description: 'Any active member of the team can become the owner, also of a lead that has an owner already.',
  request: { params: IdParam, headers: IfMatch, body: body(Assignment) },
  responses: {
    200: json(Lead, 'The lead with its new owner'),
    ...errors(...POST, 'not_found', 'invalid_owner', 'stale'),
  },
})

const convertLeadRoute = createRoute({
  method: 'post',
  path: '/{id}/convert',
  ...allow('leads:write'),
  operationId: 'convertLead',
  tags,
  summary: 'Convert a lead into a customer',
  description:
    'Links the customer that you name, else the customer with the e-mail address of the lead, else a new customer, and ' +
    'closes the lead. A lead is converted once. The customer gets its tags, and the custom fields that it lacks.',
  request: { params: IdParam, body: body(Conversion) },
  responses: {
    200: json(Converted, 'The lead and its customer'),
    ...errors(...POST, 'not_yours', 'not_found', 'already_converted', 'customer_exists', 'plan_limit', 'too_many_tags'),
  },
})

export const claimRoutes = createRouter()
  .openapi(claimNextLeadRoute, async (c) => {
    const lead = await claimNextLead(ctx(c))
    return lead ? c.json(Lead.parse(withEtag(c, lead)), 200) : c.body(null, 204)
  })
  .openapi(claimLeadRoute, async (c) =>
    c.json(Lead.parse(withEtag(c, await claimLead(ctx(c), c.req.valid('param').id))), 200),
  )
  .openapi(releaseLeadRoute, async (c) => {
    const lead = await releaseLead(ctx(c), c.req.valid('param').id, ifVersion(c.req.valid('header')))
    return c.json(Lead.parse(withEtag(c, lead)), 200)
  })
  .openapi(assignLeadRoute, async (c) => {
    const { ownerId } = c.req.valid('json')
    const lead = await assignLead(ctx(c), c.req.valid('param').id, ownerId, ifVersion(c.req.valid('header')))
    return c.json(Lead.parse(withEtag(c, lead)), 200)
  })
  .openapi(convertLeadRoute, async (c) => {
    const converted = await convertLead(ctx(c), c.req.valid('param').id, c.req.valid('json'))
    return c.json(Converted.parse(converted), 200)
  })
