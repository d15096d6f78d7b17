// Customers, interactions, tickets and tags that requests need, and where deep pages of their lists start;
// in the shapes of bench/samples.ts.
import { BUSY_LEAD, MANY_LEADS } from './fill.ts'
import { busySeq } from './population.customers.ts'
import type { Bench, Database, Depth, Query, Role } from './types.ts'

type Busiest = { busy: string; busyLead: string; busyTicket: string; manyLeads: string }

const living = 'FROM customers WHERE workspace_id = ? AND deleted_at IS NULL'
const said = `FROM interactions AS i WHERE i.workspace_id = ? AND CASE WHEN i.customer_id IS NULL
  THEN EXISTS (SELECT 1 FROM leads AS p WHERE p.id = i.lead_id AND p.deleted_at IS NULL)
  ELSE EXISTS (SELECT 1 FROM customers AS p WHERE p.id = i.customer_id AND p.deleted_at IS NULL) END`
const asked = 'FROM tickets WHERE workspace_id = ? AND deleted_at IS NULL'

export function stocksOfCustomers({ workspaces: { large }, people }: Bench, most: number): Record<string, Query> {
  const others = `${living} AND owner_id <> ?`
  const sales = people.sales.id
  const many = 5 * most
  const ofOthers = (select: string, rest: string): Query => [
    `SELECT ${select} ${others} AND ${rest} LIMIT ?`,
    large.id,
    sales,
    most,
  ]
  return {
    customer: [`SELECT id ${others} AND seq % 3 <> 2 ORDER BY seq LIMIT ?`, large.id, sales, many],
    known: ofOthers('email', 'email IS NOT NULL AND seq % 3 = 1 ORDER BY seq DESC'),
    kept: ofOthers('id', 'last_interaction_at IS NOT NULL AND seq % 12 = 2 ORDER BY seq'),
    merged: ofOthers('id', 'last_interaction_at IS NOT NULL AND seq % 6 = 5 ORDER BY seq'),
    ownCustomer: [
      `SELECT id ${living} AND owner_id = ? AND user_id IS NULL ORDER BY seq LIMIT ?`,
      large.id,
      sales,
      most,
    ],
    trashedCustomer: [
      'SELECT id FROM customers WHERE workspace_id = ? AND deleted_at IS NOT NULL LIMIT ?',
      large.id,
      most,
    ],
    interaction: [`SELECT i.id ${said} AND i.customer_id IS NOT NULL ORDER BY i.seq LIMIT ?`, large.id, most],
    followUp: [
      `SELECT i.id ${said} AND i.customer_id IS NOT NULL AND i.follow_up_at IS NOT NULL AND i.done_at IS NULL
        ORDER BY i.seq DESC LIMIT ?`,
      large.id,
      most,
    ],
    ofBusiest: [
      `SELECT id FROM interactions WHERE workspace_id = ? AND customer_id = (SELECT id FROM customers WHERE user_id = ?)
        AND owner_id = ? AND lead_id IS NULL ORDER BY occurred_at DESC LIMIT ?`,
      large.id,
      large.portal.id,
      sales,
      most,
    ],
    related: [
      `SELECT to_id FROM customer_relationships WHERE from_id = (SELECT id FROM customers WHERE user_id = ?) LIMIT ?`,
      large.portal.id,
      most,
    ],
    ticket: [`SELECT id ${asked} AND seq % 2 = 0 ORDER BY seq LIMIT ?`, large.id, most],
    tagged: [`SELECT id ${asked} AND status NOT IN ('OPEN', 'IN_PROGRESS') AND seq % 2 = 1 LIMIT ?`, large.id, most],
    openTicket: [`SELECT id ${asked} AND status IN ('OPEN', 'IN_PROGRESS') AND seq % 2 = 1 LIMIT ?`, large.id, most],
    tag: [`SELECT id FROM tags WHERE workspace_id = ? AND key GLOB 'segment*' ORDER BY key LIMIT ?`, large.id, most],
  }
}

