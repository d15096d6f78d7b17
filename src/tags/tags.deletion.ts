// The job after the deletion of a tag that many customers had: it takes the tag off the rest of them.
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { customerTags, tags } from '../db/schema'
import { jobKind } from '../jobs/jobs.kind'
import { isDeletedAndUnused } from './tags.service'

/** How many customers a piece takes: each takes about 8 rows, most of them in the search index. */
const CUSTOMERS = 400

export const TAG_DELETION = jobKind({
  input: z.object({ tagId: z.string() }),
  steps: ({ db }, { tagId }) => [
    {
      full: CUSTOMERS,
      pick: () => ({
        key: sql`customer_id`,
        from: sql`FROM ${customerTags} WHERE ${customerTags.tagId} = ${tagId} LIMIT ${CUSTOMERS}`,
      }),
      statements: (picked) => [
        db
          .delete(customerTags)
          .where(sql`${customerTags.tagId} = ${tagId} AND ${customerTags.customerId} IN (${picked})`),
        db.delete(tags).where(sql`${tags.id} = ${tagId} AND ${isDeletedAndUnused}`),
      ],
    },
  ],
})
