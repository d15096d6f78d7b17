// The client of Stripe: only requests that need its SDK load it, and Stripe's errors become ours.
import type Stripe from 'stripe'
import type { Config } from '../config'
import { AppError } from '../errors'
import { SECOND_MS } from '../time'

const NEEDED = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_PRICE_PRO'] as const
const TIMEOUT_MS = 10 * SECOND_MS

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
export async function openStripe(config: Config): Promise<Stripe> {
  requireBilling(config)
  const { default: Client } = await import('stripe')
  const { protocol, hostname, port } = new URL(config.STRIPE_API_URL)
  const isPlain = protocol === 'http:'
  return new Client(config.STRIPE_SECRET_KEY ?? '', {
    httpClient: Client.createFetchHttpClient(),
    protocol: isPlain ? 'http' : 'https',
    host: hostname,
    port: port || (isPlain ? 80 : 443),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 1,
    telemetry: false,
  })
}

/** Awaits a reply of Stripe. Throws `stripe_unavailable` if a retry may help, else `stripe_refused`. */
export async function withStripeErrors<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const { status, type, code } = stripeErrorFields(error)
    console.error(JSON.stringify({ level: 'error', event: 'stripe_failed', status, type, code }))
    const isTemporary = status === undefined || status >= 500 || status === 429 || status === 409
    if (isTemporary) throw new AppError('stripe_unavailable', { retryAfter: 30 })
    throw new AppError('stripe_refused', {
      detail: `Stripe replied ${code ?? type ?? status}; see its dashboard for details.`,
    })
  }
}

// Stripe's messages can contain request data, such as the end of a key, so only these fields are used.
function stripeErrorFields(error: unknown): { status?: number; type?: string; code?: string } {
  if (!(error instanceof Error)) return {}
  const text = (name: string) => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === 'string' ? { [name]: value } : {}
  }
  const status: unknown = Reflect.get(error, 'statusCode')
  return { ...(typeof status === 'number' ? { status } : {}), ...text('type'), ...text('code') }
}
