// The shapes of an event, in answers, queries and pages.
import { z } from '@hono/zod-openapi'
import { ACTOR_TYPES, SUBJECT_TYPES } from '../db/schema/events'
import { Instant } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'

export const Event = z
  .object({
    id: z.string(),
    verb: z.string(),
    subjectType: z.enum(SUBJECT_TYPES),
    subjectId: z.string(),
    actorType: z.enum(ACTOR_TYPES),
    actorId: z.string().nullable().openapi({ description: 'The id of the user or of the API key.' }),
    changes: z
      .record(z.string(), z.array(z.unknown()))
      .nullable()
      .openapi({ description: 'Each changed field with its value before and after.' }),
    createdAt: Instant,
  })
  .openapi('Event', {
    example: {
      id: 'd2c1f3a4b5968778',
      verb: 'lead.claimed',
      subjectType: 'lead',
      subjectId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      actorType: 'user',
      actorId: '0192f0c4-7a10-7c3e-9d2b-000000000007',
      changes: { ownerId: [null, '0192f0c4-7a10-7c3e-9d2b-000000000007'] },
      createdAt: '2026-11-21T15:00:00.000Z',
    },
  })

export const EventQuery = z.strictObject({
  ...pageQuery,
  subject: z
    .string()
    .toLowerCase()
    .regex(/^[0-9a-f]{12}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the id of a record')
    .optional()
    .openapi({ description: 'Only the events of the record with this id.' }),
})

export const EventPage = pageOf(Event, 'EventPage')
