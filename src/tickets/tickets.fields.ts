// The fields of a ticket. A new field is a column of the table and a line here.
import { z } from '@hono/zod-openapi'
import { tickets } from '../db/schema'
import { PRIORITIES, TICKET_STATUSES } from '../db/schema/tickets'
import { Id, Instant, name, text } from '../field-schemas'
import { CUSTOM_FIELDS, FOLDED_FIELDS } from '../records/facets.schemas'
import { defineFields, ERASED } from '../records/fields'
import { foldedBeyondLower } from '../text/searched'

export const TICKET_FIELDS = defineFields(tickets, {
  id: { answer: Id, example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e', exported: 1, isKept: true },
  number: {
    answer: z.number().int().openapi({ description: 'Counts the tickets of the workspace; never used twice.' }),
    example: 42,
    exported: 1,
    isKept: true,
  },
  customerId: { answer: Id, example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f', exported: 1, isKept: true },
  interactionId: {
    answer: Id.nullable().openapi({ description: 'The interaction that the ticket came from.' }),
    example: null,
    exported: 1,
    isKept: true,
  },
  title: {
    answer: z.string(),
    example: 'The invoice shows the old address',
    input: name(200),
    required: true,
    exported: 1,
    erased: ERASED,
  },
  foldedTitle: { follows: 'title', derive: foldedBeyondLower, erased: null },
  description: {
    answer: z.string().nullable(),
    example: null,
    input: text(10_000).nullable(),
    exported: 1,
    erased: null,
  },
  foldedDescription: { follows: 'description', derive: foldedBeyondLower, erased: null },
  // No input: a new ticket is OPEN, and a patch may only follow the transitions of tickets.status.ts.
  status: { answer: z.enum(TICKET_STATUSES), example: 'OPEN', exported: 1, isKept: true },
  stageId: { answer: Id.nullable(), example: null, exported: 1, isKept: true },
  priority: {
    answer: z.enum(PRIORITIES),
    example: 'NORMAL',
    input: z.enum(PRIORITIES).openapi({ description: 'Only the team sets it; a CUSTOMER cannot.' }),
    exported: 1,
    isKept: true,
  },
  tags: { exported: 1 },
  customFields: {
    ...CUSTOM_FIELDS,
    input: CUSTOM_FIELDS.input.openapi({ description: 'Only the team sees and sets them. A null value removes one.' }),
    exported: 1,
    isTeamOnly: true,
    erased: null,
  },
  foldedFields: { ...FOLDED_FIELDS, erased: null },
  assigneeId: { answer: Id.nullable(), example: null, exported: 1, isKept: true },
  openedBy: {
    answer: Id.nullable().openapi({ description: 'The member. Null if an API key did it; the events name the key.' }),
    example: '0192f0c4-7a10-7c3e-9d2b-000000000007',
    exported: 1,
    isKept: true,
  },
  resolvedAt: {
    answer: Instant.nullable().openapi({
      description: 'When it was resolved, or closed without having been resolved.',
    }),
    example: null,
    exported: 1,
    isKept: true,
  },
  createdAt: { answer: Instant, example: '2026-11-21T15:00:00.000Z', exported: 1, isKept: true },
  updatedAt: { answer: Instant, example: '2026-11-21T15:00:00.000Z', exported: 1, isKept: true },
  deletedAt: { answer: Instant.nullable(), example: null, isKept: true },
})
