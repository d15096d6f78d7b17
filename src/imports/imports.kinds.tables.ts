// Interactions, tickets and tags of a file as SQL: what their rows refer to, what refuses them, and what they write.
// In this SQL, `row` is the row as JSON, and `t` is the record that is there.
import { type SQL, sql } from 'drizzle-orm'
import { alias, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { authorOf } from '../access/person'
import type { Ctx } from '../context'
import { customers, interactions, leads, tags, tickets, workspaces } from '../db/schema'
import type { SUBJECT_TYPES } from '../db/schema/events'
import { columnIn } from '../db/sql'
import { type KindJob, MAX_JSON } from './imports.job'
import { at, customerOf, leadOf, memberIn, ticketOf } from './imports.kinds.references'

/** The fields of a record that a row can change; of `entries`, one by one. */
export type Changed = { name: string; column: SQLiteColumn; isEntries?: true; isHidden?: true }

export type KindSql = {
  table: SQLiteTable & { id: SQLiteColumn; version: SQLiteColumn; updatedAt: SQLiteColumn }
  subject: (typeof SUBJECT_TYPES)[number]
  /** Roles in which a row names members. */
  roles: readonly string[]
  /** What is found for a row, and what follows from it: each stands in the row from then on, by its name. */
  found: (ctx: Ctx, job: KindJob) => Record<string, SQL>
  settled?: (ctx: Ctx) => Record<string, SQL>
  /** The id of the record that the row stands for. */
  record: (ctx: Ctx) => SQL
  /** Reasons against a row, in their order. */
  refusals: (job: KindJob) => [code: string, when: SQL][]
  changed: readonly Changed[]
  /** The columns of a new record, and those that a change computes. */
  inserted: (ctx: Ctx, job: KindJob) => Record<string, unknown>
  derived?: (ctx: Ctx, job: KindJob) => Record<string, SQL>
  /** What the event of a new record says. */
  told: readonly string[]
}

const has = ({ columns }: KindJob, ...fields: string[]) => columns.some(({ field }) => fields.includes(field ?? ''))
const customerColumn = (name: 'ownerId' | 'id', id: SQL) => {
  const own = alias(customers, 'own')
  return sql`(SELECT ${own[name]} FROM ${customers} AS own WHERE ${own.id} = ${id})`
}
// A new record is found again by what its row is known by.
const byKey = (table: typeof interactions | typeof tickets, { actor }: Ctx, isLiving: SQL) => {
  const r = alias(table, 'r')
  const found = (condition: SQL) =>
    sql`(SELECT ${r.id} FROM ${table} AS r WHERE ${r.workspaceId} = ${actor.workspaceId} AND ${isLiving} AND ${condition} LIMIT 1)`
  return sql`coalesce(${found(sql`${r.id} = ${at('id')}`)}, ${found(sql`${r.importKey} = ${at('key')}`)})`
}

// What a row names and nothing here is, for the report.
const unfound = (given: SQL, found: string) => sql`CASE WHEN ${at(found)} IS NULL THEN ${given} END`

const INTERACTIONS: KindSql = {
  table: interactions,
  subject: 'interaction',
  roles: ['author'],
  found: (ctx, job) => ({
    ...(has(job, 'ticketId', 'ticketNumber') ? { ticketId: ticketOf(ctx) } : {}),
    customerId: sql`coalesce(${customerOf(ctx, 'customer')}, ${customerOf(ctx, 'person')})`,
    leadId: sql`coalesce(${leadOf(ctx, 'lead')}, ${leadOf(ctx, 'person')})`,
    ...(has(job, 'author', 'createdBy')
      ? { createdBy: memberIn(ctx, 'author') }
      : { createdBy: sql`${authorOf(ctx.actor)}` }),
  }),
  // A comment is said to the customer of its ticket, and the timeline of a converted lead is its customer's.
  settled: () => {
    const [k, l] = [alias(tickets, 'k'), alias(leads, 'l')]
    const ofTicket = sql`(SELECT ${k.customerId} FROM ${tickets} AS k WHERE ${k.id} = ${at('ticketId')})`
    const ofLead = sql`(SELECT ${l.customerId} FROM ${leads} AS l WHERE ${l.id} = ${at('leadId')} AND ${l.convertedAt} IS NOT NULL)`
    return {
      customerId: sql`coalesce(${ofTicket}, ${at('customerId')}, ${ofLead})`,
      unknownAuthor: unfound(sql`coalesce(${at('author')}, ${at('authorId')})`, 'createdBy'),
      unknownTicket: unfound(
        sql`coalesce(${at('ticket.id')}, ${at('ticket.external')}, ${at('ticket.number')})`,
        'ticketId',
      ),
    }
  },
  record: (ctx) => byKey(interactions, ctx, sql`true`),
  refusals: () => [
    ['no_record', sql`record IS NULL AND ${at('customerId')} IS NULL AND ${at('leadId')} IS NULL`],
    ['required', sql`record IS NULL AND ${at('body')} IS NULL`],
  ],
  changed: [
    { name: 'type', column: interactions.type },
    { name: 'body', column: interactions.body, isHidden: true },
    { name: 'occurredAt', column: interactions.occurredAt },
    { name: 'followUpAt', column: interactions.followUpAt },
    { name: 'doneAt', column: interactions.doneAt },
  ],
  inserted: ({ now }) => {
    const own = alias(leads, 'own')
    const ofLead = sql`(SELECT ${own.ownerId} FROM ${leads} AS own WHERE ${own.id} = ${at('leadId')})`
    return {
      ...{ customerId: at('customerId'), leadId: at('leadId'), ticketId: at('ticketId'), createdBy: at('createdBy') },
      ...{ body: at('body'), foldedBody: at('foldedBody'), type: sql`coalesce(${at('type')}, 'NOTE')` },
      ...{ occurredAt: sql`coalesce(${at('occurredAt')}, ${now})`, followUpAt: at('followUpAt'), doneAt: at('doneAt') },
      ownerId: sql`iif(${at('customerId')} IS NULL, ${ofLead}, ${customerColumn('ownerId', at('customerId'))})`,
      importKey: at('key'),
    }
  },
  derived: () => ({
    foldedBody: sql`iif(${at('body')} IS NULL, ${columnIn('interactions', interactions.foldedBody)}, ${at('foldedBody')})`,
  }),
  told: ['type', 'customerId', 'leadId', 'ticketId', 'occurredAt', 'followUpAt'],
}

const isFinished = sql`${at('status')} IN ('RESOLVED', 'CLOSED')`

const TICKETS: KindSql = {
  table: tickets,
  subject: 'ticket',
  roles: ['assignee', 'opener'],
  found: (ctx, job) => {
    const i = alias(interactions, 'i')
    const interaction = sql`(SELECT ${i.id} FROM ${interactions} AS i WHERE ${i.workspaceId} = ${ctx.actor.workspaceId}
      AND (${i.id} = ${at('interaction.id')} OR ${i.importKey} = 'external:' || ${at('interaction.id')}) LIMIT 1)`
    return {
      customerId: customerOf(ctx, 'customer'),
      ...(has(job, 'assignee', 'assigneeId') ? { assigneeId: memberIn(ctx, 'assignee', true) } : {}),
      ...(has(job, 'opener', 'openedBy')
        ? { openedBy: memberIn(ctx, 'opener') }
        : { openedBy: sql`${authorOf(ctx.actor)}` }),
      ...(has(job, 'interactionId') ? { interactionId: job.keepsIds ? at('interaction.id') : interaction } : {}),
    }
  },
  // Who is nobody here is kept by name.
  settled: () => ({
    unknownAssignee: unfound(sql`coalesce(${at('assignee')}, ${at('assigneeId')})`, 'assigneeId'),
    unknownOpener: unfound(sql`coalesce(${at('opener')}, ${at('openerId')})`, 'openedBy'),
    customFields: sql`CASE WHEN ${at('assignee')} IS NOT NULL AND ${at('assigneeId')} IS NULL
      THEN json_object('assignee', ${at('assignee')}) ELSE '{}' END`,
  }),
  record: (ctx) => byKey(tickets, ctx, sql`r.deleted_at IS NULL`),
  refusals: () => [
    ['no_record', sql`record IS NULL AND ${at('customerId')} IS NULL`],
    ['required', sql`record IS NULL AND ${at('title')} IS NULL`],
    [
      'too_big',
      sql`row -> '$.customFields' IS NOT NULL AND length(CAST(json_patch(coalesce(t.custom_fields, '{}'), row -> '$.customFields') AS BLOB)) > ${sql.raw(String(MAX_JSON))}`,
    ],
  ],
  changed: [
    { name: 'title', column: tickets.title },
    { name: 'description', column: tickets.description },
    { name: 'status', column: tickets.status },
    { name: 'priority', column: tickets.priority },
    { name: 'assigneeId', column: tickets.assigneeId },
    { name: 'customFields', column: tickets.customFields, isEntries: true },
  ],
  inserted: ({ now }) => ({
    ...{ customerId: at('customerId'), interactionId: at('interactionId'), number: sql`number` },
    ownerId: customerColumn('ownerId', at('customerId')),
    ...{ assigneeId: at('assigneeId'), openedBy: at('openedBy'), title: at('title'), description: at('description') },
    ...{ foldedTitle: at('foldedTitle'), foldedDescription: at('foldedDescription') },
    ...{ status: sql`coalesce(${at('status')}, 'OPEN')`, priority: sql`coalesce(${at('priority')}, 'NORMAL')` },
    customFields: sql`nullif(json_patch('{}', row -> '$.customFields'), '{}')`,
    foldedFields: sql`json_patch('{}', row -> '$.foldedFields')`,
    resolvedAt: sql`iif(${isFinished}, coalesce(${at('resolvedAt')}, ${now}), NULL)`,
    importKey: at('key'),
  }),
  derived: ({ now }) => {
    const { foldedTitle, foldedDescription, foldedFields, resolvedAt } = tickets
    const kept = (of: string, name: string, column: SQLiteColumn) =>
      sql`iif(${at(of)} IS NULL, ${columnIn('tickets', column)}, ${at(name)})`
    return {
      foldedTitle: kept('title', 'foldedTitle', foldedTitle),
      foldedDescription: kept('description', 'foldedDescription', foldedDescription),
      foldedFields: sql`iif(row -> '$.foldedFields' IS NULL, ${columnIn('tickets', foldedFields)},
        json_patch(coalesce(${columnIn('tickets', foldedFields)}, '{}'), row -> '$.foldedFields'))`,
      resolvedAt: sql`CASE WHEN ${at('status')} IS NULL THEN ${columnIn('tickets', resolvedAt)} WHEN ${isFinished}
        THEN coalesce(${columnIn('tickets', resolvedAt)}, ${at('resolvedAt')}, ${now}) END`,
    }
  },
  told: ['title', 'status'],
}

const TAGS: KindSql = {
  table: tags,
  subject: 'tag',
  roles: [],
  found: () => ({}),
  record: ({ actor }) => {
    const r = alias(tags, 'r')
    return sql`(SELECT ${r.id} FROM ${tags} AS r WHERE ${r.workspaceId} = ${actor.workspaceId} AND ${r.key} = ${at('tagKey')})`
  },
  refusals: () => [['required', sql`${at('name')} IS NULL`]],
  changed: [],
  inserted: () => ({ name: at('name'), key: at('tagKey') }),
  told: ['name'],
}

export const KIND_SQL = { interactions: INTERACTIONS, tickets: TICKETS, tags: TAGS }

/**
 * The new tickets of a chunk with their numbers: that of the file, where it is higher than any that there is or was and no
 * earlier row has it; else the next one.
 */
export function numberedTickets({ actor }: Ctx, rows: SQL): SQL {
  const highest = sql`(SELECT max(${tickets.number}) FROM ${tickets} WHERE ${tickets.workspaceId} = ${actor.workspaceId})`
  const last = sql`(SELECT max(${workspaces.purgedTicketNumber}, coalesce(${highest}, 0)) FROM ${workspaces} WHERE ${workspaces.id} = ${actor.workspaceId})`
  const given = sql`CAST(${at('number')} AS INTEGER)`
  return sql`(SELECT row, iif(keeps, given, top + sum(NOT keeps) OVER (ORDER BY nth ROWS UNBOUNDED PRECEDING)) AS number FROM (
    SELECT *, max(last, coalesce(max(iif(keeps, given, NULL)) OVER (), 0)) AS top FROM (
      SELECT *, coalesce(given > last AND row_number() OVER (PARTITION BY given ORDER BY nth) = 1, false) AS keeps FROM (
        SELECT row, ${given} AS given, row_number() OVER () AS nth, ${last} AS last FROM ${rows}))))`
}

/** What rows name and nothing here is: it is told once for each import, by the key of the row, its field and its code. */
export const UNFOUND: [key: string, field: string, code: string, message: string][] = [
  [
    'unknownAuthor',
    'author',
    'author_unknown',
    ' rows such as this one have no author here: no member has this name, address or id',
  ],
  [
    'unknownTicket',
    'ticketId',
    'ticket_unknown',
    ' rows such as this one are notes: no ticket here has this id or number',
  ],
  [
    'unknownAssignee',
    'assignee',
    'owner_unknown',
    ' rows such as this one have no assignee: no active member has this name, address or id',
  ],
  [
    'unknownOpener',
    'openedBy',
    'author_unknown',
    ' rows such as this one have no opener here: no member has this name, address or id',
  ],
]
