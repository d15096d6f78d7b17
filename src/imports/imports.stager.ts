// Stages the rows of a file as they come: each is prepared, and counted in its columns.
import type { Ctx } from '../context'
import type { FileRow } from '../files/text'
import type { ImportFile } from './imports.file'
import type { Entity, Job } from './imports.job'
import type { prepareRow } from './imports.rows'
import type { createStaging } from './imports.staging'
import type { StatusMapping } from './imports.statuses'

type Options = { entity: Entity; defaultCountry?: string; statusMapping?: StatusMapping }

/** A function that validates one row of the file and stages the row or its errors. */
export function rowStager(
  { actor }: Ctx,
  { entity, defaultCountry, statusMapping = {} }: Options,
  match: Job['match'],
  { plan }: ImportFile,
  staging: ReturnType<typeof createStaging>,
  prepare: typeof prepareRow,
) {
  const tagNames = new Map<string, string>()
  const country = defaultCountry ?? actor.country
  const rules = { entity, match, country, timeZone: actor.timeZone, statuses: statusMapping }
  return (row: FileRow) => {
    if ('skipped' in row) {
      const { line, skipped, value, code = 'skipped_line' } = row
      const issue = { line, level: 'warning' as const, field: null, code, value, message: skipped }
      return staging.tell(issue)
    }
    if ('fault' in row) {
      const { line, fault, cells } = row
      const issue = { line, level: 'error' as const, field: null, code: 'unreadable_row', value: null, message: fault }
      return staging.refuse([issue], cells)
    }
    const { row: prepared, issues, isStored } = prepare(row.line, row.content, plan, rules, tagNames)
    // What a failed row says is in `errors.csv`, so its values are not missing.
    plan.tally(row.content, (column) => prepared === undefined || isStored(column))
    if (prepared) staging.add(prepared, issues, row.content, tagNames)
    else staging.refuse(issues, row.content)
    // Staging copies the names, so the map may start anew.
    if (tagNames.size > 1_000) tagNames.clear()
  }
}
