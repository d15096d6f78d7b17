// Emptying the trash of what has lain there for 30 days: first what hangs on it, piece by piece, at last the record.
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client'
import { customers, customerTags, interactions, leads, relationships, tickets } from '../db/schema'
import { purgedBefore } from '../db/trash'
import type { Purged } from './purge.rows'

/** So many records of a kind are at work in a round, the longest trashed first, */
const RECORDS = 200
/** and so many rows that hang on them. */
const ROWS = 1_000

/**
 * A round: rows that hang on expired records go, and the records on which nothing hangs any more. What outlives them
 * forgets them: the timeline of a customer its purged lead or ticket, a lead the customer it once became.
 */
export async function purgeTrash(db: Db, now: string): Promise<Purged> {
  const expired = (table: typeof customers | typeof leads | typeof tickets) =>
    sql`(SELECT id FROM ${table} WHERE deleted_at < ${purgedBefore(now)} ORDER BY deleted_at LIMIT ${RECORDS})`
  const [goneCustomers, goneLeads, goneTickets] = [expired(customers), expired(leads), expired(tickets)]
  /** The rows of a table that hang on these records, found along the index of the column that says so. */
  const hanging = (table: typeof interactions | typeof leads, on: SQL, records: SQL, where = sql`true`) =>
    sql`seq IN (SELECT hanging.seq FROM ${records} AS gone CROSS JOIN ${table} AS hanging ON hanging.${on} = gone.id
      WHERE ${where} LIMIT ${ROWS})`
  const [ofCustomer, ofLead, ofTicket] = [sql`customer_id`, sql`lead_id`, sql`ticket_id`]
  const isOnlyLeads = sql`hanging.customer_id IS NULL`
  const gone = { gone: sql<number>`1` }
  const next = sql`version + 1`
  const none = (
    table: typeof interactions | typeof leads | typeof tickets | typeof customerTags,
    column: SQL,
    id: SQL,
  ) => sql`NOT EXISTS (SELECT 1 FROM ${table} AS left_over WHERE left_over.${column} = ${id})`
  const [customerId, leadId, ticketId] = [sql`${customers}.id`, sql`${leads}.id`, sql`${tickets}.id`]
  const related = (end: 'from_id' | 'to_id') => sql`SELECT kin.rowid FROM ${goneCustomers} AS gone
    CROSS JOIN ${relationships} AS kin ON kin.${sql.raw(end)} = gone.id`
  const results = await db.batch([
    db
      .delete(interactions)
      .where(hanging(interactions, ofCustomer, goneCustomers))
      .returning(gone),
    db
      .delete(interactions)
      .where(hanging(interactions, ofLead, goneLeads, isOnlyLeads))
      .returning(gone),
    db
      .update(interactions)
      .set({ leadId: null, version: next })
      .where(hanging(interactions, ofLead, goneLeads, sql`NOT ${isOnlyLeads}`))
      .returning(gone),
    db
      .update(interactions)
      .set({ ticketId: null, version: next })
      .where(hanging(interactions, ofTicket, goneTickets))
      .returning(gone),
    db
      .update(leads)
      .set({ customerId: null, version: next })
      .where(hanging(leads, ofCustomer, goneCustomers))
      .returning(gone),
    db
      .delete(customerTags)
      .where(sql`rowid IN (SELECT tagged.rowid FROM ${goneCustomers} AS gone
        CROSS JOIN ${customerTags} AS tagged ON tagged.customer_id = gone.id LIMIT ${ROWS})`)
      .returning(gone),
    db
      .delete(relationships)
      .where(sql`rowid IN (${related('from_id')} UNION ${related('to_id')} LIMIT ${ROWS})`)
      .returning(gone),
    db
      .delete(tickets)
      .where(sql`id IN ${goneTickets} AND ${none(interactions, ofTicket, ticketId)}`)
      .returning(gone),
    db
      .delete(leads)
      .where(sql`id IN ${goneLeads} AND ${none(interactions, ofLead, leadId)}`)
      .returning(gone),
    db
      .delete(customers)
      .where(sql`id IN ${goneCustomers} AND ${none(interactions, ofCustomer, customerId)}
        AND ${none(tickets, ofCustomer, customerId)} AND ${none(leads, ofCustomer, customerId)}
        AND ${none(customerTags, ofCustomer, customerId)} AND NOT EXISTS (SELECT 1 FROM ${relationships} AS kin
          WHERE kin.from_id = ${customerId} UNION ALL SELECT 1 FROM ${relationships} AS kin WHERE kin.to_id = ${customerId})`)
      .returning(gone),
  ])
  const [said, saidOfLeads, , , , tagged, kin, ticketCount, leadCount, customerCount] = results.map(
    (rows) => rows.length,
  )
  const counts = {
    customers: customerCount ?? 0,
    leads: leadCount ?? 0,
    tickets: ticketCount ?? 0,
    interactions: (said ?? 0) + (saidOfLeads ?? 0),
    customerTags: tagged ?? 0,
    relationships: kin ?? 0,
  }
  return { counts, isFull: results.some((rows) => rows.length >= RECORDS) }
}
