// How many rows of interactions, tickets, tags or relationships stand for a record that is there: a preview tells it.
import { sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { relationships } from '../db/schema'
import type { KindName } from './imports.kinds'
import { customerOf } from './imports.kinds.references'
import { KIND_SQL } from './imports.kinds.tables'
import type { PreparedRow } from './imports.rows'

/** Counts the rows whose record is in the workspace. */
export async function existingKinds(ctx: Ctx, entity: KindName, rows: PreparedRow[]): Promise<number> {
  const [from, to] = [sql`coalesce(${customerOf(ctx, 'from')}, '')`, sql`coalesce(${customerOf(ctx, 'to')}, '')`]
  const { fromId, toId } = relationships
  const record =
    entity === 'relationships'
      ? sql`(SELECT 1 FROM ${relationships} WHERE (${fromId} = ${from} AND ${toId} = ${to}) OR (${fromId} = ${to} AND ${toId} = ${from}))`
      : KIND_SQL[entity].record(ctx)
  const given = JSON.stringify(rows.map(({ notes: _, body: __, ...row }) => row))
  const { found } = await runBatch(ctx.db, {
    found: one(
      ctx.db
        .select({
          count:
            sql<number>`(SELECT count(*) FROM (SELECT value AS row FROM json_each(${given})) WHERE ${record} IS NOT NULL)`.as(
              'count',
            ),
        })
        .from(sql`(SELECT 1)`),
    ),
  })
  return found?.count ?? 0
}
