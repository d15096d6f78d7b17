// What a customer knows of its timeline, where interactions move to another customer, by a conversion or a merge.
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client'
import { customers, interactions } from '../db/schema'

const isPlan = sql.raw(`i.type IN ('TASK', 'FOLLOW_UP')`)
const isContact = sql.raw(`i.type IN ('CALL', 'EMAIL', 'MEETING')`)
const isOpen = sql.raw('i.follow_up_at IS NOT NULL AND i.done_at IS NULL')

/**
 * Tells both customers of interactions that the next statement moves: how many they then have, the latest contact and the
 * next follow-up. `picked` is a SELECT of the `seq` of the interactions, `to` the id of the customer who gets them.
 */
export function movedFactsUpdate(db: Db, picked: SQL, to: SQL) {
  const rows = sql`${interactions} AS i WHERE i.seq IN (${picked})`
  const come = sql`SELECT ${to} AS id, NOT ${isPlan} AS n, iif(${isPlan}, NULL, i.occurred_at) AS last,
    iif(${isOpen}, i.follow_up_at, NULL) AS next, iif(${isContact}, i.occurred_at, NULL) AS contact FROM ${rows}`
  const go = sql`SELECT i.customer_id, -(NOT ${isPlan}), NULL, NULL, NULL FROM ${rows} AND i.customer_id IS NOT NULL`
  const changes = sql`SELECT id, sum(n) AS n, max(last) AS last, min(next) AS next, max(contact) AS contact
    FROM (${come} UNION ALL ${go}) GROUP BY id`
  // Of what stays, SQLite finds the first along an index.
  const stay = (first: SQL, where: SQL) => sql`SELECT ${first} AS at FROM ${interactions} AS i
    WHERE i.customer_id = customers.id AND ${where} AND i.seq NOT IN (${picked})`
  const latest = (where: SQL, coming: SQL) =>
    sql`(SELECT max(at) FROM (${stay(sql`max(i.occurred_at)`, where)} UNION ALL SELECT ${coming}))`
  return db
    .update(customers)
    .set({
      interactionCount: sql`${customers.interactionCount} + changes.n`,
      lastInteractionAt: latest(sql`NOT ${isPlan}`, sql`changes.last`),
      nextFollowUpAt: sql`(SELECT min(at) FROM (${stay(sql`min(i.follow_up_at)`, isOpen)} UNION ALL SELECT changes.next))`,
      lastContactAt: sql`CASE WHEN keep_in_touch_days IS NULL THEN last_contact_at
        ELSE ${latest(isContact, sql`changes.contact`)} END`,
    })
    .from(sql`(${changes}) AS changes`)
    .where(sql`${customers.id} = changes.id`)
}
