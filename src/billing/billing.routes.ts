// /v1/billing: the plan and its limits, Stripe's pages, and the door at which Stripe tells what happened.
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
  description: 'The plan that holds now, the subscription behind it, and each limit with how far it is used.',
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
    'Gives the address of Stripe’s page for it. Stripe sends people back to the page `/billing` under `PUBLIC_URL`, ' +
    'with `?checkout=done` or `cancelled`; the plan changes once Stripe has told the webhook.',
  responses: { 200: json(StripePage, 'Where to go'), ...errors(...POST, ...STRIPE, 'already_subscribed') },
})

const openPortalRoute = createRoute({
  method: 'post',
  path: '/portal',
  ...allow('billing:write'),
  operationId: 'openPortal',
  tags,
  summary: 'Change or cancel the subscription',
  description: 'Gives the address of Stripe’s page for cards, invoices and cancelling.',
  responses: { 200: json(StripePage, 'Where to go'), ...errors(...POST, ...STRIPE, 'not_subscribed') },
})

const receiveStripeEventRoute = createRoute({
  method: 'post',
  path: '/webhook',
  ...open,
  operationId: 'receiveStripeEvent',
  tags,
  summary: 'Be told by Stripe',
  description:
    'For Stripe alone: the body is an event, signed in `Stripe-Signature`. Events may come twice or in any order. ' +
    'Anything but a 200 makes Stripe send it again.',
  request: { headers: SignatureHeader },
  responses: {
    200: json(Received, 'Taken in'),
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
