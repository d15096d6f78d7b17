// Merging: one customer gets the fields and records of another. The other goes to the trash, and restoring it undoes the merge.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, customerTags, mergedRows, merges, relationships } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { nextVersion, versionStamp } from '../records/version'
import { DAY_MS } from '../time'
import { allContactsOf } from './customers.contacts'
import { type CustomerRow, customerColumns } from './customers.record'
import {
  byKind,
  type Kind,
  MERGED,
  type MergedField,
  MOVED,
  mergedFields,
  movedColumns,
  movingRowIds,
  type Prefer,
  pairOf,
} from './merge.queries'

type Merge = { fromId: string; prefer: Prefer }
type Result = { customer: CustomerRow; moved: Record<Kind, number> }

/** The result that a merge would have, computed by the SQL of the merge. Throws `not_found` like the merge. */
export async function previewMerge(ctx: Ctx, id: string, { fromId, prefer }: Merge): Promise<Result> {
  const { db, now } = ctx
  const moving = movingRowIds(id, fromId)
  const pair = pairOf(ctx, id, fromId)
  const { plan, survivor, other } = await runBatch(db, {
    plan: one(
      db
        .select({
          fields: sql<string>`${mergedFields(prefer)}`.as('fields'),
          contactedAt: lastContactOf(id, fromId),
          ...counts((kind) => moving[kind]),
        })
        .from(pair.from)
        .where(pair.where),
    ),
    survivor: one(db.select(customerColumns).from(customers).where(inReach(ctx, id))),
    other: one(db.select(customerColumns).from(customers).where(inReach(ctx, fromId))),
  })
  if (!plan || !survivor || !other) throw new AppError('not_found')
  const { fields, contactedAt, ...moved } = plan
  const merged = { ...survivor, ...valuesIn(fields), ...latestOf(survivor, other), updatedAt: now }
  return { customer: { ...merged, nextTouchAt: touchAfter(contactedAt ?? survivor.createdAt, merged) }, moved }
}

/** Merges `fromId` into a customer, in one batch with one event. Throws `not_found` where either is out of reach. */
export async function mergeCustomers(ctx: Ctx, id: string, { fromId, prefer }: Merge): Promise<Result> {
  const { db, now, actor } = ctx
  const mergeId = ctx.newId()
  const pair = pairOf(ctx, id, fromId)
  const isMerging = sql`EXISTS (SELECT 1 FROM ${merges} WHERE ${eq(merges.id, mergeId)})`
  const moving = movingRowIds(id, fromId)
  const notes = byKind((kind) =>
    insertFrom(
      db,
      mergedRows,
      { mergeId, kind, rowId: sql`moved.id` },
      sql`FROM (${moving[kind]}) AS moved WHERE ${isMerging}`,
    ),
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
  const ends = (end: 'from_id' | 'to_id') =>
    sql`CASE WHEN ${sql.raw(end)} = ${fromId} THEN ${id} ELSE ${sql.raw(end)} END`
  const { moved, customer } = await runBatch(db, {
    merge: insertFrom(db, merges, merge, sql`FROM ${pair.from} WHERE ${pair.where}`),
    event: eventInsert(ctx, {
      verb: 'customer.merged',
      subject: 'customer',
      id,
      changes: { mergedId: [null, fromId] },
      when: ifChanged,
    }),
    noted: Object.values(notes),
    otherTrashed: db
      .update(customers)
      .set({ ...versionStamp(customers, now), deletedAt: now })
      .where(and(eq(customers.id, fromId), isMerging)),
    survivorFilled: db
      .update(customers)
      .set({ ...versionStamp(customers, now), ...mergedColumns(mergeId) })
      .where(and(eq(customers.id, id), isMerging)),
    recordsMoved: MOVED.map((reference) =>
      db
        .update(reference.table)
        .set({ ...movedColumns(reference, id), version: nextVersion(reference.table) })
        .where(sql`${reference.table.id} IN ${noted(reference.name)}`),
    ),
    tagsCopied: insertFrom(
      db,
      customerTags,
      { customerId: id, tagId: sql`row_id` },
      sql`FROM (SELECT row_id FROM ${mergedRows} WHERE merge_id = ${mergeId} AND kind = 'tags')`,
    ),
    relationshipsCopied: insertFrom(
      db,
      relationships,
      { fromId: ends('from_id'), toId: ends('to_id'), workspaceId: actor.workspaceId, kind: sql`kind`, createdAt: now },
      sql`FROM ${relationships} WHERE (from_id = ${fromId} AND to_id IN ${noted('relationships')})
        OR (to_id = ${fromId} AND from_id IN ${noted('relationships')})`,
    ),
    moved: one(
      db
        .select(counts((kind) => noted(kind)))
        .from(merges)
        .where(eq(merges.id, mergeId)),
    ),
    customer: one(
      db
        .select(customerColumns)
        .from(customers)
        .where(and(inReach(ctx, id), isMerging)),
    ),
  })
  if (!moved || !customer) throw new AppError('not_found')
  return { customer, moved }
}

/** The columns of a customer as the merge computed them, for a SET. */
function mergedColumns(mergeId: string): Partial<Record<MergedField, SQL>> {
  const value = (field: string) =>
    sql`(SELECT json_extract(fields, ${`$.${field}[1]`}) FROM ${merges} WHERE id = ${mergeId})`
  return Object.fromEntries(Object.keys(MERGED).map((field) => [field, value(field)]))
}

function counts(rows: (kind: Kind) => SQL) {
  return byKind((kind) => sql<number>`(SELECT count(*) FROM (${rows(kind)}))`.as(`moved_${kind}`))
}

function inReach({ actor }: Ctx, id: string) {
  return and(eq(customers.id, id), visible(actor, 'customers:write', customers))
}

function valuesIn(fields: string): Partial<CustomerRow> {
  const pairs: Record<string, [unknown, unknown]> = JSON.parse(fields)
  const values = Object.keys(MERGED).map((field) => [field, pairs[field]?.[1]])
  const merged = Object.fromEntries(values)
  const [customFields, otherEmails, otherPhones] = [merged.customFields, merged.otherEmails, merged.otherPhones].map(
    (json) => (json === null ? null : JSON.parse(json)),
  )
  return { ...merged, customFields, ...allContactsOf({ ...merged, otherEmails, otherPhones }) }
}

// The timelines become one: it has the latest contact and the earliest follow-up of both.
function latestOf(survivor: CustomerRow, other: CustomerRow) {
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
