// Schemas of relationships between customers.
import { z } from '@hono/zod-openapi'
import { Id, IdParam, text } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'
import { foldText } from '../text/fold'

/** Kinds with a meaning. Any other text is stored as it is, and is the same for both sides. */
const KNOWN = ['manager', 'report', 'partner', 'parent', 'child'] as const

export const RelationshipParam = IdParam.extend({
  otherId: z
    .uuid()
    .openapi({ param: { name: 'otherId', in: 'path' }, example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f' }),
}).refine(({ id, otherId }) => id !== otherId, {
  error: 'A customer has no relationship to themselves',
  path: ['otherId'],
})

/** What another customer is to a customer. */
export const RelationshipKind = text(50)
  .transform((kind) => KNOWN.find((known) => known === foldText(kind)) ?? kind)
  .openapi({
    type: 'string',
    minLength: 1,
    maxLength: 50,
    description:
      'What the other customer is to this one: `manager`, `report`, `partner`, `parent`, `child`, or any words.',
  })

export const NewRelationship = z
  .strictObject({ kind: RelationshipKind })
  .openapi('NewRelationship', { example: { kind: 'manager' } })

export const Relationship = z
  .object({
    customer: z.object({ id: Id, name: z.string(), company: z.string().nullable() }),
    kind: z.string().openapi({ description: 'What this customer is to the customer in the path.' }),
  })
  .openapi('Relationship', {
    example: {
      customer: { id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f', name: 'Maya Manager', company: 'Acme Ltd' },
      kind: 'manager',
    },
  })

export const RelationshipQuery = z.strictObject(pageQuery)
export const RelationshipPage = pageOf(Relationship, 'RelationshipPage')
