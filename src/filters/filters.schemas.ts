// The schema of a filter, in bodies as JSON and in a query parameter as the text of that JSON.
import { z } from '@hono/zod-openapi'
import { raw, uuid } from '../field-schemas'
import { pageQuery } from '../http/pagination'
import { FILTER_BOUNDS, type FilterTree, OPERATORS, shapeIssues } from './filters.tree'

const ref = { $ref: '#/components/schemas/Filter' }
const scalar = { oneOf: [{ type: 'string' as const }, { type: 'number' as const }, { type: 'boolean' as const }] }
const groupOf = (name: 'and' | 'or') => ({
  type: 'object' as const,
  required: [name],
  properties: { [name]: { type: 'array' as const, items: ref, minItems: 1, maxItems: FILTER_BOUNDS.conditions } },
  additionalProperties: false,
})
const FILTER_EXAMPLE = {
  and: [
    { field: 'createdAt', op: 'within', value: 'last30days' },
    {
      or: [
        { field: 'updatedAt', op: 'lt', value: 'today-7' },
        { field: 'customer.company', op: 'startsWith', value: 'Acme' },
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
    example: FILTER_EXAMPLE,
  })

/** The body of `POST /v1/…/query`: a filter beside the order and the page of a list, whose parameters are `query`, and `more`. */
export function questionOf<S extends z.ZodType, M extends z.ZodRawShape>({ sort }: { sort: S }, name: string, more: M) {
  return z
    .strictObject({
      filter: Filter.optional(),
      sort,
      limit: z.number().int().min(1).max(100).default(20).openapi({ description: 'Rows of a page, 1 to 100.' }),
      cursor: pageQuery.cursor,
      view: viewParameter,
      ...more,
    })
    .openapi(name, { example: { filter: { field: 'createdAt', op: 'within', value: 'last30days' }, limit: 20 } })
}

/** The id of a view of the list. */
export const viewParameter = uuid().optional().openapi({
  description: 'The id of a view: its filter holds as well, and its order where `sort` is left out.',
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
