// The shape of a preview of an import.
import { z } from '@hono/zod-openapi'
import { Import, Issue } from './imports.schemas'

const number = (description: string) => z.number().int().openapi({ description })
const { recognised, encoding, columns } = Import.shape

export const ImportPreview = z
  .object({
    recognised,
    encoding,
    rows: number('Rows that were looked at, at most 500.'),
    isWhole: z.boolean().openapi({ description: 'Whether these are all rows of the file.' }),
    valid: number('Rows without an error.'),
    columns: z.array(
      columns.element.extend({
        samples: z.array(z.string()).openapi({ description: 'The first three different values.' }),
      }),
    ),
    unknown: z.array(z.string()).openapi({ description: 'Columns that would become custom fields.' }),
    problems: z
      .array(Issue.extend({ level: z.enum(['error', 'warning']), count: number('How many rows have it.') }))
      .openapi({ description: 'By field and code, each with the first row that has it.' }),
    duplicates: z.object({
      inFile: number('Rows whose record is in an earlier row.'),
      existing: number('Rows whose record is in the workspace.'),
    }),
    mapping: z.record(z.string(), z.string().nullable()).openapi({
      description: 'What each column would become: change it, and send it as `mapping`. Null ignores a column.',
    }),
  })
  .openapi('ImportPreview', {
    example: {
      recognised: 'hubspot-contacts',
      encoding: 'utf-8',
      rows: 2,
      isWhole: true,
      valid: 2,
      columns: [
        { column: 'E-mail', field: 'email', values: 2, unused: 0, example: null, samples: ['ann@example.com'] },
      ],
      unknown: [],
      problems: [],
      duplicates: { inFile: 0, existing: 1 },
      mapping: { 'E-mail': 'email' },
    },
  })
