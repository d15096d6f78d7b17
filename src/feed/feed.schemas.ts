// The shapes of what leaves the house: an event with its record, as webhooks send it, and the catalogue of types.
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { EventType, Subject } from '../events/event-types'
import { EVENT_EXAMPLE, Event, TypePatterns } from '../events/events.schemas'
import { raw } from '../field-schemas'
import { FEED_RECORDS } from './feed.records'

const DATA =
  'The record as it was at the first try. Null if it is gone, if the event has none, or if the whole would have 20 KB or more (`truncated`).'

/** The schema of an event with the record of its subject. */
export function eventSchemaOf(subject: Subject) {
  const record = FEED_RECORDS[subject]?.schema ?? z.looseObject({})
  return z.object({
    ...Event.shape,
    // A union: `nullable()` would make the record nullable wherever the document refers to it.
    data: z.union([record, z.null()]).openapi({ description: DATA }),
    truncated: z.literal(true).optional(),
  })
}

const EXAMPLE_CHANGES: Record<string, Record<string, readonly [unknown, unknown]>> = {
  'lead.updated': { status: ['NEW', 'CONTACTED'] },
  'lead.claimed': EVENT_EXAMPLE.changes,
  'lead.assigned': EVENT_EXAMPLE.changes,
  'lead.released': { ownerId: [EVENT_EXAMPLE.actor.id, null] },
  'customer.updated': { company: [null, 'Example Ltd'] },
  'ticket.updated': { status: ['OPEN', 'IN_PROGRESS'] },
  'interaction.updated': { followUpAt: [null, '2026-11-27T09:00:00.000Z'] },
}

/** An example of an event of a type, as a webhook sends it. */
export function exampleOf({ type, subject }: EventType) {
  return {
    ...EVENT_EXAMPLE,
    type,
    subject: { type: subject, id: EVENT_EXAMPLE.subject.id },
    changes: EXAMPLE_CHANGES[type] ?? null,
    data: FEED_RECORDS[subject]?.example ?? null,
  }
}

/** JSON Schema (2020-12, which OpenAPI 3.1 uses) of the events of each subject, made once; what it refers to stands in it. */
const schemas = new Map<Subject, Record<string, unknown>>()

function jsonSchemaOf(subject: Subject): Record<string, unknown> {
  const known = schemas.get(subject)
  if (known) return known
  const app = new OpenAPIHono()
  app.openAPIRegistry.register('Made', eventSchemaOf(subject))
  const { components } = app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } })
  const { Made, ...others } = components?.schemas ?? {}
  const made = { ...Made, ...(Object.keys(others).length > 0 ? { components: { schemas: others } } : {}) }
  schemas.set(subject, made)
  return made
}

/** An entry of the catalogue: a type, what it says, a JSON Schema and an example. */
export function catalogueEntry(type: EventType) {
  const schema = jsonSchemaOf(type.subject)
  const properties = typeof schema.properties === 'object' ? schema.properties : {}
  const ofType = { ...schema, properties: { ...properties, type: { const: type.type } } }
  return { ...type, schema: ofType, example: exampleOf(type) }
}

export const EventTypeQuery = z.strictObject({
  types: raw(3_200, 1)
    .transform((list) => list.split(',').map((each) => each.trim()))
    .pipe(TypePatterns)
    .optional()
    .openapi({ type: 'string', description: 'Only these, separated by commas.', example: 'lead.*' }),
})

export const EventTypeList = z
  .object({
    data: z.array(
      z.object({
        type: z.string(),
        subject: z.string(),
        description: z.string(),
        schema: z.record(z.string(), z.unknown()).openapi({ description: 'JSON Schema 2020-12 of the event.' }),
        example: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .openapi('EventTypeList', {
    example: {
      data: [
        {
          type: 'tag.renamed',
          subject: 'tag',
          description: 'A tag has another name.',
          schema: { type: 'object' },
          example: { id: EVENT_EXAMPLE.id, type: 'tag.renamed' },
        },
      ],
    },
  })
