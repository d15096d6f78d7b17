// dialect enquiries: the public form, the pool and claiming.
import { Hono } from 'hono'
import { submitSharedEnquiry } from '../../enquiries/enquiries.service'
import { type AppEnv, ctx, publicCtx } from '../../http/context'
import { claimLead } from '../../leads/leads.claim'
import { listLeads } from '../../leads/leads.list'
import { addAccounts } from '../accounts'
import { type Dialect, describe, IdParam, requires, validates } from '../dialect'
import { pagination, toPageRequest } from '../fields'
import * as wire from './wire'

const app = new Hono<AppEnv>()
app.onError(wire.onError)

addAccounts(app)

app.post(
  '/api/enquiries/public',
  describe('Send an enquiry; needs no token', { 201: wire.Sent }),
  validates('json', wire.NewEnquiry),
  async (c) => {
    const { courseInterest, ...enquiry } = c.req.valid('json')
    const sent = await submitSharedEnquiry(publicCtx(c), { ...enquiry, interest: courseInterest })
    return c.json(wire.sentBody(sent), 201)
  },
)

app.get(
  '/api/enquiries/unclaimed',
  describe('List the unclaimed enquiries', { 200: wire.List }),
  requires('leads:claim'),
  validates('query', wire.Pages),
  async (c) => {
    const pages = c.req.valid('query')
    const { rows, total } = await listLeads(ctx(c), { ...toPageRequest(pages), owner: 'none' })
    return c.json(wire.listBody(rows, pagination(pages, total)), 200)
  },
)

app.get(
  '/api/enquiries/mine',
  describe('List the enquiries that you have claimed', { 200: wire.List }),
  requires('leads:read'),
  validates('query', wire.Pages),
  async (c) => {
    const pages = c.req.valid('query')
    const { rows, total } = await listLeads(ctx(c), { ...toPageRequest(pages), owner: 'me' })
    return c.json(wire.listBody(rows, pagination(pages, total)), 200)
  },
)

app.post(
  '/api/enquiries/:id/claim',
  describe('Claim an enquiry', { 200: wire.One }),
  requires('leads:claim'),
  validates('param', IdParam),
  async (c) => c.json(wire.oneBody(await claimLead(ctx(c), c.req.valid('param').id)), 200),
)

export const enquiries: Dialect = {
  name: 'enquiries',
  title: 'CRM Backend API (enquiries)',
  app,
  base: /^\/api(\/|$)/,
  ownPaths: { '/api/auth': '/v1/auth', '/api/enquiries': '/v1/leads', '/api/enquiries/public': '/v1/enquiries' },
  onError: wire.onError,
  signsIn: ['/api/auth/register', '/api/auth/login'],
}
