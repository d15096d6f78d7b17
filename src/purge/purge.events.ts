// Purges old events, if EVENTS_KEEP_DAYS says so. The newest event of each record stays, however old.
import { type SQL, sql } from 'drizzle-orm'
import { runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { events, sweeps, webhookDeliveries, webhooks } from '../db/schema'
import { DAY_MS } from '../time'
import type { Purged } from './purge.trash'

/** How many events a round looks at. */
const ROWS = 5_000
/** How long a webhook that was paused or disabled keeps events. */
const WAIT_MS = 30 * DAY_MS

/**
 * A round: looks at the next events in the order of workspaces and of their events, and deletes those that are old. The
 * sweep is full until it has seen all events; then it begins anew, for an event that was the newest of its record may no
 * longer be.
 */
export async function purgeEvents(db: Db, now: string, keepDays: number): Promise<Purged> {
  const before = new Date(Date.parse(now) - keepDays * DAY_MS).toISOString()
  const isNewest = sql`NOT EXISTS (SELECT 1 FROM ${events} AS later INDEXED BY events_subject
    WHERE later.subject_id = e.subject_id AND (later.created_at, later.seq) > (e.created_at, e.seq))`
  const { moved, deleted } = await runBatch(db, {
    moved: db
      .insert(sweeps)
      .values({ name: 'events', start: '', end: endOf(sql`('', 0)`) })
      .onConflictDoUpdate({
        target: sweeps.name,
        set: { start: sql`coalesce(${sweeps.end}, '')`, end: endOf(positionOf(sql`${sweeps.end}`)) },
      })
      .returning({ end: sweeps.end }),
    deleted: db
      .delete(events)
      .where(
        sql`(workspace_id, seq) IN (SELECT e.workspace_id, e.seq FROM ${sweeps} AS sweep CROSS JOIN ${events} AS e
          WHERE sweep.name = 'events' AND (e.workspace_id, e.seq) > ${positionOf(sql`sweep.start`)}
            AND (sweep."end" IS NULL OR (e.workspace_id, e.seq) <= ${positionOf(sql`sweep."end"`)})
            AND e.created_at < ${before} AND NOT ${isNewest} AND ${isDelivered(now)})`,
      )
      .returning({ gone: sql<number>`1` }),
  })
  return { counts: { events: deleted.length }, isFull: moved[0]?.end !== null, statements: 2 }
}

// What a webhook has yet to send stays. One that nobody resumes is waited for 30 days.
const isDelivered = (
  now: string,
) => sql`NOT EXISTS (SELECT 1 FROM ${webhooks} AS hook WHERE hook.workspace_id = e.workspace_id
  AND (hook.cursor < e.seq OR (e.seq > hook.replay_cursor AND e.seq <= hook.replay_end) OR EXISTS (SELECT 1
    FROM ${webhookDeliveries} AS d WHERE d.webhook_id = hook.id AND d.seq = e.seq AND d.state = 'PENDING'))
  AND (hook.state IN ('ACTIVE', 'FAILING') OR hook.updated_at > ${new Date(Date.parse(now) - WAIT_MS).toISOString()}))`

// A position is `<workspace id>/<seq>`, empty before the first event.
function positionOf(position: SQL): SQL {
  return sql`(substr(${position}, 1, instr(${position}, '/') - 1), CAST(substr(${position}, instr(${position}, '/') + 1) AS INTEGER))`
}

// The position of the last event of the next window; null if there are fewer.
function endOf(start: SQL): SQL {
  return sql`(SELECT workspace_id || '/' || seq FROM ${events} WHERE (workspace_id, seq) > ${start}
    ORDER BY workspace_id, seq LIMIT 1 OFFSET ${sql.raw(String(ROWS - 1))})`
}
