// Schemas of billing: the plan of a workspace, and links to Stripe's pages.
import { z } from '@hono/zod-openapi'
import { Instant, raw } from '../field-schemas'
import { LIMITED } from './plans'

const names = Object.keys(LIMITED)

export const Billing = z
  .object({
    plan: z.enum(['FREE', 'PRO']).openapi({ description: 'The plan whose limits apply now.' }),
    status: z
      .string()
      .nullable()
      .openapi({ description: 'Stripe’s status of the subscription: `active`, `past_due`, `canceled`, …' }),
    renewsAt: Instant.nullable(),
    endsAt: Instant.nullable().openapi({ description: 'When a cancelled subscription ends.' }),
    graceUntil: Instant.nullable().openapi({
      description: 'After a failed payment: PRO applies until then, and FREE afterwards. No data is deleted.',
    }),
    limits: z.array(
      z.object({
        of: z.string().openapi({ description: `One of: ${names.join(', ')}.` }),
        count: z.number().int(),
        max: z.number().int(),
      }),
    ),
  })
  .openapi('Billing', {
    example: {
      plan: 'PRO',
      status: 'active',
      renewsAt: '2026-12-21T15:00:00.000Z',
      endsAt: null,
      graceUntil: null,
      limits: [{ of: 'customers', count: 1815, max: 100_000 }],
    },
  })

export const StripePage = z
  .object({
    url: z.string().openapi({ description: 'Redirect the browser to this address. It works once and expires.' }),
  })
  .openapi('StripePage', { example: { url: 'https://checkout.stripe.com/c/pay/cs_test_a1b2c3' } })

export const SignatureHeader = z.object({
  'stripe-signature': raw(2000).optional().openapi({ description: 'Stripe’s signature of the raw body.' }),
})

export const Received = z.object({ received: z.literal(true) }).openapi('Received', { example: { received: true } })
