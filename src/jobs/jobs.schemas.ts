// Jobs as shown: what is done, how far it is, and what went wrong.
import { z } from '@hono/zod-openapi'
import { JOB_STATES } from '../db/schema/jobs'
import { Id, Instant, uuid } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'

/** Work on many records that goes on after the answer. */
export const Job = z
  .object({
    id: Id,
    kind: z.string().openapi({ description: 'What is done, such as `handover`.' }),
    state: z.enum(JOB_STATES),
    subjectId: Id.nullable().openapi({ description: 'The record that it is about.' }),
    isCancellable: z.boolean(),
    done: z.number().int().openapi({ description: 'How many records are done.' }),
    total: z.number().int().nullable().openapi({
      description: 'About how many there were in the beginning; null if that is unknown.',
    }),
    outcomes: z.record(z.string(), z.number().int()).nullable().openapi({
      description: 'Of a bulk change: how many records came to which end. `GET /v1/jobs/{id}/results` lists them.',
    }),
    failures: z.number().int().openapi({
      description: 'How often in a row it failed. It is tried again after 1, 2, 4 … at most 60 minutes.',
    }),
    lastError: z.string().nullable(),
    createdBy: Id.nullable().openapi({ description: 'The user or API key; null for one that followed from a change.' }),
    createdAt: Instant,
    updatedAt: Instant,
    finishedAt: Instant.nullable(),
  })
  .openapi('Job', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      kind: 'handover',
      state: 'RUNNING',
      subjectId: '0192f0c4-7a10-7c3e-9d2b-000000000001',
      isCancellable: false,
      done: 1500,
      total: 54012,
      outcomes: null,
      failures: 0,
      lastError: null,
      createdBy: '0192f0c4-7a10-7c3e-9d2b-000000000002',
      createdAt: '2026-11-21T15:00:00.000Z',
      updatedAt: '2026-11-21T15:00:03.000Z',
      finishedAt: null,
    },
  })

export const JobQuery = z.strictObject({
  ...pageQuery,
  state: z.enum(JOB_STATES).optional(),
  subjectId: uuid().optional(),
})
export const JobPage = pageOf(Job, 'JobPage')
