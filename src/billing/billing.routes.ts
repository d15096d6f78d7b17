// /v1/billing: the plan and its limits, links to Stripe's pages, and the webhook for Stripe's events.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { allow, open } from '../http/allow'
import { ctx, publicCtx } from '../http/context'
import { createRouter, json } from '../http/router'
import { Billing, Received, SignatureHeader, StripePage } from './billing.schemas'
import { getBilling, openCheckout, openPortal } from './billing.service'
import { receiveEvent } from './webhook.service'

const tags = ['Billing']
const STRIPE = ['not_configured', 'stripe_unavailable', 'stripe_refused'] as const

const getBillingRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('billing:read'),
  operationId: 'getBilling',
  tags,
  summary: 'Get the plan',
  description: 'The current plan, its subscription, and the count and maximum of each limit.',
  responses: { 200: json(Billing, 'The plan'), ...errors(...READ, 'not_configured') },
})

const openCheckoutRoute = createRoute({
  method: 'post',
  path: '/checkout',
  ...allow('billing:write'),
  operationId: 'openCheckout',
  tags,
  summary: 'Subscribe to PRO',
  description:
    'Returns the address of Stripe’s checkout page. Stripe redirects the browser back to `/billing` at `PUBLIC_URL`, ' +
    'with `?checkout=done` or `cancelled`. The plan changes when the webhook receives Stripe’s event.',
  responses: { 200: json(StripePage, 'The address of the page'), ...errors(...POST, ...STRIPE, 'already_subscribed') },
})

const openPortalRoute = createRoute({
  method: 'post',
  path: '/portal',
  ...allow('billing:write'),
  operationId: 'openPortal',
  tags,
  summary: 'Change or cancel the subscription',
  description: 'Returns the address of Stripe’s page for cards, invoices and cancellation.',
  responses: { 200: json(StripePage, 'The address of the page'), ...errors(...POST, ...STRIPE, 'not_subscribed') },
})

const receiveStripeEventRoute = createRoute({
  method: 'post',
  path: '/webhook',
  ...open,
  operationId: 'receiveStripeEvent',
  tags,
  summary: 'Receive an event from Stripe',
  description:
    'Only for Stripe: the body is an event, signed in `Stripe-Signature`. Events may arrive twice or in any order. ' +
    'After any status but 200, Stripe sends the event again.',
  request: { headers: SignatureHeader },
  responses: {
    200: json(Received, 'The event is processed'),
    ...errors('invalid_signature', 'body_too_large', 'rate_limited', 'unavailable', ...STRIPE),
  },
})

export const billingRoutes = createRouter()
  .openapi(getBillingRoute, async (c) => c.json(Billing.parse(await getBilling(ctx(c))), 200))
  .openapi(openCheckoutRoute, async (c) => c.json(StripePage.parse(await openCheckout(ctx(c))), 200))
  .openapi(openPortalRoute, async (c) => c.json(StripePage.parse(await openPortal(ctx(c))), 200))
  .openapi(receiveStripeEventRoute, async (c) => {
    await receiveEvent(publicCtx(c), await c.req.text(), c.req.valid('header')['stripe-signature'])
    return c.json({ received: true as const }, 200)
  })
