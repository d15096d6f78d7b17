// The map of personal data: every column of every table with rows about a person, and what erasing makes of it. Reading and
// erasing follow it. A table stands before those through which its rows are found, for these lose what they are found by.
import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable, SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import type { Db } from '../db/client'
import {
  calendarFeeds,
  customers,
  customerTags,
  events,
  importIssues,
  interactions,
  leads,
  leadTags,
  mailStops,
  merges,
  oauthAccounts,
  oneTimeTokens,
  outbox,
  relationships,
  sessions,
  tickets,
  ticketTags,
  users,
  views,
} from '../db/schema'
import { allOf } from '../db/sql'
import { INTERACTION_FIELDS } from '../interactions/interactions.fields'
import { LEAD_FIELDS } from '../leads/leads.fields'
import { ERASED, fieldsWith, namesOf, valuesOf } from '../records/fields'
import { nextVersion, versionStamp } from '../records/version'
import { TICKET_FIELDS } from '../tickets/tickets.fields'
import { isMentioned } from './personal-data.imports'
import { MOST, mentionsIn, type PersonScope, rowsAbout } from './personal-data.person'
import { TRAIL } from './personal-data.trail'

type Column<T extends SQLiteTable> = keyof T['$inferInsert'] & string
/** A new value for each of these columns. */
type Values<T extends SQLiteTable, C extends Column<T>> = SQLiteUpdateSetSource<T> & Record<C, unknown>

type About<T extends SQLiteTable> = {
  /** The rows about the person, if they are not those that refer to the person by db/relations.ts. */
  rows?: (person: PersonScope) => SQL
  /** Columns that are never shown, for they give access. */
  secret?: readonly Column<T>[]
  /** Of a table that no index of the person's finds: the rows that reading looks through, the newest. */
  window?: (workspaceId: string) => SQL
  /** Shown beside the columns. */
  beside?: Record<string, SQL.Aliased<string>>
}

/** How many rows of all persons reading looks through in such a table. */
export const WINDOW = 2_000

const INTERNAL = ['seq', 'workspaceId', 'version']

/** Rows that stay. The columns of `kept` say nothing of who somebody is, and all others become what `erased` says. */
function blankedRows<T extends SQLiteTable, const K extends Column<T>>(
  table: T,
  {
    kept,
    erased,
    ...about
  }: About<T> & { kept: readonly K[]; erased: (now: string) => Values<T, Exclude<Column<T>, K>> },
) {
  const { read, where, window } = readableRows(table, about)
  const eraseRows = (db: Db, rows: SQL, now: string) => db.update(table).set(erased(now)).where(rows)
  const erase = (db: Db, person: PersonScope, now: string) => eraseRows(db, where(person), now)
  return { table, kept: new Set<string>(kept), read, where, window, eraseRows, erase }
}

/** Rows that erasing deletes. */
function deletedRows<T extends SQLiteTable>(table: T, about: About<T> = {}) {
  const { read, where, window } = readableRows(table, about)
  const eraseRows = (db: Db, rows: SQL, _now: string) => db.delete(table).where(rows)
  const erase = (db: Db, person: PersonScope, now: string) => eraseRows(db, where(person), now)
  return { table, kept: new Set<string>(), read, where, window, eraseRows, erase }
}

function readableRows<T extends SQLiteTable>(table: T, { rows, window, secret = [], beside }: About<T>) {
  const hidden: string[] = [...INTERNAL, ...secret]
  const columns = Object.entries(getTableColumns(table)).filter(
    ([name, column]) => !column.generated && !hidden.includes(name),
  )
  const where = (person: PersonScope) => rows?.(person) ?? rowsAbout(table, person)
  const read = (db: Db, person: PersonScope, limit: number) =>
    db
      .select({ ...Object.fromEntries(columns), ...beside })
      .from(table)
      .where(allOf(where(person), window?.(person.workspaceId)))
      .limit(limit)
  return { read, where, window }
}

