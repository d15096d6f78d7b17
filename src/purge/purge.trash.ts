// Purges records that were in the trash for 30 days: first the rows that hang on them, in pieces, then the record.
import { type SQL, sql } from 'drizzle-orm'
import { runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { customers, customerTags, interactions, leads, relationships, tickets } from '../db/schema'
import { purgedBefore } from '../db/trash'
import { nextVersion } from '../records/version'
import type { Purged } from './purge.rows'

/** How many records of a kind a round takes, those first that were trashed first. */
const RECORDS = 200
/** How many rows that hang on them each statement takes. */
const ROWS = 1_000

/**
 * A round: deletes rows that hang on expired records, and records on which nothing hangs any more. Rows that stay lose
 * the reference: an interaction its purged lead or ticket, a lead its purged customer.
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
  const none = (
    table: typeof interactions | typeof leads | typeof tickets | typeof customerTags,
    column: SQL,
    id: SQL,
  ) => sql`NOT EXISTS (SELECT 1 FROM ${table} AS left_over WHERE left_over.${column} = ${id})`
  const [customerId, leadId, ticketId] = [sql`${customers}.id`, sql`${leads}.id`, sql`${tickets}.id`]
  const related = (end: 'from_id' | 'to_id') => sql`SELECT kin.rowid FROM ${goneCustomers} AS gone
    CROSS JOIN ${relationships} AS kin ON kin.${sql.raw(end)} = gone.id`
  const purged = await runBatch(db, {
    interactionsOfCustomers: db
      .delete(interactions)
      .where(hanging(interactions, ofCustomer, goneCustomers))
      .returning(gone),
    interactionsOfLeads: db
      .delete(interactions)
      .where(hanging(interactions, ofLead, goneLeads, isOnlyLeads))
      .returning(gone),
    leadCleared: db
      .update(interactions)
      .set({ leadId: null, version: nextVersion(interactions) })
      .where(hanging(interactions, ofLead, goneLeads, sql`NOT ${isOnlyLeads}`))
      .returning(gone),
    ticketCleared: db
      .update(interactions)
      .set({ ticketId: null, version: nextVersion(interactions) })
      .where(hanging(interactions, ofTicket, goneTickets))
      .returning(gone),
    customerCleared: db
      .update(leads)
      .set({ customerId: null, version: nextVersion(leads) })
      .where(hanging(leads, ofCustomer, goneCustomers))
      .returning(gone),
    customerTags: db
      .delete(customerTags)
      .where(sql`rowid IN (SELECT tagged.rowid FROM ${goneCustomers} AS gone
        CROSS JOIN ${customerTags} AS tagged ON tagged.customer_id = gone.id LIMIT ${ROWS})`)
      .returning(gone),
    relationships: db
      .delete(relationships)
      .where(sql`rowid IN (${related('from_id')} UNION ${related('to_id')} LIMIT ${ROWS})`)
      .returning(gone),
    tickets: db
      .delete(tickets)
      .where(sql`id IN ${goneTickets} AND ${none(interactions, ofTicket, ticketId)}`)
      .returning(gone),
    leads: db
      .delete(leads)
      .where(sql`id IN ${goneLeads} AND ${none(interactions, ofLead, leadId)}`)
      .returning(gone),
    customers: db
      .delete(customers)
      .where(sql`id IN ${goneCustomers} AND ${none(interactions, ofCustomer, customerId)}
        AND ${none(tickets, ofCustomer, customerId)} AND ${none(leads, ofCustomer, customerId)}
        AND ${none(customerTags, ofCustomer, customerId)} AND NOT EXISTS (SELECT 1 FROM ${relationships} AS kin
          WHERE kin.from_id = ${customerId} UNION ALL SELECT 1 FROM ${relationships} AS kin WHERE kin.to_id = ${customerId})`)
      .returning(gone),
  })
  const counts = {
    customers: purged.customers.length,
    leads: purged.leads.length,
    tickets: purged.tickets.length,
    interactions: purged.interactionsOfCustomers.length + purged.interactionsOfLeads.length,
    customerTags: purged.customerTags.length,
    relationships: purged.relationships.length,
  }
  return { counts, isFull: Object.values(purged).some((rows) => rows.length >= RECORDS) }
}
