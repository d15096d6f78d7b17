// Merging: one customer takes over what another is and has; the other goes to the trash, from where it can come back.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { customers, customerTags, interactions, leads, mergedRows, merges, relationships, tickets } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { DAY_MS } from '../time'
import { type CustomerRow, customerColumns } from './customers.record'
import { type Kind, MERGED, type MergedField, mergedFields, movingRowIds, type Prefer, pairOf } from './merge.queries'

type Merge = { fromId: string; prefer: Prefer }
type Result = { customer: CustomerRow; moved: Record<Kind, number> }

/** What a merge would give: the merge's own SQL, only read. Throws `not_found` like the merge. */
export async function previewMerge(ctx: Ctx, id: string, { fromId, prefer }: Merge): Promise<Result> {
  const { db, now } = ctx
  const moving = movingRowIds(id, fromId)
  const pair = pairOf(ctx, id, fromId)
  const [[found], [survivor], [other]] = await db.batch([
    db
      .select({
        fields: sql<string>`${mergedFields(prefer)}`.as('fields'),
        contactedAt: lastContactOf(id, fromId),
        ...counts((kind) => moving[kind]),
      })
      .from(pair.from)
      .where(pair.where),
    db.select(customerColumns).from(customers).where(whereWritable(ctx, id)),
    db.select(customerColumns).from(customers).where(whereWritable(ctx, fromId)),
  ])
  if (!found || !survivor || !other) throw new AppError('not_found')
  const { fields, contactedAt, ...moved } = found
  const merged = { ...survivor, ...valuesIn(fields), ...mergedFacts(survivor, other), updatedAt: now }
  return { customer: { ...merged, nextTouchAt: touchAfter(contactedAt ?? survivor.createdAt, merged) }, moved }
}

/** Merges `fromId` into a customer, in one batch with one event. Throws `not_found` where either is out of reach. */
export async function mergeCustomers(ctx: Ctx, id: string, { fromId, prefer }: Merge): Promise<Result> {
  const { db, now, actor } = ctx
  const mergeId = ctx.newId()
  const pair = pairOf(ctx, id, fromId)
  const isMerging = sql`EXISTS (SELECT 1 FROM ${merges} WHERE ${eq(merges.id, mergeId)})`
  const moving = movingRowIds(id, fromId)
  const note = (kind: Kind) =>
    insertFrom(
      db,
      mergedRows,
      { mergeId, kind, rowId: sql`moved.id` },
      sql`FROM (${moving[kind]}) AS moved WHERE ${isMerging}`,
    )
  const noted = (kind: Kind) => sql`(SELECT row_id FROM ${mergedRows} WHERE merge_id = ${mergeId} AND kind = ${kind})`
  const merge = {
    id: mergeId,
    workspaceId: actor.workspaceId,
    survivorId: id,
    mergedId: fromId,
    fields: mergedFields(prefer),
    createdAt: now,
  }
  const ownerId = sql`(SELECT owner_id FROM customers WHERE id = ${id})`
  const touch = { updatedAt: now, version: sql`${customers.version} + 1` }
  const ends = (end: 'from_id' | 'to_id') =>
    sql`CASE WHEN ${sql.raw(end)} = ${fromId} THEN ${id} ELSE ${sql.raw(end)} END`
  const results = await db.batch([
    insertFrom(db, merges, merge, sql`FROM ${pair.from} WHERE ${pair.where}`),
    eventInsert(ctx, {
      verb: 'customer.merged',
      subject: 'customer',
      id,
      changes: { mergedId: [null, fromId] },
      when: ifChanged,
    }),
    note('interactions'),
    note('tickets'),
    note('leads'),
    note('tags'),
    note('relationships'),
    db
      .update(customers)
      .set({ ...touch, deletedAt: now })
      .where(and(eq(customers.id, fromId), isMerging)),
    db
      .update(customers)
      .set({ ...touch, ...mergedColumns(mergeId) })
      .where(and(eq(customers.id, id), isMerging)),
    db
      .update(interactions)
      .set({ customerId: id, ownerId, version: sql`${interactions.version} + 1` })
      .where(sql`${interactions.id} IN ${noted('interactions')}`),
    db
      .update(tickets)
      .set({ customerId: id, ownerId, version: sql`${tickets.version} + 1` })
      .where(sql`${tickets.id} IN ${noted('tickets')}`),
    db
      .update(leads)
      .set({ customerId: id, version: sql`${leads.version} + 1` })
      .where(sql`${leads.id} IN ${noted('leads')}`),
    insertFrom(
      db,
      customerTags,
      { customerId: id, tagId: sql`row_id` },
      sql`FROM (SELECT row_id FROM ${mergedRows} WHERE merge_id = ${mergeId} AND kind = 'tags')`,
    ),
    insertFrom(
      db,
      relationships,
      { fromId: ends('from_id'), toId: ends('to_id'), workspaceId: actor.workspaceId, kind: sql`kind`, createdAt: now },
      sql`FROM ${relationships} WHERE (from_id = ${fromId} AND to_id IN ${noted('relationships')})
        OR (to_id = ${fromId} AND from_id IN ${noted('relationships')})`,
    ),
    db
      .select(counts((kind) => noted(kind)))
      .from(merges)
      .where(eq(merges.id, mergeId)),
    db
      .select(customerColumns)
      .from(customers)
      .where(and(whereWritable(ctx, id), isMerging)),
  ])
  const [moved] = results[14]
  const [customer] = results[15]
  if (!moved || !customer) throw new AppError('not_found')
  return { customer, moved }
}

