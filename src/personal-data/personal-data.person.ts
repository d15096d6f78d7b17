// The person behind a customer: SQL of the ids of every record about that person, in all tables.
import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { isPortalLogin } from '../access/visible'
import { codeOf } from '../db/fts'
import { recordReferencesTo, referencesFrom } from '../db/relations'
import { customers as customersTable, leads as leadsTable, users } from '../db/schema'

/** How many rows of a kind are looked at, at most. */
export const MOST = 1_000

/** SELECTs of the ids of the person's customers, leads and portal logins. Rows are about the person if they refer to these. */
type Identity = Record<'customers' | 'leads' | 'logins', SQL>

/**
 * These, and SELECTs of the ids of one-time tokens, of all records (`records`), and of
 * e-mail addresses and phone numbers.
 */
export type PersonScope = { workspaceId: string } & Identity & Record<'emails' | 'phones' | 'tokens' | 'records', SQL>

/** The rows of a table that are about the person: those that refer to the person by db/relations.ts. */
export function rowsAbout(table: SQLiteTable, { customers, leads, logins }: Identity): SQL {
  const ids = new Map<SQLiteTable, SQL>([
    [customersTable, customers],
    [leadsTable, leads],
    [users, logins],
  ])
  const references = referencesFrom(table).filter(({ isPersonal }) => isPersonal)
  const conditions = references.flatMap(({ columns, to }) =>
    columns.map((column) => sql`${column} IN (${ids.get(to)})`),
  )
  return sql`(${sql.join(conditions, sql` OR `)})`
}

/**
 * SELECT of the `seq` of events that tell other customers of a relationship to the person: they were written at the same
 * instant as the person's own, which `own` selects with `changes` and `created_at`.
 */
export const mentionsIn = (workspaceId: string, customers: SQL, own: SQL) => sql`SELECT other.seq FROM (${own}) AS own
  CROSS JOIN json_each(own.changes, '$.relationship') AS relation
  CROSS JOIN events AS other ON +other.workspace_id = ${workspaceId}
    AND other.subject_id = relation.value ->> 'customerId' AND other.created_at = own.created_at
  WHERE other.subject_id NOT IN (${customers}) AND EXISTS (SELECT 1 FROM json_each(other.changes, '$.relationship') AS mention
    WHERE mention.value ->> 'customerId' IN (${customers}))`

/**
 * The person behind the customer that `isRoot` picks, under the alias `root`: the customers that were merged into it, the
 * leads that became it or have its e-mail, the records that refer to these, the portal login if no other customer has it,
 * and invitations to that person.
 */
