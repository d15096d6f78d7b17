// The four requests that billing sends to Stripe, as its API reference has them. Its SDK is thirty times as long.
import { z } from 'zod'
import { AppError } from '../errors'
import { SECOND_MS } from '../time'

// The version that the schemas below were written for: Stripe answers in its shapes for as long as it is sent.
const API_VERSION = '2026-10-28.endive'
const TIMEOUT_MS = 10 * SECOND_MS
const RETRY_AFTER_MS = SECOND_MS / 2

const Created = z.object({ id: z.string() })
const CheckoutSession = z.object({ url: z.string().nullable() })
const PortalSession = z.object({ url: z.string() })
const seconds = z.number().nullish()
const Subscription = z.object({
  id: z.string(),
  status: z.string(),
  created: z.number(),
  cancel_at: seconds,
  ended_at: seconds,
  items: z.object({ data: z.array(z.object({ current_period_start: seconds, current_period_end: seconds })) }),
})
const Subscriptions = z.object({ data: z.array(Subscription) })
const Refusal = z.object({ error: z.object({ type: z.string().optional(), code: z.string().optional() }) })

/** A subscription at Stripe; times are in seconds. */
export type Subscription = z.infer<typeof Subscription>

/** A value of Stripe's forms: lists and objects are written as `line_items[0][price]`. */
type Field = string | number | readonly Field[] | { readonly [name: string]: Field }
type Fields = { readonly [name: string]: Field }

export type StripeClient = ReturnType<typeof createStripeClient>

/**
 * A client of the API at `url`. A request that failed for the moment is sent once more. Each throws `stripe_unavailable`
 * if a later one may do better, else `stripe_refused`.
 */
export function createStripeClient(url: string, secretKey: string) {
  async function post<S extends z.ZodType>(path: string, schema: S, fields: Fields, key: string = crypto.randomUUID()) {
    const headers = { 'Idempotency-Key': key, 'Content-Type': 'application/x-www-form-urlencoded' }
    return ask(path, schema, { method: 'POST', headers, body: formOf(fields).toString() })
  }

  async function ask<S extends z.ZodType>(path: string, schema: S, init: RequestInit): Promise<z.output<S>> {
    const headers = { ...init.headers, Authorization: `Bearer ${secretKey}`, 'Stripe-Version': API_VERSION }
    const send = () =>
      fetch(new URL(path, url), {
        ...init,
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch(() => undefined)
    let response = await send()
    if (isWorthRetrying(response)) {
      await response?.body?.cancel()
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
      response = await send()
    }
    if (!response) throw stripeError({})
    const body: unknown = await response.json().catch(() => undefined)
    if (!response.ok) {
      const { type, code } = Refusal.safeParse(body).data?.error ?? {}
      throw stripeError({ status: response.status, type, code })
    }
    const { data, success } = schema.safeParse(body)
    if (!success) throw stripeError({})
    return data
  }

  return {
    /** Creates a customer. The same key gives the same customer. */
    createCustomer: (fields: Fields, idempotencyKey: string) => post('/v1/customers', Created, fields, idempotencyKey),
    createCheckoutSession: (fields: Fields) => post('/v1/checkout/sessions', CheckoutSession, fields),
    createPortalSession: (fields: Fields) => post('/v1/billing_portal/sessions', PortalSession, fields),
    /** The newest 20 subscriptions of a customer, ended ones too. */
    listSubscriptions: async (customer: string): Promise<Subscription[]> => {
      const query = new URLSearchParams({ customer, status: 'all', limit: '20' })
      return (await ask(`/v1/subscriptions?${query}`, Subscriptions, {})).data
    },
  }
}

// Stripe says in a header whether a retry helps; without it, conflicts and faults of its own may pass.
function isWorthRetrying(response: Response | undefined): boolean {
  if (!response) return true
  const advice = response.headers.get('Stripe-Should-Retry')
  if (advice !== null) return advice === 'true'
  return response.status === 409 || response.status >= 500
}

// Without a status there was no usable answer. Stripe's messages can contain request data, such as the end of a key, so
// only these fields are used.
function stripeError({ status, type, code }: { status?: number; type?: string; code?: string }): AppError {
  console.error(JSON.stringify({ level: 'error', event: 'stripe_failed', status, type, code }))
  const isTemporary = status === undefined || status >= 500 || status === 429 || status === 409
  if (isTemporary) return new AppError('stripe_unavailable', { retryAfter: 30 })
  const detail = `Stripe replied ${code ?? type ?? status}; see its dashboard for details.`
  return new AppError('stripe_refused', { detail })
}

function formOf(fields: Fields): URLSearchParams {
  const form = new URLSearchParams()
  const write = (name: string, value: Field) => {
    if (typeof value !== 'object') form.append(name, String(value))
    else for (const [part, each] of Object.entries(value)) write(`${name}[${part}]`, each)
  }
  for (const [name, value] of Object.entries(fields)) write(name, value)
  return form
}
