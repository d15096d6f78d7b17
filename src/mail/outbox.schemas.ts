// Schemas of the outbox: the state of mails, never their content.
import { z } from '@hono/zod-openapi'
import { MAIL_STATES } from '../db/schema/outbox'
import { Id, Instant } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'

export const OutboxMail = z
  .object({
    id: Id.openapi({ description: 'Also the first part of the Message-ID.' }),
    template: z.string(),
    recipient: z.string(),
    state: z.enum(MAIL_STATES),
    attempts: z.number().int(),
    nextAttemptAt: Instant.openapi({ description: 'When a queued mail is tried next.' }),
    lastError: z.string().nullable().openapi({ description: 'The last error reply of the mail server.' }),
    sentAt: Instant.nullable(),
    createdAt: Instant,
  })
  .openapi('OutboxMail', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      template: 'leadAssigned',
      recipient: 'grace@example.com',
      state: 'FAILED',
      attempts: 1,
      nextAttemptAt: '2026-11-21T15:00:00.000Z',
      lastError: '550 5.1.1 No such user',
      sentAt: null,
      createdAt: '2026-11-21T15:00:00.000Z',
    },
  })

export const OutboxQuery = z.strictObject({ ...pageQuery, state: z.enum(MAIL_STATES).optional() })
export const OutboxPage = pageOf(OutboxMail, 'OutboxPage')
