// What was said with a lead follows it to the customer that it became: some of it in the batch of the conversion, and the rest
// by a job.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { movedFactsUpdate } from '../customers/customers.facts'
import type { Db } from '../db/client'
import { customers, interactions, leads } from '../db/schema'
import { jobKind } from '../jobs/jobs.kind'
import { versionStamp } from '../records/version'

/** How many interactions a piece takes: each takes up to 14 rows with its indexes and counters. */
const PIECE = 250

/** The statements that move the interactions with these `seq` to the customer that the lead is linked to now. */
export function moveStatements(db: Db, now: string, leadId: string, picked: SQL) {
  const customer = sql`(SELECT ${leads.customerId} FROM ${leads} WHERE ${leads.id} = ${leadId})`
  const owner = sql`(SELECT ${customers.ownerId} FROM ${customers} WHERE ${customers.id} = ${customer})`
  return [
    movedFactsUpdate(db, picked, customer),
    db
      .update(interactions)
      .set({ customerId: customer, ownerId: owner, ...versionStamp(interactions, now) })
      .where(sql`${interactions.seq} IN (${picked})`),
  ]
}

/** The job that moves the rest. It moves to the customer of the moment, for customers may be merged meanwhile. */
export const CONVERSION = jobKind({
  input: z.object({ leadId: z.string() }),
  steps: ({ db, now }, { leadId }) => [
    {
      full: PIECE,
      pick: () => ({
        key: sql`said.seq`,
        from: sql`FROM ${interactions} AS said WHERE said.lead_id = ${leadId} AND said.customer_id IS NULL
          AND EXISTS (SELECT 1 FROM ${leads} AS home WHERE home.id = ${leadId} AND home.customer_id IS NOT NULL) LIMIT ${PIECE}`,
      }),
      statements: (picked) => moveStatements(db, now, leadId, picked),
    },
  ],
})
