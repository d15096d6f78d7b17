// The job after a change of the owner of a customer or a lead on which much hangs: the rows that repeat the owner follow.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { customers, interactions, leads, tickets } from '../db/schema'
import { type JobCtx, type JobStep, jobKind } from '../jobs/jobs.kind'
import { newestFirst } from '../jobs/jobs.walks'

/** How many rows a piece takes: each takes up to 14 with its indexes and counters. */
const ROWS = 300

/** Triggers begin it (src/db/triggers/02-customers.sql). Rows get the owner of the moment, so that jobs of one record agree. */
export const OWNER = jobKind({
  input: z.object({ subject: z.enum(['customer', 'lead']), id: z.string() }),
  steps(ctx, { subject, id }) {
    if (subject === 'lead') {
      const of = sql`lead_id = ${id} AND customer_id IS NULL`
      return [interactionStep(ctx, of, sql`(SELECT own.owner_id FROM ${leads} AS own WHERE own.id = ${id})`)]
    }
    const owner = sql`(SELECT own.owner_id FROM ${customers} AS own WHERE own.id = ${id})`
    const ticketStep = (isDeleted: SQL) => ticketsOf(ctx, sql`customer_id = ${id} AND ${isDeleted}`, owner)
    return [
      ticketStep(sql`deleted_at IS NULL`),
      ticketStep(sql`deleted_at IS NOT NULL`),
      interactionStep(ctx, sql`customer_id = ${id}`, owner),
    ]
  },
})

function interactionStep({ db }: JobCtx, isOfRecord: SQL, owner: SQL): JobStep {
  return {
    full: ROWS,
    pick: (after) => newestFirst(interactions, interactions.occurredAt, isOfRecord, after, ROWS),
    statements: (picked) => [
      db.update(interactions).set({ ownerId: owner }).where(sql`seq IN (${picked}) AND owner_id IS NOT ${owner}`),
    ],
  }
}

function ticketsOf({ db }: JobCtx, isOfRecord: SQL, owner: SQL): JobStep {
  return {
    full: ROWS,
    pick: (after) => ({
      key: sql`seq`,
      position: sql`seq`,
      from: sql`FROM ${tickets} WHERE ${isOfRecord} AND seq > ${Number(after)} ORDER BY seq LIMIT ${ROWS}`,
    }),
    statements: (picked) => [
      db.update(tickets).set({ ownerId: owner }).where(sql`seq IN (${picked}) AND owner_id IS NOT ${owner}`),
    ],
  }
}