function selectsOfPerson(workspaceId: string, isRoot: SQL) {
  const customers = sql`WITH RECURSIVE person(id) AS (SELECT root.id FROM customers AS root WHERE ${isRoot}
    UNION SELECT m.merged_id FROM person CROSS JOIN customer_merges AS m ON m.survivor_id = person.id
      WHERE m.undone_at IS NULL)
    SELECT person.id FROM person`
  const emails = sql`SELECT a.value ->> 'email' AS email FROM customers AS c, json_each(c.emails) AS a WHERE c.id IN (${customers})`
  // The audit trail knows addresses and numbers that they had before, and that are nobody else's now.
  const before = (field: 'email' | 'phone') => sql`SELECT told.value FROM (SELECT e.changes FROM events AS e
      WHERE +e.workspace_id = ${workspaceId} AND e.subject_id IN (${customers}) LIMIT ${MOST}) AS e
    CROSS JOIN json_each(e.changes, ${sql.raw(`'$.${field}'`)}) AS told
    WHERE told.value IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers AS other WHERE other.workspace_id = ${workspaceId}
      AND other.deleted_at IS NULL AND other.${sql.raw(field === 'email' ? 'email' : 'phone_e164')} = told.value AND other.id NOT IN (${customers}))`
  const allEmails = sql`${emails} UNION SELECT value FROM (${before('email')})`
  const searched = sql`SELECT a.value ->> 'email' AS email, coalesce(iif(a.key = 0, c.folded_email, NULL), lower(a.value ->> 'email')) AS text
    FROM customers AS c, json_each(c.emails) AS a WHERE c.id IN (${customers})`
  // The search index has the living leads, and an index of addresses those in the trash. A lead that became another customer belongs to that.
  const scope = `(scope : "${codeOf(workspaceId)}") AND (words : "`
  const leads = sql`SELECT l.id FROM leads AS l WHERE l.customer_id IN (${customers})
    UNION SELECT l.id FROM (${searched}) AS e
      CROSS JOIN leads_fts ON leads_fts MATCH ${scope} || replace(e.text, '"', '""') || '")'
      CROSS JOIN leads AS l ON l.seq = leads_fts.rowid
      WHERE l.email = e.email AND l.workspace_id = ${workspaceId} AND l.customer_id IS NULL
    UNION SELECT l.id FROM (${emails}) AS e CROSS JOIN leads AS l INDEXED BY leads_trash_email
      ON l.workspace_id = ${workspaceId} AND l.email = e.email AND l.email IS NOT NULL
        AND l.deleted_at IS NOT NULL AND l.customer_id IS NULL`
  const phones = sql`SELECT a.value ->> 'phone' AS phone FROM customers AS c, json_each(c.phones) AS a WHERE c.id IN (${customers})
    UNION SELECT value FROM (${before('phone')})
    UNION SELECT l.phone FROM leads AS l WHERE l.id IN (${leads}) AND l.phone IS NOT NULL`
  const logins = sql`SELECT c.user_id AS id FROM customers AS c
    WHERE c.id IN (${customers}) AND ${isPortalLogin(sql`c.user_id`, workspaceId)}
      AND NOT EXISTS (SELECT 1 FROM customers AS o WHERE o.user_id = c.user_id AND o.id NOT IN (${customers}))`
  const tokens = sql`SELECT k.id FROM one_time_tokens AS k WHERE k.workspace_id = ${workspaceId}
    AND (k.user_id IN (${logins}) OR k.used_by IN (${logins})
      OR (k.user_id IS NULL AND k.used_by IS NULL AND k.email IN (${emails})))`
  return { customers, leads, logins, emails: allEmails, phones, tokens }
}

const Ids = z.array(z.string())
/** What a person is known by, as it was read: the lists of `statementsOfPerson`. */
export const KnownPerson = z.object({
  ...{ customers: Ids, leads: Ids, logins: Ids, emails: Ids, phones: Ids, tokens: Ids },
})
export type KnownPerson = z.infer<typeof KnownPerson>

/** SQL of the lists by which a person is known, as JSON: at most 1,000 of each. */
export function listsOfPerson(workspaceId: string, isRoot: SQL): SQL {
  const lists = Object.entries(selectsOfPerson(workspaceId, isRoot)).map(
    ([name, ids]) => sql`${name}, (WITH found(id) AS (${ids})
      SELECT json_group_array(id) FROM (SELECT id FROM found WHERE id IS NOT NULL LIMIT ${MOST}))`,
  )
  return sql`json_object(${sql.join(lists, sql`, `)})`
}

/** The rows about a person who is known by these, up to 1,000 that refer to the person in each table; none unless `isIt`. */
export function scopeOf(workspaceId: string, known: KnownPerson, isIt = sql`true`): PersonScope {
  const ids = (list: readonly string[]) => sql`SELECT value AS id FROM json_each(${JSON.stringify(list)}) WHERE ${isIt}`
  const named = (column: string, list: readonly string[]) =>
    sql`SELECT value AS ${sql.identifier(column)} FROM json_each(${JSON.stringify(list)}) WHERE ${isIt}`
  const [customers, leads, logins, tokens] = [
    ids(known.customers),
    ids(known.leads),
    ids(known.logins),
    ids(known.tokens),
  ]
  const identity = { customers, leads, logins }
  const tables = [...recordReferencesTo(customersTable), ...recordReferencesTo(leadsTable)]
    .filter(({ isPersonal, table }) => isPersonal && table !== leadsTable)
    .map(({ table }) => table)
  const referring = [...new Set(tables)].map(
    (table) => sql`SELECT ${table.id} AS id FROM ${table} WHERE ${rowsAbout(table, identity)} LIMIT ${MOST}`,
  )
  // Nested, because D1 takes at most five terms in a compound SELECT.
  const records = [customers, leads, ...referring, logins, tokens].reduce(
    (all, each) => sql`SELECT id FROM (${all}) UNION ALL SELECT id FROM (${each})`,
  )
  return {
    workspaceId,
    ...identity,
    emails: named('email', known.emails),
    phones: named('phone', known.phones),
    tokens,
    records,
  }
}
