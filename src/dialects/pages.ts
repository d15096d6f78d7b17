// dialects: page numbers and totals, as these systems count them, on top of the product's lists.
import { z } from 'zod'
import { blankAsAbsent } from './fields'

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
