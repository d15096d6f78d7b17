// What a customer knows of its timeline, where interactions move to another customer, by a conversion or a merge.
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client'
import { customers, interactions } from '../db/schema'

const isPlan = sql.raw(`i.type IN ('TASK', 'FOLLOW_UP')`)

/**
 * Tells both customers of interactions that the next statement moves: how many they then have, the latest contact and the
 * next follow-up. `picked` is a SELECT of the `seq` of the interactions, `to` the id of the customer who gets them.
 */
export function movedFactsUpdate(db: Db, picked: SQL, to: SQL) {
  const rows = sql`${interactions} AS i WHERE i.seq IN (${picked})`
  const changes = sql`SELECT id, sum(n) AS n FROM (
      SELECT i.customer_id AS id, -(NOT ${isPlan}) AS n FROM ${rows} UNION ALL SELECT ${to}, NOT ${isPlan} FROM ${rows})
    WHERE id IS NOT NULL GROUP BY id`
  // Of what stays and what comes: SQLite finds the first of each along an index.
  const first = (value: string, where: SQL) => {
    const kept = sql`SELECT ${sql.raw(value)} AS at FROM ${interactions} AS i
      WHERE i.customer_id = customers.id AND ${where} AND i.seq NOT IN (${picked})`
    return sql`SELECT at FROM (${kept} UNION ALL SELECT ${sql.raw(value)} FROM ${rows} AND ${where} AND customers.id = ${to})`
  }
  const latest = (where: SQL) => sql`(SELECT max(at) FROM (${first('max(i.occurred_at)', where)}))`
  const isOpen = sql`i.follow_up_at IS NOT NULL AND i.done_at IS NULL`
  return db
    .update(customers)
    .set({
      interactionCount: sql`${customers.interactionCount} + changes.n`,
      lastInteractionAt: latest(sql`NOT ${isPlan}`),
      nextFollowUpAt: sql`(SELECT min(at) FROM (${first('min(i.follow_up_at)', isOpen)}))`,
      lastContactAt: sql`CASE WHEN keep_in_touch_days IS NULL THEN last_contact_at
        ELSE ${latest(sql`i.type IN ('CALL', 'EMAIL', 'MEETING')`)} END`,
    })
    .from(sql`(${changes}) AS changes`)
    .where(sql`${customers.id} = changes.id`)
}
