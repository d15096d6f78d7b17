// The shapes of analytics, in queries and answers.
import { z } from '@hono/zod-openapi'
import { LEAD_STATUSES } from '../db/schema/leads'
import { ROLES, USER_STATUSES } from '../db/schema/users'
import { Id, Instant, timeZone } from '../field-schemas'
import { flag, pageOf, pageQuery } from '../http/pagination'
import { GRAINS } from './analytics.days'
import { SERIES, type Series } from './analytics.trends'

const date = (description: string) =>
  z.iso
    .date({ error: 'must be a date such as 2026-11-21' })
    .optional()
    .openapi({ type: 'string', format: 'date', description, example: '2026-11-01' })

const span = {
  from: date('The first day, in `timeZone`.'),
  to: date('The day after the last, in `timeZone`; tomorrow if left out.'),
  timeZone: timeZone().optional().openapi({
    type: 'string',
    description: 'The time zone of the days; the default is your own, as your access token has it.',
    example: 'Pacific/Auckland',
  }),
}

const spanSchema = {
  from: z.string().openapi({ format: 'date', example: '2026-10-23' }),
  to: z.string().openapi({ format: 'date', description: 'The day after the last.', example: '2026-11-22' }),
  timeZone: z.string().openapi({ example: 'Europe/London' }),
}

const count = (description?: string) =>
  z
    .number()
    .int()
    .openapi({ ...(description && { description }), example: 12 })
const median = (description: string) =>
  z
    .number()
    .int()
    .nullable()
    .openapi({
      description: `${description}; the error is at most 2 % or a second. Null if there is none.`,
      example: 5400,
    })
const followUps = z.object({ interactions: count(), leads: count() })

export const SpanQuery = z.strictObject(span)

export const Summary = z
  .object({
    ...spanSchema,
    leads: z.object({
      byStatus: z.record(z.enum(LEAD_STATUSES), count()).openapi({ description: 'Now.' }),
      unclaimed: count('Now in the pool.'),
      oldestUnclaimedAt: Instant.nullable().openapi({ description: 'When the oldest lead of the pool was made.' }),
      created: count(),
      bySource: z.array(z.object({ source: z.string().nullable(), count: count() })).openapi({
        description: 'The created leads by their source: the 50 most frequent, of each day the first 50 that came.',
      }),
      ofOtherSources: count(),
      claimed: count(),
      medianSecondsToClaim: median('From a lead’s arrival to its first claim'),
      contacted: count('For the first time.'),
      medianSecondsToContact: median('From a lead’s arrival to its first contact'),
      converted: count(),
      closed: count('Without becoming a customer.'),
      conversionRate: z
        .number()
        .nullable()
        .openapi({ description: 'converted / (converted + closed); null where there are none.', example: 0.35 }),
    }),
    customers: z.object({ total: count('Now.'), created: count() }),
    interactions: count(),
    tickets: z.object({ open: count('Now.'), opened: count(), resolved: count() }),
    followUps: z.object({ overdue: followUps, today: followUps }).openapi({ description: 'Open now.' }),
  })
  .openapi('AnalyticsSummary')

const Stage = z.object({
  status: z.enum(LEAD_STATUSES),
  now: count('Leads in it now.'),
  entered: count('Made with this status, or moved to it.'),
  left: count('Moved on to any other.'),
  medianSeconds: median('How long the leads that left had been in it'),
})

export const Funnel = z
  .object({
    ...spanSchema,
    stages: z.array(Stage),
    converted: count(),
    closed: count('Without becoming a customer.'),
    reopened: count(),
  })
  .openapi('AnalyticsFunnel')

const isSeries = (name: string): name is Series => Object.hasOwn(SERIES, name)
const names = Object.keys(SERIES).filter(isSeries)

export const TrendsQuery = z.strictObject({
  ...span,
  groupBy: z
    .enum(GRAINS)
    .default('day')
    .openapi({ description: 'The length of a point; weeks begin on Monday (ISO 8601).' }),
  metrics: z
    .string()
    .default(names.join(','))
    .transform((list) => [...new Set(list.split(','))])
    .refine((list) => list.every(isSeries), { error: `must be some of these, by commas: ${names.join(', ')}` })
    .transform((list) => list.filter(isSeries))
    .openapi({ type: 'string', description: `Separated by commas: ${names.join(', ')}. The default is all.` }),
})

const counts = z.record(z.string(), count()).openapi({ description: 'By metric.', example: { leads: 3, claims: 2 } })

export const Trends = z
  .object({
    ...spanSchema,
    groupBy: z.enum(GRAINS),
    points: z.array(
      z.object({
        start: z.string().openapi({
          format: 'date',
          description: 'The day, or the first day of the week or month. Days outside the span do not count.',
          example: '2026-11-16',
        }),
        counts,
      }),
    ),
    totals: counts,
  })
  .openapi('AnalyticsTrends')

export const TeamQuery = z.strictObject({ ...pageQuery, ...span })

const MemberFigures = z
  .object({
    id: Id,
    name: z.string(),
    role: z.enum(ROLES),
    status: z.enum(USER_STATUSES),
    claims: count(),
    medianSecondsToClaim: median('From a lead’s arrival to its first claim, by this member'),
    contacts: count('First contacts of leads that this member owned at that time.'),
    medianSecondsToContact: median('From a lead’s arrival to its first contact'),
    conversions: count('Of leads that this member owned at that time.'),
    customers: count('Made for this member.'),
    interactions: count('Written by this member.'),
  })
  .openapi('MemberFigures')

export const TeamPage = pageOf(MemberFigures, 'TeamFiguresPage')

export const EngagementQuery = z.strictObject({
  ...pageQuery,
  order: z.enum(['most', 'least', 'quiet']).default('most').openapi({
    description: '`most` or `least` engaged first; `quiet`: only customers without recent contact, the longest first.',
  }),
  quietDays: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(30)
    .openapi({ description: 'With `order=quiet`: the least number of days without contact, 1 to 3,650.', example: 30 }),
  total: flag('Count as well; with `order=quiet`, counting stops at 1,000 (`totalCapped`).'),
})

const Engaged = z
  .object({
    id: Id,
    name: z.string(),
    company: z.string().nullable(),
    ownerId: Id.nullable(),
    interactionCount: count('Notes, calls, e-mails and meetings; tasks and follow-ups are plans, and do not count.'),
    lastInteractionAt: Instant.nullable(),
    quietDays: count('Whole days since the last interaction; null if there was none.').nullable(),
  })
  .openapi('EngagedCustomer')

export const EngagementPage = pageOf(Engaged, 'EngagementPage')
