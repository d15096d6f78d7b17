// The shape of answers: which fields, and which related records beside them; in queries, in bodies and in answers.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { INTERACTION_TYPES } from '../db/schema/interactions'
import { LEAD_STATUSES } from '../db/schema/leads'
import { USER_STATUSES } from '../db/schema/users'
import { etagBeside, etagOf, type Versioned } from '../etag'
import { Id, Instant, raw } from '../field-schemas'
import { didYouMean } from '../filters/filters.nearest'
import type { AppEnv } from '../http/context'
import { someOf } from '../http/pagination'

/** What the team knows of each other. */
export const IncludedMember = z
  .object({ id: Id, name: z.string(), status: z.enum(USER_STATUSES) })
  .openapi('IncludedMember', {
    description: 'A member of the team.',
    example: { id: '0192f0c4-7a10-7c3e-9d2b-000000000007', name: 'Sam Sales', status: 'ACTIVE' },
  })

export const IncludedCustomer = z
  .object({
    id: Id,
    name: z.string(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    company: z.string().nullable(),
    jobTitle: z.string().nullable(),
  })
  .openapi('IncludedCustomer', { description: 'The customer of a record.' })

export const IncludedLead = z
  .object({
    id: Id,
    title: z.string(),
    status: z.enum(LEAD_STATUSES),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    ownerId: Id.nullable(),
  })
  .openapi('IncludedLead', { description: 'The lead of a record.' })

export const IncludedInteraction = z
  .object({
    id: Id,
    type: z.enum(INTERACTION_TYPES),
    body: z.string(),
    occurredAt: Instant,
    followUpAt: Instant.nullable(),
    doneAt: Instant.nullable(),
    createdBy: Id.nullable(),
    createdAt: Instant,
  })
  .openapi('IncludedInteraction', { description: 'The latest interaction of a record.' })

const INCLUDED = 'Only with `include`. Null where there is none, or none that you may see.'

/** A property of an answer that `include` brings. */
export const included = <S extends z.ZodType>(schema: S) =>
  schema.nullable().optional().openapi({ description: INCLUDED })

export const includedTags = included(z.array(z.string()))

const MAX_NAMES = 60

/** The parameters `fields` and `include` of an answer. */
export function shapeQuery<const I extends readonly [string, ...string[]]>(answer: z.ZodObject, includes: I) {
  const names = Object.keys(answer.shape)
  return {
    fields: raw(1000)
      .transform((list) => list.split(',').map((name) => name.trim()))
      .pipe(namesOf(names))
      .optional()
      .openapi({
        type: 'string',
        description: `Only these fields of each record, separated by commas; \`id\` is always there. There are \`${names.join('`, `')}\`.`,
        example: names.slice(0, 3).join(','),
      }),
    include: someOf(includes),
  }
}

/** The same in a body. */
export function shapeBody<const I extends readonly [string, ...string[]]>(answer: z.ZodObject, includes: I) {
  return {
    fields: namesOf(Object.keys(answer.shape))
      .optional()
      .openapi({
        type: 'array',
        items: { type: 'string' },
        description: 'Only these fields of each record; `id` is always there.',
      }),
    include: z.array(z.enum(includes)).max(includes.length).optional().openapi({
      description: 'Related records beside each record.',
    }),
  }
}

function namesOf(names: readonly string[]) {
  return z
    .array(z.string().max(100))
    .min(1)
    .max(MAX_NAMES)
    .superRefine((given, ctx) => {
      for (const name of given.filter((each) => !names.includes(each)).slice(0, 5)) {
        const message = `No such field: ${name || 'an empty name'}${didYouMean(name, names)}`
        ctx.addIssue({ code: 'custom', message, params: { code: 'unknown_field' } })
      }
    })
}

type Shape = { fields?: readonly string[]; include?: readonly string[] }

/** Takes the fields off a record that was not asked for. Of an answer that was made for this request alone. */
export function shaped<R extends object>(record: R, { fields, include = [] }: Shape): R {
  if (!fields) return record
  const kept = new Set(['id', ...fields, ...include])
  for (const name of Object.keys(record)) if (!kept.has(name)) Reflect.deleteProperty(record, name)
  return record
}

/** One record as an answer, with its ETag, in the shape that was asked for. */
export function shapedAnswer<S extends z.ZodType<object>>(
  c: Context<AppEnv>,
  schema: S,
  record: Versioned,
  shape: Shape,
): z.output<S> {
  const answer = schema.parse(record)
  c.header('ETag', shape.include ? etagBeside(record, answer) : etagOf(record))
  return shaped(answer, shape)
}

/** The same of each record of a page. */
export function shapedPage<P extends { data: object[] }>(page: P, shape: Shape): P {
  for (const record of page.data) shaped(record, shape)
  return page
}
