// What customers, leads and tickets share of custom fields and tags: their schemas, and the parameters of lists by them.
import { z } from '@hono/zod-openapi'
import { jsonObject, text } from '../field-schemas'
import { foldedEntries } from '../text/searched'

/** What the tables of fields say of custom fields. */
export const CUSTOM_FIELDS = {
  answer: z.record(z.string(), z.unknown()).nullable(),
  example: { plan: 'gold' },
  input: jsonObject()
    .openapi({ example: { plan: 'gold' }, description: 'A null value means that there is no such field.' })
    .nullable(),
  kind: 'entries',
} as const
export const FOLDED_FIELDS = { follows: 'customFields', deriveEntries: foldedEntries, kind: 'entries' } as const

type FieldSort = `customFields.${string}` | `-customFields.${string}`
const FIELD_SORT = /^-?customFields\.[^"\\]{1,100}$/su

/** An order of a list, or one by an indexed custom field. */
export function sortOf<const T extends readonly string[]>(sorts: T) {
  const isSort = (given: unknown): given is T[number] | FieldSort =>
    typeof given === 'string' && (sorts.includes(given) || (given.isWellFormed() && FIELD_SORT.test(given)))
  const error = `must be one of ${sorts.join(', ')}, or an indexed field such as customFields.budget`
  return z.custom<T[number] | FieldSort>(isSort, { error }).optional()
}

/** How the document says it. */
export const sortDocument = (sorts: readonly string[], description: string) => ({
  type: 'string' as const,
  anyOf: [{ enum: [...sorts] }, { pattern: '^-?customFields\\..+$' }],
  description: `${description} An indexed custom field is an order too, such as \`customFields.budget\`: of the records that have a value.`,
})

const FIELDS = 'customFields.'
// Each is a condition with two parameters, of which a statement of D1 has 100.
const MAX_FIELDS = 10
const fieldName = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => name.isWellFormed() && !name.includes('\u0000'), { error: 'must be the name of a field' })

export const facetQuery = {
  tag: z
    .union([text(50), z.array(text(50)).max(10)])
    .transform((tags) => (Array.isArray(tags) ? tags : [tags]))
    .optional()
    .openapi({ type: 'array', items: { type: 'string' }, description: 'May be repeated.' }),
  tagMatch: z.enum(['all', 'any']).default('all'),
  customFields: z
    .record(fieldName, text(100))
    .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, { error: `must be at most ${MAX_FIELDS} fields` })
    .optional()
    .openapi({
      param: { style: 'form', explode: true },
      description:
        'Written as `customFields.plan=gold`, one parameter for each field, at most ten. The name may have any characters, ' +
        'percent-encoded as in every URL (RFC 3986): `customFields.How%20did%20you%20hear%3F=radio`. It matches the whole ' +
        'value; case and accents do not matter. Of a list, it matches each value.',
      example: { 'customFields.plan': 'gold' },
    }),
}

/** Gathers parameters such as `customFields.plan` into one object of a query. */
export function gatherCustomFields<Query>() {
  return z.transform(
    (query: Query & { [field: `customFields.${string}`]: string | string[] | undefined }): Query => gathered(query),
  )
}

function gathered(query: object) {
  const entries = Object.entries<unknown>({ ...query })
  const fields = entries
    .filter(([name]) => name.startsWith(FIELDS))
    .map(([name, value]) => [name.slice(FIELDS.length), value])
  const rest: (readonly unknown[])[] = entries.filter(([name]) => !name.startsWith(FIELDS))
  return Object.fromEntries(fields.length > 0 ? [...rest, ['customFields', Object.fromEntries(fields)]] : rest)
}