/** The customer and the lead of whom most was said, the customer who was most leads, the ticket with most comments. */
export async function busiest(db: Database, { workspaces: { large }, people, rows }: Bench): Promise<Busiest> {
  const customer = db.prepare('SELECT id FROM customers WHERE seq = ?').bind(busySeq(rows))
  const lead = db.prepare(BUSY_LEAD).bind(large.id, people.sales.id)
  const ticket = db
    .prepare(
      `SELECT ticket_id AS id FROM interactions WHERE workspace_id = ? AND ticket_id IS NOT NULL
      GROUP BY ticket_id ORDER BY count(*) DESC LIMIT 1`,
    )
    .bind(large.id)
  const leads = db.prepare(MANY_LEADS).bind(large.id, busySeq(rows))
  const id = async (query: typeof lead) => (await query.first<string>('id')) ?? ''
  const [busy, busyLead, busyTicket, manyLeads] = await Promise.all([id(customer), id(lead), id(ticket), id(leads)])
  return { busy, busyLead, busyTicket, manyLeads }
}

export function depthsOfCustomers({ workspaces: { large }, people }: Bench, most: Busiest): Record<string, Depth> {
  const { busy, busyLead } = most
  const listed = (query: string, columns: string, rows: string, order: string, as: Role = 'manager'): Depth => [
    as,
    `/v1/customers${query}`,
    [`SELECT ${columns} ${living} ${rows} ORDER BY ${order}`, large.id],
  ]
  const newest = 'seq DESC'
  const tagged = (key: string) =>
    `AND id IN (SELECT customer_id FROM customer_tags WHERE tag_id = (SELECT t.id FROM tags AS t
      WHERE t.workspace_id = '${large.id}' AND t.key = '${key}'))`
  const ofSales = `AND i.owner_id = '${people.sales.id}'`
  const interactions = (query: string, rows: string, as: Role = 'manager'): Depth => [
    as,
    `/v1/interactions${query}`,
    [`SELECT i.occurred_at, i.seq ${said} ${rows} ORDER BY i.occurred_at DESC, i.seq DESC`, large.id],
  ]
  const open: Query = [
    `SELECT i.follow_up_at, i.seq ${said} AND i.follow_up_at IS NOT NULL AND i.done_at IS NULL
      ORDER BY i.follow_up_at, i.seq`,
    large.id,
  ]
  const timeline = (id: string, whose: string, subjects: string): Query => [
    `SELECT * FROM (SELECT occurred_at AS at, seq, 'interaction' AS kind FROM interactions WHERE ${whose} = ?1
      UNION ALL SELECT created_at, seq, 'event' FROM events WHERE subject_id IN (SELECT ?1 ${subjects}))
      ORDER BY at DESC, seq DESC, kind DESC`,
    id,
  ]
  const tickets = (query: string, rows: string): Depth => [
    'manager',
    `/v1/tickets${query}`,
    [`SELECT seq ${asked} ${rows} ORDER BY seq DESC`, large.id],
  ]
  return {
    customers: listed('', 'seq', '', newest),
    unowned: listed('?owner=none', 'seq', 'AND owner_id IS NULL', newest),
    byName: listed('?sort=name', 'sort_name, seq', '', 'sort_name, seq'),
    byUpdate: listed('?sort=-updatedAt', 'updated_at, seq', '', 'updated_at DESC, seq DESC'),
    byTouch: listed('?sort=-lastInteractionAt', 'touched_at, seq', '', 'touched_at DESC, seq DESC'),
    ofCompany: listed('?q=gmbh', 'seq', `AND instr(lower(company), 'gmbh') > 0`, newest),
    tagged: listed('?tag=newsletter', 'seq', tagged('newsletter'), newest),
    silver: listed('?customFields.plan=silver', 'seq', `AND custom_fields->>'plan' = 'silver'`, newest),
    said: interactions('', ''),
    saidToSales: interactions('', ofSales, 'sales'),
    calls: interactions('?type=CALL', `AND i.type = 'CALL'`),
    openFollowUps: ['manager', '/v1/interactions?done=false', open],
    timeline: [
      'manager',
      `/v1/customers/${busy}/timeline`,
      timeline(busy, 'customer_id', 'UNION ALL SELECT id FROM leads WHERE customer_id = ?1'),
    ],
    leadTimeline: ['manager', `/v1/leads/${busyLead}/timeline`, timeline(busyLead, 'lead_id', '')],
    tickets: tickets('', ''),
    closed: tickets('?status=CLOSED', `AND status = 'CLOSED'`),
    tags: ['manager', '/v1/tags', ['SELECT key FROM tags WHERE workspace_id = ? ORDER BY key', large.id]],
    duplicates: [
      'manager',
      '/v1/customers/duplicates',
      ['SELECT key FROM duplicate_keys WHERE workspace_id = ? ORDER BY key', large.id],
    ],
  }
}
