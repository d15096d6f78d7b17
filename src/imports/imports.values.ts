// Values that a caller makes of the columns of a file: `{First} {Last}` joins, `{Mobile|Phone}` takes the first that is
// filled, `{Name[1]}` and `{Name[2-]}` split by words, and text without braces is the same in every row.
import { AppError } from '../errors'
import type { ColumnPlan } from './imports.columns'
import { LAST, type Part, templateParts, type Values } from './imports.templates'

type Template = { field: string; text: string; parts: Part[] }

/** Adds a column for each template. The result fills these cells of a row, with the value of each column by its name. */
export function addValues(plan: ColumnPlan, values: Values) {
  const templates = Object.entries(values).map(([field, text]): Template & { at: number } => {
    return { field, text, parts: templateParts(text) ?? [text], at: plan.addValue(field, `= ${text}`) }
  })
  return (cells: (string | undefined)[], textOf: (column: string) => string | undefined) => {
    for (const { parts, at } of templates) {
      const text = parts.map((part) => (typeof part === 'string' ? part : partText(part, textOf))).join('')
      // Where all columns are empty, so is what is joined of them.
      const isEmpty =
        parts.some((part) => typeof part !== 'string') &&
        parts.every((part) => typeof part === 'string' || partText(part, textOf) === '')
      if (!isEmpty) cells[at] = text.replace(/ {2,}/g, ' ').trim()
    }
  }
}

function partText(
  { columns, from, to }: Exclude<Part, string>,
  textOf: (column: string) => string | undefined,
): string {
  const value = columns.map((column) => textOf(column)?.trim() ?? '').find((each) => each !== '') ?? ''
  if (from === 0 && to === LAST) return value
  const words = value.split(/\s+/)
  return (from === -1 ? words.slice(-1) : words.slice(from, to)).join(' ')
}

/** Throws `invalid`, if a template names a column that the file does not have. */
export function requireColumnsOf(values: Values, names: readonly string[]): void {
  const known = new Set(names.map((name) => name.trim()))
  const errors = Object.entries(values).flatMap(([field, text]) =>
    (templateParts(text) ?? []).flatMap((part) => {
      const absent = typeof part === 'string' ? [] : part.columns.filter((column) => !known.has(column))
      return absent.map((column) => ({
        path: 'query.values',
        message: `${field} is made of “${column}”, which the file does not have`,
        code: 'unknown_column',
      }))
    }),
  )
  if (errors.length > 0) throw new AppError('invalid', { errors })
}
