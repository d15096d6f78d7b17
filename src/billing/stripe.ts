// Stripe as billing uses it: whether it is set up, and its client.
import type { Config } from '../config'
import { AppError } from '../errors'
import { createStripeClient, type StripeClient } from './stripe.client'

const NEEDED = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_PRICE_PRO'] as const

function missingSettings(config: Config): string[] {
  return NEEDED.filter((name) => config[name] === undefined)
}

/** Whether Stripe is configured; without it, no workspace has limits. */
export function hasBilling(config: Config): boolean {
  return missingSettings(config).length === 0
}

/** Throws `not_configured` with the missing settings if Stripe is not configured. */
export function requireBilling(config: Config): void {
  const names = missingSettings(config)
  if (names.length > 0) throw new AppError('not_configured', { detail: `Billing needs ${names.join(', ')} to be set.` })
}

/** A client of Stripe. Throws `not_configured`. */
export function openStripe(config: Config): StripeClient {
  requireBilling(config)
  return createStripeClient(config.STRIPE_API_URL, config.STRIPE_SECRET_KEY ?? '')
}
