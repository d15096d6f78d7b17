// An interaction, as shown, logged, changed and listed; and the timeline, in which it stands among events.
import { z } from '@hono/zod-openapi'
import { INTERACTION_TYPES } from '../db/schema/interactions'
import { Event } from '../events/events.schemas'
import { Id, Instant, instant, memberOr, text, timeZone } from '../field-schemas'
import { flag, pageOf, pageQuery } from '../http/pagination'
import { DUE } from './interactions.due'

const Type = z.enum(INTERACTION_TYPES)

export const Interaction = z
  .object({
    id: Id,
    type: Type,
    body: z.string(),
    customerId: Id.nullable(),
    leadId: Id.nullable(),
    ticketId: Id.nullable().openapi({ description: 'The ticket that this is a comment on.' }),
    occurredAt: Instant,
    followUpAt: Instant.nullable(),
    doneAt: Instant.nullable(),
    createdBy: Id.nullable().openapi({ description: 'The member; null where an API key did, which the events name.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Interaction', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d10',
      type: 'CALL',
      body: 'Wants an offer for five seats; call back on Friday.',
      customerId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f',
      leadId: null,
      ticketId: null,
      occurredAt: '2026-11-21T15:00:00.000Z',
      followUpAt: '2026-11-27T09:00:00.000Z',
      doneAt: null,
      createdBy: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      createdAt: '2026-11-21T15:05:00.000Z',
      updatedAt: '2026-11-21T15:05:00.000Z',
    },
  })

const fields = {
  type: Type,
  body: text(10_000),
  occurredAt: instant(),
  followUpAt: instant().nullable().openapi({ description: 'When to come back to it: an instant, not a day.' }),
}

export const NewInteraction = z
  .strictObject(fields)
  .partial({ occurredAt: true, followUpAt: true })
  .extend({
    customerId: z.uuid().optional(),
    leadId: z.uuid().optional(),
    notifyCustomer: z
      .boolean()
      .optional()
      .openapi({
        description:
          'Of a meeting: mail what stands here to the customer, who needs an e-mail address. ' +
          'Without your words, while your own address is not verified.',
      }),
  })
  .refine(({ customerId, leadId }) => (customerId === undefined) !== (leadId === undefined), {
    error: 'Name the customer or the lead: one of the two',
    path: ['customerId'],
  })
  .openapi('NewInteraction', {
    description:
      'Of a customer or of a lead: exactly one of `customerId` and `leadId`. `occurredAt` is now if left out.',
    example: {
      customerId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f',
      type: 'CALL',
      body: 'Wants an offer for five seats; call back on Friday.',
      followUpAt: '2026-11-27T09:00:00.000Z',
    },
  })

export const InteractionPatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('InteractionPatch', { example: { followUpAt: '2026-12-04T09:00:00.000Z' } })

export const InteractionQuery = z
  .strictObject({
    ...pageQuery,
    type: Type.optional(),
    author: memberOr('me').openapi({
      type: 'string',
      description: '`me`, or the id of the member who logged it.',
      example: 'me',
    }),
    customer: z.uuid().optional(),
    lead: z.uuid().optional().openapi({ description: 'Also after its conversion.' }),
    due: z
      .enum(DUE)
      .optional()
      .openapi({ description: 'Open follow-ups from before today, of today, or from tomorrow on, in `timeZone`.' }),
    timeZone: timeZone().optional().openapi({
      type: 'string',
      description: 'Where `due` is asked; your own zone unless said otherwise (as your access token has it).',
      example: 'Pacific/Auckland',
    }),
    followUpAfter: instant().optional(),
    followUpBefore: instant().optional(),
    done: flag('`false`: open follow-ups, `true`: what was done. Follow-up filters without it mean open ones.'),
  })
  .openapi('InteractionQuery')

export const InteractionPage = pageOf(Interaction, 'InteractionPage')

export const TimelineQuery = z.strictObject(pageQuery)

export const TimelineItem = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('interaction'), at: Instant, interaction: Interaction }),
    z.object({ kind: z.literal('event'), at: Instant, event: Event }),
  ])
  .openapi('TimelineItem')

export const TimelinePage = pageOf(TimelineItem, 'TimelinePage')
