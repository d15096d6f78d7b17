// Adds tags to records and removes them, one by one, and for many customers at once.
import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { customers, customerTags, events, tags } from '../db/schema'
import { allOf, columnKey, ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { foldText } from '../text/fold'
import type { Tagged } from './tagged'

/**
 * Adds a tag to a record, and creates the tag if there is none. The first spelling of its name stays. Throws `not_found`,
 * the kind's `outOfReachError`, and `too_many_tags`.
 */
export async function tagRecord(ctx: Ctx, kind: Tagged, id: string, name: string): Promise<void> {
  const { db, actor, now } = ctx
  const { subject, table, links } = kind
  const key = foldText(name)
  const isRecord = allOf(eq(table.id, id), kind.isInReach(actor, kind.writes))
  const tag = { id: ctx.newId(), workspaceId: actor.workspaceId, name, key, createdAt: now, updatedAt: now }
  const link = { [columnKey(kind.of)]: sql`${table.id}`, [columnKey(links.tagId)]: sql`${tags.id}` }
  const { record } = await runBatch(db, {
    tagCreated: insertFrom(db, tags, tag, sql`FROM ${table} WHERE ${isRecord}`).onConflictDoNothing(),
    tagged: insertFrom(
      db,
      links,
      link,
      sql`FROM ${table} CROSS JOIN ${tags} WHERE ${isRecord} AND ${hasKey(ctx, key)}`,
    ).onConflictDoNothing(),
    event: eventInsert(ctx, {
      verb: `${subject}.tagged`,
      subject,
      id,
      changes: tagChange(sql`json_array()`, sql`json_array(${nameOf(ctx, key)})`),
      when: ifChanged,
    }),
    record: one(seenRecord(ctx, kind, id)),
  })
  requireReach(kind, record)
}

/** Removes a tag from a record. Nothing happens if it does not have the tag. Throws `not_found`, the kind's `outOfReachError`. */
export async function untagRecord(ctx: Ctx, kind: Tagged, id: string, name: string): Promise<void> {
  const { db, actor } = ctx
  const { subject, table, links } = kind
  const key = foldText(name)
  const isRecord = allOf(eq(table.id, id), kind.isInReach(actor, kind.writes))
  const { record } = await runBatch(db, {
    untagged: db.delete(links).where(
      sql`${kind.of} = (SELECT ${table.id} FROM ${table} WHERE ${isRecord})
        AND ${links.tagId} = (SELECT ${tags.id} FROM ${tags} WHERE ${hasKey(ctx, key)})`,
    ),
    event: eventInsert(ctx, {
      verb: `${subject}.untagged`,
      subject,
      id,
      changes: tagChange(sql`json_array(${nameOf(ctx, key)})`, sql`json_array()`),
      when: ifChanged,
    }),
    record: one(seenRecord(ctx, kind, id)),
  })
  requireReach(kind, record)
}

/** The tags of a record, the oldest tag first. Throws `not_found`. */
export async function listTagsOf(
  ctx: Ctx,
  kind: Tagged,
  id: string,
  { limit, after }: PageRequest,
): Promise<Page<{ id: string; name: string }>> {
  const { links } = kind
  const { record, rows } = await runBatch(ctx.db, {
    record: one(seenRecord(ctx, kind, id)),
    rows: ctx.db
      .select({ id: tags.id, name: tags.name })
      .from(links)
      .crossJoin(tags)
      .where(
        and(
          sql`${kind.of} = (SELECT seen.id FROM (${seenRecord(ctx, kind, id)}) AS seen)`,
          eq(tags.id, links.tagId),
          isNull(tags.deletedAt),
          after && gt(links.tagId, String(after[0])),
        ),
      )
      .orderBy(links.tagId)
      .limit(limit + 1),
  })
  if (!record) throw new AppError('not_found')
  return cut(rows, limit, (row) => [row.id])
}

// The record if the actor sees it, and whether the actor may change its tags.
function seenRecord({ db, actor }: Ctx, { table, reads, writes, isInReach }: Tagged, id: string) {
  const mayWrite = reach(actor, writes) ? allOf(isInReach(actor, writes)) : sql`false`
  return db
    .select({ id: table.id, isInReach: sql<number>`${mayWrite}`.as('is_in_reach') })
    .from(table)
    .where(and(eq(table.id, id), isInReach(actor, reads)))
}

function requireReach({ outOfReachError }: Tagged, record: { isInReach: number } | undefined): void {
  if (!record) throw new AppError('not_found')
  if (!record.isInReach) throw outOfReachError()
}

type Bulk = { customerIds: string[]; add: string[]; remove: string[] }

/** Adds and removes tags of many customers, with one event for each customer that changes. */
export async function tagCustomers(ctx: Ctx, { customerIds, add, remove }: Bulk) {
  const { db, actor, now } = ctx
  const stamps = { createdAt: now, updatedAt: now }
  // A Map keeps the last value of a key, so the names are reversed: the first of two spellings stays.
  const newTags = new Map(
    add.toReversed().map((name) => [foldText(name), { id: ctx.newId(), name, key: foldText(name) }]),
  )
  const givenIds = sql`json_each(${JSON.stringify([...new Set(customerIds)])}) AS given`
  const inReach = visible(actor, 'customers:write', customers)
  const customersInReach = sql`${givenIds} CROSS JOIN ${customers} WHERE ${customers.id} = given.value AND ${inReach}`
  const tagsToAdd = tagsWithKeys(ctx, [...newTags.keys()])
  const tagsToRemove = tagsWithKeys(ctx, remove.map(foldText))
  const hasTag = sql`EXISTS (SELECT 1 FROM ${customerTags} WHERE ${customerTags.customerId} = ${customers.id}
    AND ${customerTags.tagId} = tag.id)`
  const removedNames = sql`(SELECT json_group_array(tag.name) FROM ${tagsToRemove} AS tag WHERE ${hasTag})`
  const addedNames = sql`(SELECT json_group_array(tag.name) FROM ${tagsToAdd} AS tag WHERE NOT ${hasTag})`
  // The events are written before the tags change. LIMIT makes SQLite compute both lists only once.
  const changes = sql`(SELECT ${customers.id} AS id, ${removedNames} AS removed, ${addedNames} AS added
    FROM ${customersInReach} LIMIT -1) AS change`
  const eventsOf = (verb: `customer.${string}`, when: SQL) =>
    eventInsert(ctx, {
      verb,
      subject: 'customer',
      id: sql`change.id`,
      changes: tagChange(sql`json(change.removed)`, sql`json(change.added)`),
      from: changes,
      when,
    }).returning({ id: events.subjectId })
  const { taggedEvents, untaggedEvents, notFound } = await runBatch(db, {
    tagsCreated: insertFrom(
      db,
      tags,
      {
        id: sql`value ->> 'id'`,
        workspaceId: actor.workspaceId,
        name: sql`value ->> 'name'`,
        key: sql`value ->> 'key'`,
        ...stamps,
      },
      sql`FROM json_each(${JSON.stringify([...newTags.values()])}) WHERE EXISTS (SELECT 1 FROM ${customersInReach})`,
    ).onConflictDoNothing(),
    taggedEvents: eventsOf('customer.tagged', sql`change.added <> '[]'`),
    untaggedEvents: eventsOf('customer.untagged', sql`change.added = '[]' AND change.removed <> '[]'`),
    tagged: insertFrom(
      db,
      customerTags,
      { customerId: sql`customer.id`, tagId: sql`tag.id` },
      sql`FROM (SELECT ${customers.id} AS id FROM ${customersInReach}) AS customer CROSS JOIN ${tagsToAdd} AS tag WHERE true`,
    ).onConflictDoNothing(),
    untagged: db.delete(customerTags).where(
      sql`${customerTags.customerId} IN (SELECT ${customers.id} FROM ${customersInReach})
        AND ${customerTags.tagId} IN (SELECT tag.id FROM ${tagsToRemove} AS tag)`,
    ),
    notFound: db
      .select({ id: sql<string>`given.value`.as('id') })
      .from(givenIds)
      .where(sql`NOT EXISTS (SELECT 1 FROM ${customers} WHERE ${customers.id} = given.value AND ${inReach})`),
  })
  return { changed: taggedEvents.length + untaggedEvents.length, notFound: notFound.map((row) => row.id) }
}

// The removed and the added names, as the old and the new value of one field.
function tagChange(removed: SQL, added: SQL): SQL {
  return sql`json_object('tags', json_array(${removed}, ${added}))`
}

function hasKey({ actor }: Ctx, key: string): SQL | undefined {
  return and(eq(tags.workspaceId, actor.workspaceId), eq(tags.key, key))
}

function nameOf(ctx: Ctx, key: string): SQL {
  return sql`(SELECT ${tags.name} FROM ${tags} WHERE ${hasKey(ctx, key)})`
}

// CROSS JOIN makes SQLite look up each key in the index.
function tagsWithKeys({ actor }: Ctx, keys: string[]): SQL {
  return sql`(SELECT ${tags.id}, ${tags.name} FROM json_each(${JSON.stringify(keys)}) AS given
    CROSS JOIN ${tags} ON ${tags.workspaceId} = ${actor.workspaceId} AND ${tags.key} = given.value)`
}
