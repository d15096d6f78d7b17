// Stripe as billing uses it: whether it is set up, its client, and its errors as ours.
import type { Config } from '../config'
import { AppError } from '../errors'
import { createStripeClient, type StripeClient, StripeError } from './stripe.client'

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

/** Awaits a reply of Stripe. Throws `stripe_unavailable` if a retry may help, else `stripe_refused`. */
export async function withStripeErrors<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    // Stripe's messages can contain request data, such as the end of a key, so only these fields are used.
    const { status, type, code } = error instanceof StripeError ? error : { status: undefined }
    console.error(JSON.stringify({ level: 'error', event: 'stripe_failed', status, type, code }))
    const isTemporary = status === undefined || status >= 500 || status === 429 || status === 409
    if (isTemporary) throw new AppError('stripe_unavailable', { retryAfter: 30 })
    throw new AppError('stripe_refused', {
      detail: `Stripe replied ${code ?? type ?? status}; see its dashboard for details.`,
    })
  }
}
