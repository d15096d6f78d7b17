// dialects: fields and pages as these systems send and write them: blanks, days for instants, page numbers, totals.
import { z } from 'zod'

export { instantOrDay } from '../field-schemas'

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

/** Whether an input may be one of a few words, in any case. */
export const isWord = (given: unknown): given is string => typeof given === 'string' && given.length <= 40

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
