// What the clock does for imports: names those that are to go on, ends uploads that broke off, forgets what is old.
import { lt, sql } from 'drizzle-orm'
import type { Db } from '../db/client'
import { leastIdAt } from '../db/listing'
import { importChunks, importIssues, importOriginals, imports } from '../db/schema'
import { dropped } from './imports.staging'

const BROKEN_OFF_MS = 3_600_000
/** How long the errors of an import are kept, and it can be reverted. */
const KEPT_MS = 30 * 24 * 3_600_000

// As the index says it, which else is not used.
const IS_OPEN = sql`status IN ('UPLOADING', 'RUNNING', 'REVERTING')`

/** The ids of imports that are to go on, the longest untouched first. One round trip. */
export async function openImports(db: Db, now: Date): Promise<string[]> {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString()
  const old = leastIdAt(before(KEPT_MS), 0)
  const brokenOff = sql`SELECT id FROM imports INDEXED BY imports_open
    WHERE ${IS_OPEN} AND status = 'UPLOADING' AND updated_at < ${before(BROKEN_OFF_MS)}`
  const [open] = await db.batch([
    db
      .select({ id: sql<string>`id`.as('id') })
      .from(sql`imports INDEXED BY imports_open`)
      .where(sql`${IS_OPEN} AND status <> 'UPLOADING'`)
      .orderBy(sql`updated_at`)
      .limit(10),
    ...dropped({ db }, brokenOff),
    db.update(imports).set({ status: 'CANCELLED', finishedAt: now.toISOString() }).where(sql`id IN (${brokenOff})`),
    db.delete(importIssues).where(lt(importIssues.importId, old)),
    db.delete(importChunks).where(lt(importChunks.importId, old)),
    db.delete(importOriginals).where(lt(importOriginals.importId, old)),
  ])
  return open.map(({ id }) => id)
}
