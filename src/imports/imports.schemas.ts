// Schemas of imports: the options of a request, and the report of the result.
import { z } from '@hono/zod-openapi'
import { IMPORT_DUPLICATES, IMPORT_ENTITIES, IMPORT_MATCHES, IMPORT_MODES, IMPORT_STATES } from '../db/schema/imports'
import { Id, Instant, text } from '../field-schemas'
import { fieldOfColumn } from '../files/csv-cells'
import { ENCODINGS } from '../files/unreadable'
import { flag, pageOf, pageQuery } from '../http/pagination'
import { isCountry } from '../text/phone'
import { FIELDS } from './imports.job'
import { Mapping, StatusMapping, Values as ValuesParam } from './imports.mapping'
import { SYSTEMS } from './imports.systems'

export const Issue = z
  .object({
    line: z
      .number()
      .int()
      .openapi({ description: 'The line in the file, from 1; in a JSON array, the position of the object.' }),
    field: z.string().nullable(),
    code: z.string(),
    value: z.string().nullable(),
    message: z.string(),
  })
  .openapi('ImportIssue')

const example = {
  id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f',
  entity: 'customers' as const,
  mode: 'upsert' as const,
  match: 'email' as const,
  duplicates: 'last' as const,
  dryRun: false,
  status: 'DONE' as const,
  columns: [
    { column: 'Full name', field: 'name', values: 3, unused: 0, example: null },
    { column: 'E-mail', field: 'email', values: 3, unused: 0, example: null },
    { column: 'Plan', field: 'customFields.Plan', values: 2, unused: 0, example: null },
  ],
  recognised: null,
  encoding: 'utf-8',
  received: 3,
  ...{ created: 1, updated: 1, unchanged: 0, superseded: 0, failed: 1, reverted: 0, kept: 0 },
  createdBy: '0192f0c4-7a10-7c3e-9d2b-000000000007',
  createdAt: '2026-11-21T15:00:00.000Z',
  finishedAt: '2026-11-21T15:00:01.000Z',
}

const number = (description: string) => z.number().int().openapi({ description })

export const Import = z
  .object({
    id: Id,
    entity: z.enum(IMPORT_ENTITIES),
    mode: z.enum(IMPORT_MODES),
    match: z.enum(IMPORT_MATCHES),
    duplicates: z.enum(IMPORT_DUPLICATES),
    dryRun: z.boolean(),
    status: z.enum(IMPORT_STATES),
    recognised: z.string().nullable().openapi({
      description: 'The system that wrote the file, as its columns tell, such as `hubspot-contacts`.',
    }),
    encoding: z.string().nullable().openapi({ description: 'The encoding that the file was read in.' }),
    columns: z
      .array(
        z.object({
          column: z.string(),
          field: z.string().nullable().openapi({ description: 'Null if the column is ignored.' }),
          values: z.number().int().openapi({ description: 'Rows with a value in this column.' }),
          unused: z.number().int().openapi({ description: 'How many of these values are stored nowhere.' }),
          example: z.string().nullable().openapi({ description: 'The first value that is stored nowhere.' }),
        }),
      )
      .openapi({ description: 'The columns of the file, the field that each fills, and what is stored nowhere.' }),
    received: number('Rows of the file. After the import, it is the sum of the next five counts.'),
    created: number('Records created.'),
    updated: number('Records changed.'),
    unchanged: number('Records that already had the values of the row.'),
    superseded: number('Rows of a record that another row of the file has too; only that row is counted.'),
    failed: number('Rows with an error; they are not written.'),
    reverted: number('Records that a revert moved to the trash.'),
    kept: number('Created records that a revert left, because they have been used since.'),
    createdBy: Id,
    createdAt: Instant,
    finishedAt: Instant.nullable(),
  })
  .openapi('Import', { example })

export const ImportReport = Import.extend({
  errors: z.array(Issue).openapi({ description: 'The first 100 errors; `errors.csv` has all.' }),
  warnings: z.array(Issue).openapi({ description: 'Problems of rows that were written all the same; the first 100.' }),
  moreErrors: z.boolean(),
  moreWarnings: z.boolean(),
  untold: number('Errors and warnings that are not kept: at most 10,000 are.'),
}).openapi('ImportReport', {
  example: {
    ...example,
    errors: [{ line: 4, field: 'email', code: 'invalid_email', value: 'ann@', message: 'Invalid email address' }],
    warnings: [],
    moreErrors: false,
    moreWarnings: false,
    untold: 0,
  },
})

export const ImportPage = pageOf(Import, 'ImportPage')
export const ImportListQuery = z.strictObject(pageQuery)

