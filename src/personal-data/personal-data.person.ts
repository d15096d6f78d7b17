// Who a customer is, over all tables: SQL that gives the ids of every record about that person.
import { type SQL, sql } from 'drizzle-orm'
import { isPortalLogin } from '../access/visible'
import { codeOf } from '../db/fts'

/**
 * SELECTs of ids by kind, of all of them (`records`), of whom they were related to, and of their e-mail addresses and
 * phone numbers.
 */
export type PersonScope = { workspaceId: string } & Record<
  | 'customers'
  | 'related'
  | 'emails'
  | 'phones'
  | 'leads'
  | 'interactions'
  | 'tickets'
  | 'logins'
  | 'tokens'
  | 'records',
  SQL
>

/**
 * The person of the customer that `isRoot` picks, as `root`: what was merged into it as well, every lead that became it or
 * has its e-mail, what was said and done with these, the portal login if it is
 * nobody else's, and invitations to it.
 */
export function recordsOf(workspaceId: string, isRoot: SQL): PersonScope {
  const customers = sql`WITH RECURSIVE person(id) AS (SELECT root.id FROM customers AS root WHERE ${isRoot}
    UNION SELECT m.merged_id FROM person CROSS JOIN customer_merges AS m ON m.survivor_id = person.id
      WHERE m.undone_at IS NULL)
    SELECT person.id FROM person`
  const emails = sql`SELECT c.email FROM customers AS c WHERE c.id IN (${customers}) AND c.email IS NOT NULL`
  // The search index finds the living ones, the trash is looked through; what became another customer is that one's.
  const scope = `(scope : "${codeOf(workspaceId)}") AND (words : "`
  const leads = sql`SELECT l.id FROM leads AS l WHERE l.customer_id IN (${customers})
    UNION SELECT l.id FROM (${emails}) AS e
      CROSS JOIN leads_fts ON leads_fts MATCH ${scope} || replace(e.email, '"', '""') || '")'
      CROSS JOIN leads AS l ON l.seq = leads_fts.rowid
      WHERE l.email = e.email AND l.workspace_id = ${workspaceId} AND l.customer_id IS NULL
    UNION SELECT l.id FROM leads AS l INDEXED BY leads_trash
      WHERE l.workspace_id = ${workspaceId} AND l.deleted_at IS NOT NULL AND l.customer_id IS NULL
        AND l.email IN (${emails})`
  const phones = sql`SELECT c.phone FROM customers AS c WHERE c.id IN (${customers}) AND c.phone IS NOT NULL
    UNION SELECT l.phone FROM leads AS l WHERE l.id IN (${leads}) AND l.phone IS NOT NULL`
  const interactions = sql`SELECT i.id FROM interactions AS i WHERE i.customer_id IN (${customers})
    UNION SELECT i.id FROM interactions AS i WHERE i.lead_id IN (${leads})`
  const tickets = sql`SELECT t.id FROM tickets AS t WHERE t.customer_id IN (${customers})`
  const logins = sql`SELECT c.user_id AS id FROM customers AS c
    WHERE c.id IN (${customers}) AND ${isPortalLogin(sql`c.user_id`, workspaceId)}
      AND NOT EXISTS (SELECT 1 FROM customers AS o WHERE o.user_id = c.user_id AND o.id NOT IN (${customers}))`
  const tokens = sql`SELECT k.id FROM one_time_tokens AS k WHERE k.workspace_id = ${workspaceId}
    AND (k.user_id IN (${logins}) OR k.used_by IN (${logins})
      OR (k.user_id IS NULL AND k.used_by IS NULL AND k.email IN (${emails})))`
  const related = sql`SELECT r.value ->> 'customerId' FROM events AS e CROSS JOIN json_each(e.changes, '$.relationship') AS r
    WHERE e.workspace_id = ${workspaceId} AND e.subject_id IN (${customers})`
  // D1 takes five terms of a compound at most.
  const subjectIds = sql`SELECT id FROM (${customers}) UNION ALL SELECT id FROM (${leads}) UNION ALL SELECT id FROM (${interactions})`
  const done = sql`SELECT id FROM (${tickets}) UNION ALL SELECT id FROM (${logins}) UNION ALL SELECT id FROM (${tokens})`
  const records = sql`SELECT id FROM (${subjectIds}) UNION ALL SELECT id FROM (${done})`
  return { workspaceId, customers, related, emails, phones, leads, interactions, tickets, logins, tokens, records }
}
