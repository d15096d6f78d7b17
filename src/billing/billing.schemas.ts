// The plan of a workspace as shown, and the links to Stripe's own pages.
import { z } from '@hono/zod-openapi'
import { Instant, raw } from '../field-schemas'
import { LIMITED } from './plans'

const names = Object.keys(LIMITED)

export const Billing = z
  .object({
    plan: z.enum(['FREE', 'PRO']).openapi({ description: 'The plan whose limits hold now.' }),
    status: z
      .string()
      .nullable()
      .openapi({ description: 'Of the subscription, in Stripe’s words: `active`, `past_due`, `canceled`, …' }),
    renewsAt: Instant.nullable(),
    endsAt: Instant.nullable().openapi({ description: 'When a subscription that was cancelled runs out.' }),
    graceUntil: Instant.nullable().openapi({
      description: 'A renewal could not be paid: PRO holds until then, and FREE afterwards. Nothing is deleted.',
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
  .object({ url: z.string().openapi({ description: 'Send the browser there; it works once, for a while.' }) })
  .openapi('StripePage', { example: { url: 'https://checkout.stripe.com/c/pay/cs_test_a1b2c3' } })

export const SignatureHeader = z.object({
  'stripe-signature': raw(2000).optional().openapi({ description: 'Made by Stripe over the raw body.' }),
})

export const Received = z.object({ received: z.literal(true) }).openapi('Received', { example: { received: true } })
