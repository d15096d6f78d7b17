// Whether the database is there and has its tables.
import { sql } from 'drizzle-orm'
import { isMissingTable } from '../db/sql'
import type { PublicCtx } from '../http/context'

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
