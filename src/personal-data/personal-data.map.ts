// The one map of what is held on a person: every column of every table that is about one, and what erasing makes of it.
// Reading and erasing both follow it. Tables stand in the order of their erasing, for some are found through others.
import { type AnyColumn, getTableColumns, type SQL, sql } from 'drizzle-orm'
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
  merges,
  oauthAccounts,
  oneTimeTokens,
  outbox,
  relationships,
  sessions,
  tickets,
  users,
} from '../db/schema'
import { INTERACTION_FIELDS } from '../interactions/interactions.fields'
import { LEAD_FIELDS } from '../leads/leads.fields'
import { ERASED, fieldsWith, namesOf, valuesOf } from '../records/fields'
import { TICKET_FIELDS } from '../tickets/tickets.fields'
import type { PersonScope } from './personal-data.person'

type Column<T extends SQLiteTable> = keyof T['$inferInsert'] & string
/** A new value for each of these columns. */
type Values<T extends SQLiteTable, C extends Column<T>> = SQLiteUpdateSetSource<T> & Record<C, unknown>

type About<T extends SQLiteTable> = {
  /** Which rows are about the person. */
  rows: (person: PersonScope) => SQL
  /** What opens something, and is shown to nobody. */
  secret?: readonly Column<T>[]
  /** What is shown beside the columns. */
  beside?: Record<string, SQL.Aliased<string>>
}

const INTERNAL = ['seq', 'workspaceId', 'version']

/** Rows that stay: `kept` says nothing of who somebody is, and all else becomes what `erased` says. */
function blankedRows<T extends SQLiteTable, const K extends Column<T>>(
  table: T,
  {
    kept,
    erased,
    ...about
  }: About<T> & { kept: readonly K[]; erased: (now: string) => Values<T, Exclude<Column<T>, K>> },
) {
  return {
    ...readableRows(table, about),
    kept: new Set<string>(kept),
    erase: (db: Db, person: PersonScope, now: string) => db.update(table).set(erased(now)).where(about.rows(person)),
  }
}

/** Rows that go. */
function deletedRows<T extends SQLiteTable>(table: T, about: About<T>) {
  return {
    ...readableRows(table, about),
    kept: new Set<string>(),
    erase: (db: Db, person: PersonScope) => db.delete(table).where(about.rows(person)),
  }
}

function readableRows<T extends SQLiteTable>(table: T, { rows, secret = [], beside }: About<T>) {
  const hidden: string[] = [...INTERNAL, ...secret]
  const columns = Object.entries(getTableColumns(table)).filter(
    ([name, column]) => !column.generated && !hidden.includes(name),
  )
  return {
    table,
    read: (db: Db, person: PersonScope, limit: number) =>
      db
        .select({ ...Object.fromEntries(columns), ...beside })
        .from(table)
        .where(rows(person))
        .limit(limit),
  }
}

const touchedColumns = (now: string, version: AnyColumn) => ({ updatedAt: now, version: sql`${version} + 1` })

// The audit trail keeps that a field changed, and what it was only of fields that say nothing of who somebody is.
const KEPT_CHANGES = [
  'status',
  'priority',
  'type',
  'ownerId',
  'assigneeId',
  'customerId',
  'leadId',
  'occurredAt',
  'followUpAt',
  'doneAt',
  'mergedId',
  'commentId',
  'role',
]
const redactedChanges = sql`CASE WHEN events.changes IS NOT NULL THEN (SELECT json_group_object(c.key, CASE WHEN c.key IN (SELECT value FROM json_each(${JSON.stringify(KEPT_CHANGES)}))
  THEN json(c.value) ELSE json('[null,null]') END) FROM json_each(events.changes) AS c) END`

const TRAIL = {
  kept: ['seq', 'id', 'workspaceId', 'subjectType', 'subjectId', 'verb', 'actorType', 'actorId', 'createdAt'],
  erased: () => ({ changes: redactedChanges }),
} as const