export const ImportQuery = z
  .strictObject({
    entity: z.enum(IMPORT_ENTITIES),
    mode: z.enum(IMPORT_MODES).default('upsert').openapi({
      description: '`create` only creates records, `update` only changes existing records, `upsert` does both.',
    }),
    match: z
      .enum(IMPORT_MATCHES)
      .optional()
      .openapi({
        description:
          'The field that identifies a record. Default: `email` for customers and `id` for leads. A row without this field ' +
          'is identified by its `id`, or by the same content in an earlier import.',
      }),
    dryRun: flag('Report the result, but write nothing.'),
    keepIds: flag(
      'Records get the ids of the file. Only for an ADMIN, or a key with `imports:move`, in a workspace without records, or ' +
        'with none but those that came so. Such an import cannot be reverted.',
    ),
    duplicates: z.enum(IMPORT_DUPLICATES).default('last').openapi({
      description:
        'If several rows are the same record: `last` writes the last row, `refuse` reports all after the first as errors.',
    }),
    unknown: z.enum(['customFields', 'ignore']).default('customFields').openapi({
      description: 'Where unknown columns go: into `customFields`, or nowhere.',
    }),
    defaultOwner: text(254)
      .optional()
      .openapi({ description: 'E-mail address or id of the member who owns new records without an owner.' }),
    defaultCountry: z
      .string()
      .toUpperCase()
      .refine(isCountry, { error: 'must be a country code of two letters such as GB' })
      .optional()
      .openapi({
        type: 'string',
        description: 'Country of phone numbers without a country code. Default: the country of the workspace.',
      }),
    system: z
      .enum(['none', ...SYSTEMS])
      .optional()
      .openapi({
        description: 'The system that wrote the file, where its columns do not tell, or tell wrong; `none` is none.',
      }),
    encoding: z
      .string()
      .toLowerCase()
      .pipe(z.enum(ENCODINGS, { error: `must be one of ${ENCODINGS.join(', ')}` }))
      .optional()
      .openapi({
        type: 'string',
        enum: [...ENCODINGS],
        description:
          'The encoding of the file. Without it, it is found; where it is not plain, the answer names the candidates.',
      }),
    sheet: text(100)
      .optional()
      .openapi({ description: 'Of a workbook: the name or the number of the sheet. Default: the first.' }),
    statusMapping: StatusMapping.optional().openapi({
      type: 'array',
      items: { type: 'string' },
      description:
        'The statuses of leads that the file calls otherwise, as a JSON object `{"Angefragt": "NEW"}` or as repeated ' +
        '`statusMapping=Angefragt:NEW`. What other systems call theirs is known.',
    }),
    values: ValuesParam.optional().openapi({
      type: 'string',
      description:
        'Fields that are made of several columns, as a JSON object: `{"name": "{First} {Last}"}` joins, `{"phone": "{Mobile|Phone}"}` ' +
        'takes the first that is filled, `{"name": "{Contact[1]}"}` and `{"jobTitle": "{Contact[2-]}"}` split by words, ' +
        '`{"source": "Fair"}` is the same in every row.',
      example: '{"name": "{First} {Last}"}',
    }),
    mapping: Mapping.optional().openapi({
      type: 'array',
      items: { type: 'string' },
      description:
        'The fields of columns with unknown names, as a JSON object `{"Kunde": "name", "Notiz": null}` or as repeated ' +
        '`mapping=Kunde:name`. Null, or nothing after the colon, ignores a column. `customFields.…` are custom fields.',
    }),
  })
  .superRefine(({ entity, mapping = {}, values = {} }, context) => {
    const fields = FIELDS[entity]
    for (const field of Object.keys(values)) {
      if (fields.includes(field) || fieldOfColumn(field)) continue
      const message = `${field} is not one of ${fields.join(', ')}, customFields.…`
      context.addIssue({ code: 'custom', path: ['values'], message })
    }
    const mappedFields = new Set<string>()
    // A person has several of these.
    const several = ['email', 'phone', 'tags']
    for (const [column, field] of Object.entries(mapping)) {
      const path = ['mapping']
      if (field === null) continue
      if (mappedFields.has(field) && !several.includes(field))
        context.addIssue({ code: 'custom', path, message: `Two columns are mapped to ${field}` })
      mappedFields.add(field)
      if (fields.includes(field) || fieldOfColumn(field)) continue
      const message = `${column} is mapped to ${field}, which is not one of ${fields.join(', ')}, customFields.…`
      context.addIssue({ code: 'custom', path, message })
    }
  })

const rows = [
  { name: 'Alice Student', email: 'alice@example.com', phone: '020 7946 0958', tags: ['VIP'] },
  { name: 'Bob Buyer', email: 'bob@example.com', customFields: { plan: 'gold' } },
]

/** The body in each format. It has no zod schema, because it is streamed. */
export const importBody = {
  required: true,
  content: {
    'application/json': { schema: { type: 'array' as const, items: { type: 'object' as const }, example: rows } },
    'text/csv': {
      schema: { type: 'string' as const, example: 'Name,E-mail,Plan\r\nAlice Student,alice@example.com,gold\r\n' },
    },
    'application/x-ndjson': {
      schema: { type: 'string' as const, example: rows.map((row) => JSON.stringify(row)).join('\n') },
    },
    'text/vcard': {
      schema: {
        type: 'string' as const,
        example: 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Alice Student\r\nEMAIL:alice@example.com\r\nEND:VCARD\r\n',
      },
    },
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': {
      schema: { type: 'string' as const, format: 'binary' },
    },
    'multipart/form-data': {
      schema: { type: 'object' as const, properties: { file: { type: 'string' as const, format: 'binary' } } },
    },
  },
}