/** SET clauses that give a customer the fields that a merge makes. */
function mergedColumns(mergeId: string): Partial<Record<MergedField, SQL>> {
  const value = (field: string) =>
    sql`(SELECT json_extract(fields, ${`$.${field}[1]`}) FROM ${merges} WHERE id = ${mergeId})`
  return Object.fromEntries(Object.keys(MERGED).map((field) => [field, value(field)]))
}

function counts(rows: (kind: Kind) => SQL) {
  const count = (kind: Kind) => sql<number>`(SELECT count(*) FROM (${rows(kind)}))`.as(`moved_${kind}`)
  return {
    interactions: count('interactions'),
    tickets: count('tickets'),
    leads: count('leads'),
    tags: count('tags'),
    relationships: count('relationships'),
  }
}

function whereWritable({ actor }: Ctx, id: string) {
  return and(eq(customers.id, id), visible(actor, 'customers:write', customers))
}

function valuesIn(fields: string): Partial<CustomerRow> {
  const pairs: Record<string, [unknown, unknown]> = JSON.parse(fields)
  const values = Object.keys(MERGED).map((field) => [field, pairs[field]?.[1]])
  const merged = Object.fromEntries(values)
  return { ...merged, customFields: merged.customFields === null ? null : JSON.parse(merged.customFields) }
}

// The timelines become one: its latest contact, its earliest follow-up.
function mergedFacts(survivor: CustomerRow, other: CustomerRow) {
  const contacts = [survivor.lastInteractionAt, other.lastInteractionAt].filter((at) => at !== null).sort()
  const dues = [survivor.nextFollowUpAt, other.nextFollowUpAt].filter((at) => at !== null).sort()
  return { lastInteractionAt: contacts.at(-1) ?? null, nextFollowUpAt: dues[0] ?? null }
}

function lastContactOf(...ids: string[]) {
  const contacts = sql`customers_contacted AS k WHERE k.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`
  return sql<string | null>`(SELECT max(k.last_contact_at) FROM ${contacts})`.as('contacted_at')
}

function touchAfter(contact: string, { keepInTouchDays }: CustomerRow): string | null {
  return keepInTouchDays === null ? null : new Date(Date.parse(contact) + keepInTouchDays * DAY_MS).toISOString()
}
