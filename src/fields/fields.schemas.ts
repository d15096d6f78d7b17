// Schemas of the definitions of custom fields.
import { z } from '@hono/zod-openapi'
import { FIELD_ENTITIES, FIELD_TYPES } from '../db/schema/fields'
import { Id, Instant, name, text } from '../field-schemas'
import { flag } from '../http/pagination'

const entity = z.enum(FIELD_ENTITIES)
const type = z.enum(FIELD_TYPES)

// Quotes and backslashes would need escapes in the paths of SQLite.
const key = text(100)
  .refine((given) => !/["\\]/.test(given), { error: 'must not hold quotes or backslashes' })
  .openapi({ type: 'string', example: 'budget', description: 'The name under which `customFields` holds the value.' })
const label = name(100).openapi({ type: 'string', example: 'Budget' })
const options = z
  .array(text(100))
  .min(1)
  .max(100)
  .refine((list) => new Set(list).size === list.length, { error: 'must name each option only once' })
  .openapi({ description: 'The values of `select` and `multiselect`, in their order.', example: ['bronze', 'gold'] })
const isChoice = (given: string) => given === 'select' || given === 'multiselect'
const isIndexable = (given: string) => given === 'number' || given === 'date' || given === 'select'
const isUniqueable = (given: string) => given !== 'boolean' && given !== 'multiselect'

export const Field = z
  .object({
    id: Id,
    entity,
    key: z.string(),
    type,
    label: z.string(),
    required: z.boolean().openapi({ description: 'A value that is there cannot be removed.' }),
    unique: z.boolean().openapi({
      description:
        'No two living records have the same value; case and spaces around it do not matter, and empty is no value.',
    }),
    indexed: z.boolean().openapi({
      description: 'Lists are sorted by it, and filtered by it at the cost of their page; for number, date and select.',
    }),
    indexedSince: Instant.nullable().openapi({ description: 'Null while a job takes in the values that are there.' }),
    options: z.array(z.string()).nullable(),
    position: z.number().int(),
    archived: z.boolean().openapi({ description: 'Its values stay, and are checked no more.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Field', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      entity: 'lead',
      key: 'budget',
      type: 'number',
      label: 'Budget',
      required: false,
      unique: false,
      indexed: false,
      indexedSince: null,
      options: null,
      position: 1,
      archived: false,
      createdAt: '2026-11-21T15:00:00.000Z',
      updatedAt: '2026-11-21T15:00:00.000Z',
    },
  })

export const NewField = z
  .strictObject({
    entity,
    key,
    type,
    label: label.optional().openapi({ description: 'The key, if it is left out.' }),
    required: z.boolean().default(false),
    unique: z.boolean().default(false),
    indexed: z.boolean().default(false),
    options: options.optional(),
  })
  .refine((field) => !field.indexed || isIndexable(field.type), {
    path: ['indexed'],
    error: 'is for number, date and select alone',
  })
  .refine((field) => isChoice(field.type) === (field.options !== undefined), {
    path: ['options'],
    error: 'must be given for select and multiselect, and for no other type',
  })
  .refine((field) => !field.unique || isUniqueable(field.type), {
    path: ['unique'],
    error: 'is not for boolean and multiselect',
  })
  .openapi('NewField', { example: { entity: 'lead', key: 'budget', type: 'number', label: 'Budget' } })

export const FieldPatch = z
  .strictObject({
    label,
    required: z.boolean(),
    unique: z.boolean(),
    indexed: z.boolean(),
    options,
    archived: z.boolean(),
    position: z.number().int().min(1).max(1_000_000).openapi({ description: 'Fields are ordered by it.' }),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('FieldPatch', { example: { label: 'Budget in euros' } })

export const Retyping = z
  .strictObject({ type, options: options.optional() })
  .refine((field) => isChoice(field.type) === (field.options !== undefined), {
    path: ['options'],
    error: 'must be given for select and multiselect, and for no other type',
  })
  .openapi('Retyping', { example: { type: 'number' } })

export const RetypingQuery = z.strictObject({ dryRun: flag('Say what would be, change nothing.') })

export const Retyped = z
  .object({
    field: Field,
    looked: z.number().int().openapi({ description: 'How many records with a value were looked at, 1,000 at most.' }),
    fitting: z.number().int().openapi({ description: 'Values that are of the new type already.' }),
    converted: z.number().int().openapi({ description: 'Values that become of the new type.' }),
    kept: z
      .number()
      .int()
      .openapi({ description: 'Values that cannot: they stay as they are until they are changed.' }),
    examples: z
      .array(z.object({ id: Id, value: z.unknown() }))
      .openapi({ description: 'Up to ten of the kept values.' }),
    jobId: Id.nullable().openapi({ description: 'The job that converts the values.' }),
  })
  .openapi('Retyped')

export const Strictness = z
  .strictObject({ entity, strict: z.boolean().openapi({ description: 'Refuse values without a definition.' }) })
  .openapi('Strictness', { example: { entity: 'lead', strict: true } })

export const FieldQuery = z.strictObject({ entity: entity.optional() })
/** All fields: there are at most 150. */
export const FieldList = z
  .object({
    data: z.array(Field),
    strict: z.array(entity).openapi({ description: 'The entities that take defined fields alone.', example: ['lead'] }),
  })
  .openapi('FieldList')
