// The shapes of webhooks and their deliveries. Only the answers that give a secret contain one.
import { z } from '@hono/zod-openapi'
import { DELIVERY_STATES, WEBHOOK_STATES } from '../db/schema/webhooks'
import { isTypePattern } from '../events/event-types'
import { Sequence, TypePattern, TypePatterns } from '../events/events.schemas'
import { Id, Instant, instant, raw, text, uuid } from '../field-schemas'
import { Filter } from '../filters/filters.schemas'
import { pageOf, pageQuery } from '../http/pagination'

const URL_EXAMPLE = 'https://hooks.example.com/crm'

export const Webhook = z
  .object({
    id: Id,
    url: z.string(),
    types: z.array(z.string()),
    filter: Filter.nullable(),
    skipOwn: z.boolean(),
    description: z.string().nullable(),
    state: z.enum(WEBHOOK_STATES).openapi({
      description:
        'FAILING after ten failures in a row and an hour; DISABLED by a 410, after five days without a delivery, or ' +
        'because the secret cannot be read any more (`reason`); PAUSED by you.',
    }),
    reason: z.enum(['gone', 'unreachable', 'secret']).nullable(),
    failures: z.number().int().openapi({ description: 'Failures in a row.' }),
    failingSince: Instant.nullable(),
    lastTriedAt: Instant.nullable(),
    lastDeliveredAt: Instant.nullable(),
    sequence: z.string().openapi({
      description: 'Every event up to this one was delivered, left out, or stands in the deliveries.',
    }),
    isReplaying: z.boolean(),
    secretOverlapUntil: Instant.nullable().openapi({ description: 'Until when the secret before signs as well.' }),
    createdBy: Id,
    makerLeft: z.boolean().openapi({ description: 'Whether its maker is no longer an active ADMIN.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Webhook', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d12',
      url: URL_EXAMPLE,
      types: ['lead.*'],
      filter: null,
      skipOwn: false,
      description: null,
      state: 'ACTIVE',
      reason: null,
      failures: 0,
      failingSince: null,
      lastTriedAt: '2026-11-21T15:00:00.000Z',
      lastDeliveredAt: '2026-11-21T15:00:00.000Z',
      sequence: '0000000000041a',
      isReplaying: false,
      secretOverlapUntil: null,
      createdBy: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      makerLeft: false,
      createdAt: '2026-11-21T14:00:00.000Z',
      updatedAt: '2026-11-21T14:00:00.000Z',
    },
  })

const secret = z.string().openapi({
  description: 'Shown only here. It signs what is sent, by Standard Webhooks 1.0.',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw0123456789A=',
})

export const IssuedWebhook = z.object({ ...Webhook.shape, secret }).openapi('IssuedWebhook')

const fields = {
  url: raw(2_000, 1).openapi({
    description:
      'https, port 443, a public host by its name. Redirects are not followed. In development `http://localhost` may be allowed.',
    example: URL_EXAMPLE,
  }),
  types: TypePatterns.openapi({
    description:
      'Types of `GET /v1/events/types`: `lead.claimed`, `lead.*`, or `*` for all but those of users, keys and webhooks.',
    example: ['lead.*'],
  }),
  filter: Filter.nullable().openapi({
    description:
      'Only the events that pass: by `type`, `subject.type`, `actor.id`, the changed fields `before.x` and `after.x`, and ' +
      'the record, such as `data.status`.',
  }),
  skipOwn: z.boolean().openapi({ description: 'Leave out what you, its maker, do yourself.' }),
  description: text(200).nullable(),
}

export const NewWebhook = z
  .strictObject(fields)
  .partial()
  .required({ url: true, types: true })
  .openapi('NewWebhook', { example: { url: URL_EXAMPLE, types: ['lead.*'] } })

export const WebhookPatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('WebhookPatch', { example: { types: ['lead.*', 'ticket.*'] } })

export const WebhookQuery = z.strictObject(pageQuery)
export const WebhookPage = pageOf(Webhook, 'WebhookPage')

export const SecretRotation = z
  .strictObject({
    overlapHours: z
      .number()
      .int()
      .min(0)
      .max(168)
      .default(24)
      .openapi({ description: 'For so long both secrets sign; 0 ends the old one at once.' }),
  })
  .openapi('SecretRotation', { example: { overlapHours: 24 } })

export const WebhookTest = z
  .strictObject({
    type: TypePattern.refine((type) => !type.includes('*') && isTypePattern(type), { error: 'must be one type' })
      .optional()
      .openapi({ description: 'The type of the example that is sent.', example: 'lead.claimed' }),
  })
  .openapi('WebhookTest', { example: { type: 'lead.claimed' } })

const FAILURE = 'refused, timeout, connection, redirect, status or gone; what the receiver wrote is never kept.'

export const TestResult = z
  .object({
    isDelivered: z.boolean(),
    status: z.number().int().nullable(),
    ms: z.number().int(),
    error: z.string().nullable().openapi({ description: FAILURE }),
  })
  .openapi('WebhookTestResult', { example: { isDelivered: true, status: 204, ms: 83, error: null } })

export const Delivery = z
  .object({
    id: z.string().openapi({ description: 'The `sequence` of the event.' }),
    eventId: z.string().openapi({ description: 'Sent as `webhook-id`.' }),
    type: z.string(),
    state: z.enum(DELIVERY_STATES).openapi({
      description: 'PENDING is tried again at `nextTryAt`; EXHAUSTED has had ten tries; DISCARDED was given up.',
    }),
    attempts: z.number().int(),
    status: z.number().int().nullable(),
    ms: z.number().int().nullable(),
    error: z.string().nullable().openapi({ description: FAILURE }),
    lastTriedAt: Instant.nullable(),
    nextTryAt: Instant.nullable(),
  })
  .openapi('WebhookDelivery', {
    example: {
      id: '0000000000041a',
      eventId: 'd2c1f3a4b5968778',
      type: 'lead.claimed',
      state: 'PENDING',
      attempts: 2,
      status: 503,
      ms: 112,
      error: 'status',
      lastTriedAt: '2026-11-21T15:01:00.000Z',
      nextTryAt: '2026-11-21T15:06:00.000Z',
    },
  })

export const DeliveryPage = pageOf(Delivery, 'WebhookDeliveryPage')

export const DeliveryQuery = z
  .strictObject({
    ...pageQuery,
    state: z.enum(DELIVERY_STATES).optional(),
    type: TypePattern.optional().openapi({ description: 'A type, or `lead.*`.', example: 'lead.*' }),
    from: instant().optional().openapi({ description: 'Tried at this instant or later.' }),
  })
  .openapi('DeliveryQuery')

export const DeliveryParams = z.strictObject({
  id: uuid().openapi({ param: { name: 'id', in: 'path' }, example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d12' }),
  delivery: raw(40, 1).openapi({ param: { name: 'delivery', in: 'path' }, example: '0000000000041a' }),
})

export const Replay = z
  .strictObject({
    after: Sequence.optional().openapi({ description: 'The events after this `sequence`; 0 for all.' }),
    from: instant().optional(),
    to: instant().optional().openapi({ description: 'Before this instant; without it, up to now.' }),
    only: z.enum(['failed', 'all']).default('failed').openapi({
      description: '`failed`: what is PENDING, EXHAUSTED or DISCARDED. `all`: every event again, with its id.',
    }),
  })
  .refine(({ after, from }) => (after === undefined) !== (from === undefined), {
    error: 'Send either after or from',
    path: ['after'],
  })
  .openapi('WebhookReplay', { example: { after: '0', only: 'failed' } })

export const Replaying = z
  .object({
    count: z.number().int().openapi({ description: 'How many events are sent again, counted up to 10,000.' }),
    countCapped: z.boolean(),
  })
  .openapi('WebhookReplaying', { example: { count: 12, countCapped: false } })

export const Resumption = z
  .strictObject({
    from: z.enum(['backlog', 'now']).openapi({
      description: '`backlog` sends what has gathered; `now` gives it up, and begins with the next event.',
    }),
  })
  .openapi('WebhookResumption', { example: { from: 'backlog' } })
