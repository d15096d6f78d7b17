// The shapes of a stream: the ticket that opens it, its query, and its messages.
import { z } from '@hono/zod-openapi'
import { Sequence } from '../events/events.schemas'
import { Id, Instant, raw } from '../field-schemas'
import { KINDS } from './live.viewer'

export const StreamTicket = z
  .object({
    ticket: z.string(),
    expiresAt: Instant,
    path: z
      .string()
      .openapi({ description: 'Where to open the stream: with `wss:` in place of `https:`, or as events.' }),
  })
  .openapi('StreamTicket', {
    example: {
      ticket: 'k3J9xQ.pK5gTn4m.3q2-7w',
      expiresAt: '2026-11-21T15:01:00.000Z',
      path: '/v1/stream?ticket=k3J9xQ.pK5gTn4m.3q2-7w',
    },
  })

export const StreamQuery = z.strictObject({
  ticket: raw(4_000)
    .optional()
    .openapi({ description: 'The ticket of `POST /v1/stream/ticket`, which lives a minute.' }),
  after: Sequence.optional().openapi({
    description:
      'Resume after this `sequence`, that of the last message. Without it, the stream begins with what happens next.',
    example: '0000000000041a',
  }),
})

/** A message of a stream. */
export const StreamMessage = z
  .union([
    z.object({
      op: z.enum(['changed', 'left']).openapi({ description: '`left`: it passed out of your sight, or is gone.' }),
      kind: z.enum(KINDS),
      id: Id,
      version: z.number().int().nullable(),
      sequence: z.string(),
    }),
    z.object({ op: z.literal('reset'), sequence: z.string() }),
  ])
  .openapi('StreamMessage', {
    example: {
      op: 'changed',
      kind: 'lead',
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      version: 3,
      sequence: '0000000000041a',
    },
  })
