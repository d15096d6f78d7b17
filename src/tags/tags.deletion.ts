// The job after the deletion of a tag that many records had: it takes the tag off the rest of them.
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { tags } from '../db/schema'
import { jobKind } from '../jobs/jobs.kind'
import { TAGGED_KINDS } from './tagged'
import { isDeletedAndUnused } from './tags.service'

/** How many records a piece takes: each takes about 8 rows, most of them in the search index. */
const RECORDS = 400

export const TAG_DELETION = jobKind({
  input: z.object({ tagId: z.string() }),
  steps: ({ db }, { tagId }) =>
    TAGGED_KINDS.map(({ links, of }) => ({
      full: RECORDS,
      pick: () => ({ key: sql`${of}`, from: sql`FROM ${links} WHERE ${links.tagId} = ${tagId} LIMIT ${RECORDS}` }),
      statements: (picked) => [
        db.delete(links).where(sql`${links.tagId} = ${tagId} AND ${of} IN (${picked})`),
        db.delete(tags).where(sql`${tags.id} = ${tagId} AND ${isDeletedAndUnused}`),
      ],
    })),
})
