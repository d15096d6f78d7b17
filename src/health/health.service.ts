// Whether the database is there and has its tables.
import { sql } from 'drizzle-orm'
import type { PublicCtx } from '../http/context'

export async function isMigrated({ db }: PublicCtx): Promise<boolean> {
  const found = await db
    .select({ name: sql<string>`name`.as('name') })
    .from(sql`sqlite_master`)
    .where(sql`name = 'leads_fts'`)
  return found.length > 0
}
