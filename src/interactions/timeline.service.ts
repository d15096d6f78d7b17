// Timelines: interactions and events, each walked along its own index and merged by SQLite as far as the page needs.
import { and, type Column, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { isPortal, isShared, visible, visibleInteractions } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest, type Position } from '../db/page'
import { customers, events, leads } from '../db/schema'
import { AppError } from '../errors'
import { interactionColumns } from './interactions.record'

type Kind = 'interaction' | 'event'
type Entry = { kind: Kind; at: string; seq: number; interaction?: unknown; event?: unknown }

/** The timeline of a customer, newest first, with the events of its leads. Throws `not_found`. */
export function customerTimeline(ctx: Ctx, id: string, request: PageRequest): Promise<Page<Entry>> {
  const { actor } = ctx
  const where = and(eq(customers.id, id), visible(actor, 'customers:read', customers))
  const reached = sql`(SELECT ${customers.id} FROM ${customers} WHERE ${where})`
  const isTheirs = sql`interactions.customer_id = ${reached}`
  if (isPortal(actor)) {
    return timelineOf(ctx, reached, interactionWalks(sql`${isTheirs} AND ${isShared}`, request), request)
  }
  // D1 merges five SELECTs at most: two of interactions, then the own events, a lead's, and those of all further leads.
  const leadsOf = sql`SELECT lead.id FROM leads AS lead WHERE lead.customer_id = ${reached} ORDER BY lead.seq`
  const walks = [
    ...interactionWalks(isTheirs, request),
    eventWalk(ofSubject(ctx, reached), request),
    eventWalk(ofSubject(ctx, sql`(${leadsOf} LIMIT 1)`), request),
    eventWalk(sql`events.seq IN (${latestEvents(ctx, sql`${leadsOf} LIMIT -1 OFFSET 1`, request)})`, request),
  ]
  return timelineOf(ctx, reached, walks, request)
}

/** The timeline of a lead, newest first. Throws `not_found`. */
export function leadTimeline(ctx: Ctx, id: string, request: PageRequest): Promise<Page<Entry>> {
  const { actor } = ctx
  const where = and(eq(leads.id, id), visible(actor, 'leads:read', leads))
  const reached = sql`(SELECT ${leads.id} FROM ${leads} WHERE ${where})`
  // An API key may read leads and no interactions; every role that reads the one reads the other.
  const seen = reach(actor, 'interactions:read') ? visibleInteractions(actor, 'interactions:read') : sql`false`
  const isTheirs = sql`interactions.lead_id = ${reached} AND ${seen}`
  const walks = [...interactionWalks(isTheirs, request), eventWalk(ofSubject(ctx, reached), request)]
  return timelineOf(ctx, reached, walks, request)
}

// One order for both kinds: by time, then by row number, which is unique within a kind, then by kind.
async function timelineOf({ db }: Ctx, reached: SQL, walks: SQL[], { limit }: PageRequest): Promise<Page<Entry>> {
  const order = sql`ORDER BY at DESC, seq DESC, kind DESC`
  const { parent, entries } = await runBatch(db, {
    parent: one(db.select({ id: sql<string | null>`${reached}`.as('parent_id') }).from(sql`(SELECT 1)`)),
    entries: db
      .select({
        kind: sql<Kind>`kind`.as('entry_kind'),
        at: sql<string>`at`.as('entry_at'),
        seq: sql<number>`seq`.as('entry_seq'),
        record: sql<string>`record`.as('entry_record'),
      })
      .from(sql`(${sql.join(walks, sql` UNION ALL `)} ${order} LIMIT ${limit + 1})`)
      .orderBy(sql`at DESC, seq DESC, kind DESC`),
  })
  if (!parent?.id) throw new AppError('not_found')
  const { rows, ...page } = cut(entries, limit, ({ at, seq, kind }) => [at, seq, kind])
  return { ...page, rows: rows.map(({ record, ...entry }) => ({ ...entry, [entry.kind]: JSON.parse(record) })) }
}

// The fields shown of each kind, named here: a new column of the schema must not appear by itself.
const { id, type, body, customerId, leadId, ticketId, occurredAt, followUpAt, doneAt, createdBy } = interactionColumns
const { createdAt, updatedAt } = interactionColumns
const dates = { occurredAt, followUpAt, doneAt, createdAt, updatedAt }
const { seq, workspaceId, changes, ...facts } = getTableColumns(events)

// Behind a cursor there are two walks: older rows are sought by time, equally old ones by row number. SQLite cannot do
// both in one seek, and an import may give every row the same time.
function interactionWalks(where: SQL, { after }: PageRequest): SQL[] {
  const rows = (
    bound: SQL,
  ) => sql`SELECT 'interaction' AS kind, interactions.occurred_at AS at, interactions.seq AS seq,
      json_object(${fieldsOf({ id, type, body, customerId, leadId, ticketId, createdBy, ...dates })}) AS record
    FROM interactions WHERE ${where} AND ${bound}`
  if (!after) return [rows(sql`true`)]
  const [at, position] = after
  const tied = sql`interactions.occurred_at = ${at} AND interactions.seq ${before('interaction', after)} ${position}`
  return [rows(tied), rows(sql`interactions.occurred_at < ${at}`)]
}

function eventWalk(where: SQL, { after }: PageRequest): SQL {
  const bound = after
    ? sql`(events.created_at, events.seq) ${before('event', after)} (${after[0]}, ${after[1]})`
    : sql`true`
  return sql`SELECT 'event' AS kind, events.created_at AS at, events.seq AS seq,
      json_object(${fieldsOf(facts)}, 'changes', json(${changes})) AS record
    FROM events WHERE ${where} AND ${bound}`
}

/** The comparison that puts rows of a kind behind a position: at the same time and number, kinds follow in turn. */
function before(kind: Kind, [, , last]: Position): SQL {
  return sql.raw(kind < String(last) ? '<=' : '<')
}

function ofSubject({ actor }: Ctx, id: SQL): SQL {
  return sql`events.workspace_id = ${actor.workspaceId} AND events.subject_id = ${id}`
}

// The latest events of each record, as many as a page can show: json_each runs once for each record.
function latestEvents({ actor }: Ctx, subjects: SQL, { limit, after }: PageRequest): SQL {
  const bound = after ? sql`(e.created_at, e.seq) ${before('event', after)} (${after[0]}, ${after[1]})` : sql`true`
  const latest = sql`SELECT e.seq FROM events AS e WHERE e.workspace_id = ${actor.workspaceId}
    AND e.subject_id = subject.id AND ${bound} ORDER BY e.created_at DESC, e.seq DESC LIMIT ${limit + 1}`
  return sql`SELECT each.value FROM (${subjects}) AS subject,
    json_each((SELECT json_group_array(seq) FROM (${latest}))) AS each`
}

function fieldsOf(columns: Record<string, Column>): SQL {
  return sql.join(
    Object.entries(columns).map(([field, column]) => sql`${sql.raw(`'${field}'`)}, ${column}`),
    sql`, `,
  )
}
