// Whether the database has its tables. A file of its own, since a dialect's health check asks the same.
import { sql } from 'drizzle-orm'
import type { PublicCtx } from '../context'
import { isMissingTable } from '../db/sql'

/** Whether the migrations were applied. Throws if the database does not answer. */
export async function isMigrated({ db }: PublicCtx): Promise<boolean> {
  try {
    await db
      .select({ found: sql<number>`1`.as('found') })
      .from(sql`leads_fts`)
      .limit(1)
    return true
  } catch (error) {
    if (isMissingTable(error)) return false
    throw error
  }
}
