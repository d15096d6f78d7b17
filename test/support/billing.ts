// What tests need of billing: settings of the stand-in for Stripe, subscriptions as they stand there, signed events.
import { env } from 'cloudflare:workers'
import Stripe from 'stripe'
import { inject } from 'vitest'
import { send, worker } from './api'
import type { Person } from './factories'

declare module 'vitest' {
  interface ProvidedContext {
    stripe: { url: string }
  }
}

const WEBHOOK_SECRET = 'whsec_test'
const PUBLIC_URL = 'https://app.crm.test'

/** Settings that sell plans through the stand-in. */
export function selling(overrides: Record<string, unknown> = {}) {
  return {
    STRIPE_SECRET_KEY: 'sk_test_fine',
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_PRICE_PRO: 'price_pro',
    STRIPE_API_URL: inject('stripe').url,
    PUBLIC_URL,
    ...overrides,
  }
}

/** The Worker where plans are sold. */
export const shop = (overrides: Record<string, unknown> = {}) => worker(selling(overrides))

/** A subscription in Stripe's shape; times are in seconds. */
export function subscription(fields: { id?: string; status: string; created?: number; from?: number; until?: number }) {
  const { id = 'sub_1', status, created = 1, from = 1_790_000_000, until = from + 30 * 86_400 } = fields
  const item = { id: `si_${id}`, object: 'subscription_item', current_period_start: from, current_period_end: until }
  const ended = status === 'canceled' ? { ended_at: from } : { ended_at: null }
  return {
    id,
    object: 'subscription',
    status,
    created,
    cancel_at: null,
    ...ended,
    items: { object: 'list', data: [item] },
  }
}

/** Says how a customer's subscriptions stand at Stripe. */
export async function setSubscriptions(customer: string, all: unknown[]): Promise<void> {
  const url = `${inject('stripe').url}/door/subscriptions?customer=${customer}`
  await fetch(url, { method: 'POST', body: JSON.stringify(all) })
}

/**
 * An event as Stripe's own library signs it, at `at` with `secret`; `sent` changes the body after that, and `others` are
 * further signatures.
 */
export async function tell(
  { id = `evt_${crypto.randomUUID()}`, type = 'customer.subscription.updated', customer = '' } = {},
  { fetch = shop(), secret = WEBHOOK_SECRET, at = Date.now(), sent = (payload: string) => payload, others = '' } = {},
): Promise<Response> {
  const payload = JSON.stringify({ id, object: 'event', type, data: { object: { object: 'thing', customer } } })
  const timestamp = Math.floor(at / 1_000)
  const { webhooks } = new Stripe('sk_test_unused')
  const signature = await webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp })
  const headers = { 'Stripe-Signature': `${signature}${others}`, 'Content-Type': 'application/json' }
  return send('/v1/billing/webhook', { method: 'POST', headers, body: sent(payload) }, fetch)
}

/** The id that a workspace's customer has at Stripe. */
export async function customerOf({ workspaceId }: Person): Promise<string> {
  const row = await env.DB.prepare('SELECT stripe_customer_id AS id FROM subscriptions WHERE workspace_id = ?')
    .bind(workspaceId)
    .first<{ id: string }>()
  return row?.id ?? ''
}

/** Goes through checkout as an ADMIN would, up to Stripe's word that the subscription stands like this. */
export async function subscribe(admin: Person, fields: Parameters<typeof subscription>[0] = { status: 'active' }) {
  await send('/v1/billing/checkout', { method: 'POST', token: admin.token }, shop())
  const customer = await customerOf(admin)
  await setSubscriptions(customer, [subscription(fields)])
  await tell({ type: 'checkout.session.completed', customer })
  return customer
}
