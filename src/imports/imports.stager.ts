// Stages the rows of a file as they come: each is prepared, and counted in its columns.
import type { FileRow } from '../files/text'
import type { FieldRules } from './imports.fields'
import type { ImportFile } from './imports.file'
import type { createGathering } from './imports.gathering'
import type { AnyEntity, AnyJob } from './imports.job'
import { isKind, type KindName } from './imports.kinds'
import { prepareKindRow } from './imports.kinds.rows'
import { type Prepared, rowPreparer } from './imports.rows'
import type { StatusMapping } from './imports.statuses'

type Options = { entity: AnyEntity; defaultCountry?: string; statusMapping?: StatusMapping }
type Cells = Parameters<ReturnType<typeof rowPreparer>>[1]
/** Whose file it is: without a country of its own, numbers are theirs. */
type Reader = { country: string | null; timeZone: string }

/** The function that prepares a row of the file. The columns of a file of objects are known with its first row. */
export function preparerOf(
  reader: Reader,
  { entity, defaultCountry, statusMapping = {} }: Options,
  match: AnyJob['match'],
  { plan, separator }: ImportFile,
  defined: FieldRules,
) {
  const tagNames = new Map<string, string>()
  const place = { country: defaultCountry ?? reader.country, timeZone: reader.timeZone }
  const begin = () =>
    isKind(entity)
      ? kindPreparer(entity)
      : rowPreparer(
          plan,
          { entity, match, ...place, statuses: statusMapping, defined, separator: separator() },
          tagNames,
        )
  const kindPreparer =
    (kind: KindName) =>
    (line: number, cells: Cells): Prepared =>
      prepareKindRow(line, cells, plan, { entity: kind, ...place }, tagNames)
  let prepare: ReturnType<typeof rowPreparer> | undefined
  return {
    tagNames,
    prepare: (line: number, cells: Cells): Prepared => {
      prepare ??= begin()
      const prepared = prepare(line, cells)
      // What a failed row says is in `errors.csv`, so its values are not missing.
      plan.tally(cells, (column) => prepared.row === undefined || prepared.isStored(column))
      return prepared
    },
  }
}

/** A function that stages a row of the file, or its errors. */
export function rowStager(
  gathering: ReturnType<typeof createGathering>,
  { prepare, tagNames }: ReturnType<typeof preparerOf>,
) {
  return (row: FileRow) => {
    if ('skipped' in row) {
      const { line, skipped, value, code = 'skipped_line' } = row
      const issue = { line, level: 'warning' as const, field: null, code, value, message: skipped }
      return gathering.tell(issue)
    }
    if ('fault' in row) {
      const { line, fault, cells } = row
      const issue = { line, level: 'error' as const, field: null, code: 'unreadable_row', value: null, message: fault }
      return gathering.refuse([issue], cells)
    }
    const { row: prepared, issues } = prepare(row.line, row.content)
    if (prepared) gathering.add(prepared, issues, row.content, tagNames)
    else gathering.refuse(issues, row.content)
    // Staging copies the names, so the map may start anew.
    if (tagNames.size > 1_000) tagNames.clear()
  }
}
