// What a caller says of columns and statuses: a JSON object, or pairs.
import { z } from '@hono/zod-openapi'
import { LEAD_STATUSES } from '../db/schema/leads'
import { raw } from '../field-schemas'
import { templateParts } from './imports.templates'

const MAX_MAPPING = 20_000

/** A mapping as one JSON object, or as `Column:field` for each column. `Column:` ignores the column. */
export const Mapping = z
  .union([raw(MAX_MAPPING), z.array(raw(1_000)).max(500)])
  .transform((value, context): Record<string, string | null> => {
    const mapping =
      typeof value === 'string' && value.trimStart().startsWith('{') ? fromJson(value) : fromPairs([value].flat())
    if (mapping) return mapping
    context.addIssue({
      code: 'custom',
      message: 'must be a JSON object of columns and fields, or Column:field for each column',
    })
    return z.NEVER
  })

/** The statuses of a file and ours, as one JSON object or as `Word:STATUS` for each. */
export const StatusMapping = z
  .union([raw(MAX_MAPPING), z.array(raw(1_000)).max(500)])
  .transform((value) =>
    typeof value === 'string' && value.trimStart().startsWith('{') ? fromJson(value) : fromPairs([value].flat()),
  )
  .pipe(
    z.record(z.string(), z.enum(LEAD_STATUSES), {
      error: `must be a JSON object of the file’s statuses and ${LEAD_STATUSES.join(', ')}`,
    }),
  )

/** Templates by the field that each fills, as one JSON object. */
export const Values = raw(MAX_MAPPING)
  .transform((text) => fromJson(text))
  .pipe(
    z.record(
      z.string(),
      z.string().refine((text) => templateParts(text) !== undefined, {
        error: 'has a brace that is not closed, or no column in it',
      }),
      { error: 'must be a JSON object of fields, each with a text such as "{First} {Last}"' },
    ),
  )

function fromJson(text: string): Record<string, string | null> | undefined {
  try {
    return z.record(z.string(), z.string().nullable()).safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function fromPairs(pairs: string[]): Record<string, string | null> | undefined {
  const entries = pairs.map((pair): [string, string | null] | undefined => {
    const at = pair.lastIndexOf(':')
    return at < 1 ? undefined : [pair.slice(0, at).trim(), pair.slice(at + 1).trim() || null]
  })
  const known = entries.filter((entry) => entry !== undefined)
  return known.length === entries.length ? Object.fromEntries(known) : undefined
}