const tagName = sql<string>`(SELECT t.name FROM tags AS t WHERE t.id = tag_id)`.as('name')

// The plus keeps SQLite from the order of the workspace's events, along which it would read them all.

export const HELD = {
  mails: blankedRows(outbox, {
    rows: ({ workspaceId, emails, leads, logins, records }) => sql`outbox.workspace_id = ${workspaceId} AND (
      outbox.recipient IN (${emails}) OR outbox.recipient IN (SELECT email FROM leads WHERE id IN (${leads}))
      OR outbox.recipient IN (SELECT email FROM users WHERE id IN (${logins}))
      OR substr(outbox.payload ->> '$.link', -36) IN (${records}))`,
    window: (workspaceId) => sql`${outbox.id} IN (SELECT recent.id FROM ${outbox} AS recent
      WHERE recent.workspace_id = ${workspaceId} ORDER BY recent.id DESC LIMIT ${WINDOW})`,
    kept: [
      ...(['id', 'workspaceId', 'template', 'bound', 'attempts'] as const),
      ...(['nextAttemptAt', 'takenUntil', 'giveUpAt', 'sentAt', 'createdAt'] as const),
    ],
    erased: () => ({
      recipient: '',
      payload: {},
      lastError: null,
      // A queued mail has no recipient any more.
      state: sql`CASE outbox.state WHEN 'QUEUED' THEN 'FAILED' ELSE outbox.state END`,
      version: nextVersion(outbox),
    }),
  }),
  mailStops: deletedRows(mailStops, {
    rows: ({
      workspaceId,
      emails,
      leads,
      logins,
    }) => sql`${mailStops.workspaceId} = ${workspaceId} AND ${mailStops.address} IN (
      ${emails} UNION SELECT email FROM leads WHERE id IN (${leads}) UNION SELECT email FROM users WHERE id IN (${logins}))`,
  }),
  // Events of other customers that tell of a relationship to this person.
  mentions: blankedRows(events, {
    rows: ({ workspaceId, customers }) =>
      sql`events.workspace_id = ${workspaceId} AND events.seq IN (${mentionsIn(
        workspaceId,
        customers,
        sql`SELECT changes, created_at FROM events WHERE +workspace_id = ${workspaceId} AND subject_id IN (${customers}) LIMIT ${MOST}`,
      )})`,
    ...TRAIL,
  }),
  events: blankedRows(events, {
    rows: ({ workspaceId, records }) =>
      sql`+events.workspace_id = ${workspaceId} AND events.subject_id IN (${records})`,
    ...TRAIL,
  }),
  // Rows of files with an error or a warning, if an address or a number of the person stands in them.
  imported: blankedRows(importIssues, {
    rows: ({ workspaceId, emails, phones }) => sql`import_issues.import_id IN (
        SELECT i.id FROM imports AS i WHERE i.workspace_id = ${workspaceId})
      AND ${isMentioned(sql`coalesce(import_issues.original, '') || ' ' || coalesce(import_issues.value, '')`, { emails, phones })}`,
    window: (workspaceId) => sql`(import_issues.import_id, import_issues.line, import_issues.n) IN (
      SELECT recent.import_id, recent.line, recent.n FROM (SELECT i.id FROM imports AS i WHERE i.workspace_id = ${workspaceId}
        ORDER BY i.id DESC) AS i CROSS JOIN import_issues AS recent ON recent.import_id = i.id LIMIT ${WINDOW})`,
    kept: ['importId', 'line', 'n', 'level', 'field', 'code'],
    erased: () => ({ value: null, message: ERASED, original: null }),
  }),
  // Saved questions in which an address or a number of the person stands.
  views: deletedRows(views, {
    rows: ({ workspaceId, emails, phones }) => sql`views.workspace_id = ${workspaceId}
      AND ${isMentioned(sql`views.name || ' ' || coalesce(views.filter, '')`, { emails, phones })}`,
  }),
  interactions: blankedRows(interactions, {
    kept: [
      ...namesOf(fieldsWith(INTERACTION_FIELDS, 'isKept')),
      ...(['seq', 'workspaceId', 'ownerId', 'homeId', 'remindedFor', 'heldUntil'] as const),
    ],
    erased: (now) => ({
      ...valuesOf(INTERACTION_FIELDS, 'erased'),
      importKey: null,
      // A follow-up that is done reminds no one.
      doneAt: sql`CASE WHEN interactions.follow_up_at IS NULL THEN interactions.done_at ELSE coalesce(interactions.done_at, ${now}) END`,
      ...versionStamp(interactions, now),
    }),
  }),
  ticketTags: deletedRows(ticketTags, {
    rows: (person) => sql`ticket_id IN (SELECT t.id FROM tickets AS t WHERE t.customer_id IN (${person.customers}))`,
    beside: { name: tagName },
  }),
  tickets: blankedRows(tickets, {
    kept: [...namesOf(fieldsWith(TICKET_FIELDS, 'isKept')), ...(['seq', 'workspaceId', 'ownerId', 'homeId'] as const)],
    erased: (now) => ({ ...valuesOf(TICKET_FIELDS, 'erased'), importKey: null, ...versionStamp(tickets, now) }),
  }),
  tokens: deletedRows(oneTimeTokens, {
    rows: ({ tokens }) => sql`one_time_tokens.id IN (${tokens})`,
    secret: ['tokenHash'],
  }),
  sessions: deletedRows(sessions, { secret: ['refreshHash', 'previousHash'] }),
  providers: deletedRows(oauthAccounts),
  calendars: deletedRows(calendarFeeds, { secret: ['tokenHash'] }),
  logins: blankedRows(users, {
    rows: ({ logins }) => sql`users.id IN (${logins})`,
    secret: ['passwordHash'],
    kept: [
      ...(['id', 'workspaceId', 'role', 'createdAt'] as const),
      ...(['quietFrom', 'quietTo', 'digest', 'digestHour', 'nextDigestAt'] as const),
    ],
    erased: (now) => ({
      email: '',
      username: null,
      name: ERASED,
      passwordHash: null,
      status: 'INACTIVE' as const,
      emailVerifiedAt: null,
      timeZone: 'UTC',
      language: null,
      muted: null,
      deletedAt: now,
      ...versionStamp(users, now),
    }),
  }),
  leadTags: deletedRows(leadTags, {
    rows: (person) => sql`lead_id IN (${person.leads})`,
    beside: { name: tagName },
  }),
  leads: blankedRows(leads, {
    rows: (person) => sql`leads.id IN (${person.leads})`,
    kept: [
      ...namesOf(fieldsWith(LEAD_FIELDS, 'isKept')),
      ...(['seq', 'workspaceId', 'homeId', 'claims', 'stageSince', 'contactedAt', 'remindedFor', 'heldUntil'] as const),
    ],
    erased: (now) => ({
      ...valuesOf(LEAD_FIELDS, 'erased'),
      importKey: null,
      ...versionStamp(leads, now),
    }),
  }),
  relationships: deletedRows(relationships),
  tags: deletedRows(customerTags, {
    beside: { name: tagName },
  }),
  merges: blankedRows(merges, {
    kept: [
      ...(['seq', 'id', 'workspaceId', 'survivorId', 'mergedId', 'prefer'] as const),
      ...(['createdAt', 'undoneAt', 'picked'] as const),
    ],
    erased: () => ({ fields: '{}' }),
  }),
  customers: blankedRows(customers, {
    rows: (person) => sql`customers.id IN (${person.customers})`,
    kept: [
      ...namesOf(fieldsWith(CUSTOMER_FIELDS, 'isKept')),
      ...(['seq', 'workspaceId', 'interactionCount', 'lastContactAt', 'remindedFor', 'heldUntil'] as const),
    ],
    erased: (now) => ({
      ...valuesOf(CUSTOMER_FIELDS, 'erased'),
      importKey: null,
      erasedAt: now,
      ...versionStamp(customers, now),
    }),
  }),
}
