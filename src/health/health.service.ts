// Whether the database is there and has its tables.
import { sql } from 'drizzle-orm'
import type { PublicCtx } from '../context'
import { isMissingTable } from '../db/sql'

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
