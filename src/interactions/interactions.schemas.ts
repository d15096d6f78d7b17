// The shapes of an interaction, in answers, input, patches, queries and pages; and of a timeline.
import { z } from '@hono/zod-openapi'
import { INTERACTION_TYPES } from '../db/schema/interactions'
import { Event } from '../events/events.schemas'
import { Instant, instant, instantOrDay, memberOr, text, timeZone, uuid } from '../field-schemas'
import { filterParameter, questionOf, viewParameter } from '../filters/filters.schemas'
import { flag, pageOf, pageQuery, someOf } from '../http/pagination'
import { valuesOf } from '../records/fields'
import { SORTS } from '../records/list.filters'
import {
  IncludedCustomer,
  IncludedLead,
  IncludedMember,
  included,
  shapeBody,
  shapeQuery,
} from '../records/shape.schemas'
import { DUE } from './interactions.due'
import { INTERACTION_FIELDS } from './interactions.fields'

export const Interaction = z
  .object(valuesOf(INTERACTION_FIELDS, 'answer'))
  .openapi('Interaction', { example: valuesOf(INTERACTION_FIELDS, 'example') })

const INCLUDES = ['author', 'customer', 'lead'] as const
/** An interaction with what was included. */
export const ListedInteraction = Interaction.extend({
  author: included(IncludedMember),
  customer: included(IncludedCustomer),
  lead: included(IncludedLead),
}).openapi('ListedInteraction')
export const InteractionShape = z.strictObject(shapeQuery(Interaction, INCLUDES))

const fields = valuesOf(INTERACTION_FIELDS, 'input')

export const NewInteraction = z
  .strictObject(fields)
  .partial()
  .required(valuesOf(INTERACTION_FIELDS, 'required'))
  .extend({
    customerId: uuid().optional(),
    leadId: uuid().optional(),
    notifyCustomer: z
      .boolean()
      .optional()
      .openapi({
        description:
          'For a meeting: mail it to the customer, who needs an e-mail address. Until your own address is verified, the ' +
          'mail leaves your text out.',
      }),
  })
  .refine(({ customerId, leadId }) => (customerId === undefined) !== (leadId === undefined), {
    error: 'Send either customerId or leadId',
    path: ['customerId'],
  })
  .openapi('NewInteraction', {
    description: 'Exactly one of `customerId` and `leadId` is needed. The default of `occurredAt` is now.',
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

/** What comes after an interaction that is done. */
export const Completion = z
  .strictObject({
    next: z
      .strictObject({ followUpAt: instantOrDay(), body: text(10_000).optional() })
      .optional()
      .openapi({
        description:
          'A follow-up of the same customer or lead that is planned in the same step; without `body`, it has the text of ' +
          'this interaction. An interaction that is done already plans nothing.',
      }),
  })
  .openapi('Completion', { example: { next: { followUpAt: '2026-12-04' } } })

export const InteractionQuery = z
  .strictObject({
    ...pageQuery,
    ...InteractionShape.shape,
    filter: filterParameter(),
    view: viewParameter,
    q: text(100)
      .optional()
      .openapi({
        description:
          'Part of what was said; case and accents do not matter. The latest logged come first; in another order, the 1,000 ' +
          'latest hits are sorted.',
        example: 'offer',
      }),
    type: someOf(INTERACTION_TYPES),
    author: memberOr('me').openapi({
      type: 'string',
      description: '`me`, or the id of the member who logged it.',
      example: 'me',
    }),
    customer: uuid().optional(),
    lead: uuid().optional().openapi({ description: 'Also after its conversion.' }),
    due: z.enum(DUE).optional().openapi({
      description: 'Open follow-ups of days before today, of today, or of days after today, in `timeZone`.',
    }),
    timeZone: timeZone().optional().openapi({
      type: 'string',
      description: 'The time zone of `due`; the default is your own, as your access token has it.',
      example: 'Pacific/Auckland',
    }),
    updatedAfter: instant().optional().openapi({
      description: 'Changed at this instant or later; in the order of `updatedAt`, for keeping a copy.',
    }),
    followUpAfter: instant().optional(),
    followUpBefore: instant().optional(),
    sort: z.enum(SORTS.interaction).optional().openapi({
      description:
        'The default is `-occurredAt`, and `followUpAt` for open follow-ups. The order by follow-up has open ones alone.',
    }),
    done: flag('`false`: open follow-ups, `true`: done ones. Without it, follow-up filters list open ones.'),
  })
  .openapi('InteractionQuery')

export const InteractionQuestion = questionOf(
  InteractionQuery.shape,
  'InteractionQuestion',
  shapeBody(Interaction, INCLUDES),
)

export const InteractionPage = pageOf(ListedInteraction, 'InteractionPage')

export const TimelineQuery = z.strictObject(pageQuery)

export const TimelineItem = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('interaction'), at: Instant, interaction: Interaction }),
    z.object({ kind: z.literal('event'), at: Instant, event: Event }),
  ])
  .openapi('TimelineItem')

export const TimelinePage = pageOf(TimelineItem, 'TimelinePage')
