// What the clock does for imports: names those that are to go on, ends uploads that broke off, forgets what is old.
import { and, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Db } from '../db/client'
import { leastIdAt } from '../db/listing'
import { importChunks, importIssues, importOriginals, imports } from '../db/schema'

const BROKEN_OFF_MS = 3_600_000
/** How long the errors of an import are kept, and it can be reverted. */
const KEPT_MS = 30 * 24 * 3_600_000

/** The ids of imports that are to go on, the longest untouched first. One round trip. */
export async function openImports(db: Db, now: Date): Promise<string[]> {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString()
  const old = leastIdAt(before(KEPT_MS), 0)
  const [, , , open] = await db.batch([
    db.delete(importIssues).where(lt(importIssues.importId, old)),
    db.delete(importChunks).where(lt(importChunks.importId, old)),
    db
      .update(imports)
      .set({ status: 'CANCELLED', finishedAt: now.toISOString() })
      .where(and(eq(imports.status, 'UPLOADING'), lt(imports.updatedAt, before(BROKEN_OFF_MS)))),
    db
      .select({ id: imports.id })
      .from(imports)
      .where(and(inArray(imports.status, ['RUNNING', 'REVERTING'])))
      .orderBy(imports.updatedAt)
      .limit(10),
    db.delete(importOriginals).where(sql`import_id < ${old}`),
  ])
  return open.map(({ id }) => id)
}
