// The shapes of an event, in answers, queries and pages.
import { z } from '@hono/zod-openapi'
import { ACTOR_TYPES, SUBJECT_TYPES } from '../db/schema/events'
import { Instant, raw, uuid } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'
import { isTypePattern } from './event-types'

const MAX_PATTERNS = 50

export const EVENT_EXAMPLE = {
  id: 'd2c1f3a4b5968778',
  type: 'lead.claimed',
  timestamp: '2026-11-21T15:00:00.000Z',
  sequence: '0000000000041a',
  subject: { type: 'lead', id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e' },
  actor: { type: 'user', id: '0192f0c4-7a10-7c3e-9d2b-000000000007' },
  changes: { ownerId: [null, '0192f0c4-7a10-7c3e-9d2b-000000000007'] },
} as const

export const Event = z
  .object({
    id: z.string().openapi({ description: 'A webhook sends it as `webhook-id`.' }),
    type: z.string().openapi({ description: 'One of `GET /v1/events/types`.' }),
    timestamp: Instant,
    sequence: z.string().openapi({
      description: 'The place among the events of the workspace: an opaque text, which ascends.',
    }),
    subject: z.object({ type: z.enum(SUBJECT_TYPES), id: z.string() }),
    actor: z.object({
      type: z.enum(ACTOR_TYPES),
      id: z.string().nullable().openapi({ description: 'The id of the user or of the API key.' }),
    }),
    changes: z
      .record(z.string(), z.array(z.unknown()))
      .nullable()
      .openapi({ description: 'Each changed field with its value before and after.' }),
  })
  .openapi('Event', { example: EVENT_EXAMPLE })

const UNKNOWN_TYPE = 'must be a type of GET /v1/events/types, all of a subject such as lead.*, or *'

/** A pattern of types: `lead.claimed`, `lead.*` or `*`. */
export const TypePattern = raw(64, 1).refine(isTypePattern, { error: UNKNOWN_TYPE })
/** The patterns of a reader, each once. */
export const TypePatterns = z
  .array(TypePattern)
  .min(1)
  .max(MAX_PATTERNS)
  .transform((patterns) => [...new Set(patterns)])

/** A sequence of an event, or 0 for the beginning. */
export const Sequence = raw(14, 1).regex(/^(0|[0-9a-f]{14})$/, {
  error: 'must be the `sequence` of an event, unchanged, or 0 for the first event',
})

export const EventQuery = z
  .strictObject({
    ...pageQuery,
    after: Sequence.optional().openapi({
      description:
        'Makes it a feed: the events after this `sequence`, oldest first; 0 begins with the first. Go on with `next`.',
      example: '0000000000041a',
    }),
    types: raw(64 * MAX_PATTERNS, 1)
      .transform((list) => list.split(',').map((each) => each.trim()))
      .pipe(TypePatterns)
      .optional()
      .openapi({
        type: 'string',
        description:
          'Only these types, separated by commas: `lead.claimed`, `lead.*`, or `*` for all but those of users and keys.',
        example: 'lead.*,ticket.created',
      }),
    subject: z
      .string()
      .toLowerCase()
      .regex(/^[0-9a-f]{12}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the id of a record')
      .optional()
      .openapi({ description: 'Only the events of the record with this id.' }),
    actor: uuid().optional().openapi({ description: 'Only what this user or API key did.' }),
  })
  .refine(({ after, cursor }) => after === undefined || cursor === undefined, {
    error: 'A feed goes on by `after`: send the `next` of the page before, and no cursor',
    path: ['cursor'],
  })
  .openapi('EventQuery')

export const EventPage = z
  .object({
    ...pageOf(Event, 'Page').shape,
    next: z.string().optional().openapi({
      description:
        'Of a feed: send it as `after` for what comes then. At the end it stays the same until something happens.',
    }),
    more: z
      .boolean()
      .optional()
      .openapi({ description: 'Of a feed: whether there is more by now. If not, ask again later.' }),
    purged: z.number().int().optional().openapi({
      description:
        'Of a feed: how many events between `after` and `next` were purged (EVENTS_KEEP_DAYS), so that nobody sees them.',
    }),
  })
  .openapi('EventPage')
