// The schema of a filter, in bodies as JSON and in a query parameter as the text of that JSON.
import { z } from '@hono/zod-openapi'
import { raw } from '../field-schemas'
import { FILTER_BOUNDS, type FilterTree, OPERATORS, shapeIssues } from './filters.tree'

const ref = { $ref: '#/components/schemas/Filter' }
const scalar = { oneOf: [{ type: 'string' as const }, { type: 'number' as const }, { type: 'boolean' as const }] }
const groupOf = (name: 'and' | 'or') => ({
  type: 'object' as const,
  required: [name],
  properties: { [name]: { type: 'array' as const, items: ref, minItems: 1, maxItems: FILTER_BOUNDS.conditions } },
  additionalProperties: false,
})
const example = {
  and: [
    { field: 'status', op: 'in', value: ['NEW', 'CONTACTED'] },
    {
      or: [
        { field: 'createdAt', op: 'within', value: 'last7days' },
        { field: 'owner.name', op: 'startsWith', value: 'Ada' },
      ],
    },
  ],
}

/** A filter tree within its bounds. Whether its fields and values fit the records is for `readFilter` to say. */
export const Filter = z
  .custom<FilterTree>((value) => value !== undefined, { error: 'Required', abort: true })
  .superRefine((tree, ctx) => {
    for (const { path, message, code } of shapeIssues(tree))
      ctx.addIssue({ code: 'custom', path, message, params: { code } })
  })
  .openapi('Filter', {
    type: 'object',
    description:
      'A condition `{ field, op, value }`, or a group of filters: `and`, `or`, `not`. At most 20 conditions, 100 values, ' +
      '4 groups within each other and 4 KB. `eq`, `ne`, `in` and `notIn` compare, for texts without case and accents. `ne` ' +
      'and `notIn` hold for empty fields as well. `between` takes two values and includes both. `empty` and `notEmpty` ' +
      'take none. Instants compare with an instant, with a day, which begins where you are, or with `now`, `today`, ' +
      '`today-7` or `today+7`; `within` takes `today`, `yesterday`, `tomorrow`, `thisWeek`, `lastMonth`, `nextQuarter`, ' +
      '`last7days`, `next30days` and the like.',
    oneOf: [
      {
        type: 'object',
        required: ['field', 'op'],
        properties: {
          field: { type: 'string' },
          op: { type: 'string', enum: [...OPERATORS] },
          value: { oneOf: [...scalar.oneOf, { type: 'array', items: scalar, maxItems: FILTER_BOUNDS.values }] },
        },
        additionalProperties: false,
      },
      groupOf('and'),
      groupOf('or'),
      { type: 'object', required: ['not'], properties: { not: ref }, additionalProperties: false },
    ],
    example,
  })

/** A filter as a query parameter: the JSON of a tree, percent-encoded. */
export const filterParameter = () =>
  raw(FILTER_BOUNDS.bytes)
    .transform((text, ctx): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        ctx.addIssue({ code: 'custom', message: 'must be a filter as JSON, percent-encoded' })
        return z.NEVER
      }
    })
    .pipe(Filter)
    .optional()
    .openapi({
      type: 'string',
      description: 'A `Filter` as JSON, percent-encoded. All other parameters hold as well.',
      example: JSON.stringify({ field: 'createdAt', op: 'within', value: 'last7days' }),
    })
