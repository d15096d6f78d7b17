// The public form: the shape of an enquiry and of its answer.
import { z } from '@hono/zod-openapi'
import { email, Id, Instant, instant, jsonObject, name, raw, text } from '../field-schemas'

// Forms send what is left empty as '', as blanks or as null.
const absentIfBlank = (given: unknown) =>
  given === null || (typeof given === 'string' && given.length <= MAX_BLANK && given.trim() === '') ? undefined : given
const MAX_BLANK = 100
const optionalOrBlank = <S extends z.ZodType>(schema: S) => z.preprocess(absentIfBlank, schema.optional())

export const NewEnquiry = z
  .strictObject({
    workspace: text(60).openapi({ description: 'The slug of the workspace.', example: 'analytical-engines' }),
    name: name(200),
    email: email(),
    phone: optionalOrBlank(text(50)),
    interest: optionalOrBlank(text(200)),
    message: optionalOrBlank(text(5_000)),
    metadata: optionalOrBlank(jsonObject()),
    website: raw(500).optional().openapi({
      description: 'A honeypot: hide the field from people and leave it empty. An enquiry that fills it in is dropped.',
    }),
    openedAt: optionalOrBlank(instant()).openapi({
      description: 'When the form was opened. An enquiry that is sent within 2 seconds is dropped.',
    }),
    turnstileToken: optionalOrBlank(raw(2048)).openapi({ description: 'Needed where Turnstile is configured.' }),
  })
  .openapi('NewEnquiry', {
    example: {
      workspace: 'analytical-engines',
      name: 'Alice Student',
      email: 'alice@example.com',
      interest: 'React development',
      message: 'When does the next course start?',
    },
  })

export const Enquiry = z
  .object({
    id: Id,
    name: z.string(),
    email: z.string(),
    phone: z.string().nullable(),
    interest: z.string().nullable(),
    message: z.string().nullable(),
    createdAt: Instant,
  })
  .openapi('Enquiry', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      name: 'Alice Student',
      email: 'alice@example.com',
      phone: null,
      interest: 'React development',
      message: 'When does the next course start?',
      createdAt: '2026-11-21T15:00:00.000Z',
    },
  })
