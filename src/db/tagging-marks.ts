// Changes of several tags of customers in one batch: between these marks, no customer is indexed anew for each of its tags.
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from './client'
import { taggedCustomers } from './schema'
import { insertFrom } from './sql'

/**
 * The statements before and after those that change the tags of these customers; `ids` is a SELECT of their column `id`. With
 * the second, triggers index each customer once, and refuse more than 50 tags: the batch then throws `too_many_tags`.
 */
export function taggingMarks(db: Db, ids: SQL) {
  return [
    insertFrom(
      db,
      taggedCustomers,
      { customerId: sql`picked.id` },
      sql`FROM (${ids}) AS picked WHERE true`,
    ).onConflictDoNothing(),
    db.delete(taggedCustomers),
  ] as const
}
