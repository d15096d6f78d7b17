// Timelines: interactions and events, each read along its own index; SQLite merges them as far as the page needs.
import { and, type Column, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { isPortal, isShared, visible, visibleInteractions } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest, type Position } from '../db/page'
import { customers, events, interactions, leads } from '../db/schema'
import { AppError } from '../errors'
import { envelopeOf } from '../events/event-envelope'
import { fieldsWith } from '../records/fields'
import { INTERACTION_FIELDS } from './interactions.fields'

type Kind = 'interaction' | 'event'
type Entry = { kind: Kind; at: string; seq: number; interaction?: unknown; event?: unknown }

/** How many of the leads that became a customer the timeline shows events of: the latest. */
const MAX_LEADS = 100

/** The timeline of a customer, newest first, with the events of its leads. Throws `not_found`. */
export function customerTimeline(ctx: Ctx, id: string, request: PageRequest): Promise<Page<Entry>> {
  const { actor } = ctx
  const where = and(eq(customers.id, id), visible(actor, 'customers:read', customers))
  const customerId = sql`(SELECT ${customers.id} FROM ${customers} WHERE ${where})`
  const ofCustomer = sql`${interactions.customerId} = ${customerId}`
  if (isPortal(actor)) {
    return timelineOf(ctx, customerId, interactionSelects(sql`${ofCustomer} AND ${isShared}`, request), request)
  }
  // D1 merges at most five SELECTs: two of interactions, the customer's events, one lead's, and those of all other leads.
  const leadIds = sql`SELECT lead.id FROM ${leads} AS lead INDEXED BY leads_customer
    WHERE lead.customer_id = ${customerId} ORDER BY lead.seq DESC`
  const selects = [
    ...interactionSelects(ofCustomer, request),
    eventSelect(isAbout(ctx, customerId), request, eventsOfSubject),
    eventSelect(isAbout(ctx, sql`(${leadIds} LIMIT 1)`), request, eventsOfSubject),
    eventSelect(
      sql`${events.workspaceId} = ${actor.workspaceId}
        AND ${events.seq} IN (${latestEvents(ctx, sql`${leadIds} LIMIT ${MAX_LEADS - 1} OFFSET 1`, request)})`,
      request,
    ),
  ]
  return timelineOf(ctx, customerId, selects, request)
}

/** The timeline of a lead, newest first. Throws `not_found`. */
export function leadTimeline(ctx: Ctx, id: string, request: PageRequest): Promise<Page<Entry>> {
  const { actor } = ctx
  const where = and(eq(leads.id, id), visible(actor, 'leads:read', leads))
  const leadId = sql`(SELECT ${leads.id} FROM ${leads} WHERE ${where})`
  // An API key may read leads without reading interactions; every role that reads leads reads both.
  const inReach = reach(actor, 'interactions:read') ? visibleInteractions(actor, 'interactions:read') : sql`false`
  const ofLead = sql`${interactions.leadId} = ${leadId} AND ${inReach}`
  const selects = [...interactionSelects(ofLead, request), eventSelect(isAbout(ctx, leadId), request, eventsOfSubject)]
  return timelineOf(ctx, leadId, selects, request)
}

// One order for both kinds: by time, then by row number, which is unique within a kind, then by kind.
async function timelineOf({ db }: Ctx, parentId: SQL, selects: SQL[], { limit }: PageRequest): Promise<Page<Entry>> {
  const order = sql`ORDER BY at DESC, seq DESC, kind DESC`
  const { parent, entries } = await runBatch(db, {
    parent: one(db.select({ id: sql<string | null>`${parentId}`.as('parent_id') }).from(sql`(SELECT 1)`)),
    entries: db
      .select({
        kind: sql<Kind>`kind`.as('entry_kind'),
        at: sql<string>`at`.as('entry_at'),
        seq: sql<number>`seq`.as('entry_seq'),
        record: sql<string>`record`.as('entry_record'),
      })
      .from(sql`(${sql.join(selects, sql` UNION ALL `)} ${order} LIMIT ${limit + 1})`)
      .orderBy(sql`at DESC, seq DESC, kind DESC`),
  })
  if (!parent?.id) throw new AppError('not_found')
  const { rows, ...page } = cut(entries, limit, ({ at, seq, kind }) => [at, seq, kind])
  return {
    ...page,
    rows: rows.map(({ record, ...entry }) => ({ ...entry, [entry.kind]: recordOf(entry.kind, record) })),
  }
}

