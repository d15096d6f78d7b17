// Stages the rows of a file as they come: each is prepared, and counted in its columns.
import type { Ctx } from '../context'
import type { FileRow } from '../files/text'
import type { ImportFile } from './imports.file'
import type { AnyEntity, AnyJob } from './imports.job'
import { isKind } from './imports.kinds'
import type { loadReading } from './imports.reader'
import type { createStaging } from './imports.staging'
import type { StatusMapping } from './imports.statuses'

type Options = { entity: AnyEntity; defaultCountry?: string; statusMapping?: StatusMapping }

type Reading = Awaited<ReturnType<typeof loadReading>>

/** The field by which records are known, where a caller names none. */
export const usualMatch = (entity: AnyEntity): AnyJob['match'] => (entity === 'customers' ? 'email' : 'id')

/** A function that validates one row of the file, whatever it holds. */
export function rowPreparer(
  { actor }: Ctx,
  { entity, defaultCountry, statusMapping = {} }: Options,
  match: AnyJob['match'],
  { plan }: ImportFile,
  { prepareRow, prepareKindRow }: Pick<Reading, 'prepareRow' | 'prepareKindRow'>,
) {
  const place = { country: defaultCountry ?? actor.country, timeZone: actor.timeZone }
  return (line: number, cells: readonly (string | undefined)[], tagNames: Map<string, string>) =>
    isKind(entity)
      ? prepareKindRow(line, cells, plan, { entity, ...place }, tagNames)
      : prepareRow(line, cells, plan, { entity, match, statuses: statusMapping, ...place }, tagNames)
}

/** A function that validates one row of the file and stages the row or its errors. */
export function rowStager(
  ctx: Ctx,
  options: Options,
  match: AnyJob['match'],
  file: ImportFile,
  staging: ReturnType<typeof createStaging>,
  reading: Reading,
) {
  const tagNames = new Map<string, string>()
  const { plan } = file
  const prepare = rowPreparer(ctx, options, match, file, reading)
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
    const { row: prepared, issues, isStored } = prepare(row.line, row.content, tagNames)
    // What a failed row says is in `errors.csv`, so its values are not missing.
    plan.tally(row.content, (column) => prepared === undefined || isStored(column))
    if (prepared) staging.add(prepared, issues, row.content, tagNames)
    else staging.refuse(issues, row.content)
    // Staging copies the names, so the map may start anew.
    if (tagNames.size > 1_000) tagNames.clear()
  }
}