export const HELD = {
  mails: blankedRows(outbox, {
    rows: ({ workspaceId, emails, leads, logins, records }) => sql`outbox.workspace_id = ${workspaceId} AND (
      outbox.recipient IN (${emails}) OR outbox.recipient IN (SELECT email FROM leads WHERE id IN (${leads}))
      OR outbox.recipient IN (SELECT email FROM users WHERE id IN (${logins}))
      OR substr(outbox.payload ->> '$.link', -36) IN (${records}))`,
    kept: [
      'id',
      'workspaceId',
      'template',
      'bound',
      'attempts',
      'nextAttemptAt',
      'takenUntil',
      'giveUpAt',
      'sentAt',
      'createdAt',
    ],
    erased: () => ({
      recipient: '',
      payload: {},
      lastError: null,
      // What waits has nobody to go to any more.
      state: sql`CASE outbox.state WHEN 'QUEUED' THEN 'FAILED' ELSE outbox.state END`,
      version: sql`outbox.version + 1`,
    }),
  }),
  // In the trails of others: what this person is, or was, to them.
  mentions: blankedRows(events, {
    rows: ({ workspaceId, customers, related }) => sql`events.workspace_id = ${workspaceId}
      AND events.subject_id IN (${related}) AND events.subject_id NOT IN (${customers})
      AND EXISTS (SELECT 1 FROM json_each(events.changes, '$.relationship') AS r
        WHERE r.value ->> 'customerId' IN (${customers}))`,
    ...TRAIL,
  }),
  events: blankedRows(events, {
    rows: ({ workspaceId, records }) => sql`events.workspace_id = ${workspaceId} AND events.subject_id IN (${records})`,
    ...TRAIL,
  }),
  // Rows of files that could not be written, or looked strange, if they hold an address or a number of the person.
  imported: blankedRows(importIssues, {
    rows: ({ workspaceId, emails, phones }) => sql`import_issues.import_id IN (
        SELECT i.id FROM imports AS i WHERE i.workspace_id = ${workspaceId})
      AND (import_issues.value IN (${phones})
        OR EXISTS (SELECT 1 FROM (${emails}) AS e
          WHERE instr(lower(coalesce(import_issues.original, '') || coalesce(import_issues.value, '')), e.email) > 0)
        OR EXISTS (SELECT 1 FROM (${phones}) AS p WHERE instr(import_issues.original, json_quote(p.phone)) > 0))`,
    kept: ['importId', 'line', 'n', 'level', 'field', 'code'],
    erased: () => ({ value: null, message: ERASED, original: null }),
  }),
  interactions: blankedRows(interactions, {
    rows: (person) => sql`interactions.id IN (${person.interactions})`,
    kept: [
      ...namesOf(fieldsWith(INTERACTION_FIELDS, 'isKept')),
      ...(['seq', 'workspaceId', 'ownerId', 'remindedFor', 'heldUntil'] as const),
    ],
    erased: (now) => ({
      ...valuesOf(INTERACTION_FIELDS, 'erased'),
      // There is nobody to follow up with any more, nor to be reminded of.
      doneAt: sql`CASE WHEN interactions.follow_up_at IS NULL THEN interactions.done_at ELSE coalesce(interactions.done_at, ${now}) END`,
      ...touchedColumns(now, interactions.version),
    }),
  }),
  tickets: blankedRows(tickets, {
    rows: (person) => sql`tickets.id IN (${person.tickets})`,
    kept: [...namesOf(fieldsWith(TICKET_FIELDS, 'isKept')), ...(['seq', 'workspaceId', 'ownerId'] as const)],
    erased: (now) => ({ ...valuesOf(TICKET_FIELDS, 'erased'), ...touchedColumns(now, tickets.version) }),
  }),
  tokens: deletedRows(oneTimeTokens, {
    rows: ({ tokens }) => sql`one_time_tokens.id IN (${tokens})`,
    secret: ['tokenHash'],
  }),
  sessions: deletedRows(sessions, {
    rows: ({ logins }) => sql`sessions.user_id IN (${logins})`,
    secret: ['refreshHash', 'previousHash'],
  }),
  providers: deletedRows(oauthAccounts, {
    rows: ({ logins }) => sql`oauth_accounts.user_id IN (${logins})`,
  }),
  calendars: deletedRows(calendarFeeds, {
    rows: ({ logins }) => sql`calendar_feeds.user_id IN (${logins})`,
    secret: ['tokenHash'],
  }),
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
      muted: null,
      deletedAt: now,
      ...touchedColumns(now, users.version),
    }),
  }),
  leads: blankedRows(leads, {
    rows: (person) => sql`leads.id IN (${person.leads})`,
    kept: [
      ...namesOf(fieldsWith(LEAD_FIELDS, 'isKept')),
      ...(['seq', 'workspaceId', 'remindedFor', 'heldUntil'] as const),
    ],
    erased: (now) => ({
      ...valuesOf(LEAD_FIELDS, 'erased'),
      importKey: null,
      ...touchedColumns(now, leads.version),
    }),
  }),
  relationships: deletedRows(relationships, {
    rows: (person) => sql`from_id IN (${person.customers}) OR to_id IN (${person.customers})`,
  }),
  tags: deletedRows(customerTags, {
    rows: (person) => sql`customer_id IN (${person.customers})`,
    beside: { name: sql<string>`(SELECT t.name FROM tags AS t WHERE t.id = tag_id)`.as('name') },
  }),
  merges: blankedRows(merges, {
    rows: (person) => sql`survivor_id IN (${person.customers}) OR merged_id IN (${person.customers})`,
    kept: ['id', 'workspaceId', 'survivorId', 'mergedId', 'createdAt', 'undoneAt'],
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
      ...touchedColumns(now, customers.version),
    }),
  }),
}