function recordOf(kind: Kind, json: string) {
  const record = JSON.parse(json)
  return kind === 'event' ? envelopeOf(record) : record
}

const { workspaceId, changes, ...plainEventColumns } = getTableColumns(events)
// Only fields that have an answer: a new column of the table must not appear here by itself.
const interactionColumns = Object.fromEntries(
  Object.entries(fieldsWith(INTERACTION_FIELDS, 'answer')).map(([field, { column }]) => [field, column]),
)

// After a cursor there are two SELECTs: older rows are found by time, equally old ones by row number. SQLite cannot do
// both in one seek, and an import may give every row the same time.
function interactionSelects(where: SQL, { after }: PageRequest): SQL[] {
  const { occurredAt, seq } = interactions
  const rows = (bound: SQL) => sql`SELECT 'interaction' AS kind, ${occurredAt} AS at, ${seq} AS seq,
      json_object(${jsonPairs(interactionColumns)}) AS record
    FROM ${interactions} WHERE ${where} AND ${bound}`
  if (!after) return [rows(sql`true`)]
  const [at, position] = after
  const sameTime = sql`${occurredAt} = ${at} AND ${seq} ${comparisonAfter('interaction', after)} ${position}`
  return [rows(sameTime), rows(sql`${occurredAt} < ${at}`)]
}

const eventsOfSubject = sql`${events} INDEXED BY events_subject`

function eventSelect(where: SQL, { after }: PageRequest, from = sql`${events}`): SQL {
  const bound = after
    ? sql`(${events.createdAt}, ${events.seq}) ${comparisonAfter('event', after)} (${after[0]}, ${after[1]})`
    : sql`true`
  return sql`SELECT 'event' AS kind, ${events.createdAt} AS at, ${events.seq} AS seq,
      json_object(${jsonPairs(plainEventColumns)}, 'changes', json(${changes})) AS record
    FROM ${from} WHERE ${where} AND ${bound}`
}

// The comparison for rows after a position: at the same time and number, a kind that sorts lower still follows.
function comparisonAfter(kind: Kind, [, , lastKind]: Position): SQL {
  return kind < String(lastKind) ? sql`<=` : sql`<`
}

function isAbout({ actor }: Ctx, id: SQL): SQL {
  return sql`${events.workspaceId} = ${actor.workspaceId} AND ${events.subjectId} = ${id}`
}

// The latest events of each record, as many as a page can show: json_each runs once for each record.
function latestEvents({ actor }: Ctx, subjects: SQL, { limit, after }: PageRequest): SQL {
  const bound = after
    ? sql`(e.created_at, e.seq) ${comparisonAfter('event', after)} (${after[0]}, ${after[1]})`
    : sql`true`
  const latest = sql`SELECT e.seq FROM ${events} AS e INDEXED BY events_subject WHERE e.workspace_id = ${actor.workspaceId}
    AND e.subject_id = subject.id AND ${bound} ORDER BY e.created_at DESC, e.seq DESC LIMIT ${limit + 1}`
  return sql`SELECT each.value FROM (${subjects}) AS subject,
    json_each((SELECT json_group_array(seq) FROM (${latest}))) AS each`
}

function jsonPairs(columns: Record<string, Column>): SQL {
  return sql.join(
    Object.entries(columns).map(([field, column]) => sql`${sql.raw(`'${field}'`)}, ${column}`),
    sql`, `,
  )
}
