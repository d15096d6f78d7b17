// Search over customers, leads, tickets and what was said, in one round trip: the lists of each kind, by role.
import { type Permission, reach } from '../access/policy'
import type { Ctx } from '../context'
import { CUSTOMER_LIST } from '../customers/customers.list'
import { redactFor } from '../customers/customers.service'
import { runBatch } from '../db/batch'
import { type Marked, windowPage } from '../db/window'
import { INTERACTION_LIST } from '../interactions/interactions.list'
import { LEAD_LIST } from '../leads/leads.list'
import { listQuery } from '../records/list'
import { TICKET_LIST } from '../tickets/tickets.list'

type Group<Row> = { data: Row[]; hasMore: boolean; partial?: true }

/** The newest hits of each kind that the actor may see, at most `limit` of each. */
export async function searchEverything(ctx: Ctx, { q, limit }: { q: string; limit: number }) {
  const request = { q, limit }
  const may = (permission: Permission) => reach(ctx.actor, permission) !== undefined
  const { customers, leads, tickets, interactions } = await runBatch(ctx.db, {
    customers: may('customers:read') ? listQuery(ctx, CUSTOMER_LIST, { ...request, tagMatch: 'all' }) : undefined,
    leads: may('leads:read') ? listQuery(ctx, LEAD_LIST, request) : undefined,
    tickets: may('tickets:read') ? listQuery(ctx, TICKET_LIST, request) : undefined,
    interactions: may('interactions:read') ? listQuery(ctx, INTERACTION_LIST, request) : undefined,
  })
  const seen = groupOf(customers, limit)
  return {
    customers: seen && { ...seen, data: seen.data.map((row) => redactFor(ctx.actor, row)) },
    leads: groupOf(leads, limit),
    tickets: groupOf(tickets, limit),
    interactions: groupOf(interactions, limit),
  }
}

function groupOf<Row>(rows: Marked<Row>[] | undefined, limit: number): Group<Row> | undefined {
  if (!rows) return undefined
  const { rows: data, next, partial } = windowPage(rows, limit, () => [])
  return { data, hasMore: next !== undefined, ...(partial && { partial }) }
}
