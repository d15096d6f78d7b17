// The shapes of personal data and of an erasure.
import { z } from '@hono/zod-openapi'
import { Id, Instant } from '../field-schemas'

const Rows = z.array(z.record(z.string(), z.unknown()))

export const PersonalData = z
  .object({
    customerId: Id,
    readAt: Instant,
    data: z.record(z.string(), Rows).openapi({ description: 'Every row about the person, by kind: leads, events, …' }),
    incomplete: z.array(z.string()).openapi({
      description:
        'The kinds with more rows than the 1,000 that are shown. The lists of interactions, tickets, leads and events have them all.',
    }),
  })
  .openapi('PersonalData', {
    example: {
      customerId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f',
      readAt: '2026-11-21T15:00:00.000Z',
      data: { customers: [{ id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f', name: 'Alice Student' }] },
      incomplete: [],
    },
  })

export const Erasure = z
  .object({
    customerId: Id,
    erasedAt: Instant,
    isDone: z.boolean().openapi({
      description:
        'False if so much is stored that a job erases the rest: `GET /v1/jobs?subjectId=` tells how far it is.',
    }),
  })
  .openapi('Erasure')
