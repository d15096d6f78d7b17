// /v1/enquiries: the public form.
import { createRoute } from '@hono/zod-openapi'
import { errors, OPEN_POST } from '../errors'
import { open } from '../http/allow'
import { publicCtx } from '../http/context'
import { body, createRouter, json } from '../http/router'
import { Enquiry, NewEnquiry } from './enquiries.schemas'
import { submitEnquiry } from './enquiries.service'

const submitEnquiryRoute = createRoute({
  method: 'post',
  path: '/',
  ...open,
  operationId: 'submitEnquiry',
  tags: ['Enquiries'],
  summary: 'Send an enquiry',
  description:
    'For a form on your website; needs no token. The enquiry becomes a lead in the pool of the workspace; ' +
    'from the e-mail address of a customer, a lead of that customer’s owner. The number of ' +
    'enquiries a day is limited for each IP address and each e-mail address.',
  request: { body: body(NewEnquiry) },
  responses: {
    201: json(Enquiry, 'Received'),
    ...errors(...OPEN_POST, 'not_found', 'enquiry_limit', 'turnstile_unavailable'),
  },
})

export const enquiryRoutes = createRouter().openapi(submitEnquiryRoute, async (c) =>
  c.json(Enquiry.parse(await submitEnquiry(publicCtx(c), c.req.valid('json'))), 201),
)
