// dialects: fields and pages as these systems send and write them: blanks, days for instants, page numbers, totals.
import { z } from 'zod'
import { instant } from '../field-schemas'

const replaceBlanks = <E>(blanks: readonly unknown[], empty: E) =>
  function replaceBlank(given: unknown) {
    return blanks.includes(given) ? empty : given
  }

/** A field that may be cleared: forms send '' for what is left empty. */
export const nullIfBlank = <S extends z.ZodType>(schema: S) => z.preprocess(replaceBlanks([''], null), schema.nullish())

/** A field or parameter for which a blank says no more than leaving it out. */
export const blankAsAbsent = <S extends z.ZodType>(schema: S) =>
  z.preprocess(replaceBlanks(['', null], undefined), schema)
export const optionalOrBlank = <S extends z.ZodType>(schema: S) => blankAsAbsent(schema.optional())

/** Whether what was sent may be one of a few words, in whatever case. */
export const isWord = (given: unknown): given is string => typeof given === 'string' && given.length <= 40

const day = z.iso.date().transform((date) => `${date}T00:00:00.000Z`)

/** An instant, or a day as a date field gives it, which begins in UTC. */
export const instantOrDay = () =>
  z.union([instant(), day], 'must be an instant such as 2026-11-21T15:00:00Z, or a day such as 2026-11-21')

/** Without milliseconds where there are none, as in 2024-03-15T10:00:00Z. */
export const withoutZeroMillis = (instant: string): string => instant.replace('.000Z', 'Z')

/** Without milliseconds, as in 2024-09-01T02:14:11Z. */
export const withoutMillis = (instant: string): string => instant.replace(/\.\d{3}Z$/, 'Z')

/** What a list answers at most where the system that it comes from had no pages: the newest so many. */
export const UNPAGED = 1_000

/** The query of a list by page number; `usual` is its page size. */
export const pageQuery = (usual: number) => ({
  page: blankAsAbsent(z.coerce.number().int().min(1).default(1)),
  limit: blankAsAbsent(z.coerce.number().int().min(1).max(UNPAGED).default(usual)),
})

type Numbered = { page: number; limit: number }

/** A page by number, for a list of the product. */
export const toPageRequest = ({ page, limit }: Numbered) => ({ limit, offset: (page - 1) * limit, total: true })

export const Pagination = z.object({ page: z.int(), limit: z.int(), total: z.int(), totalPages: z.int() })

export function pagination({ page, limit }: Numbered, total = 0): z.infer<typeof Pagination> {
  return { page, limit, total, totalPages: Math.ceil(total / limit) }
}
