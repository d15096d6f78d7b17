// dialects: fields and pages as these systems send and write them: forms, blanks, days for instants, page numbers, totals.
import { z } from 'zod'
import { instant, name, text } from '../field-schemas'
import { TagName } from '../tags/tags.schemas'

const replaceBlanks = <E>(blanks: readonly unknown[], empty: E) =>
  function replaceBlank(given: unknown) {
    return blanks.includes(given) ? empty : given
  }

/** A field that may be cleared: forms send '' for an empty field. */
export const nullIfBlank = <S extends z.ZodType>(schema: S) => z.preprocess(replaceBlanks([''], null), schema.nullish())

/** A field or parameter for which a blank means that it is left out. */
export const blankAsAbsent = <S extends z.ZodType>(schema: S) =>
  z.preprocess(replaceBlanks(['', null], undefined), schema)
export const optionalOrBlank = <S extends z.ZodType>(schema: S) => blankAsAbsent(schema.optional())

/** What a String of these systems takes, and what their Text does: as much as a body has room for. */
export const STRING = 255
export const TEXT = 1_000_000

const writtenOut = (given: unknown) => (typeof given === 'number' || typeof given === 'boolean' ? String(given) : given)
/** A text, for which these systems took numbers and booleans as well. */
export const words = (max: number, missing?: string) => z.preprocess(writtenOut, text(max, missing))
/** The name of a tag, likewise. */
export const tagWord = () => z.preprocess(writtenOut, TagName)
/** A name or a title for people, likewise. */
export const nameWords = (max: number) => z.preprocess(writtenOut, name(max))

/** Whether an input may be one of a few words, in any case. */
const isWord = (given: unknown): given is string => typeof given === 'string' && given.length <= 40
const lower = (given: unknown) => (isWord(given) ? given.trim().toLowerCase() : given)
const upper = (given: unknown) => (isWord(given) ? given.trim().toUpperCase().replace(/[ -]+/g, '_') : given)

/** One of some words in capitals, given in any case. */
export const oneOf = <const V extends readonly string[]>(values: V, wrong?: string) =>
  z.preprocess(upper, z.enum(values, wrong))
/** One of some words in small letters, given in any case. */
export const oneOfLower = <const V extends readonly string[]>(values: V, wrong?: string) =>
  z.preprocess(lower, z.enum(values, wrong))

const parsed = (given: unknown) => {
  if (typeof given !== 'string' || given.length > MAX_JSON || !/^\s*[[{]/.test(given)) return given
  try {
    return JSON.parse(given)
  } catch {
    return given
  }
}
const MAX_JSON = 65_536
/** A field that holds JSON: in a form, as its text. */
export const jsonField = <S extends z.ZodType>(schema: S) => z.preprocess(parsed, schema)

const listed = (given: unknown) => {
  const value = parsed(given)
  if (typeof value !== 'string' || value.length > MAX_JSON) return value
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
/** A list: in a form or a query, also one item, or items with commas between them. */
export const listField = <S extends z.ZodType>(schema: S) => z.preprocess(listed, schema)

const CLOCK = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?$/
const clockTime = z
  .string()
  .trim()
  .max(40)
  .transform((given, issues) => {
    const [, day = '', time = '00:00', seconds = '00'] = CLOCK.exec(given) ?? []
    const reading = `${day}T${time}:${seconds}`
    const ms = Date.parse(`${reading}Z`)
    // 30 February is 2 March to Date.
    if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(reading)) {
      issues.addIssue({ code: 'custom', message: 'must be a day' })
    }
    return reading
  })

/**
 * An instant; or a day, or a day and time of a form's field (`datetime-local`), by the clock of the user. A verb makes an
 * instant of it, by `withInstants`.
 */
export const instantOrClockTime = () =>
  z.preprocess(
    ofNumber,
    z.union([instant(), clockTime], 'must be an instant such as 2026-11-21T15:00:00Z, or a day such as 2026-11-21'),
  )

// The milliseconds that Date takes as a number.
function ofNumber(given: unknown) {
  const date = typeof given === 'number' ? new Date(given) : undefined
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : given
}

/** The instant without `.000`, as in 2024-03-15T10:00:00Z. */
export const withoutZeroMillis = (instant: string): string => instant.replace('.000Z', 'Z')

/** The instant without milliseconds, as in 2024-09-01T02:14:11Z. */
export const withoutMillis = (instant: string): string => instant.replace(/\.\d{3}Z$/, 'Z')

/** The most rows of a list whose system had no pages: the newest. */
export const UNPAGED = 1_000

/** The query of a list by page number. `usual` is its page size. */
export const pageQuery = (usual: number) => ({
  page: blankAsAbsent(z.coerce.number().int().min(1).default(1)),
  limit: blankAsAbsent(z.coerce.number().int().min(1).max(UNPAGED).default(usual)),
})

type Numbered = { page: number; limit: number }

/** The request to a list of the product for a page by number. */
export const toPageRequest = ({ page, limit }: Numbered) => ({ limit, offset: (page - 1) * limit, total: true })

export const Pagination = z.object({ page: z.int(), limit: z.int(), total: z.int(), totalPages: z.int() })

export function pagination({ page, limit }: Numbered, total = 0): z.infer<typeof Pagination> {
  return { page, limit, total, totalPages: Math.ceil(total / limit) }
}

/** Whether a patch has a field. */
export function hasFields(patch: object): boolean {
  return Object.values(patch).some((value) => value !== undefined)
}
