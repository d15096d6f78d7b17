// The shapes of the calendar feed: its link, which is shown once, and when it was made.
import { z } from '@hono/zod-openapi'
import { Instant, raw } from '../field-schemas'

export const CalendarFeed = z
  .object({ createdAt: Instant.nullable() })
  .openapi('CalendarFeed', { example: { createdAt: '2026-11-21T15:00:00.000Z' } })

export const CalendarLink = z
  .object({
    createdAt: Instant,
    url: z
      .url()
      .openapi({ description: 'For the calendar program. It is shown only once, and gives access to your calendar.' }),
  })
  .openapi('CalendarLink', {
    example: {
      url: 'https://crm.example/v1/calendar.ics?token=5f6a7b8c9d0e.mZ0q4vS1yX8kB2nT6rW9cE3uH5jL7pA0dF1gK2sQ4xY',
      createdAt: '2026-11-21T15:00:00.000Z',
    },
  })

export const FeedQuery = z.strictObject({
  token: raw(100, 1).openapi({
    param: { name: 'token', in: 'query', required: true },
    description: 'The token of the link.',
    example: '5f6a7b8c9d0e.mZ0q4vS1yX8kB2nT6rW9cE3uH5jL7pA0dF1gK2sQ4xY',
  }),
})
