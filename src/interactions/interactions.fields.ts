// The fields of an interaction. A new field is a column of the table and a line here.
import { z } from '@hono/zod-openapi'
import { interactions } from '../db/schema'
import { INTERACTION_TYPES } from '../db/schema/interactions'
import { Id, Instant, instantOrDay, text } from '../field-schemas'
import { defineFields, ERASED } from '../records/fields'
import { foldedBeyondLower } from '../text/searched'

export const INTERACTION_FIELDS = defineFields(interactions, {
  id: { answer: Id, example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d10', exported: 1, isKept: true },
  type: {
    answer: z.enum(INTERACTION_TYPES),
    example: 'CALL',
    input: z.enum(INTERACTION_TYPES),
    required: true,
    exported: 1,
    isKept: true,
  },
  body: {
    answer: z.string(),
    example: 'Wants an offer for five seats; call back on Friday.',
    input: text(10_000),
    required: true,
    exported: 1,
    erased: ERASED,
  },
  foldedBody: { follows: 'body', derive: foldedBeyondLower, erased: null },
  customerId: {
    answer: Id.nullable(),
    example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f',
    exported: 1,
    isKept: true,
  },
  leadId: { answer: Id.nullable(), example: null, exported: 1, isKept: true },
  ticketId: {
    answer: Id.nullable().openapi({ description: 'The ticket that this is a comment on.' }),
    example: null,
    exported: 1,
    isKept: true,
  },
  occurredAt: {
    answer: Instant,
    example: '2026-11-21T15:00:00.000Z',
    input: instantOrDay(),
    exported: 1,
    isKept: true,
  },
  followUpAt: {
    answer: Instant.nullable(),
    example: '2026-11-27T09:00:00.000Z',
    input: instantOrDay().nullable().openapi({ description: 'When to come back to it: an instant, or a day.' }),
    exported: 1,
    isKept: true,
  },
  doneAt: { answer: Instant.nullable(), example: null, exported: 1, isKept: true },
  createdBy: {
    answer: Id.nullable().openapi({ description: 'The member. Null if an API key did it; the events name the key.' }),
    example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
    exported: 1,
    isKept: true,
  },
  createdAt: { answer: Instant, example: '2026-11-21T15:05:00.000Z', exported: 1, isKept: true },
  updatedAt: { answer: Instant, example: '2026-11-21T15:05:00.000Z', exported: 1, isKept: true },
})
